package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.resilience.CallResult.Answered;
import io.nestcms.resilience.CallResult.NotCalled;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class ProtectionTest {
    private static final Classifier<Object> BY_EXCEPTION = new Classifier<>() {
        @Override
        public Verdict ofResult(Object answer) {
            return answer.equals("429")
                    ? Verdict.failure(FailureClass.THROTTLED, Duration.ofSeconds(3))
                            .notSent()
                    : Verdict.success();
        }

        @Override
        public Verdict ofException(Throwable failure) {
            return Classifier.byException().ofException(failure);
        }
    };

    private final ManualTime time = new ManualTime();
    private final List<Duration> pauses = new ArrayList<>();
    private final CircuitBreaker breaker = CircuitBreakers.builder()
            .ticker(time)
            .build()
            .create(
                    "bank",
                    BreakerSettings.builder().minimumCalls(5).countWindow(5).build());
    private int calls;

    private Protection.Builder protection() {
        return Protection.builder(breaker)
                .ticker(time)
                .deadline(Duration.ofSeconds(10))
                .attemptTimeout(Duration.ofSeconds(4))
                .retry(new RetrySettings(3, Duration.ofSeconds(1), Duration.ofSeconds(8), 0))
                .pause(pause -> {
                    pauses.add(pause);
                    time.advance(pause);
                })
                .delayed(delay -> task -> {
                    pauses.add(delay);
                    time.advance(delay);
                    task.run();
                });
    }

    private Object refusedTwice(Attempt attempt) throws ConnectException {
        calls++;
        if (attempt.number() < 3) {
            throw new ConnectException();
        }
        return "paid";
    }

    @Test
    void call_notSent_isTriedAgainWithBackOff() throws Exception {
        CallResult<Object> result = protection().build().call(this::refusedTwice, BY_EXCEPTION);
        assertThat(result).isEqualTo(new Answered<Object>("paid", 3));
        assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void call_mayHaveArrived_isNeverTriedAgain() {
        assertThatThrownBy(() -> protection()
                        .build()
                        .call(
                                attempt -> {
                                    calls++;
                                    throw new SocketTimeoutException();
                                },
                                BY_EXCEPTION))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void call_dependencySaysWhen_waitsThatLong() {
        CallResult<Object> result =
                protection().build().call(attempt -> attempt.number() == 1 ? "429" : "paid", BY_EXCEPTION);
        assertThat(result).isEqualTo(new Answered<Object>("paid", 2));
        assertThat(pauses).containsExactly(Duration.ofSeconds(3));
    }

    @Test
    void call_waitWouldCrossTheDeadline_endsWithTheLastAnswer() {
        CallResult<Object> result =
                protection().deadline(Duration.ofSeconds(3)).build().call(attempt -> "429", BY_EXCEPTION);
        assertThat(result).isEqualTo(new Answered<Object>("429", 1));
        assertThat(pauses).isEmpty();
    }

    @Test
    void call_attemptTimeout_isTheShorterOfSetAndLeft() throws Exception {
        List<Duration> timeouts = new ArrayList<>();
        assertThatThrownBy(() -> protection()
                        .build()
                        .call(
                                attempt -> {
                                    timeouts.add(attempt.timeout());
                                    time.advance(Duration.ofSeconds(3));
                                    throw new ConnectException();
                                },
                                BY_EXCEPTION))
                .isInstanceOf(ConnectException.class);
        assertThat(timeouts)
                .as("10 s in all: 3 for the try, 1 wait, 3 for the try, 2 wait, 1 left")
                .containsExactly(Duration.ofSeconds(4), Duration.ofSeconds(4), Duration.ofSeconds(1));
    }

    @Test
    void call_circuitOpen_isNotCalledAndSaysWhen() {
        breaker.forceOpen();
        CallResult<Object> result = protection().build().call(attempt -> "paid", BY_EXCEPTION);
        assertThat(result).isEqualTo(new NotCalled<>(Reason.CIRCUIT_OPEN, Duration.ofSeconds(30)));
        assertThat(result.<String>fold(answered -> "answered", notCalled -> "not called"))
                .isEqualTo("not called");
    }

    @Test
    void call_bulkheadFull_isNotCalledAndCountsForNothing() {
        Bulkhead bulkhead = Bulkhead.of(1);
        assertThat(bulkhead.tryAcquire()).isTrue();
        Protection protection = protection().bulkhead(bulkhead).build();
        assertThat(protection.call(attempt -> "paid", BY_EXCEPTION))
                .isEqualTo(new NotCalled<>(Reason.BULKHEAD_FULL, Duration.ZERO));
        bulkhead.release();
        assertThat(protection.call(attempt -> bulkhead.running(), BY_EXCEPTION)).isEqualTo(new Answered<>(1, 1));
        assertThat(bulkhead.running()).isZero();
        assertThat(breaker.snapshot().calls()).isEqualTo(1);
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
    }

    @Test
    void call_rateLimited_isNotCalledAndGivesThePlaceBack() {
        Bulkhead bulkhead = Bulkhead.of(5);
        Protection protection = protection()
                .bulkhead(bulkhead)
                .rateLimit(RateLimit.of(1, Duration.ofSeconds(2), time))
                .build();
        assertThat(protection.call(attempt -> "paid", BY_EXCEPTION)).isInstanceOf(Answered.class);
        assertThat(protection.call(attempt -> "paid", BY_EXCEPTION))
                .isEqualTo(new NotCalled<>(Reason.RATE_LIMITED, Duration.ofSeconds(2)));
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void call_deadlineOver_isNotCalled() {
        Deadline over = Deadline.after(Duration.ZERO, time);
        assertThat(protection().build().call(attempt -> "paid", BY_EXCEPTION, over))
                .isEqualTo(new NotCalled<>(Reason.OUT_OF_TIME, Duration.ZERO));
    }

    @Test
    void call_interruptedInTheWait_stopsAndKeepsTheInterrupt() {
        Protection protection = protection()
                .pause(pause -> {
                    throw new InterruptedException();
                })
                .build();
        assertThatThrownBy(() -> protection.call(this::refusedTwice, BY_EXCEPTION))
                .isInstanceOf(ConnectException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void budget_gatewayFailing_keepsUpstreamCallsWithinTheShare() {
        int callers = 1000;
        RetryBudget budget = RetryBudget.of(0.2, 10, Duration.ofHours(1), time);
        breaker.disable();
        Protection protection = protection()
                .budget(budget)
                .retry(new RetrySettings(5, Duration.ZERO, Duration.ZERO, 0))
                .build();
        for (int i = 0; i < callers; i++) {
            assertThatThrownBy(() -> protection.call(
                            attempt -> {
                                calls++;
                                throw new ConnectException();
                            },
                            BY_EXCEPTION))
                    .isInstanceOf(ConnectException.class);
        }
        assertThat(calls).isGreaterThan(callers).isLessThanOrEqualTo((int) (1.2 * callers) + 10);
    }

    @Test
    void budget_oldCalls_areForgotten() {
        RetryBudget budget = RetryBudget.of(1, 0, Duration.ofSeconds(10), time);
        assertThat(budget.tryRetry()).isFalse();
        budget.called();
        time.advance(Duration.ofSeconds(9));
        assertThat(budget.tryRetry()).isTrue();
        assertThat(budget.tryRetry()).isFalse();
        budget.called();
        time.advance(Duration.ofSeconds(11));
        assertThat(budget.tryRetry()).isFalse();
    }

    @Test
    void callAsync_notSent_isTriedAgain() {
        CompletableFuture<CallResult<Object>> result = protection()
                .build()
                .<Object>callAsync(
                        attempt -> attempt.number() < 3
                                ? CompletableFuture.failedFuture(new ConnectException())
                                : CompletableFuture.completedFuture("paid"),
                        BY_EXCEPTION)
                .toCompletableFuture();
        assertThat(result.join()).isEqualTo(new Answered<Object>("paid", 3));
        assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void callAsync_furtherTries_keepTheLoggingContext() {
        List<String> seen = new ArrayList<>();
        Protection protection = protection()
                .delayed(delay -> task -> {
                    Thread other = new Thread(task);
                    other.start();
                    try {
                        other.join();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build();
        MDC.put("trace", "t-1");
        try {
            protection
                    .<Object>callAsync(
                            attempt -> {
                                seen.add(MDC.get("trace"));
                                return CompletableFuture.failedFuture(new ConnectException());
                            },
                            BY_EXCEPTION)
                    .toCompletableFuture()
                    .exceptionally(failure -> new Answered<Object>("failed", 3))
                    .join();
        } finally {
            MDC.clear();
        }
        assertThat(seen).containsExactly("t-1", "t-1", "t-1");
    }

    @Test
    void snapshot_countsCallsRetriesAndRefusals() throws Exception {
        Protection protection = protection()
                .budget(RetryBudget.of(0, 2, Duration.ofHours(1), time))
                .build();
        protection.call(this::refusedTwice, BY_EXCEPTION);
        assertThatThrownBy(() -> protection.call(
                        attempt -> {
                            throw new ConnectException();
                        },
                        BY_EXCEPTION))
                .isInstanceOf(ConnectException.class);
        breaker.forceOpen();
        protection.call(attempt -> "paid", BY_EXCEPTION);
        ProtectionSnapshot snapshot = protection.snapshot();
        assertThat(snapshot.calls()).isEqualTo(3);
        assertThat(snapshot.retries()).isEqualTo(2);
        assertThat(snapshot.retriesDenied()).isEqualTo(1);
        assertThat(snapshot.turnedAway()).containsEntry(Reason.CIRCUIT_OPEN, 1L).containsEntry(Reason.RATE_LIMITED, 0L);
    }

    @Test
    void callAsync_neverEnds_failsWithATimeoutInRealTime() {
        CompletableFuture<CallResult<Object>> result = protection()
                .attemptTimeout(Duration.ofMillis(20))
                .build()
                .<Object>callAsync(attempt -> new CompletableFuture<>(), BY_EXCEPTION)
                .toCompletableFuture();
        assertThatThrownBy(result::join).hasCauseInstanceOf(CallTimeoutException.class);
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 1L);
    }

    @Test
    void callAsync_circuitOpen_isNotCalled() {
        breaker.forceOpen();
        assertThat(protection()
                        .build()
                        .<Object>callAsync(attempt -> CompletableFuture.completedFuture("paid"), BY_EXCEPTION)
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(NotCalled.class);
    }

    @Test
    void deadline_earlierOfTwo_andWhatIsLeft() {
        Deadline near = Deadline.after(Duration.ofSeconds(1), time);
        Deadline far = Deadline.after(Duration.ofSeconds(9), time);
        assertThat(near.earlier(far)).isSameAs(near);
        assertThat(far.earlier(near)).isSameAs(near);
        assertThat(far.atMost(Duration.ofSeconds(4))).isEqualTo(Duration.ofSeconds(4));
        assertThat(near.atMost(Duration.ofSeconds(4))).isEqualTo(Duration.ofSeconds(1));
        time.advance(Duration.ofSeconds(2));
        assertThat(near.isOver()).isTrue();
        assertThat(near.remaining()).isZero();
        assertThat(Optional.of(far.isOver())).contains(false);
    }

    @Test
    void settings_outOfRange_areRefused() {
        assertThatThrownBy(() -> new RetrySettings(0, Duration.ZERO, Duration.ZERO, 0))
                .hasMessageContaining("attempts");
        assertThatThrownBy(() -> Bulkhead.of(0)).hasMessageContaining("calls is 0");
        assertThatThrownBy(() -> RateLimit.of(1, Duration.ZERO)).hasMessageContaining("period");
        assertThatThrownBy(() -> RetryBudget.of(2, 0, Duration.ofSeconds(1))).hasMessageContaining("share is 2.0");
        assertThat(RetrySettings.defaults().attempts()).isEqualTo(3);
    }
}
