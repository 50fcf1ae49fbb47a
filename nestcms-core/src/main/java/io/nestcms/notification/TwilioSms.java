package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RateLimit;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends short messages through Twilio's API for messages: a form of {@code To}, {@code From} and {@code Body}, with HTTP Basic.
 * Breaker {@code sms}; at most ten messages a second; a 429 is obeyed.
 *
 * <p>Wire: Twilio, "Messages resource", version 2010-04-01. Never run against Twilio itself here. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class TwilioSms implements SmsChannel {
    private static final Pattern PHONE = Pattern.compile("\\+[0-9]{7,15}");
    private static final Pattern ACCOUNT = Pattern.compile("[A-Za-z0-9]{1,64}");
    /** Twilio refuses longer bodies. */
    private static final int LONGEST = 1600;

    private final URI messages;
    private final String from;
    private final String authorization;
    private final HttpOutlet outlet;

    private TwilioSms(Builder builder) {
        this.messages = URI.create(builder.api + "/2010-04-01/Accounts/" + builder.account + "/Messages.json");
        this.from = builder.from;
        this.authorization = "Basic "
                + Base64.getEncoder()
                        .encodeToString((builder.account + ":" + builder.token).getBytes(StandardCharsets.UTF_8));
        Protection protection = builder.protection != null
                ? builder.protection
                : Outlet.standard(builder.breakers, "sms", RateLimit.of(10, Duration.ofSeconds(1)));
        this.outlet = new HttpOutlet(
                "sms", protection, builder.client != null ? builder.client : HttpOutlet.client(), builder.clock);
    }

    /**
     * Starts with what has no default.
     *
     * @param account the account's SID
     * @param token the account's token; a secret
     * @param from the sender: a phone in the form of E.164, or a name that Twilio knows
     * @param breakers where the channel's breaker stands
     * @return a new builder
     * @throws InvalidInputException if the account has another form, or something is blank
     */
    public static Builder builder(String account, String token, String from, CircuitBreakers breakers) {
        return new Builder(account, token, from, breakers);
    }

    @Override
    public void send(String to, String text) {
        if (!PHONE.matcher(to).matches()) {
            throw new InvalidInputException("to", "has another form", "+ and 7 to 15 digits");
        }
        String form =
                "To=" + encoded(to) + "&From=" + encoded(from) + "&Body=" + encoded(HttpOutlet.cut(text, LONGEST));
        int status = outlet.post(
                messages,
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Authorization", authorization),
                form.getBytes(StandardCharsets.US_ASCII));
        if (status / 100 != 2) {
            throw UndeliveredException.failed("sms answered " + status, null, null);
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /**
     * Makes a {@link TwilioSms}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final String account;
        private final String token;
        private final String from;
        private final CircuitBreakers breakers;
        private URI api = URI.create("https://api.twilio.com");
        private @Nullable Protection protection;
        private @Nullable HttpClient client;
        private Clock clock = Clock.systemUTC();

        private Builder(String account, String token, String from, CircuitBreakers breakers) {
            if (!ACCOUNT.matcher(account).matches()) {
                throw new InvalidInputException("account", "has another form", "1 to 64 letters and digits");
            }
            if (token.isBlank()) {
                throw new InvalidInputException("token", "is blank", "the account's token");
            }
            if (from.isBlank()) {
                throw new InvalidInputException("from", "is blank", "a phone or a name that Twilio knows");
            }
            this.account = account;
            this.token = token;
            this.from = from;
            this.breakers = Objects.requireNonNull(breakers, "breakers");
        }

        /**
         * Where the API is. Default {@code https://api.twilio.com}.
         *
         * @param api scheme, host and port
         * @return this builder
         * @throws InvalidInputException if it is not an address of HTTP, or has a path
         */
        public Builder api(URI api) {
            HttpAddress.checked("api", api);
            if (!api.getRawPath().isEmpty() || api.getRawQuery() != null) {
                throw new InvalidInputException("api", "has a path or a query", "scheme, host and port");
            }
            this.api = api;
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
        public TwilioSms build() {
            return new TwilioSms(this);
        }
    }
}
