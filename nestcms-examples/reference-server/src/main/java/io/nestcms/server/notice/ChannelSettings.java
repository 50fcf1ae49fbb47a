package io.nestcms.server.notice;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.notification.SlackChat;
import io.nestcms.notification.SmtpEmail;
import io.nestcms.notification.TwilioSms;
import io.nestcms.resilience.CircuitBreakers;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The channels that there are. Without any, nothing leaves but log lines and files.
 *
 * @param mail the mail server, or {@code null} for none
 * @param slack the address of an incoming webhook of Slack, a secret, or {@code null} for none
 * @param phones who is woken, or {@code null} for nobody
 */
public record ChannelSettings(
        @Nullable Mail mail, @Nullable URI slack, @Nullable Phones phones) {
    private static final Pattern PHONE = Pattern.compile("\\+[1-9][0-9]{6,14}");
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * Checks the address of Slack.
     *
     * @throws InvalidInputException if it is none, or would be asked in the clear
     */
    public ChannelSettings {
        if (slack != null) {
            boolean secret = "https".equals(slack.getScheme())
                    || ("http".equals(slack.getScheme()) && HERE.contains(String.valueOf(slack.getHost())));
            if (!secret) {
                throw new InvalidInputException(
                        "SLACK_WEBHOOK_URL", "is not HTTPS", "the https address that Slack gave");
            }
            try {
                Objects.requireNonNull(SlackChat.builder(slack, unused()));
            } catch (InvalidInputException refused) {
                throw new InvalidInputException("SLACK_WEBHOOK_URL", refused.problem(), refused.rule());
            }
        }
    }

    /** No channel. */
    public static ChannelSettings none() {
        return new ChannelSettings(null, null, null);
    }

    private static CircuitBreakers unused() {
        return CircuitBreakers.builder().build();
    }

    /** Nothing that anybody could send with. */
    @Override
    public String toString() {
        return "ChannelSettings[mail=" + (mail != null) + ", slack=" + (slack != null) + ", phones=" + (phones != null)
                + "]";
    }

    /**
     * A mail server and what its mails look like.
     *
     * @param server where it is
     * @param from the sender, possibly with a name
     * @param shop what payers know the shop as
     * @param language in which people are written to: Arabic, and English for every other
     * @param zone the time zone of dates
     * @param operators who is told that a service is back
     */
    public record Mail(
            MailServer server, String from, String shop, Locale language, ZoneId zone, List<String> operators) {
        /**
         * Checks the sender and the operators.
         *
         * @throws InvalidInputException if one of them is no address, named as the setting that it comes from
         */
        public Mail {
            Objects.requireNonNull(language, "language");
            Objects.requireNonNull(zone, "zone");
            operators = List.copyOf(operators);
            if (shop.isBlank()) {
                throw new InvalidInputException("SHOP_NAME", "is blank", "what payers know the shop as");
            }
            try {
                // built for its complaint alone
                Objects.requireNonNull(server.channel(from, unused()).build());
            } catch (InvalidInputException refused) {
                String name = refused.field().equals("from") ? "MAIL_FROM" : "SMTP_URL";
                throw new InvalidInputException(name, refused.problem(), refused.rule());
            }
            for (String operator : operators) {
                if (operator.indexOf('@') < 1) {
                    throw new InvalidInputException(
                            "OPERATOR_EMAILS",
                            "has something else than addresses",
                            "ops@example.com,night@example.com");
                }
            }
        }
    }

    /**
     * Where a mail server is.
     *
     * @param host its name
     * @param port its port
     * @param security how the connection is kept secret
     * @param user who signs in, or {@code null} for no sign-in
     * @param password the user's password, or {@code null}
     */
    public record MailServer(
            String host,
            int port,
            SmtpEmail.Security security,
            @Nullable String user,
            @Nullable String password) {
        private static final Pattern URL =
                Pattern.compile("(?<scheme>smtp|smtps|smtp-clear)://(?:(?<user>[^:@/]+):(?<password>[^@/]+)@)?"
                        + "(?<host>[A-Za-z0-9.-]+)(?::(?<port>[0-9]{1,5}))?/?");

        /**
         * From {@code smtp://user:password@host:587} (STARTTLS), {@code smtps://} (TLS from the first byte, 465) or
         * {@code smtp-clear://} (a server on this machine, 25); %-encoded where it must be.
         *
         * @throws InvalidInputException if it has none of the forms; the message does not repeat it
         */
        public static MailServer of(String url) {
            Matcher parts = URL.matcher(url);
            if (!parts.matches()) {
                throw new InvalidInputException(
                        "SMTP_URL",
                        "has another form",
                        "smtp://user:password@host:587, smtps://... or smtp-clear://...");
            }
            SmtpEmail.Security security = switch (parts.group("scheme")) {
                case "smtps" -> SmtpEmail.Security.TLS;
                case "smtp-clear" -> SmtpEmail.Security.NONE;
                default -> SmtpEmail.Security.STARTTLS;
            };
            String port = parts.group("port");
            return new MailServer(
                    parts.group("host"),
                    port == null ? usual(security) : Integer.parseInt(port),
                    security,
                    decoded(parts.group("user")),
                    decoded(parts.group("password")));
        }

        private static int usual(SmtpEmail.Security security) {
            return switch (security) {
                case STARTTLS -> 587;
                case TLS -> 465;
                case NONE -> 25;
            };
        }

        private static @Nullable String decoded(@Nullable String text) {
            try {
                return text == null ? null : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException damaged) {
                throw new InvalidInputException(
                        "SMTP_URL", "has a damaged %", "two hexadecimal digits after each % in user and password");
            }
        }

        SmtpEmail.Builder channel(String from, CircuitBreakers breakers) {
            SmtpEmail.Builder channel =
                    SmtpEmail.builder(host, port, from, breakers).security(security);
            return user == null || password == null ? channel : channel.signIn(user, password);
        }

        /** Nothing of the sign-in. */
        @Override
        public String toString() {
            return "MailServer[" + host + ":" + port + ", " + security + "]";
        }
    }

    /**
     * Phones that are written to through Twilio.
     *
     * @param account the account there
     * @param token its secret
     * @param from the sender
     * @param to who is woken, in the form of E.164; at least one
     */
    public record Phones(String account, String token, String from, List<String> to) {
        /**
         * Checks the forms.
         *
         * @throws InvalidInputException if one has another form, named as the setting that it comes from
         */
        public Phones {
            to = List.copyOf(to);
            if (to.isEmpty()
                    || !to.stream().allMatch(phone -> PHONE.matcher(phone).matches())) {
                throw new InvalidInputException(
                        "ALERT_PHONES", "has no phone, or something else", "+96511111111,+96522222222");
            }
            try {
                Objects.requireNonNull(TwilioSms.builder(account, token, from, unused()));
            } catch (InvalidInputException refused) {
                throw new InvalidInputException(
                        "TWILIO_" + refused.field().toUpperCase(Locale.ROOT), refused.problem(), refused.rule());
            }
        }

        /** Nothing of the secret or the phones. */
        @Override
        public String toString() {
            return "Phones[" + to.size() + "]";
        }
    }
}
