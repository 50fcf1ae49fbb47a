package io.nestcms.health;

import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.CircuitBreaker;
import java.util.Objects;

/**
 * Looks at one part of the application.
 *
 * <p>Implementations are safe for use by many threads, and end some time: a probe that hangs is reported as down and not
 * started again until it has ended.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface HealthProbe {
    /**
     * Looks.
     *
     * @return what it found
     * @throws Exception if the part does not work; its type is reported and not its message, which may hold an address or a
     *     secret
     */
    Health look() throws Exception;

    /**
     * A circuit breaker: up when it lets all calls through, else degraded. Looking makes no call and announces nothing.
     *
     * @param breaker the breaker
     * @return a probe that never fails
     */
    static HealthProbe of(CircuitBreaker breaker) {
        Objects.requireNonNull(breaker, "breaker");
        return () -> {
            BreakerSnapshot snapshot = breaker.snapshot();
            return switch (snapshot.state()) {
                case CLOSED, DISABLED, METRICS_ONLY -> Health.up();
                case OPEN, FORCED_OPEN, HALF_OPEN, RECOVERING -> Health.degraded("circuit " + snapshot.state());
            };
        };
    }
}
