package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final ManualTime time = new ManualTime();

    private int admitted(RateLimit limit, int calls) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            admitted += limit.tryAcquire() ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void fifteenAMinute_inAnyMinute_areFifteen() {
        RateLimit limit = RateLimit.of(15, Duration.ofMinutes(1), time);
        assertThat(admitted(limit, 20)).isEqualTo(15);
        int more = 0;
        for (int second = 1; second < 60; second++) {
            time.advance(Duration.ofSeconds(1));
            more += admitted(limit, 1);
        }
        assertThat(more).as("in the minute that began with the first").isZero();
        assertThat(limit.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        time.advance(Duration.ofSeconds(1));
        assertThat(admitted(limit, 20)).isEqualTo(15);
    }

    @Property(tries = 300)
    void anyPeriod_holdsNoMoreThanAllowed_andRetryAfterIsExact(
            @ForAll @IntRange(min = 1, max = 200) int calls,
            @ForAll @IntRange(min = 1, max = 200) int burst,
            @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 40) Integer> waits) {
        ManualTime now = new ManualTime();
        Duration period = Duration.ofSeconds(1);
        RateLimit limit = RateLimit.of(calls, period, Math.min(burst, calls), now);
        List<Long> times = new ArrayList<>();
        for (int wait : waits) {
            now.advance(Duration.ofMillis(wait));
            Duration left = limit.retryAfter();
            boolean admitted = limit.tryAcquire();
            assertThat(admitted).isEqualTo(left.isZero());
            if (!admitted) {
                now.advance(left.minusNanos(1));
                assertThat(limit.tryAcquire()).as("a moment too early").isFalse();
                now.advance(Duration.ofNanos(1));
                assertThat(limit.tryAcquire()).as("when it said").isTrue();
            }
            times.add(now.getAsLong());
            int from = times.size() - 1 - calls;
            if (from >= 0) {
                assertThat(times.get(times.size() - 1) - times.get(from)).isGreaterThanOrEqualTo(period.toNanos());
            }
        }
    }

    @Test
    void burst_smallerThanTheLimit_spreadsTheRest() {
        RateLimit limit = RateLimit.of(60, Duration.ofMinutes(1), 5, time);
        assertThat(admitted(limit, 60)).isEqualTo(5);
        assertThat(limit.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        int inTheMinute = 5;
        for (int second = 1; second < 60; second++) {
            time.advance(Duration.ofSeconds(1));
            inTheMinute += admitted(limit, 10);
        }
        assertThat(inTheMinute).isEqualTo(60);
        time.advance(Duration.ofHours(1));
        assertThat(admitted(limit, 60))
                .as("an idle time saves up no more than a burst")
                .isEqualTo(5);
    }

    @Test
    void settings_outOfRange_areRefused() {
        assertThatThrownBy(() -> RateLimit.of(5, Duration.ofSeconds(1), 6, time))
                .hasMessageContaining("burst is 6");
        assertThatThrownBy(() -> RateLimit.of(0, Duration.ofSeconds(1))).hasMessageContaining("calls is 0");
    }

    @Test
    void manyCalls_growTheMemoryOnlyAsFarAsUsed() {
        RateLimit limit = RateLimit.of(1_000, Duration.ofSeconds(1), time);
        assertThat(admitted(limit, 1_500)).isEqualTo(1_000);
        time.advance(Duration.ofSeconds(1));
        assertThat(admitted(limit, 1_500)).isEqualTo(1_000);
    }
}
