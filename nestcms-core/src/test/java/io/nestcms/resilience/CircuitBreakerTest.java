package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nestcms.resilience.CircuitEvent.CircuitClosed;
import io.nestcms.resilience.CircuitEvent.CircuitHalfOpened;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

    @Test
    void callAsync_throwsInsteadOfAStage_isAFailedStage() {
        CircuitBreaker breaker = breaker(settings());
        CompletableFuture<Object> answer = breaker.callAsync(() -> {
                    throw new IllegalStateException("bug");
                })
                .toCompletableFuture();
        assertThat(answer).isCompletedExceptionally();
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.OTHER, 1L);
    }

    @Test
    void call_classifierJudgesTheAnswer_aDeclineIsASuccess() {
        CircuitBreaker breaker = breaker(settings());
        Classifier<String> byAnswer = new Classifier<>() {
            @Override
            public Verdict ofResult(String answer) {
                return answer.equals("503") ? Verdict.failure(FailureClass.SERVER_ERROR) : Verdict.success();
            }

            @Override
            public Verdict ofException(Throwable failure) {
                return Verdict.ignored();
            }
        };
        for (int i = 0; i < 20; i++) {
            breaker.call(() -> "declined", byAnswer, () -> "rejected");
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        for (int i = 0; i < 5; i++) {
            breaker.call(() -> "503", byAnswer, () -> "rejected");
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void call_classifierThrows_aTrialIsNotLeaked() {
        CircuitBreaker breaker = breaker(settings().trialCalls(1));
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        Classifier<String> broken = new Classifier<>() {
            @Override
            public Verdict ofResult(String answer) {
                throw new IllegalStateException("bug");
            }

            @Override
            public Verdict ofException(Throwable failure) {
                return Verdict.ignored();
            }
        };
        assertThat(breaker.<String, RuntimeException>call(() -> "answer", broken, () -> "rejected"))
                .as("the answer of a call that succeeded is never lost")
                .isEqualTo("answer");
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
    }

    @Test
    void settle_twice_countsOnce() {
        CircuitBreaker breaker = breaker(settings());
        Permit permit = breaker.tryAcquire();
        permit.success();
        permit.success();
        permit.failure(FailureClass.OTHER);
        assertThat(breaker.snapshot().calls()).isEqualTo(1);
    }

    @Test
    void settle_rejectedPermit_doesNothing() {
        CircuitBreaker breaker = breaker(settings());
        breaker.forceOpen();
        Permit permit = breaker.tryAcquire();
        permit.success();
        permit.failure(FailureClass.OTHER, Duration.ofSeconds(1));
        permit.ignore();
        assertThat(breaker.snapshot().calls()).isZero();
        assertThat(breaker.snapshot().rejected()).isEqualTo(1);
    }

    @Test
    void ignore_trial_givesThePlaceToAnother() {
        CircuitBreaker breaker = breaker(settings().trialCalls(1));
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        breaker.tryAcquire().ignore();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        breaker.tryAcquire().success();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void toleratedTrialFailures_oneOfThree_stillCloses() {
        CircuitBreaker breaker = breaker(settings().trialCalls(3).toleratedTrialFailures(1));
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        fail(breaker, 1);
        succeed(breaker, 2);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void slowAndFailed_belowTheirThresholdsAlone_openTogether() {
        CircuitBreaker breaker =
                breaker(settings().minimumCalls(10).failureRate(0.5).slowCalls(Duration.ofSeconds(2), 0.8));
        fail(breaker, 3);
        for (int i = 0; i < 4; i++) {
            slowSuccess(breaker);
        }
        succeed(breaker, 2);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        BreakerSnapshot before = breaker.snapshot();
        assertThat(before.windowSlow()).isEqualTo(4);
        assertThat(before.slowRate()).isEqualTo(4 / 9.0);
        assertThat(before.failureRate()).isEqualTo(3 / 9.0);
        assertThat(before.score()).isCloseTo(3 / 9.0 / 0.5 + 4 / 9.0 / 0.8, within(1e-9));
        succeed(breaker, 1);
        assertThat(breaker.state()).as("3/10/0.5 + 4/10/0.8 is 1.1").isEqualTo(BreakerState.OPEN);
    }

    private void slowSuccess(CircuitBreaker breaker) {
        Permit permit = breaker.tryAcquire();
        time.advance(Duration.ofMillis(2001));
        permit.success();
    }

    @Test
    void slowCalls_exactlyAsLongAsAllowed_areNotSlow() {
        CircuitBreaker breaker = breaker(settings().slowCalls(Duration.ofSeconds(2), 0.5));
        Permit permit = breaker.tryAcquire();
        time.advance(Duration.ofSeconds(2));
        permit.success();
        assertThat(breaker.snapshot().slow()).isZero();
    }

    @Test
    void slowTrial_opensAgain() {
        CircuitBreaker breaker = breaker(settings().slowCalls(Duration.ofSeconds(2), 0.5));
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        slowSuccess(breaker);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void weight_half_countsHalf() {
        CircuitBreaker breaker = breaker(settings().failureRate(0.6).weight(FailureClass.THROTTLED, 0.5));
        for (int i = 0; i < 10; i++) {
            breaker.tryAcquire().failure(FailureClass.THROTTLED);
        }
        assertThat(breaker.state()).as("10 halves of 10").isEqualTo(BreakerState.CLOSED);
        fail(breaker, 1);
        assertThat(breaker.state()).as("9 halves and 1 of 10").isEqualTo(BreakerState.CLOSED);
        fail(breaker, 1);
        assertThat(breaker.state()).as("8 halves and 2 of 10").isEqualTo(BreakerState.OPEN);
    }

    @Test
    void weight_zero_neverOpensAndDecidesNoTrial() {
        CircuitBreaker breaker =
                breaker(settings().weight(FailureClass.THROTTLED, 0).trialCalls(1));
        for (int i = 0; i < 50; i++) {
            breaker.tryAcquire().failure(FailureClass.THROTTLED);
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        breaker.forceClosed();
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        breaker.tryAcquire().failure(FailureClass.THROTTLED);
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        breaker.tryAcquire().success();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void openFor_class_isThatOfTheFailureThatOpened() {
        CircuitBreaker breaker = breaker(settings().openFor(FailureClass.CONNECT, Duration.ofSeconds(5)));
        fail(breaker, 3);
        breaker.tryAcquire().failure(FailureClass.CONNECT);
        assertThat(breaker.retryAfter()).contains(Duration.ofSeconds(5));
    }

    @Test
    void backOff_opensLongerEachTimeUpToTheLongestAndBeginsAnewAfterClosing() {
        CircuitBreaker breaker = breaker(settings().backOff(2, Duration.ofSeconds(100)));
        fail(breaker, 4);
        for (long seconds : new long[] {30, 60, 100, 100}) {
            assertThat(breaker.retryAfter()).contains(Duration.ofSeconds(seconds));
            time.advance(Duration.ofSeconds(seconds));
            fail(breaker, 1);
        }
        time.advance(Duration.ofSeconds(100));
        succeed(breaker, 2);
        fail(breaker, 4);
        assertThat(breaker.retryAfter()).contains(OPEN_FOR);
    }

    @Test
    void jitter_onlyLengthens() {
        CircuitBreakers spread = CircuitBreakers.builder()
                .ticker(time)
                .clock(time)
                .random(new Random(7))
                .build();
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            CircuitBreaker breaker =
                    spread.create("b" + i, settings().jitter(0.2).build());
            fail(breaker, 4);
            waits.add(breaker.retryAfter().orElseThrow());
        }
        assertThat(waits)
                .allMatch(wait -> wait.compareTo(OPEN_FOR) >= 0 && wait.compareTo(Duration.ofSeconds(36)) <= 0);
        assertThat(waits).doesNotHaveDuplicates();
    }

    @Test
    void retryAfter_ofTheDependency_isNeverCutShort() {
        CircuitBreaker breaker = breaker(settings());
        breaker.tryAcquire().failure(FailureClass.THROTTLED, Duration.ofSeconds(90));
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        time.advance(Duration.ofSeconds(10));
        fail(breaker, 3);
        assertThat(breaker.retryAfter()).contains(Duration.ofSeconds(80));
        time.advance(Duration.ofSeconds(80).minusNanos(1));
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
        time.advance(Duration.ofNanos(1));
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
    }

    @Test
    void retryAfter_beyondWhatIsBelieved_isCut() {
        CircuitBreaker breaker = breaker(settings().longestRetryAfter(Duration.ofMinutes(5)));
        breaker.tryAcquire().failure(FailureClass.THROTTLED, Duration.ofDays(365_000));
        fail(breaker, 3);
        assertThat(breaker.retryAfter()).contains(Duration.ofMinutes(5));
    }

    @Test
    void timeWindow_oldFailures_leave() {
        CircuitBreaker breaker = breaker(settings().timeWindow(Duration.ofSeconds(10)));
        fail(breaker, 3);
        time.advance(Duration.ofSeconds(10));
        fail(breaker, 3);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void timeWindow_goodCallsLeaveFirst_aSuccessCanTipTheScale() {
        CircuitBreaker breaker = breaker(settings().timeWindow(Duration.ofSeconds(10)));
        succeed(breaker, 6);
        time.advance(Duration.ofSeconds(5));
        fail(breaker, 5);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        time.advance(Duration.ofSeconds(5));
        succeed(breaker, 1);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void ramp_goesUpStepByStepAndCloses() {
        CircuitBreaker breaker = breaker(settings().ramp(Duration.ofSeconds(5), 0.1, 0.25, 0.5));
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        succeed(breaker, 2);
        assertThat(breaker.state()).isEqualTo(BreakerState.RECOVERING);
        for (double share : new double[] {0.1, 0.25, 0.5}) {
            assertThat(breaker.snapshot().admittedShare()).isEqualTo(share);
            assertThat(letThrough(breaker, 100)).isEqualTo((int) (share * 100));
            time.advance(Duration.ofSeconds(5));
            breaker.tryAcquire().success();
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(events.get(events.size() - 1)).isInstanceOf(ServiceRecovered.class);
    }

    private static int letThrough(CircuitBreaker breaker, int calls) {
        int through = 0;
        for (int i = 0; i < calls; i++) {
            Permit permit = breaker.tryAcquire();
            if (!permit.isRejected()) {
                through++;
                permit.success();
            }
        }
        return through;
    }

    @Test
    void ramp_stepGoesBadly_fallsBackAndFromTheFirstOpens() {
        CircuitBreaker breaker = breaker(settings().ramp(Duration.ofSeconds(5), 0.5, 0.75));
        fail(breaker, 4);
        time.advance(OPEN_FOR);
        succeed(breaker, 2);
        letThrough(breaker, 10);
        time.advance(Duration.ofSeconds(5));
        letThrough(breaker, 2);
        assertThat(breaker.snapshot().admittedShare()).isEqualTo(0.75);
        failThrough(breaker, 6);
        assertThat(breaker.snapshot().admittedShare()).isEqualTo(0.5);
        assertThat(breaker.state()).isEqualTo(BreakerState.RECOVERING);
        failThrough(breaker, 6);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(events).filteredOn(CircuitClosed.class::isInstance).isEmpty();
    }

    private static void failThrough(CircuitBreaker breaker, int calls) {
        double share = breaker.snapshot().admittedShare();
        for (int i = 0; i < calls && breaker.snapshot().admittedShare() == share; i++) {
            breaker.tryAcquire().failure(FailureClass.TIMEOUT);
        }
    }

    @Test
    void change_whileClosed_keepsTheWindow() {
        CircuitBreaker breaker = breaker(settings().minimumCalls(10));
        succeed(breaker, 4);
        fail(breaker, 5);
        breaker.change(settings().minimumCalls(10).countWindow(20).build());
        assertThat(breaker.snapshot().windowCalls()).isEqualTo(9);
        Permit before = breaker.tryAcquire();
        breaker.change(
                settings().minimumCalls(10).timeWindow(Duration.ofMinutes(1)).build());
        assertThat(breaker.snapshot().windowFailures()).isEqualTo(5);
        before.success();
        assertThat(breaker.state()).as("a permit survives a change").isEqualTo(BreakerState.OPEN);
        assertThat(breaker.snapshot().calls()).isEqualTo(10);
    }

    @Test
    void change_toASmallerWindow_keepsTheNewest() {
        CircuitBreaker breaker = breaker(settings().minimumCalls(100).countWindow(100));
        succeed(breaker, 50);
        fail(breaker, 3);
        breaker.change(
                settings().minimumCalls(100).countWindow(5).failureRate(1).build());
        assertThat(breaker.snapshot().windowCalls()).isEqualTo(5);
        assertThat(breaker.snapshot().windowFailures()).isEqualTo(3);
        assertThat(breaker.snapshot().calls()).isEqualTo(53);
    }

    @Test
    void change_whileOpen_keepsTheOpenTime() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 4);
        breaker.change(settings().openFor(Duration.ofHours(1)).build());
        assertThat(breaker.retryAfter()).contains(OPEN_FOR);
    }

    @Test
    void change_dependency_isRefused() {
        CircuitBreaker breaker = breaker(settings());
        BreakerSettings other = settings().dependency("bank").build();
        assertThatThrownBy(() -> breaker.change(other)).hasMessageContaining("dependency");
    }

    @Test
    void forceOpen_staysUntilForceClosed() {
        CircuitBreaker breaker = breaker(settings());
        breaker.forceOpen();
        time.advance(Duration.ofDays(2));
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
        assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
        breaker.forceClosed();
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
        assertThat(events)
                .extracting(event -> (Object) event.getClass())
                .containsExactly(
                        CircuitOpened.class, ServiceUnavailable.class, CircuitClosed.class, ServiceRecovered.class);
    }

    @Test
    void disable_letsAllThroughAndCountsNothing() {
        CircuitBreaker breaker = breaker(settings());
        breaker.disable();
        fail(breaker, 100);
        assertThat(breaker.state()).isEqualTo(BreakerState.DISABLED);
        assertThat(breaker.snapshot().calls()).isZero();
    }

    @Test
    void metricsOnly_countsAndNeverOpens() {
        CircuitBreaker breaker = breaker(settings());
        breaker.metricsOnly();
        fail(breaker, 100);
        assertThat(breaker.state()).isEqualTo(BreakerState.METRICS_ONLY);
        assertThat(breaker.snapshot().calls()).isEqualTo(100);
        assertThat(breaker.snapshot().score()).isEqualTo(2);
    }

    @Test
    void reset_forgetsEverything() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 4);
        breaker.tryAcquire();
        breaker.reset();
        BreakerSnapshot snapshot = breaker.snapshot();
        assertThat(snapshot.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(snapshot.calls()).isZero();
        assertThat(snapshot.rejected()).isZero();
        assertThat(snapshot.opened()).isZero();
        assertThat(snapshot.lastFailure()).isNull();
    }

    @Test
    void snapshot_tellsWhatHappened() {
        CircuitBreaker breaker = breaker(settings());
        succeed(breaker, 2);
        time.advance(Duration.ofSeconds(3));
        fail(breaker, 2);
        time.advance(Duration.ofSeconds(7));
        breaker.tryAcquire();
        BreakerSnapshot snapshot = breaker.snapshot();
        assertThat(snapshot.calls()).isEqualTo(4);
        assertThat(snapshot.opened()).isEqualTo(1);
        assertThat(snapshot.rejected()).isEqualTo(1);
        assertThat(snapshot.lastFailure()).isEqualTo(FailureClass.SERVER_ERROR);
        assertThat(snapshot.lastFailureAt()).isEqualTo(time.instant().minusSeconds(7));
        assertThat(snapshot.since()).isEqualTo(time.instant().minusSeconds(7));
        assertThat(snapshot.retryAfter()).isEqualTo(Duration.ofSeconds(23));
        assertThat(snapshot.admittedShare()).isZero();
    }

    @Test
    void wallClock_steppedByAnHour_changesNoState() {
        CircuitBreaker breaker = breaker(settings().timeWindow(Duration.ofSeconds(10)));
        fail(breaker, 4);
        time.stepWallClock(Duration.ofHours(1));
        assertThat(breaker.retryAfter()).contains(OPEN_FOR);
        time.stepWallClock(Duration.ofHours(-2));
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
    }

    @Test
    void retryAfterAsked_whileOpen_announcesTheOutageOnce() {
        CircuitBreaker breaker = breaker(settings());
        fail(breaker, 4);
        breaker.snapshot();
        assertThat(events).hasSize(1);
        breaker.retryAfter();
        breaker.retryAfter();
        breaker.tryAcquire();
        assertThat(events).hasSize(2).last().isEqualTo(new ServiceUnavailable("gateway", time.instant(), OPEN_FOR));
    }

    @Test
    void dependencyWithTwoBreakers_isUnavailableAndRecoversOnce() {
        CircuitBreaker charge =
                breakers.create("charge", settings().dependency("bank").build());
        CircuitBreaker query =
                breakers.create("query", settings().dependency("bank").build());
        fail(charge, 4);
        charge.tryAcquire();
        fail(query, 4);
        query.tryAcquire();
        time.advance(OPEN_FOR);
        succeed(charge, 2);
        assertThat(events).noneMatch(ServiceRecovered.class::isInstance);
        succeed(query, 2);
        assertThat(events).filteredOn(ServiceUnavailable.class::isInstance).hasSize(1);
        assertThat(events)
                .filteredOn(ServiceRecovered.class::isInstance)
                .containsExactly(new ServiceRecovered("bank", time.instant(), OPEN_FOR));
    }

    @Test
    void listener_thatThrowsOrCallsBack_hurtsNothing() {
        CircuitBreakers[] registry = new CircuitBreakers[1];
        registry[0] = CircuitBreakers.builder()
                .ticker(time)
                .listener(event -> {
                    registry[0].snapshots();
                    registry[0].find("gateway").orElseThrow().tryAcquire();
                    throw new IllegalStateException("listener");
                })
                .build();
        CircuitBreaker breaker = registry[0].create("gateway", settings().build());
        fail(breaker, 4);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void settings_badOrContradictory_areRefusedWithNameValueAndRule() {
        assertThatThrownBy(() -> settings().failureRate(0)).hasMessage("failureRate is 0.0: 0.001 to 1.0");
        assertThatThrownBy(() -> settings().ramp(Duration.ofSeconds(1), 0.5, 0.4))
                .hasMessageContaining("rampShare");
        assertThatThrownBy(() -> settings().failureRate(Double.NaN)).hasMessageContaining("failureRate is NaN");
        assertThatThrownBy(
                        () -> settings().trialCalls(2).toleratedTrialFailures(2).build())
                .hasMessageContaining("toleratedTrialFailures is 2");
        assertThatThrownBy(() -> breakers.create(" ", settings().build())).hasMessageContaining("name");
        breaker(settings());
        assertThatThrownBy(() -> breaker(settings())).hasMessageContaining("already has a breaker");
    }

    @Test
    void readyMadeSettings_workAsTheyAre() {
        breakers.create("paytabs", BreakerSettings.gateway().build());
        breakers.create("mongo", BreakerSettings.database().build());
        breakers.create("redis", BreakerSettings.cache().build());
        breakers.create("mail", BreakerSettings.service().build());
        assertThat(breakers.list())
                .extracting(CircuitBreaker::name)
                .containsExactly("mail", "mongo", "paytabs", "redis");
        assertThat(breakers.snapshots()).allMatch(snapshot -> snapshot.state() == BreakerState.CLOSED);
        assertThat(breakers.find("nobody")).isEmpty();
    }
}
