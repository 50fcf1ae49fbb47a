package io.nestcms.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a protected call ended: with an answer, good or bad, or without having been made.
 *
 * @param <T> what the call returns
 * @since 0.1
 */
public sealed interface CallResult<T extends @Nullable Object> {
    /**
     * The dependency was called.
     *
     * @param <T> what the call returns
     * @param value the answer of the last try
     * @param attempts how many tries there were
     */
    record Answered<T extends @Nullable Object>(T value, int attempts) implements CallResult<T> {}

    /**
     * Nothing was sent.
     *
     * @param <T> what the call would have returned
     * @param reason why
     * @param retryAfter how long to wait before the next try; 0 when it is not known
     */
    record NotCalled<T extends @Nullable Object>(Reason reason, Duration retryAfter) implements CallResult<T> {
        /**
         * Checks that nothing is missing.
         *
         * @param reason why
         * @param retryAfter how long to wait
         */
        public NotCalled {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(retryAfter, "retryAfter");
        }

        /** Why a call was not made. */
        public enum Reason {
            /** The circuit breaker is open. */
            CIRCUIT_OPEN,
            /** As many calls as are allowed run already. */
            BULKHEAD_FULL,
            /** As many calls as are allowed in the time were made already. */
            RATE_LIMITED,
            /** The deadline was over before the call could be made. */
            OUT_OF_TIME,
            /** The thread was interrupted while it waited. Its interrupt flag is set. */
            INTERRUPTED
        }
    }

    /**
     * Handles both ends; the compiler sees to it that none is forgotten.
     *
     * @param <R> what the handlers give
     * @param answered the dependency was called
     * @param notCalled nothing was sent
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Answered<T>, ? extends R> answered,
            Function<? super NotCalled<T>, ? extends R> notCalled) {
        return this instanceof Answered<T> it ? answered.apply(it) : notCalled.apply((NotCalled<T>) this);
    }
}
