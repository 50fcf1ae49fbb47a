package io.nestcms.webhook.redis;

import io.nestcms.webhook.ReplayClaim;
import io.nestcms.webhook.ReplayGuard;
import io.nestcms.webhook.WebhookException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A {@link ReplayGuard} in Redis, for several nodes. Each step is one script over one key, so it is atomic, on a cluster
 * too. Claims and done deliveries run out by Redis' own expiry.
 *
 * <p>What a failover of Redis loses is handled again; the application's record bears that.
 *
 * <p>Safe for use by many threads. The client stays its owner's: it is not closed here.
 *
 * @since 0.1
 */
public final class RedisReplayGuard implements ReplayGuard {
    private static final String DONE = "done";
    private static final String GRANTED = "granted";
    private static final int TOKEN_BYTES = 16;

    private static final String CLAIM = """
            local held = redis.call('GET', KEYS[1])
            if held == false then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
              return 'granted'
            end
            return held == 'done' and 'done' or 'held'
            """;
    private static final String COMMIT = """
            local held = redis.call('GET', KEYS[1])
            if held == false or held == ARGV[1] then
              redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2])
            end
            return 1
            """;
    private static final String RELEASE = """
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              redis.call('DEL', KEYS[1])
            end
            return 1
            """;

    private final UnifiedJedis redis;
    private final String prefix;
    private final String lease;
    private final String retention;
    private final RandomGenerator random;

    private RedisReplayGuard(Builder builder) {
        this.redis = builder.redis;
        this.prefix = builder.prefix;
        this.lease = Long.toString(builder.lease.toMillis());
        this.retention = Long.toString(builder.retention.toMillis());
        this.random = builder.random;
    }

    /**
     * Starts a guard.
     *
     * @param redis the client: pooled, or of a cluster. Set its timeouts short, the provider is waiting
     * @return a builder
     */
    public static Builder builder(UnifiedJedis redis) {
        return new Builder(redis);
    }

    @Override
    public ReplayClaim claim(String key) {
        String token = newToken();
        String answer = String.valueOf(run(CLAIM, key, List.of(token, lease)));
        if (answer.equals(GRANTED)) {
            return new ReplayClaim.Granted(key, token);
        }
        return answer.equals(DONE) ? new ReplayClaim.Done() : new ReplayClaim.InProgress();
    }

    @Override
    public void commit(ReplayClaim.Granted claim) {
        run(COMMIT, claim.key(), List.of(claim.token(), retention));
    }

    @Override
    public void release(ReplayClaim.Granted claim) {
        run(RELEASE, claim.key(), List.of(claim.token()));
    }

    private Object run(String script, String key, List<String> arguments) {
        try {
            return redis.eval(script, List.of(prefix + key), arguments);
        } catch (JedisException e) {
            throw new WebhookException("Redis, which holds the replay guard, did not answer as it should", e);
        }
    }

    private String newToken() {
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        return HexFormat.of().formatHex(token);
    }

    /**
     * Builds a guard.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final UnifiedJedis redis;
        private String prefix = "nestcms:webhook:";
        private Duration lease = Duration.ofMinutes(1);
        private Duration retention = Duration.ofDays(3);
        private RandomGenerator random = new SecureRandom();

        private Builder(UnifiedJedis redis) {
            this.redis = Objects.requireNonNull(redis, "redis");
        }

        /**
         * Sets what stands before each key. Default {@code nestcms:webhook:}.
         *
         * @param prefix the prefix
         * @return this builder
         */
        public Builder prefix(String prefix) {
            this.prefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Sets how long a claim lasts. Longer than any handler takes, shorter than the provider waits between deliveries.
         * Default one minute.
         *
         * @param lease at least a millisecond
         * @return this builder
         * @throws IllegalArgumentException if the duration is shorter
         */
        public Builder lease(Duration lease) {
            this.lease = atLeastAMillisecond("lease", lease);
            return this;
        }

        /**
         * Sets how long a done delivery is remembered. Longer than the provider goes on delivering. Default three days.
         *
         * @param retention at least a millisecond
         * @return this builder
         * @throws IllegalArgumentException if the duration is shorter
         */
        public Builder retention(Duration retention) {
            this.retention = atLeastAMillisecond("retention", retention);
            return this;
        }

        /**
         * Sets where the names of claims come from. Default a {@link SecureRandom}.
         *
         * @param random gives random bytes; safe for use by many threads
         * @return this builder
         */
        public Builder random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Builds the guard.
         *
         * @return the guard
         */
        public RedisReplayGuard build() {
            return new RedisReplayGuard(this);
        }

        private static Duration atLeastAMillisecond(String name, Duration duration) {
            if (duration.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException(name + " is " + duration + ": at least a millisecond is allowed");
            }
            return duration;
        }
    }
}
