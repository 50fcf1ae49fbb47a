package io.nestcms.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/**
 * The way to Redis, made when it is first used and again until it can be made, so that an application starts while Redis is
 * away. Scripts may be run twice when a cluster redirects or a connection breaks; each is written to bear it.
 */
@SuppressWarnings("deprecation") // 7 has successors for these, 6 has not; both have these
final class RedisLink implements AutoCloseable {
    /** Redirections of a cluster count as attempts. Elsewhere there is one, since a lost answer is no proof. */
    private static final int CLUSTER_ATTEMPTS = 5;

    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(5);

    private final Supplier<UnifiedJedis> opener;
    private final boolean owned;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable UnifiedJedis client;
    private volatile boolean closed;

    private RedisLink(Supplier<UnifiedJedis> opener, boolean owned) {
        this.opener = opener;
        this.owned = owned;
    }

    static RedisLink of(UnifiedJedis given) {
        return new RedisLink(() -> given, false);
    }

    static RedisLink of(RedisSettings settings) {
        return new RedisLink(() -> open(settings), true);
    }

    private static UnifiedJedis open(RedisSettings settings) {
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(settings.pool());
        pool.setMaxIdle(settings.pool());
        pool.setMaxWait(settings.poolWait());
        pool.setJmxEnabled(false);
        DefaultJedisClientConfig config = config(settings)
                .user(settings.user().orElse(null))
                .password(settings.password().orElse(null))
                .database(settings.database())
                .build();
        Set<HostAndPort> addresses = settings.addresses().stream()
                .map(address -> new HostAndPort(address.host(), address.port()))
                .collect(Collectors.toSet());
        return switch (settings.kind()) {
            case ONE ->
                new UnifiedJedis(
                        new PooledConnectionProvider(addresses.iterator().next(), config, pool),
                        1,
                        settings.commandTimeout());
            case SENTINEL ->
                new UnifiedJedis(
                        new SentineledConnectionProvider(
                                settings.master(),
                                config,
                                pool,
                                addresses,
                                config(settings)
                                        .user(settings.sentinelUser().orElse(null))
                                        .password(settings.sentinelPassword().orElse(null))
                                        .build()),
                        1,
                        settings.commandTimeout());
            case CLUSTER ->
                new UnifiedJedis(
                        new ClusterConnectionProvider(addresses, config, pool, TOPOLOGY_REFRESH),
                        CLUSTER_ATTEMPTS,
                        settings.commandTimeout());
        };
    }

    private static DefaultJedisClientConfig.Builder config(RedisSettings settings) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(
                        Math.toIntExact(settings.connectTimeout().toMillis()))
                .socketTimeoutMillis(Math.toIntExact(settings.commandTimeout().toMillis()))
                .ssl(settings.tls());
        settings.tlsSockets().ifPresent(config::sslSocketFactory);
        return config;
    }

    /** The client, opened when it is not yet. */
    UnifiedJedis client() {
        UnifiedJedis open = client;
        if (open != null) {
            return open;
        }
        opening.lock();
        try {
            if (closed) {
                throw new NestRedisException("This NestRedis was closed", null);
            }
            if (client == null) {
                client = opener.get();
            }
            return client;
        } catch (JedisException away) {
            throw new NestRedisException("Redis cannot be reached", away);
        } finally {
            opening.unlock();
        }
    }

    Object eval(Script script, List<byte[]> keys, List<byte[]> arguments) {
        return ask(redis -> redis.eval(script.bytes(), keys, arguments));
    }

    Object send(byte[] key, ProtocolCommand command, byte[]... arguments) {
        return ask(redis -> redis.sendCommand(key, command, arguments));
    }

    private <T extends @Nullable Object> T ask(Function<UnifiedJedis, T> call) {
        UnifiedJedis redis = client();
        try {
            return call.apply(redis);
        } catch (JedisException failed) {
            throw new NestRedisException("Redis did not answer as it should", failed);
        } catch (IllegalStateException closedMeanwhile) {
            // the pool of a client that was closed
            throw new NestRedisException("Redis is not connected any more", closedMeanwhile);
        }
    }

    @Override
    public void close() {
        opening.lock();
        try {
            closed = true;
            UnifiedJedis open = client;
            client = null;
            if (owned && open != null) {
                open.close();
            }
        } finally {
            opening.unlock();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(long number) {
        return bytes(String.format(Locale.ROOT, "%d", number));
    }

    static String text(Object bytes) {
        return bytes instanceof byte[] raw ? new String(raw, StandardCharsets.UTF_8) : String.valueOf(bytes);
    }

    /** A Lua script. */
    static final class Script {
        private final byte[] bytes;

        Script(String text) {
            this.bytes = RedisLink.bytes(text);
        }

        byte[] bytes() {
            return bytes;
        }
    }
}
