package io.nestcms.limit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nestcms.limit.LimitAnswer;
import io.nestcms.limit.RequestLimit;
import io.nestcms.limit.RequestLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link RequestLimits} does. Extend it with limits that are not used yet at each test. */
public abstract class RequestLimitsContract {
    private static final RequestLimit THREE = new RequestLimit("three", 3, Duration.ofHours(1));

    /** The limits under test, the same ones within a test. */
    protected abstract RequestLimits limits();

    @Test
    void take_upToTheLimit_isAllowed_thenRefused() {
        for (int left = 2; left >= 0; left--) {
            LimitAnswer answer = limits().take(THREE, "a");
            assertThat(answer.isAllowed()).isTrue();
            assertThat(answer.limit()).isEqualTo(3);
            assertThat(answer.remaining()).isEqualTo(left);
            assertThat(answer.retryAfter()).isZero();
            assertThat(answer.reset())
                    .isBetween(
                            Duration.ofMinutes(20L * (3 - left) - 5),
                            Duration.ofMinutes(20L * (3 - left)).plusMillis(1));
        }
        LimitAnswer refused = limits().take(THREE, "a");
        assertThat(refused.isAllowed()).isFalse();
        assertThat(refused.remaining()).isZero();
        assertThat(refused.retryAfter())
                .isBetween(Duration.ofMinutes(15), Duration.ofMinutes(20).plusMillis(1));
        assertThat(refused.reset())
                .isBetween(Duration.ofMinutes(55), Duration.ofHours(1).plusMillis(1));
    }

    @Test
    void take_anotherClientOrLimit_isCountedByItself() {
        for (int i = 0; i < 4; i++) {
            limits().take(THREE, "a");
        }
        assertThat(limits().take(THREE, "b").remaining()).isEqualTo(2);
        assertThat(limits().take(new RequestLimit("other", 3, Duration.ofHours(1)), "a")
                        .remaining())
                .isEqualTo(2);
    }

    @Test
    void take_afterItsTime_isAllowedAgain() {
        RequestLimit quick = new RequestLimit("quick", 1, Duration.ofSeconds(1));
        assertThat(limits().take(quick, "a").isAllowed()).isTrue();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> limits().take(quick, "a").isAllowed());
    }

    @Test
    void take_manyAtOnce_neverMoreThanTheLimit() throws Exception {
        RequestLimit hundred = new RequestLimit("hundred", 100, Duration.ofDays(1));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                counts.add(threads.submit(() -> {
                    int allowed = 0;
                    for (int each = 0; each < 50; each++) {
                        allowed += limits().take(hundred, "a").isAllowed() ? 1 : 0;
                    }
                    return allowed;
                }));
            }
            int allowed = 0;
            for (Future<Integer> count : counts) {
                allowed += count.get();
            }
            assertThat(allowed).isEqualTo(100);
        } finally {
            threads.shutdownNow();
        }
    }
}
