package io.nestcms.payment;

/**
 * Why {@code Payments} did not do what it was asked to. Nothing was changed, except that a transaction which differs from
 * the order is put on record as a {@link Mismatch}.
 *
 * @since 0.1
 */
public enum PaymentRefusal {
    /** The idempotency key was used for another order. */
    KEY_REUSED,
    /** A call with the same idempotency key is running. */
    KEY_IN_PROGRESS,
    /** The cart has a payment, created under another key. */
    CART_TAKEN,
    /** There is no such payment. */
    NOT_FOUND,
    /** The gateway is being asked, or the payer's result is still to come. */
    IN_PROGRESS,
    /** The payment is over. */
    ALREADY_SETTLED,
    /** The payment's status does not allow what was asked for. */
    NOT_ALLOWED,
    /** More was asked for than is left to capture or to refund. */
    TOO_MUCH,
    /** The payment has as many attempts, or as many captures, voids and refunds, as one payment may have. */
    TOO_MANY,
    /** A notification names a cart that has no payment. */
    CART_UNKNOWN,
    /** The way to pay needs a secret that was not given, or another one; {@code PaymentMethod} says which. */
    SECRET_MISSING,
    /** The saved card is not known here, or is another payer's. */
    CARD_UNKNOWN,
    /** The saved card was deleted. */
    CARD_DELETED,
    /** The saved card's last month is over. */
    CARD_EXPIRED,
    /** The saved card was charged as often as was agreed. */
    PLAN_SPENT,
    /** The saved card was charged too short a while ago for what was agreed. */
    PLAN_TOO_SOON,
    /** The day is before the first or after the last that was agreed for the saved card. */
    PLAN_OUT_OF_DATES,
    /** The amount is below or above what was agreed for the saved card. */
    PLAN_OUT_OF_AMOUNTS,
    /** The saved card was agreed on for another use. */
    PLAN_OTHER_USE,
    /** The gateway's transaction belongs to another cart, or to none. */
    CART_MISMATCH,
    /** The gateway's transaction, or a notification of it, has another amount, or none. */
    AMOUNT_MISMATCH,
    /** The gateway's transaction, or a notification of it, has another currency. */
    CURRENCY_MISMATCH,
    /** The gateway answered with another transaction than the one that was asked for. */
    REFERENCE_MISMATCH
}
