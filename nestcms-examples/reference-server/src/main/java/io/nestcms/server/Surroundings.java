package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.redis.RedisSettings;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the server uses beside database and gateway when it is there.
 *
 * @param redis what nodes share sessions, limits and the replay guard through, or {@code null} for none
 */
public record Surroundings(@Nullable RedisSettings redis) {
    /** Nothing. */
    public static Surroundings none() {
        return new Surroundings(null);
    }

    /** These with Redis. */
    public Surroundings withRedis(RedisSettings given) {
        return new Surroundings(given);
    }

    /** As {@code setting} gives them. */
    static Surroundings from(UnaryOperator<@Nullable String> setting) {
        return new Surroundings(redis(setting.apply("REDIS_URL")));
    }

    private static @Nullable RedisSettings redis(@Nullable String url) {
        try {
            return url == null ? null : RedisSettings.of(url);
        } catch (InvalidInputException refused) {
            throw new InvalidInputException("REDIS_URL", refused.problem(), refused.rule());
        }
    }
}
