package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.MongoSettings;
import io.nestcms.redis.RedisSettings;
import io.nestcms.server.http.DoorRules;
import io.nestcms.server.notice.ChannelSettings;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the server uses beside database and gateway when it is there.
 *
 * @param redis what nodes share sessions, limits and the replay guard through, or {@code null} for none
 * @param door who may ask, from where, and how often
 * @param channels what tells payers, operators and users
 * @param operating what those who run it want of it
 * @param mongo all about the database that the settings name, or {@code null} for what its address alone says
 */
public record Surroundings(
        @Nullable RedisSettings redis,
        DoorRules door,
        ChannelSettings channels,
        Operating operating,
        @Nullable MongoSettings mongo) {
    /** Checks that they are there. */
    public Surroundings {
        Objects.requireNonNull(door, "door");
        Objects.requireNonNull(channels, "channels");
        Objects.requireNonNull(operating, "operating");
    }

    /** Nothing of a token. */
    @Override
    public String toString() {
        return "Surroundings[redis " + (redis == null ? "none" : "set") + ", " + door + ", " + channels + ", "
                + operating + "]";
    }

    /** Nothing. */
    public static Surroundings none() {
        return new Surroundings(null, DoorRules.open(), ChannelSettings.none(), Operating.usual(), null);
    }

    /** These with Redis. */
    public Surroundings withRedis(RedisSettings given) {
        return new Surroundings(given, door, channels, operating, mongo);
    }

    /** These with another door. */
    public Surroundings withDoor(DoorRules given) {
        return new Surroundings(redis, given, channels, operating, mongo);
    }

    /** These with other channels. */
    public Surroundings withChannels(ChannelSettings given) {
        return new Surroundings(redis, door, given, operating, mongo);
    }

    /** These, run so. */
    public Surroundings withOperating(Operating given) {
        return new Surroundings(redis, door, channels, given, mongo);
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
                new ChannelSettings(mail(env), env.uri("SLACK_WEBHOOK_URL"), phones(env)),
                Operating.from(env),
                env.mongo());
    }

    private static ChannelSettings.@Nullable Mail mail(ServerSettings.Environment env) {
        String url = env.text("SMTP_URL");
        String from = env.text("MAIL_FROM");
        if (url == null && from == null) {
            return null;
        }
        if (url == null || from == null) {
            throw new InvalidInputException(
                    url == null ? "SMTP_URL" : "MAIL_FROM", "is missing", "SMTP_URL and MAIL_FROM belong together");
        }
        return new ChannelSettings.Mail(
                ChannelSettings.MailServer.of(url),
                from,
                Objects.requireNonNullElse(env.text("SHOP_NAME"), "NestCMS"),
                Locale.forLanguageTag(Objects.requireNonNullElse(env.text("MAIL_LANGUAGE"), "en")),
                zone(env.text("MAIL_ZONE")),
                env.list("OPERATOR_EMAILS"));
    }

    private static ZoneId zone(@Nullable String name) {
        try {
            return name == null ? ZoneOffset.UTC : ZoneId.of(name);
        } catch (DateTimeException other) {
            throw new InvalidInputException("MAIL_ZONE", "is no time zone", "for example Asia/Kuwait");
        }
    }

    private static ChannelSettings.@Nullable Phones phones(ServerSettings.Environment env) {
        String account = env.text("TWILIO_ACCOUNT");
        String token = env.text("TWILIO_TOKEN");
        String from = env.text("TWILIO_FROM");
        List<String> to = env.list("ALERT_PHONES");
        if (account == null && token == null && from == null && to.isEmpty()) {
            return null;
        }
        if (account == null || token == null || from == null) {
            throw new InvalidInputException(
                    account == null ? "TWILIO_ACCOUNT" : token == null ? "TWILIO_TOKEN" : "TWILIO_FROM",
                    "is missing",
                    "TWILIO_ACCOUNT, TWILIO_TOKEN, TWILIO_FROM and ALERT_PHONES belong together");
        }
        return new ChannelSettings.Phones(account, token, from, to);
    }

    private static @Nullable RedisSettings redis(@Nullable String url) {
        try {
            return url == null ? null : RedisSettings.of(url);
        } catch (InvalidInputException refused) {
            throw new InvalidInputException("REDIS_URL", refused.problem(), refused.rule());
        }
    }
}
