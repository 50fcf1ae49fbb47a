package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.resilience.CircuitEvent.CircuitClosed;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dependency is well again: how long it takes until everybody is let through, at any rate of calls. */
class RecoveryTest {
    private static final Duration OPEN_FOR = Duration.ofSeconds(5);
    private static final Duration RAMP = Duration.ofSeconds(3);

    private final ManualTime time = new ManualTime();
    private final List<CircuitEvent> events = new ArrayList<>();
    private final CircuitBreakers breakers = CircuitBreakers.builder()
            .ticker(time)
            .clock(time)
            .listener(events::add)
            .random(new Random(1))
            .build();

    private CircuitBreaker opened(BreakerSettings.Builder settings) {
        CircuitBreaker breaker =
                breakers.create("gateway", settings.jitter(0).minimumCalls(4).build());
        for (int i = 0; i < 4; i++) {
            breaker.tryAcquire().failure(FailureClass.SERVER_ERROR);
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        time.advance(OPEN_FOR);
        return breaker;
    }

    private static BreakerSettings.Builder gateway() {
        return BreakerSettings.gateway();
    }

    @ParameterizedTest
    @CsvSource({"3600000", "300000", "60000", "10000", "1000", "100", "10", "1"})
    void recovery_atAnyRate_isOverWithinTwiceTheRampFromTheFirstGoodTrial(long millisBetweenCalls) {
        CircuitBreaker breaker = opened(gateway());
        int refusedAfter = 0;
        long firstGood = time.getAsLong();
        breaker.tryAcquire().success();
        for (int call = 1;
                call < 20_000
                        && time.getAsLong() - firstGood < Duration.ofHours(5).toNanos();
                call++) {
            time.advance(Duration.ofMillis(millisBetweenCalls));
            Permit permit = breaker.tryAcquire();
            if (permit.isRejected()) {
                assertThat(permit.retryAfter()).isPositive().isLessThanOrEqualTo(RAMP);
                refusedAfter +=
                        time.getAsLong() - firstGood > RAMP.multipliedBy(2).toNanos() ? 1 : 0;
            }
            permit.success();
        }
        assertThat(refusedAfter).isZero();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        CircuitClosed closed = events.stream()
                .filter(CircuitClosed.class::isInstance)
                .map(CircuitClosed.class::cast)
                .findFirst()
                .orElseThrow();
        Instant wellAgain = time.instant().minusNanos(time.getAsLong() - firstGood);
        assertThat(Duration.between(wellAgain, closed.at())).isLessThanOrEqualTo(RAMP.multipliedBy(2));
    }

    @Test
    void recovery_tenThousandCallsASecond_isRampedAndOverInTime() {
        CircuitBreaker breaker = opened(gateway());
        int[] through = new int[7];
        for (int call = 0; call < 70_000; call++) {
            Permit permit = breaker.tryAcquire();
            through[call / 10_000] += permit.isRejected() ? 0 : 1;
            permit.success();
            time.advance(Duration.ofNanos(100_000));
        }
        assertThat(through[0]).isBetween(1_000, 1_010);
        assertThat(through[1]).isBetween(2_490, 2_510);
        assertThat(through[2]).isBetween(4_990, 5_010);
        assertThat(through[3]).isGreaterThan(9_990);
        assertThat(through[6]).isEqualTo(10_000);
    }

    @Test
    void recovery_oneTrialAndNobodyElse_isOverByItselfAndTellsWhen() {
        CircuitBreaker breaker = opened(gateway());
        Instant good = time.instant();
        breaker.tryAcquire().success();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        time.advance(Duration.ofHours(1));
        assertThat(breaker.retryAfter()).isEmpty();
        BreakerSnapshot snapshot = breaker.snapshot();
        assertThat(snapshot.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(snapshot.since()).isEqualTo(good.plus(RAMP));
        assertThat(events)
                .endsWith(
                        new CircuitClosed("gateway", "gateway", good.plus(RAMP)),
                        new ServiceRecovered("gateway", good.plus(RAMP), OPEN_FOR.plus(RAMP)));
    }

    @Test
    void recovery_withoutARamp_isOverToo() {
        CircuitBreaker breaker = opened(BreakerSettings.builder().openFor(OPEN_FOR));
        breaker.tryAcquire().success();
        time.advance(OPEN_FOR.minusMillis(1));
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        time.advance(Duration.ofMillis(1));
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void recovery_longOpenTimeWithoutARamp_isOverInTenSeconds() {
        CircuitBreaker breaker = opened(BreakerSettings.builder().openFor(Duration.ofHours(1)));
        time.advance(Duration.ofHours(1));
        breaker.tryAcquire().success();
        time.advance(Duration.ofSeconds(10));
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void recovery_anotherTrialUnderWay_isWaitedFor() {
        CircuitBreaker breaker = opened(gateway());
        breaker.tryAcquire().success();
        Permit other = breaker.tryAcquire();
        time.advance(RAMP.plusSeconds(4));
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        other.success();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void recovery_theOtherTrialFails_opensAgain() {
        CircuitBreaker breaker = opened(gateway());
        breaker.tryAcquire().success();
        Permit other = breaker.tryAcquire();
        time.advance(RAMP.plusSeconds(4));
        other.failure(FailureClass.SERVER_ERROR);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void recovery_lostTrial_opensFromWhenItsTimeWasOver() {
        CircuitBreaker breaker = opened(gateway());
        breaker.tryAcquire();
        time.advance(Duration.ofHours(1));
        assertThat(breaker.tryAcquire().isRejected())
                .as("the open time that the lost trial began is long over")
                .isFalse();
    }

    @Test
    void ramp_stepWithoutCalls_endsByItsTime() {
        CircuitBreaker breaker = recovering();
        for (double share : new double[] {0.1, 0.25, 0.5}) {
            assertThat(breaker.snapshot().admittedShare()).isEqualTo(share);
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    private CircuitBreaker recovering() {
        CircuitBreaker breaker = opened(gateway());
        for (int i = 0; i < 3; i++) {
            breaker.tryAcquire().success();
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.RECOVERING);
        return breaker;
    }

    @Test
    void ramp_badStep_takesItsTimeOnceMoreAndNoLonger() {
        CircuitBreaker breaker = recovering();
        breaker.tryAcquire().success();
        time.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 40 && breaker.snapshot().admittedShare() == 0.25; i++) {
            breaker.tryAcquire().failure(FailureClass.SERVER_ERROR);
        }
        assertThat(breaker.snapshot().admittedShare()).isEqualTo(0.1);
        time.advance(Duration.ofHours(1));
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void ramp_refused_saysHowLongAndNeverZero() {
        CircuitBreaker breaker = recovering();
        assertThat(breaker.tryAcquire().isRejected()).as("the first of a step").isFalse();
        Permit refused = breaker.tryAcquire();
        assertThat(refused.isRejected()).isTrue();
        assertThat(refused.retryAfter()).isEqualTo(RAMP);
        time.advance(refused.retryAfter());
        assertThat(breaker.tryAcquire().isRejected()).isFalse();
    }

    @Test
    void ramp_hostThatAsksFirst_isLetThroughAtTheSameShare() {
        CircuitBreaker breaker = recovering();
        int through = 0;
        for (int ask = 0; ask < 100; ask++) {
            if (breaker.retryAfter().isEmpty()) {
                Permit permit = breaker.tryAcquire();
                assertThat(permit.isRejected()).isFalse();
                permit.success();
                through++;
            }
        }
        assertThat(through).isBetween(10, 11);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void refused_inAnyState_saysHowLong(int state) {
        CircuitBreaker breaker = state == 3 ? recovering() : opened(gateway());
        switch (state) {
            case 0 -> breaker.forceOpen();
            case 1 -> time.advance(Duration.ofNanos(-1));
            case 2 -> {
                for (int i = 0; i < 3; i++) {
                    breaker.tryAcquire();
                }
            }
            case 3 -> breaker.tryAcquire();
            default -> {
                breaker.tryAcquire().success();
                breaker.tryAcquire();
                breaker.tryAcquire();
            }
        }
        Permit refused = breaker.tryAcquire();
        assertThat(refused.isRejected()).isTrue();
        assertThat(refused.retryAfter()).isPositive();
        time.advance(Duration.ofNanos(1));
        assertThat(refused.retryAfter()).as("asked late").isPositive();
    }

    @Test
    void retryAfter_ofTheException_isNeverZero() {
        CircuitBreaker breaker = opened(gateway());
        breaker.forceOpen();
        try {
            breaker.call(() -> "paid");
            assertThat(false).as("a call through an open breaker").isTrue();
        } catch (CircuitOpenException open) {
            assertThat(open.retryAfter()).isPositive();
        }
    }
}
