package io.nestcms.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.limit.contract.RequestLimitsContract;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InMemoryRequestLimitsTest extends RequestLimitsContract {
    private final RequestLimits limits = InMemoryRequestLimits.create();

    @Override
    protected RequestLimits limits() {
        return limits;
    }

    @Test
    void take_atAnEvenPace_comesBackOneByOne() {
        AtomicLong time = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());
        RequestLimits timed = InMemoryRequestLimits.create(10, () -> time.get() - Long.MAX_VALUE);
        RequestLimit limit = new RequestLimit("seven", 7, Duration.ofSeconds(7));
        for (int i = 0; i < 7; i++) {
            assertThat(timed.take(limit, "a").isAllowed()).isTrue();
        }
        Duration wait = timed.take(limit, "a").retryAfter();
        time.addAndGet(wait.toNanos() - 1_000);
        assertThat(timed.take(limit, "a").isAllowed()).isFalse();
        time.addAndGet(1_000);
        assertThat(timed.take(limit, "a").isAllowed()).isTrue();
        assertThat(timed.take(limit, "a").isAllowed()).isFalse();
    }

    @Test
    void take_oneClientTooMany_forgetsTheOneThatAskedLongestAgo() {
        RequestLimits two = InMemoryRequestLimits.create(2, () -> 0);
        RequestLimit one = new RequestLimit("one", 1, Duration.ofHours(1));
        for (String client : new String[] {"a", "b", "c"}) {
            assertThat(two.take(one, client).isAllowed()).isTrue();
        }
        assertThat(two.take(one, "c").isAllowed()).isFalse();
        assertThat(two.take(one, "a").isAllowed()).isTrue();
    }

    @Test
    void limit_outOfRange_isRefused() {
        for (Runnable bad : new Runnable[] {
            () -> new RequestLimit("A", 1, Duration.ofHours(1)),
            () -> new RequestLimit("a", 0, Duration.ofHours(1)),
            () -> new RequestLimit("a", 1_000_001, Duration.ofHours(1)),
            () -> new RequestLimit("a", 1, Duration.ofMillis(99)),
            () -> InMemoryRequestLimits.create(0, () -> 0)
        }) {
            assertThatExceptionOfType(InvalidInputException.class).isThrownBy(bad::run);
        }
    }
}
