package io.nestcms.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a circuit breaker or to the dependency it guards. The circuit events of one breaker are told
 * in the order in which they happened.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface CircuitEvent {
    /**
     * The dependency. Several breakers may guard one dependency.
     *
     * @return its name
     */
    String dependency();

    /**
     * When it happened.
     *
     * @return the time by the wall clock
     */
    Instant at();

    /**
     * A circuit opened: calls are rejected from now on.
     *
     * @param dependency the dependency
     * @param breaker the breaker's name
     * @param at when it opened
     * @param openFor for how long, or {@code null} when it was opened by hand
     * @param cause the class of the failure that opened it, or {@code null} when calls were slow or it was opened by hand
     */
    record CircuitOpened(
            String dependency,
            String breaker,
            Instant at,
            @Nullable Duration openFor,
            @Nullable FailureClass cause) implements CircuitEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param dependency the dependency
         * @param breaker the breaker's name
         * @param at when it opened
         * @param openFor for how long, or {@code null}
         * @param cause the class of the failure that opened it, or {@code null}
         */
        public CircuitOpened {
            Objects.requireNonNull(dependency, "dependency");
            Objects.requireNonNull(breaker, "breaker");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * The open time is over: trial calls are let through.
     *
     * @param dependency the dependency
     * @param breaker the breaker's name
     * @param at when the first trial call was let through
     */
    record CircuitHalfOpened(String dependency, String breaker, Instant at) implements CircuitEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param dependency the dependency
         * @param breaker the breaker's name
         * @param at when the first trial call was let through
         */
        public CircuitHalfOpened {
            Objects.requireNonNull(dependency, "dependency");
            Objects.requireNonNull(breaker, "breaker");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * A circuit closed: all calls are let through.
     *
     * @param dependency the dependency
     * @param breaker the breaker's name
     * @param at when it closed
     */
    record CircuitClosed(String dependency, String breaker, Instant at) implements CircuitEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param dependency the dependency
         * @param breaker the breaker's name
         * @param at when it closed
         */
        public CircuitClosed {
            Objects.requireNonNull(dependency, "dependency");
            Objects.requireNonNull(breaker, "breaker");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * Somebody wanted to call a dependency and was rejected. Told once per outage and dependency, at the first rejection.
     *
     * @param dependency the dependency
     * @param at when the first call was rejected
     * @param retryAfter how long calls are going to be rejected
     */
    record ServiceUnavailable(String dependency, Instant at, Duration retryAfter) implements CircuitEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param dependency the dependency
         * @param at when the first call was rejected
         * @param retryAfter how long calls are going to be rejected
         */
        public ServiceUnavailable {
            Objects.requireNonNull(dependency, "dependency");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(retryAfter, "retryAfter");
        }
    }

    /**
     * An outage is over: every breaker of the dependency is closed again. Told once per outage.
     *
     * @param dependency the dependency
     * @param at when the last breaker closed
     * @param outage how long the outage was, from the first opening
     */
    record ServiceRecovered(String dependency, Instant at, Duration outage) implements CircuitEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param dependency the dependency
         * @param at when the last breaker closed
         * @param outage how long the outage was
         */
        public ServiceRecovered {
            Objects.requireNonNull(dependency, "dependency");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(outage, "outage");
        }
    }
}
