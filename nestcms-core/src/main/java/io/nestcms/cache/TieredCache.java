package io.nestcms.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.report.Reports;
import io.nestcms.resilience.CircuitBreaker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache in two tiers: this process's memory before one that all nodes share. Of all callers on all nodes that miss a key at a
 * time one loads it. What one node invalidates, every node forgets as soon as the shared tier tells it, within a second as
 * shipped; and <b>no value is older than {@link Builder#timeToLive}</b>, counted from the beginning of its load (give or take the
 * time that one command to the shared tier takes), whatever the node was cut off from meanwhile. Invalidate after the change is stored, not before.
 *
 * <p>The shared tier is behind a breaker: while it is down or hangs, memory and the loads serve. What is invalidated meanwhile
 * reaches it when it is back. Needs Caffeine at run time.
 *
 * <p>Safe for use by many threads. Made by {@code NestRedis.cache}, or by {@link #builder} for another shared tier.
 *
 * @param <K> the kind of key
 * @param <V> the kind of value
 * @since 0.1
 */
public final class TieredCache<K, V> implements TaggedCache<K, V>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TieredCache.class);
    private static final Set<String> NO_TAGS = Set.of();
    private static final byte ABSENT = 0;
    private static final byte PLAIN = 1;
    private static final byte SEALED = 2;
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();
    /** How long the others take it that a load is still running whose node may have died. */
    private static final Duration LEASE = Duration.ofSeconds(10);

    private static final int WAITING_INVALIDATIONS = 10_000;
    private static final int MERGE_TRIES = 20;
    private static final int ENTRY_OVERHEAD = 64;
    private static final int LONGEST_TAGS = Short.MAX_VALUE;

    /** A value in memory; without one it is known that there is none. */
    private record Entry<V>(@Nullable V value, Set<String> tags, long expiresAt, int weight, AtomicInteger asked) {}

    /** What the shared tier had; without a value it is known that there is none. */
    private record Found<V>(Optional<V> value, Set<String> tags) {}

    private final String name;
    private final Function<? super K, String> keys;
    private final CacheFormat<V> format;
    private final SharedCache shared;
    private final CircuitBreaker breaker;
    private final @Nullable FieldCipher cipher;
    private final long ttlNanos;
    private final long absentNanos;
    private final double jitter;
    private final long waitNanos;
    private final int largest;
    private final LongSupplier ticker;
    private final RandomGenerator random;
    private final @Nullable Function<? super K, ? extends V> refresh;
    private final @Nullable Executor refresher;
    private final int refreshFrom;

    private final com.github.benmanes.caffeine.cache.Cache<K, Entry<V>> memory;
    private final ConcurrentMap<K, Loading<Optional<V>>> loading = new ConcurrentHashMap<>();
    /** Reads of the shared tier that load nothing, and whose tags are not known yet. */
    private final ConcurrentMap<Loading<Optional<V>>, K> looks = new ConcurrentHashMap<>();

    private final Map<String, Long> unsentKeys = new HashMap<>();
    private final Map<String, Long> unsentTags = new HashMap<>();
    private final CacheCounts counts = new CacheCounts();
    private final Runnable deaf;

    private TieredCache(Builder<K, V> builder) {
        this.name = builder.name;
        this.keys = builder.keys;
        this.format = builder.format;
        this.shared = builder.shared;
        this.breaker = builder.breaker;
        this.cipher = builder.cipher;
        this.ttlNanos = builder.timeToLive.toNanos();
        this.absentNanos = Math.min(ttlNanos, builder.absentTimeToLive.toNanos());
        this.jitter = builder.jitter;
        this.waitNanos = builder.waitForOthers.toNanos();
        this.largest = builder.largestValue;
        this.ticker = builder.ticker;
        this.random = builder.random;
        this.refresh = builder.refresh;
        this.refresher = builder.refresher;
        this.refreshFrom = builder.refreshFrom;
        this.memory = Caffeine.newBuilder()
                .maximumWeight(builder.memoryBytes)
                .weigher((K key, Entry<V> entry) -> entry.weight())
                .expireAfter(Expiry.<K, Entry<V>>writing((key, entry) -> Duration.ofNanos(untilEnd(entry))))
                .ticker(ticker::getAsLong)
                .executor(Runnable::run)
                .build();
        this.deaf = shared.listen(new Heard());
    }

    /**
     * Starts with what has no default.
     *
     * @param <K> the kind of key
     * @param <V> the kind of value
     * @param name of the cache: a-z, 0-9, {@code -} and {@code .}; the same on all nodes
     * @param keys gives a key's text, another one for each key
     * @param format how values are written in the shared tier
     * @param shared the tier that all nodes share
     * @param breaker guards the shared tier; caches on the same one share it
     * @return a builder
     * @throws InvalidInputException if the name has another character
     */
    public static <K, V> Builder<K, V> builder(
            String name,
            Function<? super K, String> keys,
            CacheFormat<V> format,
            SharedCache shared,
            CircuitBreaker breaker) {
        return new Builder<>(name, keys, format, shared, breaker);
    }

    /**
     * The name of the cache.
     *
     * @return as it was given
     */
    public String name() {
        return name;
    }

    @Override
    public Optional<V> find(K key) {
        Entry<V> entry = inMemory(key);
        if (entry != null) {
            return Optional.ofNullable(entry.value());
        }
        Loading<Optional<V>> look = new Loading<>(NO_TAGS);
        looks.put(look, key);
        try {
            Found<V> found = fromShared(key, look, ticker.getAsLong(), () -> shared.find(keys.apply(key)));
            if (found == null) {
                counts.misses.increment();
                return Optional.empty();
            }
            return found.value();
        } finally {
            looks.remove(look);
        }
    }

    @Override
    public V get(K key, Set<String> tags, Supplier<? extends V> load) {
        Objects.requireNonNull(load, "load");
        Optional<V> value =
                findOrLoad(key, tags, () -> Optional.of(Objects.requireNonNull(load.get(), "the loaded value")));
        // only where findOrLoad keeps under the same key that there is none
        return value.orElseGet(() -> {
            invalidate(key);
            return load.get();
        });
    }

    /**
     * As {@link #get}, for what may not be there: that it is not there is kept too, for {@link Builder#absentTimeToLive}.
     *
     * @param key the key
     * @param tags what the value is made from
     * @param load gives the value, or empty
     * @return the value, or empty where there is none
     * @throws RuntimeException what {@code load} throws; nothing is kept then
     */
    public Optional<V> findOrLoad(K key, Set<String> tags, Supplier<Optional<V>> load) {
        Entry<V> entry = inMemory(key);
        if (entry != null) {
            return Optional.ofNullable(entry.value());
        }
        Loading<Optional<V>> mine = new Loading<>(Set.copyOf(tags));
        Loading<Optional<V>> running = Objects.requireNonNull(loading.compute(
                key,
                (it, other) ->
                        other == null || other.isSpoiled() || !other.tags().containsAll(tags) ? mine : other));
        if (running != mine) {
            counts.misses.increment();
            return running.await();
        }
        try {
            Entry<V> since = memory.getIfPresent(key);
            Optional<V> value = since != null ? Optional.ofNullable(since.value()) : fetch(key, mine, load);
            mine.done(value);
            return value;
        } catch (Throwable failed) {
            mine.failed(failed);
            throw failed;
        } finally {
            loading.remove(key, mine);
        }
    }

    private @Nullable Entry<V> inMemory(K key) {
        Entry<V> entry = memory.getIfPresent(key);
        if (entry != null) {
            counts.memoryHits.increment();
            entry.asked().incrementAndGet();
        }
        return entry;
    }

    /** From the shared tier, by a load under a lease, by another node's load, or by a load for this node alone. */
    private Optional<V> fetch(K key, Loading<Optional<V>> mine, Supplier<Optional<V>> load) {
        String text = keys.apply(key);
        String holder = UUID.randomUUID().toString();
        long begun = ticker.getAsLong();
        Found<V> found = fromShared(key, mine, begun, () -> shared.find(text));
        if (found != null) {
            return found.value();
        }
        counts.misses.increment();
        boolean tagged = guarded(() -> {
                    if (!mine.tags().isEmpty()) {
                        shared.tag(text, mine.tags(), LEASE.plusNanos(2 * ttlNanos));
                    }
                    return Boolean.TRUE;
                })
                != null;
        while (tagged) {
            long asked = ticker.getAsLong();
            SharedCache.Lease lease = guarded(() -> shared.lease(text, holder, LEASE));
            if (lease == null) {
                break;
            }
            if (lease.isGranted()) {
                return load(key, mine, load, holder);
            }
            Found<V> theirs = lease.kept().isEmpty() ? null : fromShared(key, mine, asked, lease::kept);
            if (theirs != null) {
                return theirs.value();
            }
            if (ticker.getAsLong() - begun >= waitNanos
                    || Thread.currentThread().isInterrupted()) {
                break;
            }
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
        return load(key, mine, load, null);
    }

    private Optional<V> load(K key, Loading<Optional<V>> mine, Supplier<Optional<V>> load, @Nullable String holder) {
        String text = keys.apply(key);
        long begun = ticker.getAsLong();
        counts.loads.increment();
        Optional<V> value;
        try {
            value = Objects.requireNonNull(load.get(), "the loaded value");
        } catch (Throwable failed) {
            counts.loadFailures.increment();
            if (holder != null) {
                release(text, holder);
            }
            throw failed;
        }
        byte[] bytes = write(text, value, mine.tags());
        long expiresAt = begun + spread(value.isPresent() ? ttlNanos : absentNanos);
        long left = expiresAt - ticker.getAsLong();
        boolean keep = left > 0;
        if (holder != null && bytes.length > largest) {
            counts.tooLarge.increment();
            release(text, holder);
        } else if (holder != null && keep) {
            Boolean kept = guarded(() -> shared.keep(text, holder, bytes, Duration.ofNanos(left)));
            // refused: something was invalidated while this was loaded
            keep = kept == null || kept;
        }
        if (keep) {
            keepInMemory(key, mine, new Found<>(value, mine.tags()), expiresAt, bytes.length);
        }
        return value;
    }

    private void release(String text, String holder) {
        guarded(() -> {
            shared.release(text, holder);
            return Boolean.TRUE;
        });
    }

    private long spread(long nanos) {
        return nanos - (long) (nanos * jitter * random.nextDouble());
    }

    /** The shared value, kept in memory for the rest of its time; null where there is none that can be read. */
    private @Nullable Found<V> fromShared(
            K key, Loading<Optional<V>> mine, long asked, Supplier<Optional<SharedCache.Kept>> ask) {
        Optional<SharedCache.Kept> kept = guarded(ask);
        if (kept == null || kept.isEmpty()) {
            return null;
        }
        SharedCache.Kept there = kept.get();
        Found<V> found;
        try {
            found = read(keys.apply(key), there.value());
        } catch (Throwable damaged) {
            counts.unreadable.increment();
            LOG.warn(
                    "A value of cache {} could not be read and is loaded again: {}",
                    name,
                    damaged.getClass().getName());
            drop(Set.of(keys.apply(key)), NO_TAGS);
            return null;
        }
        counts.sharedHits.increment();
        long expiresAt = asked + Math.min(there.left().toNanos(), ttlNanos);
        keepInMemory(key, mine, found, expiresAt, there.value().length);
        return found;
    }

    private void keepInMemory(K key, Loading<Optional<V>> mine, Found<V> found, long expiresAt, int bytes) {
        Entry<V> entry = new Entry<>(
                found.value().orElse(null), found.tags(), expiresAt, bytes + ENTRY_OVERHEAD, new AtomicInteger());
        mine.unlessSpoiled(() -> memory.put(key, entry));
    }

    private long untilEnd(Entry<V> entry) {
        return Math.max(0, entry.expiresAt() - ticker.getAsLong());
    }

    /** One byte of form, the tags' length in two bytes, the tags, the value. */
    private byte[] write(String text, Optional<V> value, Set<String> tags) {
        byte[] names = String.join("\n", tags).getBytes(StandardCharsets.UTF_8);
        if (names.length > LONGEST_TAGS) {
            throw new InvalidInputException("tags", "have " + names.length + " bytes", "at most " + LONGEST_TAGS);
        }
        byte form = value.isEmpty() ? ABSENT : cipher == null ? PLAIN : SEALED;
        byte[] body = value.isEmpty() ? new byte[0] : format.write(value.get());
        if (form == SEALED) {
            body = Objects.requireNonNull(cipher).sealBytes(body, place(text));
        }
        return ByteBuffer.allocate(3 + names.length + body.length)
                .put(form)
                .putShort((short) names.length)
                .put(names)
                .put(body)
                .array();
    }

    private Found<V> read(String text, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte form = in.get();
        byte[] names = new byte[in.getShort()];
        in.get(names);
        byte[] body = new byte[in.remaining()];
        in.get(body);
        Set<String> tags =
                names.length == 0 ? NO_TAGS : Set.of(new String(names, StandardCharsets.UTF_8).split("\n", -1));
        if (form == ABSENT) {
            return new Found<>(Optional.empty(), tags);
        }
        if (form != (cipher == null ? PLAIN : SEALED)) {
            throw new IllegalStateException("the value is not in the form that this cache writes");
        }
        byte[] clear = cipher == null ? body : cipher.openBytes(body, place(text));
        return new Found<>(Optional.of(format.read(clear)), tags);
    }

    /** A sealed value opens where it was put only. */
    private String place(String text) {
        return "cache " + name + ' ' + text;
    }

    @Override
    public void merge(K key, V value, BinaryOperator<V> merge) {
        String text = keys.apply(key);
        spoil(key);
        for (int tries = 0; tries < MERGE_TRIES; tries++) {
            Boolean swapped = mergeOnce(key, text, value, merge);
            if (swapped == null) {
                break;
            }
            if (swapped) {
                return;
            }
        }
        mergeInMemory(key, value, merge);
        drop(Set.of(text), NO_TAGS);
    }

    /** Null when the shared tier cannot take it. */
    private @Nullable Boolean mergeOnce(K key, String text, V value, BinaryOperator<V> merge) {
        Loading<Optional<V>> look = new Loading<>(NO_TAGS);
        looks.put(look, key);
        try {
            long begun = ticker.getAsLong();
            Optional<SharedCache.Kept> kept = guarded(() -> shared.find(text));
            if (kept == null) {
                return null;
            }
            Found<V> there = kept.map(it -> readable(text, it)).orElse(null);
            Entry<V> near = memory.getIfPresent(key);
            long left = spread(ttlNanos);
            if (there != null) {
                // the merged value is as old as the older of the two
                left = Math.min(left, kept.get().left().toNanos());
            } else if (near != null && near.value() != null) {
                there = new Found<>(Optional.of(near.value()), near.tags());
                left = Math.min(left, near.expiresAt() - begun);
            }
            V merged = there == null || there.value().isEmpty()
                    ? value
                    : merge.apply(there.value().get(), value);
            Found<V> found = new Found<>(Optional.of(merged), there == null ? NO_TAGS : there.tags());
            byte[] bytes = write(text, found.value(), found.tags());
            if (bytes.length > largest || left <= 0) {
                return null;
            }
            byte[] expected = kept.map(SharedCache.Kept::value).orElse(null);
            Duration rest = Duration.ofNanos(left);
            Boolean swapped = guarded(() -> shared.swap(text, expected, bytes, rest));
            if (swapped != null && swapped) {
                keepInMemory(key, look, found, begun + left, bytes.length);
            }
            return swapped;
        } finally {
            looks.remove(look);
        }
    }

    private @Nullable Found<V> readable(String text, SharedCache.Kept kept) {
        try {
            return read(text, kept.value());
        } catch (Throwable damaged) {
            counts.unreadable.increment();
            return null;
        }
    }

    private void mergeInMemory(K key, V value, BinaryOperator<V> merge) {
        memory.asMap().compute(key, (it, old) -> {
            V kept = old == null ? null : old.value();
            V merged = kept == null ? value : merge.apply(kept, value);
            Set<String> tags = old == null ? NO_TAGS : old.tags();
            long expiresAt = old == null ? ticker.getAsLong() + spread(ttlNanos) : old.expiresAt();
            int weight = ENTRY_OVERHEAD + write(keys.apply(key), Optional.of(merged), tags).length;
            return new Entry<>(merged, tags, expiresAt, weight, new AtomicInteger());
        });
    }

    @Override
    public void invalidate(K key) {
        // the shared tier first: what is read from it meanwhile is spoiled afterwards
        drop(Set.of(keys.apply(key)), NO_TAGS);
        forget(key);
    }

    @Override
    public void invalidateTag(String tag) {
        Objects.requireNonNull(tag, "tag");
        drop(NO_TAGS, Set.of(tag));
        forgetTags(Set.of(tag));
    }

    private void spoil(K key) {
        Loading<Optional<V>> running = loading.get(key);
        if (running != null) {
            running.spoil();
        }
        looks.forEach((look, of) -> {
            if (of.equals(key)) {
                look.spoil();
            }
        });
    }

    private void forget(K key) {
        counts.invalidations.increment();
        spoil(key);
        Entry<V> gone = memory.asMap().remove(key);
        if (gone != null) {
            refresh(key, gone);
        }
    }

    private void forgetTags(Collection<String> tags) {
        counts.invalidations.add(tags.size());
        // what is loading first: it then either is not kept, or is kept before the sweep
        loading.values().stream()
                .filter(running -> hasOne(running.tags(), tags))
                .forEach(Loading::spoil);
        looks.keySet().forEach(Loading::spoil);
        List<Map.Entry<K, Entry<V>>> gone = new ArrayList<>();
        memory.asMap().forEach((key, entry) -> {
            if (hasOne(entry.tags(), tags)) {
                gone.add(Map.entry(key, entry));
            }
        });
        for (Map.Entry<K, Entry<V>> each : gone) {
            if (memory.asMap().remove(each.getKey(), each.getValue())) {
                refresh(each.getKey(), each.getValue());
            }
        }
    }

    private static boolean hasOne(Set<String> tags, Collection<String> wanted) {
        return wanted.stream().anyMatch(tags::contains);
    }

    /** What is asked for most is loaded again before somebody waits for it. Over all nodes one loads it. */
    private void refresh(K key, Entry<V> gone) {
        Function<? super K, ? extends V> load = refresh;
        Executor executor = refresher;
        if (load == null || executor == null || gone.asked().get() < refreshFrom) {
            return;
        }
        try {
            executor.execute(() -> {
                try {
                    get(key, gone.tags(), () -> load.apply(key));
                } catch (Throwable failed) {
                    Reports.warned(LOG, "A value of cache " + name + " could not be loaded ahead", failed);
                }
            });
        } catch (RejectedExecutionException busy) {
            LOG.debug("No room to load a value of cache {} ahead", name, busy);
        } catch (Throwable failed) {
            Reports.warned(LOG, "The executor of cache " + name + " failed", failed);
        }
    }

    /** To the shared tier now, or when it is back. */
    private void drop(Collection<String> texts, Collection<String> tags) {
        Boolean dropped = guarded(() -> {
            shared.drop(texts, tags);
            return Boolean.TRUE;
        });
        if (dropped != null) {
            return;
        }
        long now = ticker.getAsLong();
        synchronized (unsentKeys) {
            // beyond the bound nothing is noted: what is kept now has ended by itself before long
            texts.stream()
                    .filter(text -> unsentKeys.size() < WAITING_INVALIDATIONS)
                    .forEach(text -> unsentKeys.put(text, now));
            tags.stream()
                    .filter(tag -> unsentTags.size() < WAITING_INVALIDATIONS)
                    .forEach(tag -> unsentTags.put(tag, now));
        }
    }

    private void sendWaiting() {
        Set<String> texts;
        Set<String> tags;
        synchronized (unsentKeys) {
            if (unsentKeys.isEmpty() && unsentTags.isEmpty()) {
                return;
            }
            texts = new HashSet<>(unsentKeys.keySet());
            tags = new HashSet<>(unsentTags.keySet());
        }
        long begun = ticker.getAsLong();
        // past the breaker: the shared tier has just answered
        shared.drop(texts, tags);
        synchronized (unsentKeys) {
            unsentKeys.entrySet().removeIf(it -> texts.contains(it.getKey()) && it.getValue() - begun < 0);
            unsentTags.entrySet().removeIf(it -> tags.contains(it.getKey()) && it.getValue() - begun < 0);
        }
    }

    /** What the shared tier answers; null when it is not asked, or does not answer. */
    private <T> @Nullable T guarded(Supplier<T> call) {
        try {
            T answer = breaker.<@Nullable T, RuntimeException>call(call::get, () -> null);
            if (answer == null) {
                counts.unreached.increment();
            }
            return answer;
        } catch (Throwable unreachable) {
            counts.unreached.increment();
            LOG.debug(
                    "The shared tier of cache {} did not answer: {}",
                    name,
                    unreachable.getClass().getName());
            return null;
        }
    }

    /**
     * What it did and holds.
     *
     * @return a snapshot
     */
    public CacheStatistics statistics() {
        int waiting;
        synchronized (unsentKeys) {
            waiting = unsentKeys.size() + unsentTags.size();
        }
        long bytes = memory.policy().eviction().stream()
                .map(Policy.Eviction::weightedSize)
                .mapToLong(weight -> weight.orElse(0))
                .sum();
        return counts.statistics(waiting, memory.estimatedSize(), bytes);
    }

    /** Hears no longer what other nodes forget, and forgets all itself. Repeatable. */
    @Override
    public void close() {
        deaf.run();
        memory.invalidateAll();
    }

    private final class Heard implements SharedCache.Listener {
        @Override
        public void dropped(Collection<String> texts, Collection<String> tags) {
            if (!texts.isEmpty()) {
                Set<String> wanted = Set.copyOf(texts);
                Set<K> gone = new HashSet<>();
                loading.keySet().stream()
                        .filter(key -> wanted.contains(keys.apply(key)))
                        .forEach(gone::add);
                looks.values().stream()
                        .filter(key -> wanted.contains(keys.apply(key)))
                        .forEach(gone::add);
                memory.asMap().keySet().stream()
                        .filter(key -> wanted.contains(keys.apply(key)))
                        .forEach(gone::add);
                gone.forEach(TieredCache.this::forget);
            }
            if (!tags.isEmpty()) {
                forgetTags(tags);
            }
        }

        @Override
        public void missed() {
            loading.values().forEach(Loading::spoil);
            looks.keySet().forEach(Loading::spoil);
            memory.invalidateAll();
        }

        @Override
        public void reached() {
            sendWaiting();
        }
    }

    /**
     * Builds a cache.
     *
     * <p>Not safe for use by many threads.
     *
     * @param <K> the kind of key
     * @param <V> the kind of value
     * @since 0.1
     */
    public static final class Builder<K, V> {
        private final String name;
        private final Function<? super K, String> keys;
        private final CacheFormat<V> format;
        private final SharedCache shared;
        private final CircuitBreaker breaker;
        private @Nullable FieldCipher cipher;
        private Duration timeToLive = Duration.ofSeconds(30);
        private Duration absentTimeToLive = Duration.ofSeconds(5);
        private Duration waitForOthers = Duration.ofSeconds(1);
        private double jitter = 0.1;
        private long memoryBytes = 64L << 20;
        private int largestValue = 256 << 10;
        private LongSupplier ticker = System::nanoTime;
        private RandomGenerator random = new java.security.SecureRandom();
        private @Nullable Function<? super K, ? extends V> refresh;
        private @Nullable Executor refresher;
        private int refreshFrom = Integer.MAX_VALUE;

        private Builder(
                String name,
                Function<? super K, String> keys,
                CacheFormat<V> format,
                SharedCache shared,
                CircuitBreaker breaker) {
            if (!name.matches("[a-z0-9.-]{1,64}")) {
                throw new InvalidInputException("name", "is \"" + name + "\"", "1 to 64 of a-z, 0-9, - and .");
            }
            this.name = name;
            this.keys = Objects.requireNonNull(keys, "keys");
            this.format = Objects.requireNonNull(format, "format");
            this.shared = Objects.requireNonNull(shared, "shared");
            this.breaker = Objects.requireNonNull(breaker, "breaker");
        }

        /**
         * How old a value may get: from the beginning of its load, in both tiers, also on a node that was cut off. Default
         * 30 seconds.
         *
         * @param time from 100 ms to a day
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder<K, V> timeToLive(Duration time) {
            this.timeToLive = within("timeToLive", time, Duration.ofMillis(100), Duration.ofDays(1));
            return this;
        }

        /**
         * How long it is kept that there is no value. At most {@link #timeToLive}. Default 5 seconds.
         *
         * @param time from 1 ms to a day
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder<K, V> absentTimeToLive(Duration time) {
            this.absentTimeToLive = within("absentTimeToLive", time, Duration.ofMillis(1), Duration.ofDays(1));
            return this;
        }

        /**
         * How long to wait for another node that loads the same key before loading it here too. Default 1 second.
         *
         * @param time from zero to a minute
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder<K, V> waitForOthers(Duration time) {
            this.waitForOthers = within("waitForOthers", time, Duration.ZERO, Duration.ofMinutes(1));
            return this;
        }

        /**
         * By how much times to live differ, so that what was loaded together does not end together. Default 0.1: each is
         * shortened by up to a tenth.
         *
         * @param share from 0 to 0.5
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder<K, V> jitter(double share) {
            if (!(share >= 0 && share <= 0.5)) {
                throw new InvalidInputException("jitter", "is " + share, "0 to 0.5");
            }
            this.jitter = share;
            return this;
        }

        /**
         * How much this process keeps, as values weigh when written, with 64 bytes more for each. Default 64 MiB.
         *
         * @param bytes at least 1024
         * @return this builder
         * @throws InvalidInputException if it is less
         */
        public Builder<K, V> memoryBytes(long bytes) {
            if (bytes < 1024) {
                throw new InvalidInputException("memoryBytes", "is " + bytes, "at least 1024");
            }
            this.memoryBytes = bytes;
            return this;
        }

        /**
         * The largest value that the shared tier gets, as it is written. Default 256 KiB. A larger one is kept in memory only.
         *
         * @param bytes at least 16
         * @return this builder
         * @throws InvalidInputException if it is less
         */
        public Builder<K, V> largestValue(int bytes) {
            if (bytes < 16) {
                throw new InvalidInputException("largestValue", "is " + bytes, "at least 16");
            }
            this.largestValue = bytes;
            return this;
        }

        /**
         * Seals values before they leave this process, each bound to its key. A {@link Confidential} type needs it.
         *
         * @param cipher seals and opens
         * @return this builder
         */
        public Builder<K, V> cipher(FieldCipher cipher) {
            this.cipher = Objects.requireNonNull(cipher, "cipher");
            return this;
        }

        /**
         * Loads a value again as soon as it is invalidated, when it was asked for often. Default: never.
         *
         * @param asked from how many answers out of memory on, at least 1
         * @param load makes the value of a key
         * @param executor runs the loads; may refuse
         * @return this builder
         * @throws InvalidInputException if {@code asked} is less than 1
         */
        public Builder<K, V> refresh(int asked, Function<? super K, ? extends V> load, Executor executor) {
            if (asked < 1) {
                throw new InvalidInputException("asked", "is " + asked, "at least 1");
            }
            this.refreshFrom = asked;
            this.refresh = Objects.requireNonNull(load, "load");
            this.refresher = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * The monotonic clock. Default {@link System#nanoTime()}.
         *
         * @param ticker nanoseconds
         * @return this builder
         */
        public Builder<K, V> ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Spreads times to live.
         *
         * @param random safe for use by many threads
         * @return this builder
         */
        public Builder<K, V> random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Builds the cache, which listens from now on.
         *
         * @return the cache, empty
         * @throws InvalidInputException if the type is confidential and there is no cipher
         */
        public TieredCache<K, V> build() {
            if (cipher == null && format.type().isAnnotationPresent(Confidential.class)) {
                throw new InvalidInputException(
                        "cipher", "is missing for " + format.type().getName(), "a confidential type is sealed");
            }
            return new TieredCache<>(this);
        }

        private static Duration within(String name, Duration time, Duration least, Duration most) {
            if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
                throw new InvalidInputException(name, "is " + time, least + " to " + most);
            }
            return time;
        }
    }
}
