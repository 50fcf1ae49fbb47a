package io.nestcms.paytabs;

import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an invoice stands.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param state how it stands
 * @param stateText PayTabs' word for it
 * @param ref the transaction that it was paid with, or {@code null} while there is none
 * @param transactionState how that stands, or {@code null} while there is none. An error tells no code here, so it is unrecognised:
 *     the transaction says more
 * @param message PayTabs' words on the transaction, or {@code null}
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @param others every other field, as its JSON, by name
 * @since 0.1
 */
public record InvoiceStatus(
        State state,
        String stateText,
        @Nullable TransactionRef ref,
        @Nullable TransactionState transactionState,
        @Nullable String message,
        @Nullable String trace,
        Map<String, String> others) {
    private static final Set<String> KNOWN =
            Set.of("invoice_status", "tran_ref", "tran_status", "tran_status_msg", "trace");

    /**
     * Copies the map.
     *
     * @param state how it stands
     * @param stateText PayTabs' word for it
     * @param ref the transaction, or {@code null}
     * @param transactionState how that stands, or {@code null}
     * @param message PayTabs' words, or {@code null}
     * @param trace what to quote to support, or {@code null}
     * @param others every other field
     */
    public InvoiceStatus {
        others = Map.copyOf(others);
    }

    static InvoiceStatus of(Fields fields) {
        String text = fields.required("invoice_status");
        String transaction = fields.note("tran_status");
        return new InvoiceStatus(
                State.of(text),
                text,
                fields.ref("tran_ref"),
                state(transaction),
                fields.note("tran_status_msg"),
                Traces.clean(fields.note("trace")),
                fields.except(KNOWN));
    }

    private static @Nullable TransactionState state(@Nullable String letter) {
        if (letter == null) {
            return null;
        }
        TransactionState state = PayTabsTransaction.PaymentResult.state(letter);
        return state == TransactionState.ERROR ? TransactionState.UNRECOGNISED : state;
    }

    /** How an invoice stands. */
    public enum State {
        /** Not paid yet. */
        PENDING,
        /** Paid. */
        PAID,
        /** Cancelled. */
        CANCELLED,
        /** No longer payable. */
        EXPIRED,
        /** Late and payable. */
        OVERDUE,
        /** Given back. */
        REFUNDED,
        /** The payment failed. */
        FAILED,
        /** A state that this version does not know. */
        UNRECOGNISED;

        static State of(String text) {
            String name = text.strip().toUpperCase(Locale.ROOT);
            for (State state : values()) {
                if (state.name().equals(name)) {
                    return state;
                }
            }
            return UNRECOGNISED;
        }
    }
}
