package io.nestcms.payment;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * How a capture, a void or a refund ended.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface FollowUpResult {
    /**
     * The gateway was asked and its answer is on record: done, pending or refused, as the follow-up says. The same key gives the same answer again.
     *
     * @param payment the payment, as it is on record
     * @param followUp the follow-up, as it is on record
     */
    record Recorded(Payment payment, FollowUp followUp) implements FollowUpResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         * @param followUp the follow-up, as it is on record
         */
        public Recorded {
            Objects.requireNonNull(payment, "payment");
            Objects.requireNonNull(followUp, "followUp");
        }
    }

    /**
     * Nothing was sent: the same key may be used again.
     *
     * @param payment the payment, as it is on record
     * @param retryAfter how long to wait
     */
    record Unavailable(Payment payment, Duration retryAfter) implements FollowUpResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         * @param retryAfter how long to wait
         */
        public Unavailable {
            Objects.requireNonNull(payment, "payment");
            Objects.requireNonNull(retryAfter, "retryAfter");
        }
    }

    /**
     * The gateway may or may not have acted. The reconciler asks it; nothing is sent again.
     *
     * @param payment the payment, as it is on record
     * @param followUp the follow-up, as it is on record
     */
    record Unknown(Payment payment, FollowUp followUp) implements FollowUpResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         * @param followUp the follow-up, as it is on record
         */
        public Unknown {
            Objects.requireNonNull(payment, "payment");
            Objects.requireNonNull(followUp, "followUp");
        }
    }

    /**
     * Nothing was done.
     *
     * @param refusal why
     */
    record Refused(PaymentRefusal refusal) implements FollowUpResult {
        /**
         * Checks that nothing is missing.
         *
         * @param refusal why
         */
        public Refused {
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /**
     * Handles all cases; the compiler sees to it that none is forgotten.
     *
     * @param <R> what the handlers give
     * @param recorded the gateway was asked and its answer is on record: done, pending or refused, as the follow-up says
     * @param unavailable nothing was sent: the same key may be used again
     * @param unknown the gateway may or may not have acted
     * @param refused nothing was done
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Recorded, ? extends R> recorded,
            Function<? super Unavailable, ? extends R> unavailable,
            Function<? super Unknown, ? extends R> unknown,
            Function<? super Refused, ? extends R> refused) {
        if (this instanceof Recorded it) {
            return recorded.apply(it);
        }
        if (this instanceof Unavailable it) {
            return unavailable.apply(it);
        }
        if (this instanceof Unknown it) {
            return unknown.apply(it);
        }
        return refused.apply((Refused) this);
    }
}
