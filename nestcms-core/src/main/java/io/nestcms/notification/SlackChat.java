package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RateLimit;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Posts to a room of Slack, or of whatever else takes Slack's incoming webhooks (Mattermost, Rocket.Chat): one HTTP POST of
 * {@code {"text": ...}}. Breaker {@code chat}; at most one post a second, which is what Slack allows; a 429 is obeyed.
 *
 * <p>Wire: Slack, "Sending messages using incoming webhooks", and "Formatting text for app surfaces" for the escapes. Never run
 * against Slack itself here. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class SlackChat implements ChatChannel {
    /** Slack cuts longer texts. */
    private static final int LONGEST = 4000;

    private final URI webhook;
    private final HttpOutlet outlet;

    private SlackChat(Builder builder) {
        this.webhook = builder.webhook;
        Protection protection = builder.protection != null
                ? builder.protection
                : Outlet.standard(builder.breakers, "chat", RateLimit.of(1, Duration.ofSeconds(1)));
        this.outlet = new HttpOutlet(
                "chat", protection, builder.client != null ? builder.client : HttpOutlet.client(), builder.clock);
    }

    /**
     * Starts with what has no default.
     *
     * @param webhook the address that Slack gave; a secret
     * @param breakers where the channel's breaker stands
     * @return a new builder
     * @throws InvalidInputException if the address is not one of HTTP with a host
     */
    public static Builder builder(URI webhook, CircuitBreakers breakers) {
        return new Builder(webhook, breakers);
    }

    @Override
    public void post(String text) {
        byte[] body = ("{\"text\":\"" + json(HttpOutlet.cut(text, LONGEST)) + "\"}").getBytes(StandardCharsets.UTF_8);
        int status = outlet.post(webhook, Map.of("Content-Type", "application/json; charset=utf-8"), body);
        if (status / 100 != 2) {
            // the webhook was removed or its room archived: somebody has to set another
            throw UndeliveredException.failed("chat answered " + status, null, null);
        }
    }

    /** The three characters that Slack's markup is made of are escaped, so {@code <!channel>} in a payer's name calls nobody. */
    private static String json(String text) {
        return Json.escape(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    /**
     * Makes a {@link SlackChat}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final URI webhook;
        private final CircuitBreakers breakers;
        private @Nullable Protection protection;
        private @Nullable HttpClient client;
        private Clock clock = Clock.systemUTC();

        private Builder(URI webhook, CircuitBreakers breakers) {
            this.webhook = HttpAddress.checked("webhook", webhook);
            this.breakers = Objects.requireNonNull(breakers, "breakers");
        }

        /**
         * Guards the calls instead of the standard: 5 s for a try, 15 s for all, three tries of what was not sent.
         *
         * @param protection the guard
         * @return this builder
         */
        public Builder protection(Protection protection) {
            this.protection = Objects.requireNonNull(protection, "protection");
            return this;
        }

        /**
         * Makes the calls. Default a client that follows no redirect. Stays the caller's.
         *
         * @param client the client
         * @return this builder
         */
        public Builder client(HttpClient client) {
            this.client = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * Reads a {@code Retry-After} that is a date. Default the system's clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * The channel.
         *
         * @return nothing is called yet
         */
        public SlackChat build() {
            return new SlackChat(this);
        }
    }
}
