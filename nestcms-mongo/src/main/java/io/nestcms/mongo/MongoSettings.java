package io.nestcms.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the database is and how this process talks to it. Comes from a builder, from the environment
 * ({@code MONGODB_URI}, {@code MONGODB_DATABASE}, {@code MONGODB_MAX_POOL_SIZE}, ...) or from properties
 * ({@code nestcms.mongo.uri}, {@code nestcms.mongo.max-pool-size}, ...). The options and their defaults stand at
 * {@link Builder}; an option that is set beats the one in the connection string. A bad value is refused with its name and
 * the rule.
 *
 * <p>How safely writes are kept is not a choice: majority and journal, retried by the driver. A connection string that says
 * otherwise, or that switches the checks of TLS off, is refused.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} and every refusal withhold user and password.
 *
 * @since 0.1
 */
public final class MongoSettings {
    private static final Pattern DATABASE = Pattern.compile("[A-Za-z0-9_-]{1,38}");
    private static final String DEFAULT_DATABASE = "nestcms";
    private static final String PROPERTY_PREFIX = "nestcms.mongo.";

    /** The option names; environment and property names derive from them. */
    private enum Option {
        URI,
        DATABASE,
        MAX_POOL_SIZE,
        MIN_POOL_SIZE,
        WAIT_QUEUE_TIMEOUT,
        CONNECT_TIMEOUT,
        READ_TIMEOUT,
        SERVER_SELECTION_TIMEOUT,
        HEARTBEAT,
        READ_PREFERENCE,
        MAX_LAG,
        TLS;

        String environment() {
            return "MONGODB_" + name();
        }

        String property() {
            return PROPERTY_PREFIX + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final ConnectionString uri;
    private final String database;
    private final Builder options;

    private MongoSettings(ConnectionString uri, String database, Builder options) {
        this.uri = uri;
        this.database = database;
        this.options = options;
    }

    /**
     * Settings with defaults.
     *
     * @param uri a {@code mongodb://} or {@code mongodb+srv://} connection string
     * @param database the database's name; 1 to 38 letters, digits, {@code -} or {@code _}
     * @return the settings
     * @throws InvalidInputException if either is of another form
     */
    public static MongoSettings of(String uri, String database) {
        return builder(uri).database(database).build();
    }

    /**
     * Starts with the one thing that has no default.
     *
     * @param uri a {@code mongodb://} or {@code mongodb+srv://} connection string
     * @return a builder
     * @throws InvalidInputException if the string is malformed or weakens writes or TLS
     */
    public static Builder builder(String uri) {
        return new Builder(parse(uri));
    }

    /**
     * Settings from environment variables: {@code MONGODB_} and the option's name. Other variables are left alone.
     *
     * @param environment for example {@link System#getenv()}
     * @return the settings, or empty when {@code MONGODB_URI} is not set
     * @throws InvalidInputException if a value is refused; the field is the variable's name
     */
    public static Optional<MongoSettings> fromEnvironment(Map<String, String> environment) {
        Map<Option, String> values = new EnumMap<>(Option.class);
        for (Option option : Option.values()) {
            String value = environment.get(option.environment());
            if (value != null && !value.isBlank()) {
                values.put(option, value.strip());
            }
        }
        return values.containsKey(Option.URI) ? Optional.of(from(values, true)) : Optional.empty();
    }

    /**
     * Settings from properties: {@code nestcms.mongo.} and the option's name, for example
     * {@code nestcms.mongo.max-pool-size}.
     *
     * @param properties the properties; those of other prefixes are left alone
     * @return the settings
     * @throws InvalidInputException if the uri is missing, a value is refused, or a property of the prefix is not known
     */
    public static MongoSettings fromProperties(Properties properties) {
        Map<String, Option> known = new java.util.HashMap<>();
        for (Option option : Option.values()) {
            known.put(option.property(), option);
        }
        Map<Option, String> values = new EnumMap<>(Option.class);
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(PROPERTY_PREFIX)) {
                Option option = known.get(name);
                if (option == null) {
                    throw new InvalidInputException(name, "is not known", "one of " + known.keySet());
                }
                values.put(option, properties.getProperty(name).strip());
            }
        }
        if (!values.containsKey(Option.URI)) {
            throw new InvalidInputException(Option.URI.property(), "is missing", "mongodb://host:port/?options");
        }
        return from(values, false);
    }

    private static MongoSettings from(Map<Option, String> values, boolean environment) {
        Builder builder = null;
        // the uri stands first in the enum, and an EnumMap keeps that order
        for (Map.Entry<Option, String> value : values.entrySet()) {
            Option option = value.getKey();
            try {
                if (builder == null) {
                    builder = builder(value.getValue());
                } else {
                    builder.set(option, value.getValue());
                }
            } catch (InvalidInputException refused) {
                String name = environment ? option.environment() : option.property();
                throw new InvalidInputException(name, refused.problem(), refused.rule());
            }
        }
        return Objects.requireNonNull(builder, "uri").build();
    }

    private static ConnectionString parse(String uri) {
        Objects.requireNonNull(uri, "uri");
        ConnectionString parsed;
        try {
            parsed = new ConnectionString(uri);
        } catch (IllegalArgumentException malformed) {
            // the driver's message may quote the string, and with it a password
            throw new InvalidInputException("uri", "is malformed", "mongodb://host:port/?options");
        }
        WriteConcern concern = parsed.getWriteConcern();
        if (concern != null
                && ((concern.getWObject() != null && !"majority".equals(concern.getWObject()))
                        || Boolean.FALSE.equals(concern.getJournal()))) {
            throw new InvalidInputException(
                    "uri", "has a weaker write concern", "writes are majority and journalled: leave w and journal out");
        }
        if (Boolean.FALSE.equals(parsed.getRetryWritesValue())) {
            throw new InvalidInputException("uri", "switches retryWrites off", "leave it out");
        }
        if (Boolean.TRUE.equals(parsed.getSslInvalidHostnameAllowed())) {
            throw new InvalidInputException("uri", "switches checks of TLS off", "leave tlsInsecure and its like out");
        }
        return parsed;
    }

    /** The driver's settings: the connection string first, then what was set here. */
    MongoClientSettings client() {
        MongoClientSettings.Builder client = MongoClientSettings.builder()
                .applyToConnectionPoolSettings(pool -> pool.maxWaitTime(2, TimeUnit.SECONDS))
                .applyToSocketSettings(
                        socket -> socket.connectTimeout(2, TimeUnit.SECONDS).readTimeout(10, TimeUnit.SECONDS))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(5, TimeUnit.SECONDS))
                .applyToServerSettings(server -> server.heartbeatFrequency(2, TimeUnit.SECONDS)
                        .minHeartbeatFrequency(200, TimeUnit.MILLISECONDS))
                .applicationName("nestcms")
                .applyConnectionString(uri)
                .writeConcern(WriteConcern.MAJORITY.withJournal(true))
                .retryWrites(true)
                .retryReads(true);
        client.applyToConnectionPoolSettings(pool -> {
            ifSet(options.maxPoolSize, pool::maxSize);
            ifSet(options.minPoolSize, pool::minSize);
            ifSet(options.waitQueueTimeout, time -> pool.maxWaitTime(time.toMillis(), TimeUnit.MILLISECONDS));
        });
        client.applyToSocketSettings(socket -> {
            ifSet(options.connectTimeout, time -> socket.connectTimeout(time.toMillis(), TimeUnit.MILLISECONDS));
            ifSet(options.readTimeout, time -> socket.readTimeout(time.toMillis(), TimeUnit.MILLISECONDS));
        });
        client.applyToClusterSettings(cluster -> ifSet(
                options.serverSelectionTimeout,
                time -> cluster.serverSelectionTimeout(time.toMillis(), TimeUnit.MILLISECONDS)));
        client.applyToServerSettings(server ->
                ifSet(options.heartbeat, time -> server.heartbeatFrequency(time.toMillis(), TimeUnit.MILLISECONDS)));
        client.applyToSslSettings(ssl -> ifSet(options.tls, ssl::enabled));
        return client.build();
    }

    private static <T> void ifSet(@Nullable T value, java.util.function.Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    /** Where reads go that may be stale. */
    ReadPreference readPreference() {
        if (options.readPreference != null) {
            return options.readPreference;
        }
        ReadPreference inUri = uri.getReadPreference();
        return inUri == null ? ReadPreference.secondaryPreferred() : inUri;
    }

    /** Beyond which a secondary gets no reads. */
    Duration maxLag() {
        return options.maxLag == null ? Duration.ofSeconds(10) : options.maxLag;
    }

    /**
     * The database's name.
     *
     * @return 1 to 38 letters, digits, {@code -} or {@code _}
     */
    public String database() {
        return database;
    }

    /**
     * Hosts and database; never credentials.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "MongoSettings[" + uri.getHosts() + "/" + database + "]";
    }

    /**
     * Collects settings. Each method checks its value at once.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final ConnectionString uri;
        private @Nullable String database;
        private @Nullable Integer maxPoolSize;
        private @Nullable Integer minPoolSize;
        private @Nullable Duration waitQueueTimeout;
        private @Nullable Duration connectTimeout;
        private @Nullable Duration readTimeout;
        private @Nullable Duration serverSelectionTimeout;
        private @Nullable Duration heartbeat;
        private @Nullable ReadPreference readPreference;
        private @Nullable Duration maxLag;
        private @Nullable Boolean tls;

        private Builder(ConnectionString uri) {
            this.uri = uri;
        }

        private Builder(Builder other) {
            this.uri = other.uri;
            this.database = other.database;
            this.maxPoolSize = other.maxPoolSize;
            this.minPoolSize = other.minPoolSize;
            this.waitQueueTimeout = other.waitQueueTimeout;
            this.connectTimeout = other.connectTimeout;
            this.readTimeout = other.readTimeout;
            this.serverSelectionTimeout = other.serverSelectionTimeout;
            this.heartbeat = other.heartbeat;
            this.readPreference = other.readPreference;
            this.maxLag = other.maxLag;
            this.tls = other.tls;
        }

        /**
         * The database. Default: the one in the connection string, else {@code nestcms}.
         *
         * @param name 1 to 38 letters, digits, {@code -} or {@code _}
         * @return this
         * @throws InvalidInputException if the name is of another form
         */
        public Builder database(String name) {
            this.database = checkedDatabase(name);
            return this;
        }

        /**
         * How many connections to one server there may be. Default: 100.
         *
         * @param connections 1 to 10,000
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder maxPoolSize(int connections) {
            this.maxPoolSize = inRange("maxPoolSize", connections, 1, 10_000);
            return this;
        }

        /**
         * How many connections to one server are kept open. Default: 0.
         *
         * @param connections 0 to 10,000; not above the maximum
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder minPoolSize(int connections) {
            this.minPoolSize = inRange("minPoolSize", connections, 0, 10_000);
            return this;
        }

        /**
         * How long an operation waits for a free connection. Default: 2 s.
         *
         * @param time 1 ms to 10 min
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder waitQueueTimeout(Duration time) {
            this.waitQueueTimeout = inRange("waitQueueTimeout", time);
            return this;
        }

        /**
         * How long making a connection may take. Default: 2 s.
         *
         * @param time 1 ms to 10 min
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder connectTimeout(Duration time) {
            this.connectTimeout = inRange("connectTimeout", time);
            return this;
        }

        /**
         * How long a server may take to answer. Default: 10 s.
         *
         * @param time 1 ms to 10 min
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder readTimeout(Duration time) {
            this.readTimeout = inRange("readTimeout", time);
            return this;
        }

        /**
         * How long an operation waits for a server that it may go to, for example over an election. Default: 5 s.
         *
         * @param time 1 ms to 10 min
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder serverSelectionTimeout(Duration time) {
            this.serverSelectionTimeout = inRange("serverSelectionTimeout", time);
            return this;
        }

        /**
         * How often the servers are asked how they are. Default: 2 s.
         *
         * @param time 500 ms to 10 min; the driver's floor is 500 ms
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder heartbeat(Duration time) {
            if (time.compareTo(Duration.ofMillis(500)) < 0) {
                throw new InvalidInputException("heartbeat", "is " + time, "500 ms to 10 min");
            }
            this.heartbeat = inRange("heartbeat", time);
            return this;
        }

        /**
         * Where reads go that may be stale. Default: the connection string's, else {@code secondaryPreferred}.
         *
         * @param mode {@code primary}, {@code primaryPreferred}, {@code secondary}, {@code secondaryPreferred} or {@code
         *     nearest}
         * @return this
         * @throws InvalidInputException if it is none of these
         */
        public Builder readPreference(String mode) {
            try {
                this.readPreference = ReadPreference.valueOf(mode);
            } catch (IllegalArgumentException unknown) {
                throw new InvalidInputException(
                        "readPreference",
                        "is not known",
                        "primary, primaryPreferred, secondary, secondaryPreferred or nearest");
            }
            return this;
        }

        /**
         * How far behind the primary a secondary may be and still get reads. Default: 10 s.
         *
         * @param time 1 ms to 10 min; known to the second and as of the last heartbeat
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder maxLag(Duration time) {
            this.maxLag = inRange("maxLag", time);
            return this;
        }

        /**
         * Whether connections are encrypted. Default: as the connection string says, else not.
         *
         * @param encrypted true for TLS with all its checks
         * @return this
         */
        public Builder tls(boolean encrypted) {
            this.tls = encrypted;
            return this;
        }

        /**
         * The settings.
         *
         * @return immutable settings
         * @throws InvalidInputException if the options contradict each other
         */
        public MongoSettings build() {
            Integer max = maxPoolSize == null ? uri.getMaxConnectionPoolSize() : maxPoolSize;
            if (minPoolSize != null && minPoolSize > (max == null ? 100 : max)) {
                throw new InvalidInputException("minPoolSize", "is " + minPoolSize, "not above maxPoolSize");
            }
            String name = database;
            if (name == null) {
                name = uri.getDatabase() == null ? DEFAULT_DATABASE : checkedDatabase(uri.getDatabase());
            }
            return new MongoSettings(uri, name, new Builder(this));
        }

        private void set(Option option, String value) {
            switch (option) {
                case DATABASE -> database(value);
                case MAX_POOL_SIZE -> maxPoolSize(number(value));
                case MIN_POOL_SIZE -> minPoolSize(number(value));
                case WAIT_QUEUE_TIMEOUT -> waitQueueTimeout(time(value));
                case CONNECT_TIMEOUT -> connectTimeout(time(value));
                case READ_TIMEOUT -> readTimeout(time(value));
                case SERVER_SELECTION_TIMEOUT -> serverSelectionTimeout(time(value));
                case HEARTBEAT -> heartbeat(time(value));
                case READ_PREFERENCE -> readPreference(value);
                case MAX_LAG -> maxLag(time(value));
                case TLS -> tls(flag(value));
                case URI -> throw new IllegalStateException("the uri is set first");
            }
        }

        private static String checkedDatabase(String name) {
            Objects.requireNonNull(name, "database");
            if (!DATABASE.matcher(name).matches()) {
                throw new InvalidInputException("database", "has another form", "1 to 38 letters, digits, - or _");
            }
            return name;
        }

        private static int number(String value) {
            try {
                return Integer.parseInt(value);
            } catch (NumberFormatException malformed) {
                throw new InvalidInputException("number", "is not a number: " + shown(value), "digits only");
            }
        }

        private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m)");

        private static Duration time(String value) {
            java.util.regex.Matcher parts = TIME.matcher(value);
            if (!parts.matches()) {
                throw new InvalidInputException(
                        "time", "is not a time: " + shown(value), "digits and ms, s or m, for example 500ms");
            }
            long amount = Long.parseLong(parts.group(1));
            return switch (parts.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMinutes(amount);
            };
        }

        private static boolean flag(String value) {
            return switch (value) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new InvalidInputException("flag", "is " + shown(value), "true or false");
            };
        }

        /** A value that cannot hold a secret, cut short for the message. */
        private static String shown(String value) {
            return value.length() > 20 ? value.substring(0, 20) + "..." : value;
        }

        private static int inRange(String name, int value, int min, int max) {
            if (value < min || value > max) {
                throw new InvalidInputException(name, "is " + value, min + " to " + max);
            }
            return value;
        }

        private static Duration inRange(String name, Duration time) {
            Objects.requireNonNull(time, name);
            if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofMinutes(10)) > 0) {
                throw new InvalidInputException(name, "is " + time, "1 ms to 10 min");
            }
            return time;
        }
    }
}
