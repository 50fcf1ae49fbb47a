package io.nestcms.benchmarks;

import dev.failsafe.CircuitBreakerBuilder;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Duration;

/** The breakers side by side, with the same settings: 100 calls or 10 seconds, half of them failed, at least 20. */
final class Rivals {
    private static final int CALLS = 100;
    private static final int SECONDS = 10;
    private static final int MINIMUM = 20;

    private Rivals() {}

    static CircuitBreaker ours(boolean timed, boolean slow) {
        BreakerSettings.Builder settings = BreakerSettings.builder()
                .countWindow(CALLS)
                .minimumCalls(MINIMUM)
                .failureRate(0.5);
        if (timed) {
            settings.timeWindow(Duration.ofSeconds(SECONDS));
        }
        if (slow) {
            settings.slowCalls(Duration.ofSeconds(60), 1);
        }
        return CircuitBreakers.builder().build().create("bench", settings.build());
    }

    static dev.failsafe.CircuitBreaker<Object> failsafe(boolean timed) {
        CircuitBreakerBuilder<Object> builder = dev.failsafe.CircuitBreaker.builder();
        if (timed) {
            builder.withFailureRateThreshold(50, MINIMUM, Duration.ofSeconds(SECONDS));
        } else {
            builder.withFailureThreshold(CALLS / 2, CALLS);
        }
        return builder.withDelay(Duration.ofHours(1)).build();
    }

    static io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j(boolean timed) {
        return io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                "bench",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(timed ? SlidingWindowType.TIME_BASED : SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(timed ? SECONDS : CALLS)
                        .minimumNumberOfCalls(MINIMUM)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(Duration.ofHours(1))
                        .build());
    }
}
