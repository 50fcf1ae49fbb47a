package io.nestcms.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.event.EventBus;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double state(String breaker, String state) {
        return registry.get("nestcms.circuit.state")
                .tags("breaker", breaker, "state", state)
                .gauge()
                .value();
    }

    @Test
    void circuits_thoseMadeLaterToo_areMeasured() {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        breakers.create("early", BreakerSettings.builder().build());
        new CircuitMetrics(breakers).bindTo(registry);
        CircuitBreaker late = breakers.create(
                "late", BreakerSettings.builder().countWindow(2).minimumCalls(2).build());
        late.tryAcquire().success();
        late.tryAcquire().failure(FailureClass.TIMEOUT);
        late.tryAcquire();
        assertThat(state("early", "closed")).isEqualTo(1);
        assertThat(state("late", "open")).isEqualTo(1);
        assertThat(state("late", "closed")).isZero();
        assertThat(registry.get("nestcms.circuit.calls")
                        .tag("breaker", "late")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("nestcms.circuit.failures")
                        .tags("breaker", "late", "class", "timeout")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("nestcms.circuit.rejected")
                        .tag("breaker", "late")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("nestcms.circuit.retry.after")
                        .tag("breaker", "late")
                        .gauge()
                        .value())
                .isPositive();
        assertThat(registry.get("nestcms.circuit.admitted")
                        .tag("breaker", "late")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void bus_mailboxesDeadLettersAndTimes_areMeasured() {
        try (EventBus bus =
                EventBus.builder().interceptor(EventBusMetrics.timing(registry)).build()) {
            bus.subscribe(
                    String.class,
                    word -> {
                        if (word.isEmpty()) {
                            throw new IllegalArgumentException("empty");
                        }
                    },
                    SubscriptionSettings.<String>async()
                            .name("words")
                            .retry(2, Duration.ZERO, Duration.ZERO)
                            .build());
            new EventBusMetrics(bus).bindTo(registry);
            bus.publish("hello");
            bus.publish("");
            await().until(() -> count("failed") == 1);
            assertThat(count("handled")).isEqualTo(1);
            assertThat(count("retried")).isEqualTo(1);
            assertThat(count("rejected")).isZero();
            assertThat(registry.get("nestcms.events.waiting").gauge().value()).isZero();
            assertThat(registry.get("nestcms.events.dead").gauge().value()).isEqualTo(1);
            assertThat(registry.get("nestcms.events.handling").timer().count()).isEqualTo(3);
        }
    }

    private double count(String meter) {
        return registry.get("nestcms.events." + meter)
                .tag("listener", "words")
                .functionCounter()
                .count();
    }
}
