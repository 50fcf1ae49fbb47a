package io.nestcms.redis;

import static io.nestcms.redis.RedisLink.bytes;
import static io.nestcms.redis.RedisLink.text;

import io.nestcms.cache.SharedCache;
import io.nestcms.redis.RedisLink.Script;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol;

/**
 * The shared tier of one cache, in Redis. A key's value and its lease stand in one slot of a cluster; a tag is a set of the keys
 * that were tagged with it, each with the time at which the note ends.
 */
final class RedisCache implements SharedCache {
    private static final Script FIND = new Script("""
        local value = redis.call('GET', KEYS[1])
        if value == false then return nil end
        return {value, redis.call('PTTL', KEYS[1])}
        """);
    private static final Script LEASE = new Script("""
        local value = redis.call('GET', KEYS[1])
        if value then return {value, redis.call('PTTL', KEYS[1])} end
        if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
        return redis.call('GET', KEYS[2]) == ARGV[1] and 1 or 0
        """);
    private static final Script KEEP = new Script("""
        if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        redis.call('DEL', KEYS[2])
        return 1
        """);
    private static final Script RELEASE = new Script("""
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        return 1
        """);
    private static final Script SWAP = new Script("""
        local value = redis.call('GET', KEYS[1])
        local expected = ARGV[1] == '1' and ARGV[2] or false
        if value ~= expected then return 0 end
        redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
        redis.call('DEL', KEYS[2])
        return 1
        """);
    private static final Script TAG = new Script("""
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
        redis.call('ZADD', KEYS[1], 'GT', now + ARGV[2], ARGV[1])
        local left = redis.call('PTTL', KEYS[1])
        if left < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return 1
        """);

    private final RedisLink link;
    private final CacheFeed feed;
    private final String name;
    private final String prefix;

    RedisCache(RedisLink link, CacheFeed feed, String prefix, String name) {
        this.link = link;
        this.feed = feed;
        this.name = name;
        this.prefix = prefix + "cache:" + name + ':';
    }

    /** The letter keeps the part that decides the slot from being empty, whatever the key begins with. */
    private byte[] valueKey(String key) {
        return bytes(prefix + "{k" + key + '}');
    }

    private byte[] leaseKey(String key) {
        return bytes(prefix + "{k" + key + "}:lease");
    }

    private byte[] tagKey(String tag) {
        return bytes(prefix + "{t" + tag + '}');
    }

    @Override
    public Optional<Kept> find(String key) {
        return kept(link.eval(FIND, List.of(valueKey(key)), List.of()));
    }

    private static Optional<Kept> kept(@Nullable Object answer) {
        if (!(answer instanceof List<?> found)) {
            return Optional.empty();
        }
        long left = (Long) found.get(1);
        return left <= 0 ? Optional.empty() : Optional.of(new Kept((byte[]) found.get(0), Duration.ofMillis(left)));
    }

    @Override
    public void tag(String key, Set<String> tags, Duration atMost) {
        for (String tag : tags) {
            link.eval(TAG, List.of(tagKey(tag)), List.of(bytes(key), bytes(atMost.toMillis())));
        }
    }

    @Override
    public Lease lease(String key, String holder, Duration atMost) {
        Object answer = link.eval(
                LEASE, List.of(valueKey(key), leaseKey(key)), List.of(bytes(holder), bytes(atMost.toMillis())));
        return new Lease(kept(answer), Long.valueOf(1).equals(answer));
    }

    @Override
    public boolean keep(String key, String holder, byte[] value, Duration left) {
        Object answer = link.eval(
                KEEP,
                List.of(valueKey(key), leaseKey(key)),
                List.of(bytes(holder), value, bytes(Math.max(1, left.toMillis()))));
        return Long.valueOf(1).equals(answer);
    }

    @Override
    public void release(String key, String holder) {
        link.eval(RELEASE, List.of(leaseKey(key)), List.of(bytes(holder)));
    }

    @Override
    public boolean swap(String key, byte @Nullable [] expected, byte[] value, Duration left) {
        Object answer = link.eval(
                SWAP,
                List.of(valueKey(key), leaseKey(key)),
                List.of(
                        bytes(expected == null ? 0 : 1),
                        expected == null ? new byte[0] : expected,
                        value,
                        bytes(Math.max(1, left.toMillis()))));
        if (!Long.valueOf(1).equals(answer)) {
            return false;
        }
        feed.tell(name, Set.of(key), Set.of());
        return true;
    }

    @Override
    public void drop(Collection<String> keys, Collection<String> tags) {
        Set<String> all = new LinkedHashSet<>(keys);
        for (String tag : tags) {
            byte[] key = tagKey(tag);
            Object members = link.send(key, Protocol.Command.ZRANGE, key, bytes(0), bytes(-1));
            if (members instanceof List<?> noted) {
                noted.forEach(member -> all.add(text(member)));
            }
        }
        for (String key : all) {
            byte[] value = valueKey(key);
            link.send(value, Protocol.Command.DEL, value, leaseKey(key));
        }
        feed.tell(name, all, tags);
    }

    @Override
    public Runnable listen(Listener listener) {
        return feed.listen(name, listener);
    }
}
