package io.nestcms.payment.gateway;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a call to a payment gateway ended: in one of four ways, and "we do not know" is one of them. {@link NotSent} may be
 * sent again; {@link Indeterminate} must be asked about and never sent again.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <T> what an accepted call gives
 * @since 0.1
 */
public sealed interface GatewayOutcome<T> {
    /**
     * The gateway understood and answered. A declined payment is accepted too: the decline is the answer.
     *
     * @param <T> what an accepted call gives
     * @param value the answer
     */
    record Accepted<T>(T value) implements GatewayOutcome<T> {
        /**
         * Checks that the answer is there.
         *
         * @param value the answer
         */
        public Accepted {
            Objects.requireNonNull(value, "value");
        }
    }

    /**
     * The gateway understood and refused, and nothing was done.
     *
     * @param <T> what an accepted call would have given
     * @param rejection why
     */
    record Rejected<T>(Rejection rejection) implements GatewayOutcome<T> {
        /**
         * Checks that the reason is there.
         *
         * @param rejection why
         */
        public Rejected {
            Objects.requireNonNull(rejection, "rejection");
        }
    }

    /**
     * Provably nothing was done: the call never left, or the gateway turned it away unread. May be sent again.
     *
     * @param <T> what an accepted call would have given
     * @param cause why it was not sent
     * @param retryAfter how long to wait before the next try, or {@code null} when there is no hint
     */
    record NotSent<T>(Cause cause, @Nullable Duration retryAfter) implements GatewayOutcome<T> {
        /**
         * Checks that the cause is there.
         *
         * @param cause why it was not sent
         * @param retryAfter how long to wait, or {@code null}
         */
        public NotSent {
            Objects.requireNonNull(cause, "cause");
        }

        /** Why a call was not sent. */
        public enum Cause {
            /** The circuit breaker is open. */
            CIRCUIT_OPEN,
            /** The connection was refused or could not be made, by name, route or TLS. */
            NO_CONNECTION,
            /** Too many calls: turned away by our own limit or, unread, by the gateway. */
            THROTTLED,
            /** The time for the whole operation ran out before the call could leave. */
            OUT_OF_TIME,
            /**
             * The gateway turned the call away because of how we are set up: a wrong or rotated key, profile or region, or a
             * profile that is not live. No payer's fault; every call will end so until the setting is right.
             */
            MISCONFIGURED,
            /** The profile does not take this currency; calls in others are not concerned. */
            CURRENCY_NOT_CONFIGURED
        }
    }

    /**
     * The call may have arrived and may have been acted on. Ask the gateway; never send it again.
     *
     * @param <T> what an accepted call would have given
     * @param detail what is known of the failure, in a few words, without a body or a secret
     */
    record Indeterminate<T>(String detail) implements GatewayOutcome<T> {
        /**
         * Checks that the detail is there.
         *
         * @param detail what is known
         */
        public Indeterminate {
            Objects.requireNonNull(detail, "detail");
        }
    }

    /**
     * Handles all four outcomes; the compiler sees to it that none is forgotten.
     *
     * @param <R> what the handlers give
     * @param accepted the gateway answered
     * @param rejected the gateway refused
     * @param notSent nothing was done
     * @param indeterminate nobody knows
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Accepted<T>, ? extends R> accepted,
            Function<? super Rejected<T>, ? extends R> rejected,
            Function<? super NotSent<T>, ? extends R> notSent,
            Function<? super Indeterminate<T>, ? extends R> indeterminate) {
        if (this instanceof Accepted<T> it) {
            return accepted.apply(it);
        }
        if (this instanceof Rejected<T> it) {
            return rejected.apply(it);
        }
        if (this instanceof NotSent<T> it) {
            return notSent.apply(it);
        }
        return indeterminate.apply((Indeterminate<T>) this);
    }
}
