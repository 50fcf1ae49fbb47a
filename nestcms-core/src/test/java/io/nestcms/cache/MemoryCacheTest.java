package io.nestcms.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nestcms.cache.contract.TaggedCacheContract;
import io.nestcms.event.contract.Mischief;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryCacheTest extends TaggedCacheContract {
    private final AtomicLong nanos = new AtomicLong();
    private final MemoryCache<String, Integer> cache = MemoryCache.create(100, Duration.ofSeconds(30), nanos::get);

    @Override
    protected TaggedCache<String, Integer> cache() {
        return cache;
    }

    @Test
    void get_afterTheTimeToLive_loadsAgain() {
        cache.get("a", Set.of(), () -> 1);
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(cache.get("a", Set.of(), () -> 2)).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void get_loaderThrowsAnything_whoeverWaitsHearsOfItToo(Throwable anything) throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        AtomicReference<Thread> waiting = new AtomicReference<>();
        CompletableFuture<?> first = failing(() -> cache.get("a", Set.of(), () -> {
            loading.countDown();
            await().until(() -> {
                Thread second = waiting.get();
                return second != null && second.getState() == Thread.State.WAITING;
            });
            throw Mischief.sneak(anything);
        }));
        assertThat(loading.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<?> second = failing(() -> {
            waiting.set(Thread.currentThread());
            return cache.get("a", Set.of(), () -> 2);
        });
        assertThat(first.get(30, TimeUnit.SECONDS)).isSameAs(anything);
        assertThat(second.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(cache.get("a", Set.of(), () -> 3)).isEqualTo(3);
    }

    /** What a call on a thread of its own throws. */
    private static CompletableFuture<Throwable> failing(Callable<?> call) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                call.call();
                thrown.complete(null);
            } catch (Throwable any) {
                thrown.complete(any);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thrown;
    }
}
