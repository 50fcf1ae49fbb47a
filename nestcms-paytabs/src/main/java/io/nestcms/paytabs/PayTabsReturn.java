package io.nestcms.paytabs;

import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the payer's browser brought back from PayTabs, signed. It has no amount and no currency: a query decides.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} shows no personal data.
 *
 * @param ref PayTabs' name for the transaction
 * @param cartId the cart that it belongs to, as PayTabs gave it, or {@code null}
 * @param state how it stands; {@link TransactionState#UNANSWERED} when the processor did not answer
 * @param reason why it was not approved, as far as the code tells
 * @param code PayTabs' code, or {@code null}
 * @param message PayTabs' words, or {@code null}
 * @param acquirerMessage the acquirer's words, or {@code null}
 * @param acquirerRrn the reference by which a bank traces it, or {@code null}
 * @param token the saved card's token, or {@code null}
 * @param customerEmail the payer's address; personal data; or {@code null}
 * @param others every other signed field, by name
 * @since 0.1
 */
public record PayTabsReturn(
        TransactionRef ref,
        @Nullable String cartId,
        TransactionState state,
        ResultReason reason,
        @Nullable String code,
        @Nullable String message,
        @Nullable String acquirerMessage,
        @Nullable String acquirerRrn,
        @Nullable String token,
        @Nullable String customerEmail,
        Map<String, String> others) {
    /**
     * Copies the map.
     *
     * @param ref PayTabs' name for the transaction
     * @param cartId the cart, or {@code null}
     * @param state how it stands
     * @param reason why it was not approved
     * @param code PayTabs' code, or {@code null}
     * @param message PayTabs' words, or {@code null}
     * @param acquirerMessage the acquirer's words, or {@code null}
     * @param acquirerRrn the bank's reference, or {@code null}
     * @param token the saved card's token, or {@code null}
     * @param customerEmail the payer's address, or {@code null}
     * @param others every other field
     */
    public PayTabsReturn {
        others = Map.copyOf(others);
    }

    static PayTabsReturn of(TransactionRef ref, Map<String, String> signed) {
        Map<String, String> left = new TreeMap<>(signed);
        left.remove("tranRef");
        left.remove("signature");
        String status = take(left, "respStatus");
        String code = take(left, "respCode");
        ResultReason reason = ResultReason.of(status, code);
        return new PayTabsReturn(
                ref,
                take(left, "cartId"),
                reason == ResultReason.NO_ANSWER
                        ? TransactionState.UNANSWERED
                        : PayTabsTransaction.PaymentResult.state(status),
                reason,
                code,
                take(left, "respMessage"),
                take(left, "acquirerMessage"),
                take(left, "acquirerRRN"),
                take(left, "token"),
                take(left, "customerEmail"),
                left);
    }

    private static @Nullable String take(Map<String, String> fields, String name) {
        String value = fields.remove(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /**
     * Reference and state only.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "PayTabsReturn[" + ref + " " + state + "]";
    }
}
