package io.nestcms.benchmarks;

import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One call that an open breaker turns away. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RejectionBenchmark {
    private CircuitBreaker ours;
    private dev.failsafe.CircuitBreaker<Object> failsafe;
    private FailsafeExecutor<Object> executor;
    private io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j;

    /** Opens the breakers by failures, each for an hour. */
    @Setup
    public void make() {
        ours = CircuitBreakers.builder()
                .build()
                .create(
                        "bench",
                        BreakerSettings.builder()
                                .countWindow(1)
                                .minimumCalls(1)
                                .openFor(Duration.ofHours(1))
                                .build());
        ours.tryAcquire().failure(FailureClass.TIMEOUT);
        failsafe = Rivals.failsafe(false);
        failsafe.open();
        executor = Failsafe.with(failsafe);
        resilience4j = Rivals.resilience4j(false);
        resilience4j.transitionToOpenState();
    }

    @Benchmark
    public Integer nestcmsPermit() {
        return ours.tryAcquire().isRejected() ? -1 : 1;
    }

    @Benchmark
    public Integer nestcmsCallWithFallback() {
        return ours.call(() -> 1, () -> -1);
    }

    @Benchmark
    public Integer failsafeStandAlone() {
        return failsafe.tryAcquirePermit() ? 1 : -1;
    }

    @Benchmark
    public Integer failsafeExecutor() {
        try {
            return (Integer) executor.get(() -> 1);
        } catch (CircuitBreakerOpenException e) {
            return -1;
        }
    }

    @Benchmark
    public Integer resilience4jPermission() {
        return resilience4j.tryAcquirePermission() ? 1 : -1;
    }

    @Benchmark
    public Integer resilience4jCall() {
        try {
            return resilience4j.executeSupplier(() -> 1);
        } catch (CallNotPermittedException e) {
            return -1;
        }
    }
}
