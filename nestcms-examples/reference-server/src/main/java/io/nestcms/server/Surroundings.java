package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.redis.RedisSettings;
import io.nestcms.server.http.DoorRules;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * What the server uses beside database and gateway when it is there.
 *
 * @param redis what nodes share sessions, limits and the replay guard through, or {@code null} for none
 * @param door who may ask, from where, and how often
 */
public record Surroundings(@Nullable RedisSettings redis, DoorRules door) {
    /** Nothing. */
    public static Surroundings none() {
        return new Surroundings(null, DoorRules.open());
    }

    /** These with Redis. */
    public Surroundings withRedis(RedisSettings given) {
        return new Surroundings(given, door);
    }

    /** These with another door. */
    public Surroundings withDoor(DoorRules given) {
        return new Surroundings(redis, given);
    }

    /** From the environment. */
    static Surroundings from(ServerSettings.Environment env) {
        return new Surroundings(
                redis(env.text("REDIS_URL")),
                new DoorRules(
                        env.list("ALLOWED_SOURCES"),
                        env.list("DENIED_SOURCES"),
                        new LinkedHashSet<>(env.list("CORS_ORIGINS")),
                        env.number("RATE_LIMIT_ADDRESS", 6_000),
                        env.number("RATE_LIMIT_USER", 1_200)));
    }

    private static @Nullable RedisSettings redis(@Nullable String url) {
        try {
            return url == null ? null : RedisSettings.of(url);
        } catch (InvalidInputException refused) {
            throw new InvalidInputException("REDIS_URL", refused.problem(), refused.rule());
        }
    }
}
