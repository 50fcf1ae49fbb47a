package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something asked for after the payment: a capture, a void or a refund, of one transaction. On record before the gateway is
 * asked, and known to the gateway under a cart of its own, by which it is asked about. A refund of more than one capture is as
 * many of these, under one key.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param key the caller's name for it; the same key never moves money twice
 * @param cartId its name at the gateway; tells the parts of one key apart
 * @param kind {@link TransactionKind#CAPTURE}, {@link TransactionKind#VOID} or {@link TransactionKind#REFUND}
 * @param amount how much
 * @param of the transaction that it follows up
 * @param state where it stands
 * @param ref the gateway's name for it, or {@code null} while there is none
 * @param startedAt when its latest call was announced
 * @param leaseUntil until when that call may run
 * @param endedAt when that call had returned, or {@code null} when that is not known
 * @param undecided whether it was told that a person must decide about it
 * @param reason the gateway's words for a refusal, or {@code null}; for the merchant, not for the payer
 * @since 0.1
 */
public record FollowUp(
        IdempotencyKey key,
        CartId cartId,
        TransactionKind kind,
        Money amount,
        TransactionRef of,
        FollowUpState state,
        @Nullable TransactionRef ref,
        Instant startedAt,
        Instant leaseUntil,
        @Nullable Instant endedAt,
        boolean undecided,
        @Nullable String reason) {
    /**
     * Checks that nothing that must be there is missing.
     *
     * @param key the caller's name for it
     * @param cartId its name at the gateway
     * @param kind what it is
     * @param amount how much
     * @param of the transaction that it follows up
     * @param state where it stands
     * @param ref the gateway's name for it, or {@code null}
     * @param startedAt when its latest call was announced
     * @param leaseUntil until when that call may run
     * @param endedAt when that call had returned, or {@code null}
     * @param undecided whether a person must decide
     * @param reason the gateway's words for a refusal, or {@code null}
     */
    public FollowUp {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(cartId, "cartId");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(of, "of");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(leaseUntil, "leaseUntil");
    }

    /**
     * The follow-up with a call announced.
     *
     * @param now the present
     * @param until until when the call may run
     * @return a copy
     */
    public FollowUp sending(Instant now, Instant until) {
        return new FollowUp(key, cartId, kind, amount, of, FollowUpState.SENDING, null, now, until, null, false, null);
    }

    /**
     * The follow-up in another state.
     *
     * @param next the state
     * @return a copy
     */
    public FollowUp in(FollowUpState next) {
        return new FollowUp(
                key,
                cartId,
                kind,
                amount,
                of,
                next,
                ref,
                startedAt,
                leaseUntil,
                endedAt,
                undecided && next == FollowUpState.UNKNOWN,
                reason);
    }

    /**
     * The follow-up whose call had returned by then.
     *
     * @param at when
     * @return a copy
     */
    public FollowUp ended(Instant at) {
        return new FollowUp(key, cartId, kind, amount, of, state, ref, startedAt, leaseUntil, at, undecided, reason);
    }

    /**
     * The follow-up, left to a person.
     *
     * @return a copy
     */
    public FollowUp leftToAPerson() {
        return new FollowUp(key, cartId, kind, amount, of, state, ref, startedAt, leaseUntil, endedAt, true, reason);
    }

    /**
     * The follow-up that turned out to be this transaction.
     *
     * @param next the state
     * @param by the gateway's name for it
     * @return a copy
     */
    public FollowUp named(FollowUpState next, TransactionRef by) {
        return new FollowUp(key, cartId, kind, amount, of, next, by, startedAt, leaseUntil, endedAt, false, reason);
    }

    /**
     * The follow-up, refused by the gateway.
     *
     * @param by the gateway's name for it, or {@code null}
     * @param why the gateway's words; for the merchant, not for the payer
     * @return a copy
     */
    public FollowUp refused(@Nullable TransactionRef by, String why) {
        return new FollowUp(
                key, cartId, kind, amount, of, FollowUpState.REFUSED, by, startedAt, leaseUntil, endedAt, false, why);
    }

    /**
     * Whether the latest call of both is the same one. A clock that stepped back can give two calls one beginning, and not one end of
     * their lease as well.
     *
     * @param other the same follow-up as it is on record at another moment
     * @return true when nothing was announced between the two
     */
    public boolean isSameCall(FollowUp other) {
        return startedAt.equals(other.startedAt) && leaseUntil.equals(other.leaseUntil);
    }

    /**
     * The latest moment at which its call can have been under way.
     *
     * @return when the call returned, or the end of its lease where that is not known
     */
    public Instant underWayUntil() {
        return endedAt == null ? leaseUntil : endedAt;
    }
}
