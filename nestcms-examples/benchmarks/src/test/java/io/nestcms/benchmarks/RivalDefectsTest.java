package io.nestcms.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.failsafe.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Defects of the published artifacts, reproduced, each beside a breaker that does not have it. */
class RivalDefectsTest {
    private static final Duration OPEN_FOR = Duration.ofSeconds(30);

    private final AtomicLong nanos = new AtomicLong();

    /** The wall clock of the same time. */
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(nanos.get());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    private void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private CircuitBreaker ours() {
        return CircuitBreakers.builder()
                .ticker(nanos::get)
                .clock(clock)
                .build()
                .create(
                        "ours",
                        BreakerSettings.builder()
                                .countWindow(2)
                                .minimumCalls(2)
                                .openFor(OPEN_FOR)
                                .trialCalls(1)
                                .probeTimeout(Duration.ofSeconds(60))
                                .build());
    }

    private dev.failsafe.CircuitBreaker<Object> failsafe() {
        return dev.failsafe.CircuitBreaker.builder()
                .withFailureThreshold(2)
                .withSuccessThreshold(1)
                .withDelay(Duration.ZERO)
                .build();
    }

    private io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j() {
        return io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                "theirs",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(2)
                        .minimumNumberOfCalls(2)
                        .waitDurationInOpenState(OPEN_FOR)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .clock(clock)
                        .currentTimestampFunction(ignored -> nanos.get(), TimeUnit.NANOSECONDS)
                        .build());
    }

    @Test
    void lateResult_failsafe_closesTheCircuit() {
        dev.failsafe.CircuitBreaker<Object> breaker = failsafe();
        assertThat(breaker.tryAcquirePermit()).as("a slow call begins").isTrue();
        breaker.recordFailure();
        breaker.recordFailure();
        assertThat(breaker.isOpen()).isTrue();
        assertThat(breaker.tryAcquirePermit()).as("the trial call begins").isTrue();
        breaker.recordSuccess();
        assertThat(breaker.isClosed())
                .as("the slow call, from before the outage, closed the circuit; the trial call still runs")
                .isTrue();
    }

    @Test
    void lateResult_resilience4j_closesTheCircuit() {
        io.github.resilience4j.circuitbreaker.CircuitBreaker breaker = resilience4j();
        breaker.acquirePermission();
        breaker.onError(1, TimeUnit.SECONDS, new IllegalStateException());
        breaker.onError(1, TimeUnit.SECONDS, new IllegalStateException());
        assertThat(breaker.getState()).isEqualTo(State.OPEN);
        advance(OPEN_FOR.plusSeconds(1));
        assertThat(breaker.tryAcquirePermission()).as("the trial call begins").isTrue();
        breaker.onSuccess(40, TimeUnit.SECONDS);
        assertThat(breaker.getState())
                .as("the slow call, from before the outage, closed the circuit; the trial call still runs")
                .isEqualTo(State.CLOSED);
    }

    @Test
    void lateResult_ours_changesNothing() {
        CircuitBreaker breaker = ours();
        Permit slow = breaker.tryAcquire();
        breaker.tryAcquire().failure(FailureClass.TIMEOUT);
        breaker.tryAcquire().failure(FailureClass.TIMEOUT);
        advance(OPEN_FOR);
        Permit trial = breaker.tryAcquire();
        slow.success();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        trial.failure(FailureClass.TIMEOUT);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void leakedTrial_failsafe_rejectsForEver() {
        dev.failsafe.CircuitBreaker<Object> breaker = failsafe();
        breaker.open();
        assertThat(breaker.tryAcquirePermit())
                .as("the trial call that is never reported")
                .isTrue();
        assertThat(breaker.tryAcquirePermit()).isFalse();
        assertThat(breaker.getRemainingDelay()).as("and nothing to wait for").isZero();
        assertThat(breaker.isHalfOpen()).isTrue();
    }

    @Test
    void leakedTrial_resilience4j_rejectsForEver() {
        io.github.resilience4j.circuitbreaker.CircuitBreaker breaker = resilience4j();
        breaker.transitionToOpenState();
        advance(OPEN_FOR.plusSeconds(1));
        assertThat(breaker.tryAcquirePermission())
                .as("the trial call that is never reported")
                .isTrue();
        for (int day = 0; day < 365; day++) {
            advance(Duration.ofDays(1));
            assertThat(breaker.tryAcquirePermission()).isFalse();
        }
        assertThat(breaker.getState()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void leakedTrial_ours_isTakenBack() {
        CircuitBreaker breaker = ours();
        breaker.tryAcquire().failure(FailureClass.TIMEOUT);
        breaker.tryAcquire().failure(FailureClass.TIMEOUT);
        advance(OPEN_FOR);
        assertThat(breaker.tryAcquire().isRejected())
                .as("the trial call that is never reported")
                .isFalse();
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
        advance(Duration.ofSeconds(60));
        assertThat(breaker.tryAcquire().isRejected()).as("counted as failed").isTrue();
        advance(OPEN_FOR);
        Permit second = breaker.tryAcquire();
        assertThat(second.isRejected()).isFalse();
        second.success();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void bulkheadWaiterThatGivesUp_failsafe_losesThePlace() throws InterruptedException {
        Bulkhead<Object> bulkhead = Bulkhead.of(1);
        assertThat(bulkhead.tryAcquirePermit()).isTrue();
        assertThat(bulkhead.tryAcquirePermit(Duration.ofMillis(1))).isFalse();
        bulkhead.releasePermit();
        assertThat(bulkhead.tryAcquirePermit()).as("nobody holds the place").isFalse();
    }

    @Test
    void bulkheadWaiterThatGivesUp_ours_losesNothing() throws InterruptedException {
        io.nestcms.resilience.Bulkhead bulkhead = io.nestcms.resilience.Bulkhead.of(1, Duration.ofMillis(1));
        assertThat(bulkhead.tryAcquire()).isTrue();
        assertThat(bulkhead.tryAcquire()).isFalse();
        bulkhead.release();
        assertThat(bulkhead.tryAcquire()).isTrue();
    }
}
