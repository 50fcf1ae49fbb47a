package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RateLimit;
import io.nestcms.resilience.Verdict;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Sends mail by SMTP, with Angus Mail: plain text and HTML in one mail, an own {@code Message-ID} for each {@link Email#id()}, TLS by
 * STARTTLS with the server's name checked. Breaker {@code email}; at most ten mails a second.
 *
 * <p>Safe for use by many threads; each mail has a connection of its own.
 *
 * @since 0.1
 */
public final class SmtpEmail implements EmailChannel {
    private final String host;
    private final int port;
    private final InternetAddress from;
    private final @Nullable String user;
    private final @Nullable String password;
    private final Security security;
    private final Clock clock;
    private final Outlet outlet;

    private SmtpEmail(Builder builder) {
        this.host = builder.host;
        this.port = builder.port;
        this.from = builder.from;
        this.user = builder.user;
        this.password = builder.password;
        this.security = builder.security;
        this.clock = builder.clock;
        this.outlet = new Outlet(
                "email",
                builder.protection != null
                        ? builder.protection
                        : Outlet.standard(builder.breakers, "email", RateLimit.of(10, Duration.ofSeconds(1))));
    }

    /** How the connection is kept secret. */
    public enum Security {
        /** Begins in the clear and turns to TLS before anything is said; a server that cannot is refused. */
        STARTTLS,
        /** TLS from the first byte. */
        TLS,
        /** In the clear: for a server on this machine. */
        NONE
    }

    /**
     * Starts with what has no default.
     *
     * @param host the mail server
     * @param port its port, 1 to 65535; usually 587
     * @param from the sender's address, possibly with a name: {@code Shop <shop@example.com>}
     * @param breakers where the channel's breaker stands
     * @return a new builder
     * @throws InvalidInputException if one of them has another form
     */
    public static Builder builder(String host, int port, String from, CircuitBreakers breakers) {
        return new Builder(host, port, from, breakers);
    }

    @Override
    public void send(Email email) {
        InternetAddress to = receiver(email);
        outlet.call(
                attempt -> {
                    Session session = Session.getInstance(properties(attempt.timeout()));
                    MimeMessage message = message(session, email, to);
                    try (Transport transport = session.getTransport(security == Security.TLS ? "smtps" : "smtp")) {
                        transport.connect(host, port, user, password);
                        transport.sendMessage(message, message.getAllRecipients());
                    } catch (SendFailedException e) {
                        Address[] invalid = e.getInvalidAddresses();
                        if (invalid != null && invalid.length > 0 && permanent(e)) {
                            throw UndeliveredException.refused("email refused the receiver");
                        }
                        throw e;
                    }
                    return email.id();
                },
                JUDGE);
    }

    private static InternetAddress receiver(Email email) {
        try {
            return new InternetAddress(email.to(), true);
        } catch (MessagingException e) {
            throw UndeliveredException.refused("email cannot write to this address");
        }
    }

    /** A reply of 4yz means "not now" (RFC 5321, section 4.2.1), for example greylisting; one of 5yz "never". */
    private static boolean permanent(SendFailedException failure) {
        for (Exception e = failure; e != null; e = e instanceof MessagingException it ? it.getNextException() : null) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith("4")) {
                return false;
            }
        }
        return true;
    }

    private Properties properties(Duration timeout) {
        String protocol = security == Security.TLS ? "smtps" : "smtp";
        String millis = Long.toString(Math.max(1, timeout.toMillis()));
        Properties properties = new Properties();
        properties.put("mail." + protocol + ".connectiontimeout", millis);
        properties.put("mail." + protocol + ".timeout", millis);
        properties.put("mail." + protocol + ".writetimeout", millis);
        properties.put("mail." + protocol + ".ssl.checkserveridentity", "true");
        properties.put("mail." + protocol + ".auth", Boolean.toString(user != null));
        if (security == Security.STARTTLS) {
            properties.put("mail.smtp.starttls.enable", "true");
            properties.put("mail.smtp.starttls.required", "true");
        }
        return properties;
    }

    private MimeMessage message(Session session, Email email, InternetAddress to) throws MessagingException {
        String id = "<" + email.id() + "@"
                + from.getAddress().substring(from.getAddress().indexOf('@') + 1) + ">";
        MimeMessage message = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", id);
            }
        };
        message.setFrom(from);
        message.setRecipient(Message.RecipientType.TO, to);
        message.setSubject(email.subject(), "UTF-8");
        message.setSentDate(Date.from(clock.instant()));
        // no out-of-office answers, please (RFC 3834)
        message.setHeader("Auto-Submitted", "auto-generated");
        URI unsubscribe = email.unsubscribe();
        if (unsubscribe != null) {
            message.setHeader("List-Unsubscribe", "<" + unsubscribe.toASCIIString() + ">");
            message.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        String html = email.html();
        if (html == null) {
            message.setText(email.text(), "UTF-8");
        } else {
            // the richest form last (RFC 2046, section 5.1.4)
            MimeMultipart forms = new MimeMultipart("alternative");
            forms.addBodyPart(part(email.text(), "plain"));
            forms.addBodyPart(part(html, "html"));
            message.setContent(forms);
        }
        message.saveChanges();
        return message;
    }

    private static MimeBodyPart part(String text, String subtype) throws MessagingException {
        MimeBodyPart part = new MimeBodyPart();
        part.setText(text, "UTF-8", subtype);
        return part;
    }

    /** Without a connection or a sign-in nothing was sent. */
    private static final Classifier<String> JUDGE = new Classifier<>() {
        @Override
        public Verdict ofResult(String id) {
            return Verdict.success();
        }

        @Override
        public Verdict ofException(Throwable failure) {
            if (failure instanceof UndeliveredException) {
                return Verdict.success();
            }
            if (failure instanceof AuthenticationFailedException) {
                return Verdict.failure(FailureClass.OTHER);
            }
            for (Throwable it = failure; it != null; it = next(it)) {
                if (it instanceof ConnectException || it instanceof UnknownHostException) {
                    return Verdict.failure(FailureClass.CONNECT).notSent();
                }
                if (it instanceof SocketTimeoutException) {
                    return Verdict.failure(FailureClass.TIMEOUT);
                }
            }
            return Classifier.byException().ofException(failure);
        }

        private @Nullable Throwable next(Throwable failure) {
            return failure instanceof MessagingException it && it.getNextException() != null
                    ? it.getNextException()
                    : failure.getCause();
        }
    };

    /**
     * Makes an {@link SmtpEmail}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final String host;
        private final int port;
        private final InternetAddress from;
        private final CircuitBreakers breakers;
        private @Nullable String user;
        private @Nullable String password;
        private Security security = Security.STARTTLS;
        private Clock clock = Clock.systemUTC();
        private @Nullable Protection protection;

        private Builder(String host, int port, String from, CircuitBreakers breakers) {
            if (host.isBlank()) {
                throw new InvalidInputException("host", "is blank", "the mail server's name");
            }
            if (port < 1 || port > 65_535) {
                throw new InvalidInputException("port", "is " + port, "1 to 65535");
            }
            this.host = host;
            this.port = port;
            this.from = sender(from);
            this.breakers = Objects.requireNonNull(breakers, "breakers");
        }

        private static InternetAddress sender(String from) {
            try {
                InternetAddress parsed = new InternetAddress(from, true);
                if (parsed.getPersonal() != null) {
                    // a name beyond ASCII is written in words of UTF-8
                    parsed.setPersonal(parsed.getPersonal(), StandardCharsets.UTF_8.name());
                }
                if (parsed.getAddress().indexOf('@') > 0) {
                    return parsed;
                }
            } catch (MessagingException | java.io.UnsupportedEncodingException e) {
                throw new InvalidInputException("from", "is no address", "shop@example.com or Shop <shop@example.com>");
            }
            throw new InvalidInputException("from", "has no host", "shop@example.com or Shop <shop@example.com>");
        }

        /**
         * Signs in. Default: no sign-in.
         *
         * @param user the name
         * @param password its password
         * @return this builder
         */
        public Builder signIn(String user, String password) {
            this.user = Objects.requireNonNull(user, "user");
            this.password = Objects.requireNonNull(password, "password");
            return this;
        }

        /**
         * How the connection is kept secret. Default {@link Security#STARTTLS}.
         *
         * @param security how
         * @return this builder
         */
        public Builder security(Security security) {
            this.security = Objects.requireNonNull(security, "security");
            return this;
        }

        /**
         * Dates mails. Default the system's clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
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
         * The channel.
         *
         * @return nothing is called yet
         * @throws InvalidInputException if a password would be sent in the clear to another machine
         */
        public SmtpEmail build() {
            boolean here = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("::1");
            if (security == Security.NONE && user != null && !here) {
                throw new InvalidInputException(
                        "security", "is NONE with a sign-in", "STARTTLS or TLS, or a server on this machine");
            }
            return new SmtpEmail(this);
        }
    }
}
