package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that start together, over many rounds. */
class CircuitBreakerConcurrencyTest {
    private static final int THREADS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final ManualTime time = new ManualTime();
    private final ConcurrentLinkedQueue<CircuitEvent> events = new ConcurrentLinkedQueue<>();
    private final CircuitBreakers breakers = CircuitBreakers.builder()
            .ticker(time)
            .clock(time)
            .listener(events::add)
            .build();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private <T> List<T> together(Callable<T> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Future<T>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            running.add(threads.submit(() -> {
                start.await();
                return task.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> each : running) {
            results.add(each.get());
        }
        return results;
    }

    @Test
    void record_byManyThreads_losesNothing() throws Exception {
        for (boolean timed : new boolean[] {false, true}) {
            BreakerSettings.Builder settings =
                    BreakerSettings.builder().countWindow(100).failureRate(1).minimumCalls(1000);
            if (timed) {
                settings.timeWindow(Duration.ofMinutes(1)).minimumCalls(1_000_000);
            }
            CircuitBreaker breaker = breakers.create("b" + timed, settings.build());
            together(() -> {
                for (int i = 0; i < 20_000; i++) {
                    Permit permit = breaker.tryAcquire();
                    if (i % 10 == 0) {
                        permit.failure(FailureClass.TIMEOUT);
                    } else {
                        permit.success();
                    }
                }
                return null;
            });
            BreakerSnapshot snapshot = breaker.snapshot();
            assertThat(snapshot.calls()).isEqualTo(THREADS * 20_000L);
            assertThat(snapshot.failures()).containsEntry(FailureClass.TIMEOUT, THREADS * 2_000L);
            assertThat(snapshot.windowCalls()).isEqualTo(timed ? THREADS * 20_000L : 100);
        }
    }

    @Test
    void failures_ofManyThreads_openOnceAndAreToldOnce() throws Exception {
        for (int round = 0; round < 500; round++) {
            events.clear();
            CircuitBreaker breaker = breakers.create(
                    "b" + round,
                    BreakerSettings.builder().countWindow(8).minimumCalls(8).build());
            together(() -> {
                breaker.tryAcquire().failure(FailureClass.OTHER);
                breaker.tryAcquire().failure(FailureClass.OTHER);
                return null;
            });
            assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
            together(breaker::tryAcquire);
            assertThat(events).filteredOn(CircuitOpened.class::isInstance).hasSize(1);
            assertThat(events).filteredOn(ServiceUnavailable.class::isInstance).hasSize(1);
        }
    }

    @Test
    void halfOpen_manyThreads_neverGetMoreThanTheTrialCalls() throws Exception {
        CircuitBreaker breaker = breakers.create(
                "b",
                BreakerSettings.builder()
                        .countWindow(1)
                        .minimumCalls(1)
                        .openFor(Duration.ofSeconds(1))
                        .trialCalls(2)
                        .build());
        for (int round = 0; round < 500; round++) {
            breaker.tryAcquire().failure(FailureClass.OTHER);
            time.advance(Duration.ofSeconds(1));
            List<Permit> permits = together(breaker::tryAcquire);
            List<Permit> given =
                    permits.stream().filter(permit -> !permit.isRejected()).toList();
            assertThat(given).hasSize(2);
            given.forEach(Permit::success);
            assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        }
    }

    /** A million steps: permits are acquired, settled in any way or lost, by threads that also move the clock. */
    @Test
    void anyInterleaving_neverRejectsForEver() throws Exception {
        AtomicInteger seeds = new AtomicInteger(42);
        for (int round = 0; round < 50; round++) {
            CircuitBreaker breaker = breakers.create(
                    "b" + round,
                    BreakerSettings.builder()
                            .countWindow(5)
                            .minimumCalls(2)
                            .openFor(Duration.ofSeconds(1))
                            .trialCalls(3)
                            .probeTimeout(Duration.ofSeconds(10))
                            .ramp(Duration.ofSeconds(1), 0.2, 0.5)
                            .build());
            together(() -> {
                Random random = new Random(seeds.incrementAndGet());
                for (int i = 0; i < 5_000; i++) {
                    Permit permit = breaker.tryAcquire();
                    switch (random.nextInt(6)) {
                        case 0 -> permit.failure(FailureClass.values()[random.nextInt(5)]);
                        case 1 -> permit.ignore();
                        case 2 -> time.advance(Duration.ofMillis(random.nextInt(500)));
                        case 3 -> breaker.retryAfter();
                        default -> permit.success();
                    }
                }
                return null;
            });
            time.advance(Duration.ofSeconds(11));
            breaker.state();
            time.advance(Duration.ofSeconds(2));
            assertThat(IntStream.range(0, 10)
                            .mapToObj(i -> breaker.tryAcquire())
                            .anyMatch(permit -> !permit.isRejected()))
                    .as(breaker::toString)
                    .isTrue();
        }
    }
}
