package io.nestcms.benchmarks;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.Permit;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One successful call through a closed breaker. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClosedCallBenchmark {
    /** What the window counts. */
    @Param({"count", "time"})
    public String window = "count";

    private CircuitBreaker ours;
    private CircuitBreaker oursSlow;
    private dev.failsafe.CircuitBreaker<Object> failsafe;
    private FailsafeExecutor<Object> executor;
    private io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j;
    private int answer = 42;

    /** Makes the breakers. */
    @Setup
    public void make() {
        boolean timed = window.equals("time");
        ours = Rivals.ours(timed, false);
        oursSlow = Rivals.ours(timed, true);
        failsafe = Rivals.failsafe(timed);
        executor = Failsafe.with(Rivals.failsafe(timed));
        resilience4j = Rivals.resilience4j(timed);
    }

    private Integer answer() {
        return answer;
    }

    @Benchmark
    public Integer direct() {
        return answer();
    }

    @Benchmark
    public Integer nestcmsCall() {
        return ours.call(this::answer);
    }

    @Benchmark
    public Integer nestcmsPermit() {
        Permit permit = ours.tryAcquire();
        if (permit.isRejected()) {
            return -1;
        }
        Integer result = answer();
        permit.success();
        return result;
    }

    @Benchmark
    public Integer nestcmsSlowCallsWatched() {
        return oursSlow.call(this::answer);
    }

    @Benchmark
    public Integer failsafeStandAlone() {
        if (!failsafe.tryAcquirePermit()) {
            return -1;
        }
        Integer result = answer();
        failsafe.recordSuccess();
        return result;
    }

    @Benchmark
    public Integer failsafeExecutor() {
        return (Integer) executor.get(this::answer);
    }

    @Benchmark
    public Integer resilience4j() {
        return resilience4j.executeSupplier(this::answer);
    }
}
