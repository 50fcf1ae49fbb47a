package io.nestcms.payment;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * What became of a notification.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface ApplyResult {
    /**
     * The payment was changed, and the events that tell of it wait for delivery.
     *
     * @param payment the payment, as it is on record
     */
    record Applied(Payment payment) implements ApplyResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         */
        public Applied {
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * The notification told nothing new: a duplicate, or the gateway has no result yet.
     *
     * @param payment the payment, as it is on record
     */
    record Unchanged(Payment payment) implements ApplyResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         */
        public Unchanged {
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * The gateway could not be asked. The check is on record and will be made.
     *
     * @param payment the payment, as it is on record
     * @param retryAfter when it makes sense to send the notification again
     */
    record Deferred(Payment payment, Duration retryAfter) implements ApplyResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         * @param retryAfter when it makes sense to send the notification again
         */
        public Deferred {
            Objects.requireNonNull(payment, "payment");
            Objects.requireNonNull(retryAfter, "retryAfter");
        }
    }

    /**
     * The notification contradicts our record or the gateway.
     *
     * @param refusal in what
     */
    record Refused(PaymentRefusal refusal) implements ApplyResult {
        /**
         * Checks that nothing is missing.
         *
         * @param refusal in what
         */
        public Refused {
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /**
     * Handles all cases; the compiler sees to it that none is forgotten.
     *
     * @param <R> what the handlers give
     * @param applied the payment was changed, and the events that tell of it wait for delivery
     * @param unchanged the notification told nothing new: a duplicate, or the gateway has no result yet
     * @param deferred the gateway could not be asked
     * @param refused the notification contradicts our record or the gateway
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Applied, ? extends R> applied,
            Function<? super Unchanged, ? extends R> unchanged,
            Function<? super Deferred, ? extends R> deferred,
            Function<? super Refused, ? extends R> refused) {
        if (this instanceof Applied it) {
            return applied.apply(it);
        }
        if (this instanceof Unchanged it) {
            return unchanged.apply(it);
        }
        if (this instanceof Deferred it) {
            return deferred.apply(it);
        }
        return refused.apply((Refused) this);
    }
}
