package io.nestcms.interleavings;

import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.CircuitEvent;
import io.nestcms.resilience.FailureClass;
import java.time.Duration;
import java.util.function.Consumer;

/** Breakers whose time stands still until it is moved. */
final class Breakers {
    static final Duration OPEN_FOR = Duration.ofSeconds(1);
    static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private volatile long now;

    private Breakers() {}

    static Breakers create() {
        return new Breakers();
    }

    void advance(Duration time) {
        now += time.toNanos();
    }

    /** A closed breaker that opens at the second failure. */
    CircuitBreaker closed(Consumer<? super CircuitEvent> listener) {
        return CircuitBreakers.builder()
                .ticker(() -> now)
                .listener(listener)
                .build()
                .create(
                        "b",
                        BreakerSettings.builder()
                                .countWindow(2)
                                .minimumCalls(2)
                                .failureRate(1)
                                .openFor(OPEN_FOR)
                                .trialCalls(1)
                                .probeTimeout(PROBE_TIMEOUT)
                                .build());
    }

    /** A breaker whose open time is over: the next call is its only trial call. */
    CircuitBreaker aboutToTry() {
        CircuitBreaker breaker = closed(event -> {});
        breaker.tryAcquire().failure(FailureClass.OTHER);
        breaker.tryAcquire().failure(FailureClass.OTHER);
        advance(OPEN_FOR);
        return breaker;
    }
}
