package io.nestcms.resilience;

import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a breaker remembers over a restart: a node that comes back while a dependency is out does not begin by calling it.
 * The times are by the wall clock, since a ticker does not survive the process.
 *
 * @param name the breaker's name
 * @param state its state; a breaker that was trying is remembered as open until then
 * @param since when it came to this state
 * @param openUntil how long calls are rejected; only when open
 * @param openingsInARow how often it opened without having closed in between, for the back-off
 * @param announced whether the unavailability was told
 * @param window the calls in the window, oldest first
 * @param at when this was put down
 * @since 0.1
 */
public record BreakerMemory(
        String name,
        BreakerState state,
        Instant since,
        @Nullable Instant openUntil,
        int openingsInARow,
        boolean announced,
        List<Calls> window,
        Instant at) {
    /**
     * Copies the list and checks that nothing that must be there is missing.
     *
     * @param name the breaker's name
     * @param state its state
     * @param since when it came to this state
     * @param openUntil how long calls are rejected, or {@code null}
     * @param openingsInARow how often it opened without having closed
     * @param announced whether the unavailability was told
     * @param window the calls in the window
     * @param at when this was put down
     */
    public BreakerMemory {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(since, "since");
        Check.range("openingsInARow", openingsInARow, 0, Integer.MAX_VALUE);
        window = List.copyOf(window);
        Objects.requireNonNull(at, "at");
    }

    /**
     * Calls that ended in the same way at about the same time.
     *
     * @param failure how they failed, or {@code null} when they did not
     * @param slow whether they were slow
     * @param calls how many they were; 1 or more
     * @param at when, to the precision of the window
     */
    public record Calls(@Nullable FailureClass failure, boolean slow, long calls, Instant at) {
        /**
         * Checks the values.
         *
         * @param failure how they failed, or {@code null}
         * @param slow whether they were slow
         * @param calls how many they were
         * @param at when
         */
        public Calls {
            if (calls < 1) {
                throw new InvalidInputException("calls", "is " + calls, "1 or more");
            }
            Objects.requireNonNull(at, "at");
        }

        /** As windows count it. */
        int outcome() {
            int outcome = failure == null ? Outcomes.SUCCESS : Outcomes.of(failure);
            return slow ? Outcomes.slow(outcome) : outcome;
        }
    }
}
