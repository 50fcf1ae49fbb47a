package io.nestcms.paytabs;

import io.nestcms.payment.TransactionRef;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * That PayTabs did what it was asked to do.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param message PayTabs' words, or {@code null}
 * @param ref the transaction that came of it, for an invoice that was marked as paid; or {@code null}
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @param others every other field, as its JSON, by name
 * @since 0.1
 */
public record Acknowledgement(
        @Nullable String message,
        @Nullable TransactionRef ref,
        @Nullable String trace,
        Map<String, String> others) {
    private static final Set<String> KNOWN = Set.of("code", "message", "tran_ref", "trace");

    /**
     * Copies the map.
     *
     * @param message PayTabs' words, or {@code null}
     * @param ref the transaction, or {@code null}
     * @param trace what to quote to support, or {@code null}
     * @param others every other field
     */
    public Acknowledgement {
        others = Map.copyOf(others);
    }

    /** An answer with code 0, or without a code and with a message. */
    static Acknowledgement of(Fields fields) {
        String message = fields.note("message");
        if (message == null && fields.number("code") == null) {
            throw new UnreadableReplyException("neither code nor message");
        }
        return new Acknowledgement(
                message, fields.ref("tran_ref"), Traces.clean(fields.note("trace")), fields.except(KNOWN));
    }
}
