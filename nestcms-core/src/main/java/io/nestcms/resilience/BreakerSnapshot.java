package io.nestcms.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker at one moment, for a dashboard, a metric or a health check.
 *
 * @param name the breaker's name
 * @param dependency the dependency it guards
 * @param state what it does with calls
 * @param windowCalls calls in the window; of the trial or ramp calls while it recovers
 * @param windowFailures failed calls in the window
 * @param windowSlow slow calls in the window, failed or not
 * @param score failures and slow calls in the window, weighed against their thresholds: at 1 or more the breaker opens
 * @param admittedShare the share of calls that is let through, 0 to 1; 0 while only trial calls are
 * @param retryAfter how long calls are going to be rejected; 0 when they are let through
 * @param calls all calls whose results were counted since the breaker was made or reset
 * @param failures failed calls of each class since then
 * @param slow slow calls since then, failed or not
 * @param rejected rejected calls since then
 * @param ignored results that were ignored on the caller's word since then
 * @param late results that came after the breaker had moved on since then; they change nothing
 * @param leaked trial calls that were never reported since then
 * @param opened how often it opened since then
 * @param lastFailure the class of the last counted failure, or {@code null} when there was none
 * @param lastFailureAt when that was, or {@code null}
 * @param since when the breaker came to this state
 * @param at when the snapshot was taken
 * @since 0.1
 */
public record BreakerSnapshot(
        String name,
        String dependency,
        BreakerState state,
        long windowCalls,
        long windowFailures,
        long windowSlow,
        double score,
        double admittedShare,
        Duration retryAfter,
        long calls,
        Map<FailureClass, Long> failures,
        long slow,
        long rejected,
        long ignored,
        long late,
        long leaked,
        long opened,
        @Nullable FailureClass lastFailure,
        @Nullable Instant lastFailureAt,
        Instant since,
        Instant at) {
    /**
     * Copies the map and checks that nothing that must be there is missing.
     *
     * @param name the breaker's name
     * @param dependency the dependency
     * @param state what it does with calls
     * @param windowCalls calls in the window
     * @param windowFailures failed calls in the window
     * @param windowSlow slow calls in the window
     * @param score failures and slow calls, weighed
     * @param admittedShare the share that is let through
     * @param retryAfter how long calls are rejected
     * @param calls all counted calls
     * @param failures failed calls of each class
     * @param slow slow calls
     * @param rejected rejected calls
     * @param ignored ignored results
     * @param late late results
     * @param leaked trial calls never reported
     * @param opened how often it opened
     * @param lastFailure class of the last failure, or {@code null}
     * @param lastFailureAt when that was, or {@code null}
     * @param since when it came to this state
     * @param at when the snapshot was taken
     */
    public BreakerSnapshot {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dependency, "dependency");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(retryAfter, "retryAfter");
        failures = Map.copyOf(failures);
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(at, "at");
    }

    /**
     * The share of failed calls in the window.
     *
     * @return 0 to 1; 0 when there were no calls
     */
    public double failureRate() {
        return windowCalls == 0 ? 0 : (double) windowFailures / windowCalls;
    }

    /**
     * The share of slow calls in the window.
     *
     * @return 0 to 1; 0 when there were no calls
     */
    public double slowRate() {
        return windowCalls == 0 ? 0 : (double) windowSlow / windowCalls;
    }
}
