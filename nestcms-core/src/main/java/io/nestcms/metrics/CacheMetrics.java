package io.nestcms.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.nestcms.cache.CacheStatistics;
import io.nestcms.cache.TieredCache;
import java.util.Objects;
import java.util.function.ToLongFunction;

/**
 * Meters of a cache, each with its name as {@code cache}.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>nestcms.cache.gets</td><td>counter</td><td>answers; {@code result} is memory, shared or miss</td></tr>
 * <tr><td>nestcms.cache.loads</td><td>counter</td><td>loads; {@code result} is done or failed</td></tr>
 * <tr><td>nestcms.cache.invalidations</td><td>counter</td><td>keys and tags that were forgotten, by whichever node</td></tr>
 * <tr><td>nestcms.cache.unreached</td><td>counter</td><td>how often Redis was not asked or did not answer</td></tr>
 * <tr><td>nestcms.cache.refused</td><td>counter</td><td>values not kept or not read; {@code reason} is size or damage</td></tr>
 * <tr><td>nestcms.cache.waiting</td><td>gauge</td><td>invalidations that Redis has not got yet</td></tr>
 * <tr><td>nestcms.cache.entries</td><td>gauge</td><td>values in memory</td></tr>
 * <tr><td>nestcms.cache.size</td><td>gauge, bytes</td><td>what they weigh</td></tr>
 * </table>
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class CacheMetrics implements MeterBinder {
    private final TieredCache<?, ?> cache;

    /**
     * Meters of a cache.
     *
     * @param cache the cache
     */
    public CacheMetrics(TieredCache<?, ?> cache) {
        this.cache = Objects.requireNonNull(cache, "cache");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "gets", "result", "memory", CacheStatistics::memoryHits);
        counter(registry, "gets", "result", "shared", CacheStatistics::sharedHits);
        counter(registry, "gets", "result", "miss", CacheStatistics::misses);
        counter(registry, "loads", "result", "done", it -> it.loads() - it.loadFailures());
        counter(registry, "loads", "result", "failed", CacheStatistics::loadFailures);
        counter(registry, "refused", "reason", "size", CacheStatistics::tooLarge);
        counter(registry, "refused", "reason", "damage", CacheStatistics::unreadable);
        counter(registry, "invalidations", "cache", cache.name(), CacheStatistics::invalidations);
        counter(registry, "unreached", "cache", cache.name(), CacheStatistics::unreached);
        gauge(registry, "waiting", CacheStatistics::waiting);
        gauge(registry, "entries", CacheStatistics::entries);
        gauge(registry, "size", CacheStatistics::bytes);
    }

    private void counter(
            MeterRegistry registry, String name, String tag, String value, ToLongFunction<CacheStatistics> reading) {
        FunctionCounter.builder("nestcms.cache." + name, cache, it -> reading.applyAsLong(it.statistics()))
                .tag("cache", cache.name())
                .tag(tag, value)
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, ToLongFunction<CacheStatistics> reading) {
        Gauge.builder("nestcms.cache." + name, cache, it -> reading.applyAsLong(it.statistics()))
                .tag("cache", cache.name())
                .register(registry);
    }
}
