package io.nestcms.redis;

import io.nestcms.access.SessionStore;
import io.nestcms.cache.CacheFormat;
import io.nestcms.cache.TieredCache;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.limit.InMemoryRequestLimits;
import io.nestcms.limit.RequestLimits;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/**
 * The one entry to Redis: from settings, or over a client that the application has.
 *
 * <pre>{@code
 * NestRedis redis = NestRedis.connect(RedisSettings.of(System.getenv("REDIS_URL")));
 * TieredCache<String, String> titles = redis.cache("titles", key -> key, CacheFormat.text()).build();
 * String title = titles.get("a1", Set.of("articles"), () -> articles.title("a1"));
 * }</pre>
 *
 * <p>Nothing is connected before it is used, so an application starts while Redis is away. What is made here is closed by
 * {@link #close()}; a given client and a given scheduler stay their owner's.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class NestRedis implements AutoCloseable {
    /** The name of the circuit breaker of the caches. */
    public static final String CACHE_BREAKER = "redis-cache";

    /** The name of the circuit breaker of the limits. */
    public static final String LIMIT_BREAKER = "redis-limits";

    private static final RedisLink.Script PING = new RedisLink.Script("return redis.call('EXISTS', KEYS[1])");
    private static final int SESSIONS_OF_USER = 50;

    private final RedisLink link;
    private final String prefix;
    private final CircuitBreaker breaker;
    private final CircuitBreaker limitBreaker;
    private final ScheduledExecutorService scheduler;
    private final boolean ownsScheduler;
    private final CacheFeed feed;

    private NestRedis(Builder builder) {
        this.link = builder.link;
        this.prefix = builder.prefix;
        CircuitBreakers breakers =
                builder.breakers == null ? CircuitBreakers.builder().build() : builder.breakers;
        BreakerSettings settings = BreakerSettings.cache().dependency("redis").build();
        this.breaker = breakers.findOrCreate(CACHE_BREAKER, settings);
        this.limitBreaker = breakers.findOrCreate(LIMIT_BREAKER, settings);
        this.ownsScheduler = builder.scheduler == null;
        this.scheduler = builder.scheduler == null
                ? Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "nestcms-redis");
                    thread.setDaemon(true);
                    return thread;
                })
                : builder.scheduler;
        this.feed = new CacheFeed(link, prefix, scheduler, builder.poll);
    }

    /**
     * Everything as shipped.
     *
     * @param settings how Redis is reached
     * @return the entry
     */
    public static NestRedis connect(RedisSettings settings) {
        return builder(settings).build();
    }

    /**
     * Starts with settings.
     *
     * @param settings how Redis is reached
     * @return a builder
     */
    public static Builder builder(RedisSettings settings) {
        return new Builder(RedisLink.of(settings));
    }

    /**
     * Starts with a client that the application has. Its time limits hold: set them short. One that makes a command again after a
     * lost answer is borne.
     *
     * @param client pooled, of Sentinel or of a cluster; not closed here
     * @return a builder
     */
    public static Builder builder(UnifiedJedis client) {
        return new Builder(RedisLink.of(Objects.requireNonNull(client, "client")));
    }

    /**
     * The client, for what else the application does with Redis, as the replay guard of webhooks.
     *
     * @return the client, which ends with this
     * @throws NestRedisException if Sentinel or the cluster cannot be asked where Redis is
     */
    public UnifiedJedis client() {
        return link.client();
    }

    /**
     * Whether Redis answers.
     *
     * @throws NestRedisException if it does not
     */
    public void ping() {
        link.eval(PING, List.of(RedisLink.bytes(prefix + "ping")), List.of());
    }

    /**
     * A cache in two tiers, memory before Redis. Keys stand in Redis as the text that {@code keys} gives.
     *
     * @param <K> the kind of key
     * @param <V> the kind of value
     * @param name of the cache, the same on all nodes
     * @param keys gives a key's text, another one for each key
     * @param format how values are written
     * @return a builder
     * @throws InvalidInputException if the name has another character than a-z, 0-9, {@code -} and {@code .}
     */
    public <K, V> TieredCache.Builder<K, V> cache(
            String name, Function<? super K, String> keys, CacheFormat<V> format) {
        return TieredCache.builder(name, keys, format, new RedisCache(link, feed, prefix, name), breaker);
    }

    /**
     * Sessions that all nodes share, 50 a user. What clients say of themselves stands in Redis as it is.
     *
     * @return the store
     */
    public SessionStore sessions() {
        return new RedisSessionStore(link, prefix, SESSIONS_OF_USER, null);
    }

    /**
     * Sessions that all nodes share.
     *
     * @param sessionsOfUser how many a user may have, 1 to 1000
     * @param cipher seals the addresses and programs of clients
     * @return the store
     * @throws InvalidInputException if the number is out of range
     */
    public SessionStore sessions(int sessionsOfUser, FieldCipher cipher) {
        if (sessionsOfUser < 1 || sessionsOfUser > 1000) {
            throw new InvalidInputException("sessionsOfUser", "is " + sessionsOfUser, "1 to 1000");
        }
        return new RedisSessionStore(link, prefix, sessionsOfUser, Objects.requireNonNull(cipher, "cipher"));
    }

    /**
     * Limits of requests that all nodes share. While Redis is away each node limits by itself.
     *
     * @return limits
     */
    public RequestLimits requestLimits() {
        return new RedisRequestLimits(link, prefix, limitBreaker, InMemoryRequestLimits.create());
    }

    /** For tests: whether what other nodes forget is heard by now. */
    boolean isListening() {
        return feed.isListening();
    }

    /** Ends the listening, and the connections that were made here. Repeatable. */
    @Override
    public void close() {
        feed.close();
        if (ownsScheduler) {
            scheduler.shutdownNow();
        }
        link.close();
    }

    /**
     * Builds the entry.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final RedisLink link;
        private String prefix = "nestcms:";
        private @Nullable CircuitBreakers breakers;
        private @Nullable ScheduledExecutorService scheduler;
        private Duration poll = Duration.ofMillis(100);

        private Builder(RedisLink link) {
            this.link = link;
        }

        /**
         * What stands before each key. Default {@code nestcms:}.
         *
         * @param prefix 1 to 64 letters, digits and {@code _ - . :}
         * @return this builder
         * @throws InvalidInputException if it has another character
         */
        public Builder prefix(String prefix) {
            if (!prefix.matches("[A-Za-z0-9_.:-]{1,64}")) {
                throw new InvalidInputException(
                        "prefix", "is \"" + prefix + "\"", "1 to 64 of a-z, A-Z, 0-9, _, -, . and :");
            }
            this.prefix = prefix;
            return this;
        }

        /**
         * Where the breaker of the caches is registered. Default: nowhere else.
         *
         * @param breakers the application's breakers
         * @return this builder
         */
        public Builder breakers(CircuitBreakers breakers) {
            this.breakers = Objects.requireNonNull(breakers, "breakers");
            return this;
        }

        /**
         * Runs what is done again and again: reading what other nodes forget. Default: a daemon thread of its own.
         *
         * @param scheduler stays its owner's
         * @return this builder
         */
        public Builder scheduler(ScheduledExecutorService scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * How often a node looks what the others forgot. Default 100 ms.
         *
         * @param time 10 ms to 10 s
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder pollEvery(Duration time) {
            if (time.compareTo(Duration.ofMillis(10)) < 0 || time.compareTo(Duration.ofSeconds(10)) > 0) {
                throw new InvalidInputException("pollEvery", "is " + time, "10 ms to 10 s");
            }
            this.poll = time;
            return this;
        }

        /**
         * The entry. Connects to nothing yet.
         *
         * @return the entry
         */
        public NestRedis build() {
            return new NestRedis(this);
        }
    }
}
