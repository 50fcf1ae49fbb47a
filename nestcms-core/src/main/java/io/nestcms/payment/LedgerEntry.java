package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One transaction that the gateway showed, kept once under its reference however often, and under whichever name, it is told.
 *
 * <p>Immutable and safe for use by many threads. Holds no card data.
 *
 * @param ref the gateway's name for it
 * @param parent the transaction that it follows up, or {@code null}
 * @param asked what was asked for, where that differs from what it became or is told; else {@code null}
 * @param kind what it became
 * @param state how it stands
 * @param cartId the cart that the gateway shows it under, or {@code null} when it did not say
 * @param requested the amount that was asked for, or {@code null} when the gateway did not say
 * @param moved the amount that was taken, held or given back, or {@code null} while nothing is
 * @param code the gateway's result code, or {@code null}; for the merchant, not for the payer
 * @param message the gateway's words, or {@code null}; for the merchant, not for the payer
 * @param at when the gateway decided, by its clock, or {@code null} when it did not say
 * @param seenAt when we first learned of it
 * @param changedAt when we learned of its present state
 * @since 0.1
 */
public record LedgerEntry(
        TransactionRef ref,
        @Nullable TransactionRef parent,
        @Nullable TransactionKind asked,
        TransactionKind kind,
        TransactionState state,
        @Nullable CartId cartId,
        @Nullable Money requested,
        @Nullable Money moved,
        @Nullable String code,
        @Nullable String message,
        @Nullable Instant at,
        Instant seenAt,
        Instant changedAt) {
    /**
     * Checks that what an entry cannot be without is there.
     *
     * @param ref the gateway's name for it
     * @param parent the transaction that it follows up, or {@code null}
     * @param asked what was asked for, or {@code null}
     * @param kind what it became
     * @param state how it stands
     * @param cartId the cart, or {@code null}
     * @param requested the amount asked for, or {@code null}
     * @param moved the amount that moved, or {@code null}
     * @param code the result code, or {@code null}
     * @param message the gateway's words, or {@code null}
     * @param at when the gateway decided, or {@code null}
     * @param seenAt when we first learned of it
     * @param changedAt when we learned of its present state
     */
    public LedgerEntry {
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(seenAt, "seenAt");
        Objects.requireNonNull(changedAt, "changedAt");
    }

    /**
     * This entry with what is told of the same transaction now. News in any order, and any number of times, end in the same
     * entry: the state that is further on stands, and what one telling leaves out the other gives.
     *
     * @param told the same transaction as it is told now
     * @return the entry to keep; this one when nothing is new
     */
    public LedgerEntry with(LedgerEntry told) {
        boolean further = told.isAheadOf(this);
        LedgerEntry ahead = further ? told : this;
        LedgerEntry behind = further ? this : told;
        LedgerEntry merged = new LedgerEntry(
                ref,
                first(ahead.parent, behind.parent),
                first(ahead.asked, behind.asked),
                name(ahead.kind, behind.kind),
                ahead.state,
                first(ahead.cartId, behind.cartId),
                first(ahead.requested, behind.requested),
                first(ahead.moved, behind.moved),
                first(ahead.code, behind.code),
                first(ahead.message, behind.message),
                first(ahead.at, behind.at),
                seenAt,
                ahead.state == state ? changedAt : told.changedAt);
        return merged.equals(this) ? this : merged;
    }

    /** A name that says what was done to another transaction says more than a general one, which may stand for it. */
    private static TransactionKind name(TransactionKind ahead, TransactionKind behind) {
        boolean says = ahead.isFollowUp() || !behind.isFollowUp();
        return says && ahead != TransactionKind.UNRECOGNISED ? ahead : behind;
    }

    private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
        return one == null ? other : one;
    }

    /** Whether the other telling is further on than this one; news of equal standing change nothing. */
    private boolean isAheadOf(LedgerEntry other) {
        if (isHold() && isHoldEnd(other)) {
            // a hold lapses after it was approved, a page before: the gateway's own clock tells which came last
            return at != null && other.at != null && at.isAfter(other.at);
        }
        return state.standing() > other.state.standing();
    }

    private boolean isHold() {
        return kind == TransactionKind.AUTHORIZATION;
    }

    private boolean isHoldEnd(LedgerEntry other) {
        return (state == TransactionState.APPROVED && other.state == TransactionState.EXPIRED)
                || (state == TransactionState.EXPIRED && other.state == TransactionState.APPROVED);
    }

    /**
     * Whether the gateway says that it was approved, and not undone as a whole since.
     *
     * @return true for an approved one
     */
    public boolean isApproved() {
        return state == TransactionState.APPROVED;
    }

    /**
     * Whether it ended without moving money.
     *
     * @return true when it was declined, cancelled, ended by an error or never finished in time
     */
    public boolean isFailed() {
        return state == TransactionState.DECLINED
                || state == TransactionState.ERROR
                || state == TransactionState.EXPIRED
                || state == TransactionState.CANCELLED;
    }

    /**
     * Whether its result is still to come.
     *
     * @return true when it is pending or on hold
     */
    public boolean isPending() {
        return state == TransactionState.PENDING || state == TransactionState.ON_HOLD;
    }

    /**
     * Whether news of the transaction in the given state would tell nothing.
     *
     * @param told the state that is told
     * @return true when this entry is in that state, or in one that comes after it
     */
    public boolean isAsFarAs(TransactionState told) {
        boolean mayLapse = isHold() && told == TransactionState.EXPIRED;
        boolean tells = told != TransactionState.UNRECOGNISED;
        return state == told || (tells && state.standing() > told.standing() && !mayLapse);
    }
}
