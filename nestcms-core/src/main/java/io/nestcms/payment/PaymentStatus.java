package io.nestcms.payment;

/**
 * Where a payment stands. Which status may follow which is one table, {@code docs/payment-lifecycle.md}.
 *
 * @since 0.1
 */
public enum PaymentStatus {
    /** On record; nothing has been asked of the gateway, or what was asked provably never reached it. */
    CREATED,
    /** The gateway has a page for the payer; its address is known. */
    INITIATED,
    /** The payer has paid and the result is still to come: pending or on hold at the gateway. */
    PROCESSING,
    /** Something was sent and no answer came back: the gateway may or may not have acted. Queried, never resent. */
    UNKNOWN,
    /** The money was taken. */
    SUCCEEDED,
    /** The gateway, the issuer or the payer's bank said no. A late success may still turn it. */
    FAILED,
    /** The payer never finished. A late success may still turn it. */
    EXPIRED,
    /** The payer gave up on the page. A late success may still turn it. */
    CANCELLED,
    /** The money is held and may be captured or voided. */
    AUTHORIZED,
    /** Held money was taken. */
    CAPTURED,
    /** Held money was given back. */
    VOIDED,
    /** A part of the money was given back. */
    PARTIALLY_REFUNDED,
    /** All of the money was given back. */
    REFUNDED;

    /**
     * Whether the payer's part is over: nothing more is expected unless a follow-up is asked for or late truth comes in.
     *
     * @return true for everything but {@link #CREATED}, {@link #INITIATED}, {@link #PROCESSING} and {@link #UNKNOWN}
     */
    public boolean isSettled() {
        return this != CREATED && this != INITIATED && this != PROCESSING && this != UNKNOWN;
    }
}
