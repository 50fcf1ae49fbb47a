package io.nestcms.payment;

import io.nestcms.money.Money;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to take a payment: the first comes with the order, a further one follows a decline, an expiry or a cancellation.
 * Each has a cart of its own at the gateway. A call is announced on it before it is made, so that a crash between the gateway's
 * answer and our record of it leaves a trace that the reconciler follows.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param number the how manieth attempt of this payment; from 1
 * @param cartId its name at the gateway
 * @param key the caller's name for it, or {@code null} for the first, which goes by the key of the payment
 * @param state where it stands
 * @param sends how often a call for it was announced; a call goes out again only after proof that the one before took nothing
 * @param startedAt when it was put on record, or its latest call was announced
 * @param leaseUntil until when the latest call may run: past that, its outcome is unknown; {@code null} before the first call
 * @param endedAt when the latest call had returned, or {@code null} when that is not known
 * @param ref the gateway's name for its transaction, or {@code null} before there is one
 * @param page where the payer goes on, or {@code null} when there is no page or its address was lost
 * @param least the least that the gateway may take for it and still have done what was asked for
 * @param most the most that the gateway may take for it
 * @param reason why the gateway refused the call, or {@code null}; for the merchant, not for the payer
 * @since 0.1
 */
public record Attempt(
        int number,
        CartId cartId,
        @Nullable IdempotencyKey key,
        AttemptState state,
        int sends,
        Instant startedAt,
        @Nullable Instant leaseUntil,
        @Nullable Instant endedAt,
        @Nullable TransactionRef ref,
        @Nullable URI page,
        Money least,
        Money most,
        @Nullable String reason) {
    /**
     * Checks that nothing that must be there is missing.
     *
     * @param number the how manieth
     * @param cartId its name at the gateway
     * @param key the caller's name for it, or {@code null}
     * @param state where it stands
     * @param sends how often a call was announced
     * @param startedAt when the latest call was announced
     * @param leaseUntil until when the latest call may run, or {@code null}
     * @param endedAt when the latest call had returned, or {@code null}
     * @param ref the gateway's transaction, or {@code null}
     * @param page where the payer goes on, or {@code null}
     * @param least the least that may be taken
     * @param most the most that may be taken
     * @param reason why the gateway refused, or {@code null}
     */
    public Attempt {
        Objects.requireNonNull(cartId, "cartId");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(least, "least");
        Objects.requireNonNull(most, "most");
    }

    /**
     * An attempt for which nothing was sent yet.
     *
     * @param number the how manieth attempt of the payment; from 1
     * @param cartId its name at the gateway
     * @param key the caller's name for it, or {@code null} for the first
     * @param amount what the order asks for
     * @param at when it is put on record
     * @return the attempt, ready to be sent
     */
    public static Attempt ready(int number, CartId cartId, @Nullable IdempotencyKey key, Money amount, Instant at) {
        return new Attempt(
                number, cartId, key, AttemptState.READY, 0, at, null, null, null, null, amount, amount, null);
    }

    /**
     * The attempt with one more call announced.
     *
     * @param now the present
     * @param until until when the call may run
     * @param lowest the least that may be taken
     * @param highest the most that may be taken
     * @return a copy
     */
    public Attempt sending(Instant now, Instant until, Money lowest, Money highest) {
        return new Attempt(
                number,
                cartId,
                key,
                AttemptState.SENDING,
                sends + 1,
                now,
                until,
                null,
                null,
                null,
                lowest,
                highest,
                null);
    }

    /**
     * The attempt in another state.
     *
     * @param next the state
     * @return a copy
     */
    public Attempt in(AttemptState next) {
        return new Attempt(
                number, cartId, key, next, sends, startedAt, leaseUntil, endedAt, ref, page, least, most, reason);
    }

    /**
     * The attempt whose call had returned by then.
     *
     * @param at when
     * @return a copy
     */
    public Attempt ended(Instant at) {
        return new Attempt(
                number, cartId, key, state, sends, startedAt, leaseUntil, at, ref, page, least, most, reason);
    }

    /**
     * The attempt as the gateway knows it.
     *
     * @param next the state
     * @param by the gateway's name for it
     * @param at where the payer goes on, or {@code null}
     * @return a copy
     */
    public Attempt linked(AttemptState next, TransactionRef by, @Nullable URI at) {
        return new Attempt(number, cartId, key, next, sends, startedAt, leaseUntil, endedAt, by, at, least, most, null);
    }

    /**
     * The attempt, refused by the gateway.
     *
     * @param why the gateway's words; for the merchant, not for the payer
     * @return a copy
     */
    public Attempt refused(String why) {
        return new Attempt(
                number,
                cartId,
                key,
                AttemptState.REFUSED,
                sends,
                startedAt,
                leaseUntil,
                endedAt,
                ref,
                null,
                least,
                most,
                why);
    }

    /**
     * Whether a call for it still counts as running.
     *
     * @param now the present
     * @return true from its announcement to the end of its lease
     */
    public boolean isRunning(Instant now) {
        return state == AttemptState.SENDING && leaseUntil != null && now.isBefore(leaseUntil);
    }

    /**
     * The latest moment at which its call can have been under way.
     *
     * @return when the call returned, the end of its lease where that is not known, or when it was put on record
     */
    public Instant underWayUntil() {
        if (endedAt != null) {
            return endedAt;
        }
        return leaseUntil == null ? startedAt : leaseUntil;
    }
}
