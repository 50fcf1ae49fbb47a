package io.nestcms.paytabs;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a transaction was not approved, as far as PayTabs' code tells. PayTabs publishes more than sixty codes and explains few of them;
 * those that are known are here, all others are {@link #OTHER} and stand in {@link PayTabsTransaction.PaymentResult#code()}. For the
 * merchant, not for the payer.
 *
 * @since 0.1
 */
public enum ResultReason {
    /** Nothing to give a reason for: approved, on hold, pending or of an unknown state, where the code is a reference. */
    NONE,
    /**
     * The processor did not answer PayTabs: status {@code E} with code 401 "No response" and its like, that is 400 to 599 but for 501,
     * or without a code. Money may have moved: this is <strong>no failure</strong>. Ask again, or look into the dashboard.
     */
    NO_ANSWER,
    /** Code 120: the transaction that this one follows up is under anti-fraud review. Nothing was done. */
    PREVIOUS_ON_HOLD,
    /**
     * Code 300: not authorised. PayTabs' article on its codes says that the processor may have stopped answering, and to look whether
     * the payer was charged; its status is a plain decline all the same.
     */
    NOT_AUTHORISED,
    /** Code 305: the card's security code is wrong. */
    SECURITY_CODE,
    /** Codes 309, 310, 345 and 346: 3-D Secure was not to be had, refused, or not finished. */
    THREE_D_SECURE,
    /** Code 313: not permitted by the issuer. */
    NOT_PERMITTED,
    /** Code 316: the money does not suffice. */
    INSUFFICIENT_FUNDS,
    /** Code 320: it cannot be refunded. */
    NOT_REFUNDABLE,
    /** Code 321: cancelled by the payer. */
    CANCELLED,
    /** Code 325: above the merchant's limit. */
    LIMIT_EXCEEDED,
    /** Code 335: the acquirer does not do this kind of transaction. */
    TYPE_NOT_SUPPORTED,
    /** Code 342: more than what is left to refund. */
    REFUND_TOO_HIGH,
    /** Code 354: the merchant does not take this card. */
    CARD_NOT_ACCEPTED,
    /** Code 355: not paid in time. */
    EXPIRED,
    /** Code 501: reported as fraud. */
    FRAUD_REPORTED,
    /** A code that this version does not know. */
    OTHER;

    static ResultReason of(@Nullable String status, @Nullable String code) {
        String letter = status == null ? "" : status.strip().toUpperCase(Locale.ROOT);
        return switch (letter) {
            case "E" -> isNoAnswer(code) ? NO_ANSWER : of(code);
            case "D", "X", "C", "V" -> of(code);
            default -> NONE;
        };
    }

    private static boolean isNoAnswer(@Nullable String code) {
        if (code == null) {
            // an error that does not say which is no proof that nothing happened
            return true;
        }
        String number = code.strip();
        boolean ofServers = number.length() == 3 && (number.charAt(0) == '4' || number.charAt(0) == '5');
        return ofServers && !number.equals("501");
    }

    private static ResultReason of(@Nullable String code) {
        return switch (code == null ? "" : code.strip()) {
            case "120" -> PREVIOUS_ON_HOLD;
            case "300" -> NOT_AUTHORISED;
            case "305" -> SECURITY_CODE;
            case "309", "310", "345", "346" -> THREE_D_SECURE;
            case "313" -> NOT_PERMITTED;
            case "316" -> INSUFFICIENT_FUNDS;
            case "320" -> NOT_REFUNDABLE;
            case "321" -> CANCELLED;
            case "325" -> LIMIT_EXCEEDED;
            case "335" -> TYPE_NOT_SUPPORTED;
            case "342" -> REFUND_TOO_HIGH;
            case "354" -> CARD_NOT_ACCEPTED;
            case "355" -> EXPIRED;
            case "501" -> FRAUD_REPORTED;
            default -> OTHER;
        };
    }
}
