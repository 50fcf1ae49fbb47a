package io.nestcms.paytabs;

import io.nestcms.payment.TransactionRef;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A saved card, as PayTabs answers {@code payment/token}. The recorded answer has neither a token nor an expiry.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} shows no personal data.
 *
 * @param token PayTabs' name for the saved card, or {@code null}
 * @param firstRef the payment that it was saved with, or {@code null}
 * @param instrument the card, masked, or {@code null}
 * @param customer whose card it is, by PayTabs' field names; personal data
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @param others every other field, as its JSON, by name
 * @since 0.1
 */
public record TokenDetails(
        @Nullable String token,
        @Nullable TransactionRef firstRef,
        PayTabsTransaction.@Nullable PaymentInstrument instrument,
        Map<String, String> customer,
        @Nullable String trace,
        Map<String, String> others) {
    private static final Set<String> KNOWN = Set.of("token", "tran_ref", "payment_info", "customer_details", "trace");

    /**
     * Copies both maps.
     *
     * @param token PayTabs' name for the saved card, or {@code null}
     * @param firstRef the payment that it was saved with, or {@code null}
     * @param instrument the card, or {@code null}
     * @param customer whose card it is
     * @param trace what to quote to support, or {@code null}
     * @param others every other field
     */
    public TokenDetails {
        customer = Map.copyOf(customer);
        others = Map.copyOf(others);
    }

    static TokenDetails of(Fields fields) {
        PayTabsTransaction.PaymentInstrument instrument = PayTabsTransaction.PaymentInstrument.in(fields);
        if (instrument == null && !fields.has("token")) {
            throw new UnreadableReplyException("neither token nor payment_info");
        }
        return new TokenDetails(
                fields.text("token"),
                fields.ref("tran_ref"),
                instrument,
                fields.notes("customer_details"),
                Traces.clean(fields.note("trace")),
                fields.except(KNOWN));
    }

    /**
     * The first payment only.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "TokenDetails[of " + firstRef + "]";
    }
}
