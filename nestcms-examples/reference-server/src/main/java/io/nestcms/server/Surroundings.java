package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.redis.RedisSettings;
import io.nestcms.server.http.DoorRules;
import java.util.LinkedHashSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the server uses beside database and gateway when it is there.
 *
 * @param redis what nodes share sessions, limits and the replay guard through, or {@code null} for none
 * @param door who may ask, from where, and how often
 * @param metricsToken what a scraper of {@code /metrics} shows as its bearer token, 24 characters or more; {@code null} for people with
 *     the right only
 */
public record Surroundings(
        @Nullable RedisSettings redis,
        DoorRules door,
        @Nullable String metricsToken) {
    private static final int SHORTEST_TOKEN = 24;

    /**
     * Checks the token.
     *
     * @throws InvalidInputException if it is too short
     */
    public Surroundings {
        Objects.requireNonNull(door, "door");
        if (metricsToken != null && metricsToken.length() < SHORTEST_TOKEN) {
            throw new InvalidInputException(
                    "METRICS_TOKEN", "is too short", "at least " + SHORTEST_TOKEN + " characters, made at random");
        }
    }

    /** Nothing of the token. */
    @Override
    public String toString() {
        return "Surroundings[redis " + (redis == null ? "none" : "set") + ", " + door + ", metrics token "
                + (metricsToken == null ? "none" : "set") + "]";
    }

    /** Nothing. */
    public static Surroundings none() {
        return new Surroundings(null, DoorRules.open(), null);
    }

    /** These with Redis. */
    public Surroundings withRedis(RedisSettings given) {
        return new Surroundings(given, door, metricsToken);
    }

    /** These with another door. */
    public Surroundings withDoor(DoorRules given) {
        return new Surroundings(redis, given, metricsToken);
    }

    /** These with a token for scrapers. */
    public Surroundings withMetricsToken(String given) {
        return new Surroundings(redis, door, given);
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
                        env.number("RATE_LIMIT_USER", 1_200)),
                env.text("METRICS_TOKEN"));
    }

    private static @Nullable RedisSettings redis(@Nullable String url) {
        try {
            return url == null ? null : RedisSettings.of(url);
        } catch (InvalidInputException refused) {
            throw new InvalidInputException("REDIS_URL", refused.problem(), refused.rule());
        }
    }
}
