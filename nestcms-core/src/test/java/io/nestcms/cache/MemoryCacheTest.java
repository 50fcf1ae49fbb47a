package io.nestcms.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cache.contract.TaggedCacheContract;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

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
}
