package io.nestcms.payment;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * How the start of a payment at the gateway ended.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface ProcessResult {
    /**
     * The payer goes on at the gateway. The same call gives the same page again.
     *
     * @param payment the payment, as it is on record
     * @param page where to send the payer's browser
     */
    record Ready(Payment payment, URI page) implements ProcessResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         * @param page where to send the payer's browser
         */
        public Ready {
            Objects.requireNonNull(payment, "payment");
            Objects.requireNonNull(page, "page");
        }
    }

    /**
     * The gateway decided at once.
     *
     * @param payment the payment, as it is on record
     */
    record Settled(Payment payment) implements ProcessResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         */
        public Settled {
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * Nothing was sent and nothing is lost: the same call may be made again.
     *
     * @param payment the payment, as it is on record
     * @param retryAfter how long to wait
     */
    record Unavailable(Payment payment, Duration retryAfter) implements ProcessResult {
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
     */
    record Unknown(Payment payment) implements ProcessResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment, as it is on record
         */
        public Unknown {
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * Nothing was done.
     *
     * @param refusal why
     */
    record Refused(PaymentRefusal refusal) implements ProcessResult {
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
     * @param ready the payer goes on at the gateway
     * @param settled the gateway decided at once
     * @param unavailable nothing was sent and nothing is lost: the same call may be made again
     * @param unknown the gateway may or may not have acted
     * @param refused nothing was done
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Ready, ? extends R> ready,
            Function<? super Settled, ? extends R> settled,
            Function<? super Unavailable, ? extends R> unavailable,
            Function<? super Unknown, ? extends R> unknown,
            Function<? super Refused, ? extends R> refused) {
        if (this instanceof Ready it) {
            return ready.apply(it);
        }
        if (this instanceof Settled it) {
            return settled.apply(it);
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
