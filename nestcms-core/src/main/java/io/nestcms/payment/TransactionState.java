package io.nestcms.payment;

/**
 * What the gateway says of a transaction.
 *
 * @since 0.1
 */
public enum TransactionState {
    /** Begun and without a result: the payer is still on the page, or never came. */
    OPEN(1),
    /** Approved: the only success. PayTabs {@code A}. */
    APPROVED(5),
    /** Approved and under anti-fraud review. PayTabs {@code H}. */
    ON_HOLD(3),
    /** The result comes later. PayTabs {@code P}. */
    PENDING(3),
    /** Undone as a whole. PayTabs {@code V}. */
    VOIDED(6),
    /** Ended by an error. PayTabs {@code E}. */
    ERROR(4),
    /** Declined. PayTabs {@code D}. */
    DECLINED(4),
    /** Never finished in time, or a hold that has lapsed. PayTabs {@code X}. */
    EXPIRED(4),
    /** Given up by the payer. PayTabs {@code C}. */
    CANCELLED(4),
    /** The gateway itself got no answer from the bank: money may have moved. PayTabs {@code E} with code 401. */
    UNANSWERED(2),
    /** A state that this version does not know: never taken for a success nor for a failure. */
    UNRECOGNISED(0);

    private final int standing;

    TransactionState(int standing) {
        this.standing = standing;
    }

    /** How far on a transaction is: what is told later in time has a higher one, whatever the order in which it arrives. */
    int standing() {
        return standing;
    }
}
