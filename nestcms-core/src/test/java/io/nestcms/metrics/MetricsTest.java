package io.nestcms.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.event.EventBus;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CallResult.Answered;
import io.nestcms.resilience.CallResult.NotCalled;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RetrySettings;
import java.net.ConnectException;
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
    void circuit_removedAndMadeAnew_isTheOneThatIsMeasured() {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        new CircuitMetrics(breakers).bindTo(registry);
        CircuitBreaker first = breakers.create("bank", BreakerSettings.builder().build());
        first.forceOpen();
        assertThat(state("bank", "forced_open")).isEqualTo(1);
        breakers.remove("bank");
        breakers.create("bank", BreakerSettings.builder().build());
        assertThat(state("bank", "forced_open")).isZero();
        assertThat(state("bank", "closed")).isEqualTo(1);
    }

    @Test
    void bus_mailboxesMadeLaterDeadLettersAndTimes_areMeasured() {
        try (EventBus bus =
                EventBus.builder().interceptor(EventBusMetrics.timing(registry)).build()) {
            new EventBusMetrics(bus).bindTo(registry);
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

    @Test
    void protection_triesAndWhatWasTurnedAway_areMeasured() throws Exception {
        CircuitBreaker breaker = CircuitBreakers.builder()
                .build()
                .create("gateway", BreakerSettings.builder().build());
        Protection protection = Protection.builder(breaker)
                .retry(new RetrySettings(3, Duration.ZERO, Duration.ZERO, 0))
                .build();
        new ProtectionMetrics(protection).bindTo(registry);
        assertThat(protection.<Object, Exception>call(
                        attempt -> {
                            if (attempt.number() < 3) {
                                throw new ConnectException();
                            }
                            return "done";
                        },
                        Classifier.byException()))
                .isEqualTo(new Answered<Object>("done", 3));
        breaker.forceOpen();
        assertThat(protection.<Object, Exception>call(attempt -> "done", Classifier.byException()))
                .isInstanceOf(NotCalled.class);
        assertThat(protectionCount("calls")).isEqualTo(2);
        assertThat(protectionCount("retries")).isEqualTo(2);
        assertThat(protectionCount("retries.denied")).isZero();
        assertThat(registry.get("nestcms.protection.turned.away")
                        .tags("breaker", "gateway", "reason", "circuit_open")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    private double protectionCount(String meter) {
        return registry.get("nestcms.protection." + meter)
                .tags("breaker", "gateway", "dependency", "gateway")
                .functionCounter()
                .count();
    }

    private double count(String meter) {
        return registry.get("nestcms.events." + meter)
                .tag("listener", "words")
                .functionCounter()
                .count();
    }
}
