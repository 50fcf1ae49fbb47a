package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.resilience.CircuitEvent.CircuitClosed;
import io.nestcms.resilience.CircuitEvent.CircuitHalfOpened;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private static final Duration OPEN_FOR = Duration.ofSeconds(30);

    private final ManualTime time = new ManualTime();
    private final List<CircuitEvent> events = new ArrayList<>();
    private final CircuitBreakers breakers = CircuitBreakers.builder()
            .ticker(time)
            .clock(time)
            .listener(events::add)
            .build();

    private static BreakerSettings.Builder settings() {
        return BreakerSettings.builder()
                .countWindow(10)
                .minimumCalls(4)
                .failureRate(0.5)
                .openFor(OPEN_FOR)
                .trialCalls(2);
    }

    private CircuitBreaker breaker(BreakerSettings.Builder settings) {
        return breakers.create("gateway", settings.build());
    }

    private static void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.tryAcquire().failure(FailureClass.SERVER_ERROR);
        }
    }

    private static void succeed(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.tryAcquire().success();
        }
    }

    @Test
    void closed_belowTheMinimum_staysClosed() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 3);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
    }

    @Test
    void closed_minimumReachedByASuccess_isJudgedThen() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 3);
        succeed(breaker, 1);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void closed_failureRateReached_opensAndRejectsAndSaysForHowLong() {
        CircuitBreaker breaker = breaker(settings());
        succeed(breaker, 2);
        fail(breaker, 2);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
        time.advance(Duration.ofSeconds(10));
        assertThat(breaker.retryAfter()).contains(Duration.ofSeconds(20));
    }

    @Test
    void open_timeOver_letsAsManyTrialCallsThroughAsSet() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        assertThat(breaker.retryAfter()).isEmpty();
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void halfOpen_trialsGood_closes() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        succeed(breaker, 2);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void halfOpen_trialBad_opensAgain() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.retryAfter()).contains(OPEN_FOR);
    }

    @Test
    void halfOpen_trialsNeverReported_countAsFailedAfterTheProbeTimeout() {
        CircuitBreaker breaker = breaker(settings().probeTimeout(Duration.ofSeconds(60)));
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        breaker.tryAcquire();
        breaker.tryAcquire();
        time.advance(Duration.ofSeconds(59));
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
        assertThat(breaker.retryAfter()).contains(Duration.ofSeconds(1));
        time.advance(Duration.ofSeconds(1));
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        time.advance(OPEN_FOR);
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
        assertThat(breaker.snapshot().leaked()).isEqualTo(2);
    }

    @Test
    void settle_afterTheBreakerOpened_changesNothing() {
        CircuitBreaker breaker = breaker(settings());
        Permit old = breaker.tryAcquire();
        Permit other = breaker.tryAcquire();
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        Permit trial = breaker.tryAcquire();
        old.success();
        other.failure(FailureClass.TIMEOUT);
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        trial.success();
        succeed(breaker, 1);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.snapshot().late()).isEqualTo(2);
    }

    @Test
    void events_ofOneOutage_areToldOnceAndInOrder() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 4);
        breaker.tryAcquire();
        breaker.tryAcquire();
        time.advance(OPEN_FOR);
        fail(breaker, 1);
        breaker.tryAcquire();
        time.advance(OPEN_FOR);
        succeed(breaker, 2);
        assertThat(events)
                .extracting(event -> (Object) event.getClass())
                .containsExactly(
                        CircuitOpened.class,
                        ServiceUnavailable.class,
                        CircuitHalfOpened.class,
                        CircuitOpened.class,
                        CircuitHalfOpened.class,
                        CircuitClosed.class,
                        ServiceRecovered.class);
        assertThat(events).allSatisfy(event -> assertThat(event.dependency()).isEqualTo("gateway"));
    }

    @Test
    void call_rejected_runsTheFallback() {
        CircuitBreaker breaker = breaker(settings());
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(() -> breaker.call(() -> {
                        throw new ConnectException();
                    }))
                    .isInstanceOf(ConnectException.class);
        }
        assertThat(breaker.call(() -> "called", () -> "instead")).isEqualTo("instead");
        assertThatThrownBy(() -> breaker.call(() -> "called"))
                .isInstanceOfSatisfying(
                        CircuitOpenException.class,
                        refusal -> assertThat(refusal.retryAfter()).isEqualTo(OPEN_FOR));
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.CONNECT, 4L);
    }

    @Test
    void callAsync_failedStage_isCountedWhenItEnds() {
        CircuitBreaker breaker = breaker(settings());
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            CompletableFuture<String> call = new CompletableFuture<>();
            calls.add(call);
            breaker.callAsync(() -> call);
        }
        assertThat(breaker.snapshot().calls()).isZero();
        calls.forEach(call -> call.completeExceptionally(new ConnectException()));
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.callAsync(() -> calls.get(0)).toCompletableFuture()).isCompletedExceptionally();
    }
}
