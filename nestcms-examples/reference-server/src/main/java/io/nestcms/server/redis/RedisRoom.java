package io.nestcms.server.redis;

import io.nestcms.access.SessionStore;
import io.nestcms.cache.CacheFormat;
import io.nestcms.cache.TieredCache;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.health.Health;
import io.nestcms.limit.RequestLimits;
import io.nestcms.redis.NestRedis;
import io.nestcms.redis.NestRedisException;
import io.nestcms.redis.RedisSettings;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.webhook.ReplayGuard;
import io.nestcms.webhook.redis.RedisReplayGuard;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes share through Redis. Each part is behind a circuit of its own, so a Redis that hangs costs a few calls and not
 * each; nothing is connected before it is used, so the server starts while Redis is away.
 */
public final class RedisRoom implements AutoCloseable {
    private static final int SESSIONS_OF_USER = 20;
    private static final BreakerSettings CIRCUIT =
            BreakerSettings.cache().dependency("redis").build();

    /** A Redis that is only slow keeps its sessions: nothing else can say whether they have ended. */
    private static final BreakerSettings OF_SESSIONS =
            CIRCUIT.toBuilder().ignoreSlowCalls().build();

    private final NestRedis redis;
    private final CircuitBreakers breakers;

    private RedisRoom(NestRedis redis, CircuitBreakers breakers) {
        this.redis = redis;
        this.breakers = breakers;
    }

    /** The room, with its circuits among {@code breakers}. */
    public static RedisRoom open(RedisSettings settings, CircuitBreakers breakers) {
        return new RedisRoom(NestRedis.builder(settings).breakers(breakers).build(), breakers);
    }

    /**
     * Sessions in Redis, and those of people who sign in while it is away in {@code otherwise}.
     *
     * @param cipher seals the addresses and programs of clients, or {@code null} to store them clear
     */
    public SessionStore sessions(SessionStore otherwise, @Nullable FieldCipher cipher) {
        SessionStore shared = cipher == null ? redis.sessions() : redis.sessions(SESSIONS_OF_USER, cipher);
        return new RedisFirstSessions(
                new CircuitSessions(shared, breakers.findOrCreate("redis-sessions", OF_SESSIONS)), otherwise);
    }

    /** A guard that all nodes share. While Redis is away it fails, which the verifier is told to bear. */
    public ReplayGuard replayGuard() {
        // the client is asked for at each use: that of Sentinel or a cluster cannot be made while they are away
        return new CircuitReplayGuard(
                () -> RedisReplayGuard.builder(redis.client()).build(),
                breakers.findOrCreate("redis-replay-guard", CIRCUIT));
    }

    /** Answers that are kept ready for 30 seconds, in memory before Redis; what one node drops all drop. The caller closes it. */
    public TieredCache<String, String> answers() {
        return redis.cache("answers", (String key) -> key, CacheFormat.text()).build();
    }

    /** Limits that all nodes share; while Redis is away each limits by itself. */
    public RequestLimits limits() {
        return redis.requestLimits();
    }

    /** Degraded while Redis does not answer, since the server goes on without it. */
    public Health health() {
        try {
            redis.ping();
            return Health.up();
        } catch (NestRedisException away) {
            return Health.degraded("Redis does not answer; sign-ins meanwhile are kept in the database");
        }
    }

    @Override
    public void close() {
        redis.close();
    }
}
