package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something asked for after the payment: a capture, a void or a refund. On record before the gateway is asked.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param key the caller's name for it; the same key never moves money twice
 * @param kind {@link TransactionKind#CAPTURE}, {@link TransactionKind#VOID} or {@link TransactionKind#REFUND}
 * @param amount how much
 * @param of the transaction that it follows up
 * @param state where it stands
 * @param ref the gateway's name for it, or {@code null} while there is none
 * @param startedAt when it was put on record
 * @param leaseUntil until when the call to the gateway may run
 * @param reason the gateway's words for a refusal, or {@code null}; for the merchant, not for the payer
 * @since 0.1
 */
public record FollowUp(
        IdempotencyKey key,
        TransactionKind kind,
        Money amount,
        TransactionRef of,
        FollowUpState state,
        @Nullable TransactionRef ref,
        Instant startedAt,
        Instant leaseUntil,
        @Nullable String reason) {
    /**
     * Checks that nothing is missing.
     *
     * @param key the caller's name for it
     * @param kind what it is
     * @param amount how much
     * @param of the transaction that it follows up
     * @param state where it stands
     * @param ref the gateway's name for it, or {@code null}
     * @param startedAt when it was put on record
     * @param leaseUntil until when the call may run
     * @param reason the gateway's words for a refusal, or {@code null}
     */
    public FollowUp {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(of, "of");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(leaseUntil, "leaseUntil");
    }

    FollowUp in(FollowUpState next) {
        return new FollowUp(key, kind, amount, of, next, ref, startedAt, leaseUntil, reason);
    }

    FollowUp named(FollowUpState next, TransactionRef by) {
        return new FollowUp(key, kind, amount, of, next, by, startedAt, leaseUntil, reason);
    }

    FollowUp refused(@Nullable TransactionRef by, String why) {
        return new FollowUp(key, kind, amount, of, FollowUpState.REFUSED, by, startedAt, leaseUntil, why);
    }
}
