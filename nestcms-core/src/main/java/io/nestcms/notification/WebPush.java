package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RateLimit;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends push messages to browsers: Web Push (RFC 8030), sealed for the one browser (RFC 8291) and signed by the sender (VAPID,
 * RFC 8292). The page's service worker gets {@code {"title", "body", "link"}}. Breaker {@code push}; at most 50 messages a second; a
 * 429 is obeyed.
 *
 * <p>An endpoint comes from a browser, so from anybody: only those of known push services are called, unless {@linkplain
 * Builder#endpoints others} are named. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class WebPush implements PushChannel {
    private static final List<String> SERVICES =
            List.of("fcm.googleapis.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com");
    private static final Duration JWT_LIFE = Duration.ofHours(12);

    private final VapidKey key;
    private final String contact;
    private final Predicate<URI> endpoints;
    private final Duration keep;
    private final Clock clock;
    private final SecureRandom random;
    private final HttpOutlet outlet;

    private WebPush(Builder builder) {
        this.key = builder.key;
        this.contact = builder.contact;
        this.endpoints = builder.endpoints;
        this.keep = builder.keep;
        this.clock = builder.clock;
        this.random = builder.random;
        Protection protection = builder.protection != null
                ? builder.protection
                : Outlet.standard(builder.breakers, "push", RateLimit.of(50, Duration.ofSeconds(1)));
        this.outlet = new HttpOutlet(
                "push", protection, builder.client != null ? builder.client : HttpOutlet.client(), clock);
    }

    /**
     * Starts with what has no default.
     *
     * @param key says who sends
     * @param contact whom a push service may write to about our messages: {@code mailto:} or {@code https:}
     * @param breakers where the channel's breaker stands
     * @return a new builder
     * @throws InvalidInputException if the contact is of another form
     */
    public static Builder builder(VapidKey key, URI contact, CircuitBreakers breakers) {
        return new Builder(key, contact, breakers);
    }

    @Override
    public boolean send(PushReceiver to, PushMessage message) {
        URI endpoint = to.endpoint();
        if (!endpoints.test(endpoint)) {
            throw UndeliveredException.refused("push does not call " + endpoint.getHost());
        }
        byte[] plaintext = json(message).getBytes(StandardCharsets.UTF_8);
        if (plaintext.length > PushSeal.LONGEST) {
            throw new InvalidInputException(
                    "message", "has " + plaintext.length + " bytes", "at most " + PushSeal.LONGEST);
        }
        byte[] sealed;
        String authorization;
        try {
            sealed = PushSeal.seal(plaintext, to.publicKeyBytes(), to.secretBytes(), random);
            authorization =
                    key.authorization(origin(endpoint), contact, clock.instant().plus(JWT_LIFE));
        } catch (GeneralSecurityException e) {
            throw UndeliveredException.refused("push cannot seal for this receiver: " + e.getMessage());
        }
        int status = outlet.post(
                endpoint,
                Map.of(
                        "Content-Type",
                        "application/octet-stream",
                        "Content-Encoding",
                        "aes128gcm",
                        "TTL",
                        Long.toString(keep.toSeconds()),
                        "Authorization",
                        authorization),
                sealed);
        return status / 100 == 2;
    }

    private static String json(PushMessage message) {
        StringBuilder json = new StringBuilder("{\"title\":\"")
                .append(Json.escape(message.title()))
                .append("\",\"body\":\"")
                .append(Json.escape(message.body()))
                .append('"');
        URI link = message.link();
        if (link != null) {
            json.append(",\"link\":\"").append(Json.escape(link.toString())).append('"');
        }
        return json.append('}').toString();
    }

    private static String origin(URI endpoint) {
        String port = endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort();
        return endpoint.getScheme() + "://" + endpoint.getHost() + port;
    }

    private static boolean known(URI endpoint) {
        String host = endpoint.getHost().toLowerCase(Locale.ROOT);
        return "https".equals(endpoint.getScheme())
                && endpoint.getPort() < 0
                && endpoint.getUserInfo() == null
                && SERVICES.stream().anyMatch(it -> it.startsWith(".") ? host.endsWith(it) : host.equals(it));
    }

    /**
     * Makes a {@link WebPush}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final VapidKey key;
        private final String contact;
        private final CircuitBreakers breakers;
        private Predicate<URI> endpoints = WebPush::known;
        private Duration keep = Duration.ofDays(1);
        private @Nullable Protection protection;
        private @Nullable HttpClient client;
        private Clock clock = Clock.systemUTC();
        private SecureRandom random = new SecureRandom();

        private Builder(VapidKey key, URI contact, CircuitBreakers breakers) {
            String scheme = contact.getScheme();
            if (!"mailto".equals(scheme) && !"https".equals(scheme)) {
                throw new InvalidInputException("contact", "is of another scheme", "mailto: or https:");
            }
            this.key = Objects.requireNonNull(key, "key");
            this.contact = contact.toString();
            this.breakers = Objects.requireNonNull(breakers, "breakers");
        }

        /**
         * Which endpoints are called. Default those of Google's, Mozilla's, Apple's and Microsoft's push services, by https on
         * its own port.
         *
         * @param allowed gives {@code true} for an address that is called; what it allows, anybody can make this server call
         * @return this builder
         */
        public Builder endpoints(Predicate<URI> allowed) {
            this.endpoints = Objects.requireNonNull(allowed, "allowed");
            return this;
        }

        /**
         * How long the service keeps a message for a browser that is away. Default one day.
         *
         * @param keep 0 to 28 days
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder keep(Duration keep) {
            if (keep.isNegative() || keep.compareTo(Duration.ofDays(28)) > 0) {
                throw new InvalidInputException("keep", "is " + keep, "0 to 28 days");
            }
            this.keep = keep;
            return this;
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
         * Dates signatures. Default the system's clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Makes keys and salts. Default the system's.
         *
         * @param random the source
         * @return this builder
         */
        public Builder random(SecureRandom random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * The channel.
         *
         * @return nothing is called yet
         */
        public WebPush build() {
            return new WebPush(this);
        }
    }
}
