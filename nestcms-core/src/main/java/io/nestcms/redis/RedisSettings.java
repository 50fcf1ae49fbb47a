package io.nestcms.redis;

import io.nestcms.failure.InvalidInputException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * How Redis is reached. Where it is stands in a URL:
 *
 * <table>
 * <caption>The forms of the URL</caption>
 * <tr><th>what</th><th>URL</th></tr>
 * <tr><td>one server</td><td>{@code redis://user:password@host:6379/0}</td></tr>
 * <tr><td>Sentinel</td><td>{@code redis-sentinel://user:password@host:26379,host:26379/0?master=name}</td></tr>
 * <tr><td>Cluster</td><td>{@code redis-cluster://user:password@host:7000,host:7001}</td></tr>
 * <tr><td>with TLS</td><td>the same with {@code rediss}, {@code rediss-sentinel}, {@code rediss-cluster}</td></tr>
 * </table>
 *
 * <p>User, password, port and database may be left out; what has a special meaning in a URL stands percent-encoded.
 *
 * <p>Immutable. {@code toString} shows no password.
 *
 * @since 0.1
 */
public final class RedisSettings {
    private static final Pattern URL = Pattern.compile(
            "(?<scheme>rediss?(-sentinel|-cluster)?)://(?:(?<user>[^@/]*)@)?(?<hosts>[^/@?]+)(?:/(?<db>[^?]*))?(?:\\?(?<query>.*))?");
    private static final Pattern HOST =
            Pattern.compile("(?<name>\\[[0-9a-fA-F:.]+]|[^:\\[\\]\\s]+)(?::(?<port>[0-9]{1,5}))?");
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final int HIGHEST_PORT = 65535;
    private static final int HIGHEST_DATABASE = 65535;

    /** One address. */
    record Address(String host, int port) {}

    /** Who answers. */
    enum Kind {
        ONE,
        SENTINEL,
        CLUSTER
    }

    private final String shown;
    private final Kind kind;
    private final boolean tls;
    private final @Nullable String user;
    private final @Nullable String password;
    private final Set<Address> addresses;
    private final int database;
    private final String master;
    private final @Nullable String sentinelUser;
    private final @Nullable String sentinelPassword;
    private final @Nullable SSLSocketFactory tlsSockets;
    private final int pool;
    private final Duration connectTimeout;
    private final Duration commandTimeout;
    private final Duration poolWait;

    private RedisSettings(Builder builder) {
        this.shown = builder.shown;
        this.kind = builder.kind;
        this.tls = builder.tls;
        this.user = builder.user;
        this.password = builder.password;
        this.addresses = builder.addresses;
        this.database = builder.database;
        this.master = builder.master;
        this.sentinelUser = builder.sentinelUser;
        this.sentinelPassword = builder.sentinelPassword;
        this.tlsSockets = builder.tlsSockets;
        this.pool = builder.pool;
        this.connectTimeout = builder.connectTimeout;
        this.commandTimeout = builder.commandTimeout;
        this.poolWait = builder.poolWait;
    }

    /**
     * Settings of a URL, and the rest as shipped.
     *
     * @param url the URL
     * @return the settings
     * @throws InvalidInputException if the URL has none of the forms
     */
    public static RedisSettings of(String url) {
        return builder(url).build();
    }

    /**
     * Starts with a URL.
     *
     * @param url the URL
     * @return a builder
     * @throws InvalidInputException if the URL has none of the forms
     */
    public static Builder builder(String url) {
        return new Builder(url);
    }

    Kind kind() {
        return kind;
    }

    boolean tls() {
        return tls;
    }

    Optional<String> user() {
        return Optional.ofNullable(user);
    }

    Optional<String> password() {
        return Optional.ofNullable(password);
    }

    Set<Address> addresses() {
        return addresses;
    }

    int database() {
        return database;
    }

    String master() {
        return master;
    }

    Optional<String> sentinelUser() {
        return Optional.ofNullable(sentinelUser);
    }

    Optional<String> sentinelPassword() {
        return Optional.ofNullable(sentinelPassword);
    }

    Optional<SSLSocketFactory> tlsSockets() {
        return Optional.ofNullable(tlsSockets);
    }

    int pool() {
        return pool;
    }

    Duration connectTimeout() {
        return connectTimeout;
    }

    Duration commandTimeout() {
        return commandTimeout;
    }

    Duration poolWait() {
        return poolWait;
    }

    /**
     * The URL without user and password.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return shown;
    }

    /**
     * Builds settings.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final String shown;
        private final Kind kind;
        private final boolean tls;
        private final @Nullable String user;
        private final @Nullable String password;
        private final Set<Address> addresses;
        private final int database;
        private final String master;
        private @Nullable String sentinelUser;
        private @Nullable String sentinelPassword;
        private @Nullable SSLSocketFactory tlsSockets;
        private int pool = 16;
        private Duration connectTimeout = Duration.ofMillis(500);
        private Duration commandTimeout = Duration.ofMillis(500);
        private Duration poolWait = Duration.ofMillis(250);

        private Builder(String url) {
            Objects.requireNonNull(url, "url");
            this.shown = masked(url);
            Matcher parts = URL.matcher(url);
            if (!parts.matches()) {
                throw refused("redis://host:port/database, redis-sentinel://host,host/database?master=name or"
                        + " redis-cluster://host,host");
            }
            String scheme = parts.group("scheme");
            this.tls = scheme.startsWith("rediss");
            this.kind = scheme.endsWith("-sentinel")
                    ? Kind.SENTINEL
                    : scheme.endsWith("-cluster") ? Kind.CLUSTER : Kind.ONE;
            List<@Nullable String> who = credentials(parts.group("user"));
            this.user = who.get(0);
            this.password = who.get(1);
            this.addresses = addresses(parts.group("hosts"));
            this.database = database(parts.group("db"));
            this.master = master(parts.group("query"));
        }

        private static String masked(String url) {
            int from = url.indexOf("://");
            int at = url.lastIndexOf('@');
            return from >= 0 && at > from ? url.substring(0, from + 3) + "***" + url.substring(at) : url;
        }

        private InvalidInputException refused(String rule) {
            return new InvalidInputException("url", "is " + shown, rule);
        }

        private List<@Nullable String> credentials(@Nullable String text) {
            List<@Nullable String> who = new ArrayList<>();
            if (text == null || text.isEmpty()) {
                who.add(null);
                who.add(null);
                return who;
            }
            int colon = text.indexOf(':');
            String name = colon < 0 ? "" : decoded(text.substring(0, colon));
            String secret = decoded(text.substring(colon + 1));
            if (secret.isEmpty()) {
                throw refused("a password after the user, or neither");
            }
            who.add(name.isEmpty() ? null : name);
            who.add(secret);
            return who;
        }

        private String decoded(String text) {
            try {
                return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException damaged) {
                throw refused("two hexadecimal digits after each % in user and password");
            }
        }

        private Set<Address> addresses(String text) {
            Set<Address> found = new LinkedHashSet<>();
            for (String each : text.split(",", -1)) {
                Matcher parts = HOST.matcher(each);
                if (!parts.matches()) {
                    throw refused("host or host:port, several with commas between them");
                }
                String port = parts.group("port");
                int number = port == null ? (kind == Kind.SENTINEL ? SENTINEL_PORT : PORT) : Integer.parseInt(port);
                if (number < 1 || number > HIGHEST_PORT) {
                    throw refused("a port from 1 to " + HIGHEST_PORT);
                }
                found.add(new Address(parts.group("name").replaceAll("[\\[\\]]", ""), number));
            }
            if (kind == Kind.ONE && found.size() > 1) {
                throw refused("one host; several with redis-sentinel or redis-cluster");
            }
            return Set.copyOf(found);
        }

        private int database(@Nullable String text) {
            if (text == null || text.isEmpty()) {
                return 0;
            }
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > HIGHEST_DATABASE) {
                throw refused("a number as database");
            }
            int number = Integer.parseInt(text);
            if (kind == Kind.CLUSTER && number != 0) {
                throw refused("database 0, the only one of a cluster");
            }
            return number;
        }

        private String master(@Nullable String query) {
            String found = query != null && query.matches("master=[^&]+") ? decoded(query.substring(7)) : "";
            if (kind == Kind.SENTINEL && found.isEmpty()) {
                throw refused("?master= and the name that Sentinel knows");
            }
            if (query != null && (kind != Kind.SENTINEL || found.isEmpty())) {
                throw refused("no parameter but master, for Sentinel");
            }
            return found;
        }

        /**
         * How one signs in at the Sentinels themselves. Default: not at all.
         *
         * @param user the user, or {@code null} for the default one
         * @param password the password, a secret
         * @return this builder
         * @throws InvalidInputException if the URL is not of Sentinel
         */
        public Builder sentinelLogin(@Nullable String user, String password) {
            if (kind != Kind.SENTINEL) {
                throw new InvalidInputException("sentinelLogin", "is set for " + shown, "a redis-sentinel URL");
            }
            this.sentinelUser = user;
            this.sentinelPassword = Objects.requireNonNull(password, "password");
            return this;
        }

        /**
         * Makes the TLS sockets, with trust and client certificates of one's own. Default: those of the Java runtime.
         *
         * @param factory makes sockets
         * @return this builder
         * @throws InvalidInputException if the URL asks for no TLS
         */
        public Builder tlsSockets(SSLSocketFactory factory) {
            if (!tls) {
                throw new InvalidInputException("tlsSockets", "are set for " + shown, "a rediss URL");
            }
            this.tlsSockets = Objects.requireNonNull(factory, "factory");
            return this;
        }

        /**
         * How many connections there may be, to each server. Default 16.
         *
         * @param connections 2 to 1024
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder pool(int connections) {
            if (connections < 2 || connections > 1024) {
                throw new InvalidInputException("pool", "is " + connections, "2 to 1024");
            }
            this.pool = connections;
            return this;
        }

        /**
         * How long making a connection may take. Default 500 ms.
         *
         * @param time 1 ms to a minute
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder connectTimeout(Duration time) {
            this.connectTimeout = within("connectTimeout", time);
            return this;
        }

        /**
         * How long an answer may take. Default 500 ms.
         *
         * @param time 1 ms to a minute
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder commandTimeout(Duration time) {
            this.commandTimeout = within("commandTimeout", time);
            return this;
        }

        /**
         * How long to wait for a free connection. Default 250 ms.
         *
         * @param time 1 ms to a minute
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder poolWait(Duration time) {
            this.poolWait = within("poolWait", time);
            return this;
        }

        private static Duration within(String name, Duration time) {
            if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new InvalidInputException(name, "is " + time, "1 ms to a minute");
            }
            return time;
        }

        /**
         * The settings.
         *
         * @return settings
         */
        public RedisSettings build() {
            return new RedisSettings(this);
        }
    }
}
