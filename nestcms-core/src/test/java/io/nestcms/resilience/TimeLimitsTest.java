package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nestcms.resilience.CallResult.Answered;
import io.nestcms.resilience.CallResult.NotCalled;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls on the caller's thread: time limits, interrupts, and code that throws anything. */
@Timeout(60)
class TimeLimitsTest {
    private final ManualTime time = new ManualTime();
    private final ManualTimer timer = new ManualTimer(time);
    private final CircuitBreaker breaker = CircuitBreakers.builder()
            .ticker(time)
            .build()
            .create("bank", BreakerSettings.builder().minimumCalls(5).build());

    private Protection.Builder protection() {
        return Protection.builder(breaker)
                .ticker(time)
                .timer(timer)
                .attemptTimeout(Duration.ofMillis(100))
                .deadline(Duration.ofMillis(300))
                .retry(new RetrySettings(3, Duration.ZERO, Duration.ZERO, 0))
                .pause(timer::advance);
    }

    @AfterEach
    void noInterruptIsLeft() {
        assertThat(Thread.interrupted()).isFalse();
        assertThat(timer.planned()).as("plans that were not taken back").isZero();
    }

    private static final Classifier<Object> JUDGE = Classifier.byException();

    @Test
    void bodyIgnoresItsTime_isATimeoutAndNeverASuccess() {
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> protection()
                        .build()
                        .call(
                                attempt -> {
                                    calls.incrementAndGet();
                                    timer.advance(Duration.ofSeconds(2));
                                    return "paid";
                                },
                                JUDGE))
                .isInstanceOfSatisfying(
                        CallTimeoutException.class,
                        late -> assertThat(late.limit()).isEqualTo(Duration.ofMillis(100)));
        assertThat(calls).as("it may have arrived").hasValue(1);
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 1L);
    }

    @Test
    void bodyThatWaits_isInterruptedInRealTime() {
        Protection protection = Protection.builder(breaker)
                .attemptTimeout(Duration.ofMillis(100))
                .deadline(Duration.ofMillis(300))
                .build();
        CountDownLatch never = new CountDownLatch(1);
        long begun = System.nanoTime();
        assertThatThrownBy(() -> protection.call(
                        attempt -> {
                            never.await();
                            return "paid";
                        },
                        JUDGE))
                .isInstanceOf(CallTimeoutException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(100), Duration.ofSeconds(20));
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 1L);
    }

    @Test
    void interruptOfTheLimit_inItsClientsShape_isATimeout() {
        assertThatThrownBy(() -> protection()
                        .build()
                        .call(
                                attempt -> {
                                    timer.advance(Duration.ofMillis(105));
                                    assertThat(Thread.currentThread().isInterrupted())
                                            .isTrue();
                                    throw new InterruptedIOException("interrupted");
                                },
                                JUDGE))
                .isInstanceOf(CallTimeoutException.class)
                .hasCauseInstanceOf(InterruptedIOException.class);
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 1L);
    }

    @Test
    void clientsOwnTimeout_comesFirst() {
        assertThatThrownBy(() -> protection()
                        .build()
                        .call(
                                attempt -> {
                                    timer.advance(attempt.timeout());
                                    assertThat(Thread.currentThread().isInterrupted())
                                            .isFalse();
                                    throw new IOException("read timed out");
                                },
                                JUDGE))
                .isInstanceOf(IOException.class);
    }

    @Test
    void lateAnswerThatIsNoSuccess_staysWhatItIs() {
        Classifier<String> classifier = Classifier.<String>builder()
                .failWhen("timed out"::equals, FailureClass.TIMEOUT)
                .build();
        assertThat(protection()
                        .build()
                        .<String, RuntimeException>call(
                                attempt -> {
                                    timer.advance(Duration.ofMillis(101));
                                    return "timed out";
                                },
                                classifier))
                .isEqualTo(new Answered<>("timed out", 1));
    }

    @Test
    void lateException_staysWhatItIs() {
        assertThatThrownBy(() -> protection()
                        .build()
                        .call(
                                attempt -> {
                                    timer.advance(Duration.ofSeconds(2));
                                    throw new ConnectException();
                                },
                                JUDGE))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void answerJustInTime_isOne() {
        assertThat(protection()
                        .build()
                        .<String, RuntimeException>call(
                                attempt -> {
                                    timer.advance(attempt.timeout());
                                    return "paid";
                                },
                                JUDGE))
                .isEqualTo(new Answered<>("paid", 1));
    }

    @Test
    void allTries_keepToTheDeadline() {
        List<Duration> timeouts = new ArrayList<>();
        assertThatThrownBy(() -> protection()
                        .retry(new RetrySettings(10, Duration.ZERO, Duration.ZERO, 0))
                        .build()
                        .call(
                                attempt -> {
                                    timeouts.add(attempt.timeout());
                                    timer.advance(Duration.ofMillis(80));
                                    throw new ConnectException();
                                },
                                JUDGE))
                .isInstanceOf(ConnectException.class);
        assertThat(timeouts)
                .containsExactly(
                        Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(60));
    }

    static java.util.stream.Stream<Throwable> interrupts() {
        return ClassifierTest.interrupts();
    }

    @ParameterizedTest
    @MethodSource("interrupts")
    void interruptFromElsewhere_inAnyShape_isIgnoredAndStaysTheCallers(Throwable shape) {
        AtomicInteger calls = new AtomicInteger();
        Throwable thrown = catchThrowable(() -> protection()
                .build()
                .call(
                        attempt -> {
                            calls.incrementAndGet();
                            throw ProtectedAsyncTest.sneaky(shape);
                        },
                        JUDGE));
        Thread.interrupted();
        assertThat(thrown).isSameAs(shape);
        assertThat(calls).hasValue(1);
        BreakerSnapshot snapshot = breaker.snapshot();
        assertThat(snapshot.calls()).isZero();
        assertThat(snapshot.ignored()).isEqualTo(1);
    }

    @Test
    void interruptBetweenTries_startsNoFurtherTry() {
        AtomicInteger calls = new AtomicInteger();
        Throwable thrown = catchThrowable(() -> protection()
                .build()
                .call(
                        attempt -> {
                            calls.incrementAndGet();
                            Thread.currentThread().interrupt();
                            throw new ConnectException();
                        },
                        JUDGE));
        assertThat(Thread.interrupted()).as("stays the caller's").isTrue();
        assertThat(thrown).isInstanceOf(ConnectException.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void interruptedBefore_nothingIsSent() {
        Thread.currentThread().interrupt();
        CallResult<Object> result = protection().build().<Object, RuntimeException>call(attempt -> "paid", JUDGE);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(result).isEqualTo(new NotCalled<>(Reason.INTERRUPTED, Duration.ZERO));
    }

    static java.util.stream.Stream<Throwable> anything() {
        return RegistryTest.anything();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void classifierThrowsAnything_onAFailure_theCallersExceptionStays(Throwable broken) {
        IOException own = new IOException("own");
        Bulkhead bulkhead = Bulkhead.of(1);
        Throwable thrown = catchThrowable(() -> protection()
                .bulkhead(bulkhead)
                .build()
                .call(
                        attempt -> {
                            throw own;
                        },
                        ProtectedAsyncTest.throwing(broken)));
        assertThat(thrown).isSameAs(own);
        assertThat(own.getSuppressed()).containsExactly(broken);
        assertThat(bulkhead.running()).isZero();
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("anything")
    void classifierThrowsAnything_onAnAnswer_theAnswerIsNotLost(Throwable broken) {
        assertThat(protection()
                        .build()
                        .<Object, RuntimeException>call(attempt -> "paid", ProtectedAsyncTest.throwing(broken)))
                .isEqualTo(new Answered<>("paid", 1));
        assertThat(breaker.<Object, RuntimeException>call(
                        () -> "paid", ProtectedAsyncTest.throwing(broken), () -> "no"))
                .isEqualTo("paid");
        IOException own = new IOException("own");
        assertThat(catchThrowable(() -> breaker.call(
                        () -> {
                            throw own;
                        },
                        ProtectedAsyncTest.throwing(broken),
                        () -> "no")))
                .isSameAs(own);
    }

    @ParameterizedTest
    @MethodSource("anything")
    void callThrowsAnything_itIsThrownAsItIs(Throwable own) {
        Bulkhead bulkhead = Bulkhead.of(1);
        Throwable thrown = catchThrowable(() -> protection()
                .bulkhead(bulkhead)
                .build()
                .call(
                        attempt -> {
                            throw ProtectedAsyncTest.sneaky(own);
                        },
                        JUDGE));
        Thread.interrupted();
        assertThat(thrown).isSameAs(own);
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void callThrowsAFailsafeException_itIsNotTakenApart() {
        dev.failsafe.FailsafeException own = new dev.failsafe.FailsafeException(new IOException());
        assertThatThrownBy(() -> protection()
                        .build()
                        .call(
                                attempt -> {
                                    throw own;
                                },
                                JUDGE))
                .isSameAs(own);
    }

    @Test
    void secondTryTurnedAway_theFirstAnswerStands() {
        Classifier<String> classifier = Classifier.<String>builder()
                .notSent("429"::equals, FailureClass.THROTTLED)
                .build();
        assertThat(protection()
                        .build()
                        .<String, RuntimeException>call(
                                attempt -> {
                                    breaker.forceOpen();
                                    return "429";
                                },
                                classifier))
                .isEqualTo(new Answered<>("429", 1));
    }

    @Test
    void bulkhead_releasedWithoutATake_raisesNoLimit() {
        Bulkhead bulkhead = Bulkhead.of(1);
        bulkhead.release();
        bulkhead.release();
        assertThat(bulkhead.running()).isZero();
        assertThat(bulkhead.tryAcquire()).isTrue();
        assertThat(bulkhead.tryAcquire()).isFalse();
        bulkhead.release();
        assertThat(bulkhead.tryAcquire()).isTrue();
    }

    @Test
    void rateLimitOrRandomThatFails_givesAllBack() {
        Bulkhead bulkhead = Bulkhead.of(1);
        AtomicInteger readings = new AtomicInteger();
        RateLimit broken = RateLimit.of(1, Duration.ofSeconds(1), () -> {
            if (readings.incrementAndGet() > 1) {
                throw new IllegalStateException("clock");
            }
            return 0;
        });
        assertThatThrownBy(() -> protection()
                        .bulkhead(bulkhead)
                        .rateLimit(broken)
                        .build()
                        .call(attempt -> "paid", JUDGE))
                .hasMessage("clock");
        assertThat(bulkhead.running()).isZero();
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
    }
}
