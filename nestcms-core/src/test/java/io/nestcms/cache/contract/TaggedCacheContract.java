package io.nestcms.cache.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cache.TaggedCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every {@link TaggedCache} does. Extend it with a cache that has room for some entries and is empty at each test. */
public abstract class TaggedCacheContract {
    /** The cache under test, the same one within a test. */
    protected abstract TaggedCache<String, Integer> cache();

    private final AtomicInteger loads = new AtomicInteger();

    private int load(String key, String... tags) {
        return cache().get(key, Set.of(tags), loads::incrementAndGet);
    }

    @Test
    void get_again_givesTheKeptValue() {
        assertThat(load("a", "x")).isEqualTo(1);
        assertThat(load("a", "x")).isEqualTo(1);
        assertThat(cache().find("a")).contains(1);
        assertThat(cache().find("b")).isEmpty();
    }

    @Test
    void invalidateTag_forgetsWhatHasIt() {
        load("a", "x", "y");
        load("b", "y");

        cache().invalidateTag("x");

        assertThat(cache().find("a")).isEmpty();
        assertThat(cache().find("b")).contains(2);
        assertThat(load("a", "x")).isEqualTo(3);
    }

    @Test
    void invalidate_forgetsTheKey() {
        load("a", "x");
        cache().invalidate("a");
        assertThat(load("a", "x")).isEqualTo(2);
    }

    @Test
    void merge_keptValue_isMergedAndKeepsItsTags() {
        load("a", "x");
        cache().merge("a", 10, Integer::sum);
        cache().merge("b", 7, Integer::sum);
        assertThat(cache().find("a")).contains(11);
        assertThat(cache().find("b")).contains(7);

        cache().invalidateTag("x");

        assertThat(cache().find("a")).isEmpty();
    }

    @Test
    void get_loadFails_isToldAndNothingIsKept() {
        assertThatThrownBy(() -> cache().get("a", Set.of(), () -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
        assertThat(load("a")).isEqualTo(1);
    }

    @Test
    void get_invalidatedWhileLoading_isNotKept_andWhoAsksAfterwardsGetsANewerOne() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch invalidated = new CountDownLatch(1);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> old = pool.submit(() -> cache().get("a", Set.of("x"), () -> {
                begun.countDown();
                awaitQuietly(invalidated);
                return -1;
            }));
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            cache().invalidateTag("x");
            assertThat(load("a", "x")).as("asked after the invalidation").isEqualTo(1);
            invalidated.countDown();

            assertThat(old.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThat(cache().find("a")).contains(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void get_manyAtATime_loadOnce() throws Exception {
        int callers = 8;
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (int n = 0; n < callers; n++) {
                all.add(pool.submit(() -> {
                    awaitQuietly(go);
                    return load("a", "x");
                }));
            }
            go.countDown();
            for (Future<Integer> one : all) {
                assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo(1);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(loads).hasValue(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
