package io.nestcms.payment;

/**
 * What the gateway says of a transaction.
 *
 * @since 0.1
 */
public enum TransactionState {
    /** Begun and without a result: the payer is still on the page, or never came. */
    OPEN,
    /** Approved: the only success. PayTabs {@code A}. */
    APPROVED,
    /** Approved and under anti-fraud review. PayTabs {@code H}. */
    ON_HOLD,
    /** The result comes later. PayTabs {@code P}. */
    PENDING,
    /** Undone. PayTabs {@code V}. */
    VOIDED,
    /** Ended by an error. PayTabs {@code E}. */
    ERROR,
    /** Declined. PayTabs {@code D}. */
    DECLINED,
    /** Never finished in time. PayTabs {@code X}. */
    EXPIRED,
    /** Given up by the payer. PayTabs {@code C}. */
    CANCELLED,
    /** A state that this version does not know: never taken for a success nor for a failure. */
    UNRECOGNISED
}
