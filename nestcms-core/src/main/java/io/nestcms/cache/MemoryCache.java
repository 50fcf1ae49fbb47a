package io.nestcms.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * A cache in this process's memory, bounded by count and by age. Needs Caffeine at run time.
 *
 * <p>Safe for use by many threads.
 *
 * @param <K> the kind of key
 * @param <V> the kind of value
 * @since 0.1
 */
public final class MemoryCache<K, V> implements Cache<K, V> {
    private final com.github.benmanes.caffeine.cache.Cache<K, V> entries;

    private MemoryCache(com.github.benmanes.caffeine.cache.Cache<K, V> entries) {
        this.entries = entries;
    }

    /**
     * A new cache that reads the system's monotonic clock.
     *
     * @param <K> the kind of key
     * @param <V> the kind of value
     * @param maximumSize how many entries it keeps, at least 1; the least useful go first
     * @param timeToLive how long an entry is kept after it was written, above zero
     * @return the cache, empty
     * @throws InvalidInputException when a bound is out of range
     */
    public static <K, V> MemoryCache<K, V> create(long maximumSize, Duration timeToLive) {
        return create(maximumSize, timeToLive, Ticker.systemTicker()::read);
    }

    /**
     * A new cache.
     *
     * @param <K> the kind of key
     * @param <V> the kind of value
     * @param maximumSize how many entries it keeps, at least 1; the least useful go first
     * @param timeToLive how long an entry is kept after it was written, above zero
     * @param nanoTime the monotonic clock, in nanoseconds
     * @return the cache, empty
     * @throws InvalidInputException when a bound is out of range
     */
    public static <K, V> MemoryCache<K, V> create(
            long maximumSize, Duration timeToLive, java.util.function.LongSupplier nanoTime) {
        Objects.requireNonNull(nanoTime, "nanoTime");
        if (maximumSize < 1) {
            throw new InvalidInputException("maximumSize", "is " + maximumSize, "at least 1");
        }
        if (timeToLive.isNegative() || timeToLive.isZero()) {
            throw new InvalidInputException("timeToLive", "is " + timeToLive, "above zero");
        }
        return new MemoryCache<>(Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .expireAfterWrite(timeToLive)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .build());
    }

    @Override
    public Optional<V> find(K key) {
        return Optional.ofNullable(entries.getIfPresent(key));
    }

    @Override
    public void merge(K key, V value, BinaryOperator<V> merge) {
        entries.asMap().merge(key, value, merge);
    }

    @Override
    public void invalidate(K key) {
        entries.invalidate(key);
    }
}
