package io.nestcms.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/**
 * A cache in this process's memory, bounded by count and by age. Needs Caffeine at run time.
 *
 * <p>Safe for use by many threads.
 *
 * @param <K> the kind of key
 * @param <V> the kind of value
 * @since 0.1
 */
public final class MemoryCache<K, V> implements TaggedCache<K, V> {
    private record Entry<V>(V value, Set<String> tags) {}

    private final com.github.benmanes.caffeine.cache.Cache<K, Entry<V>> entries;
    private final ConcurrentMap<K, Loading<V>> loading = new ConcurrentHashMap<>();

    private MemoryCache(com.github.benmanes.caffeine.cache.Cache<K, Entry<V>> entries) {
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
        return Optional.ofNullable(entries.getIfPresent(key)).map(Entry::value);
    }

    @Override
    public V get(K key, Set<String> tags, Supplier<? extends V> load) {
        Entry<V> kept = entries.getIfPresent(key);
        if (kept != null) {
            return kept.value();
        }
        Loading<V> mine = new Loading<>(Set.copyOf(tags));
        Loading<V> running = Objects.requireNonNull(
                loading.compute(key, (it, other) -> other == null || other.isSpoiled() ? mine : other));
        return running == mine ? load(key, mine, load) : running.await();
    }

    private V load(K key, Loading<V> mine, Supplier<? extends V> load) {
        try {
            // one that ended between our look and our turn
            V value = find(key).orElse(null);
            if (value == null) {
                V loaded = Objects.requireNonNull(load.get(), "the loaded value");
                mine.unlessSpoiled(() -> entries.put(key, new Entry<>(loaded, mine.tags())));
                value = loaded;
            }
            mine.done(value);
            return value;
        } catch (Throwable failed) {
            // checked ones too, as whoever waits would wait for ever
            mine.failed(failed);
            throw failed;
        } finally {
            loading.remove(key, mine);
        }
    }

    @Override
    public void merge(K key, V value, BinaryOperator<V> merge) {
        entries.asMap()
                .merge(
                        key,
                        new Entry<>(value, Set.of()),
                        (kept, fresh) -> new Entry<>(merge.apply(kept.value(), fresh.value()), kept.tags()));
    }

    @Override
    public void invalidate(K key) {
        Loading<V> running = loading.get(key);
        if (running != null) {
            running.spoil();
        }
        entries.invalidate(key);
    }

    @Override
    public void invalidateTag(String tag) {
        // what is loading first: it then either is not kept, or is kept before the sweep
        loading.values().stream()
                .filter(running -> running.tags().contains(tag))
                .forEach(Loading::spoil);
        entries.asMap().values().removeIf(entry -> entry.tags().contains(tag));
    }
}
