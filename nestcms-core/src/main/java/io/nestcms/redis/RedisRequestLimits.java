package io.nestcms.redis;

import static io.nestcms.redis.RedisLink.bytes;

import io.nestcms.limit.LimitAnswer;
import io.nestcms.limit.RequestLimit;
import io.nestcms.limit.RequestLimits;
import io.nestcms.redis.RedisLink.Script;
import io.nestcms.resilience.CircuitBreaker;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Limits in Redis, by its clock: one key a client, which ends when all has come back. Without Redis each node limits by itself. */
final class RedisRequestLimits implements RequestLimits {
    private static final Logger LOG = LoggerFactory.getLogger(RedisRequestLimits.class);

    /** The time at which all will have come back, in microseconds, which Lua counts exactly until the year 2255. */
    private static final Script TAKE = new Script("""
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local from = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
        local next = from + ARGV[1]
        local over = next - now - ARGV[2] - ARGV[3]
        if over > 0 then return {0, from - now, over} end
        redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', math.ceil((next - now) / 1000)))
        return {1, next - now, 0}
        """);

    private final RedisLink link;
    private final String prefix;
    private final CircuitBreaker breaker;
    private final RequestLimits alone;

    RedisRequestLimits(RedisLink link, String prefix, CircuitBreaker breaker, RequestLimits alone) {
        this.link = link;
        this.prefix = prefix + "limit:";
        this.breaker = breaker;
        this.alone = alone;
    }

    @Override
    public LimitAnswer take(RequestLimit limit, String client) {
        try {
            return breaker.call(() -> ask(limit, client), () -> alone.take(limit, client));
        } catch (NestRedisException away) {
            LOG.debug("Redis did not answer; this node limits by itself", away);
            return alone.take(limit, client);
        }
    }

    private LimitAnswer ask(RequestLimit limit, String client) {
        long period = limit.per().toNanos() / 1_000;
        long each = (period + limit.requests() - 1) / limit.requests();
        Object answer = link.eval(
                TAKE,
                List.of(bytes(prefix + limit.name() + ':' + client)),
                List.of(bytes(each), bytes(period), bytes(limit.requests())));
        List<?> parts = (List<?>) answer;
        return LimitAnswer.of(limit, (Long) parts.get(0) == 1, (Long) parts.get(1), (Long) parts.get(2));
    }
}
