package io.nestcms.paytabs;

import io.nestcms.payment.TransactionRef;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A saved card, as PayTabs answers {@code payment/token}.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} shows no personal data.
 *
 * @param token PayTabs' name for the saved card, or {@code null}
 * @param firstRef the payment that it was saved with, or {@code null}
 * @param instrument the card, masked, or {@code null}
 * @param customer whose card it is, by PayTabs' field names; personal data
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @since 0.1
 */
public record TokenDetails(
        @Nullable String token,
        @Nullable TransactionRef firstRef,
        PayTabsTransaction.@Nullable PaymentInstrument instrument,
        Map<String, String> customer,
        @Nullable String trace) {
    /**
     * Copies the map.
     *
     * @param token PayTabs' name for the saved card, or {@code null}
     * @param firstRef the payment that it was saved with, or {@code null}
     * @param instrument the card, or {@code null}
     * @param customer whose card it is
     * @param trace what to quote to support, or {@code null}
     */
    public TokenDetails {
        customer = Map.copyOf(customer);
    }

    static TokenDetails of(Fields fields) {
        Map<String, String> info = fields.notes("payment_info");
        if (info.isEmpty() && !fields.has("token")) {
            throw new UnreadableReplyException("neither token nor payment_info");
        }
        return new TokenDetails(
                fields.text("token"),
                fields.ref("tran_ref"),
                info.isEmpty() ? null : PayTabsTransaction.PaymentInstrument.of(info),
                fields.notes("customer_details"),
                Traces.clean(fields.note("trace")));
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
