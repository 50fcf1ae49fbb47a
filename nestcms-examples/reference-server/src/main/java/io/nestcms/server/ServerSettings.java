package io.nestcms.server;

import io.nestcms.access.PasswordRules;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.MongoSettings;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.paytabs.PayTabsRegion;
import io.nestcms.webhook.TrustedProxies;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What the server is told from outside. With an empty environment every outside system is embedded.
 *
 * @param host the address it listens on; default 127.0.0.1
 * @param port its port, 0 for any; default 8080
 * @param publicUrl where browsers and PayTabs reach it, or {@code null} for the address it listens on
 * @param dataDirectory where the embedded store, the sandbox's ledger and generated credentials are kept; default
 *     {@code data}
 * @param mongoUri the MongoDB to use, or {@code null} for the embedded one
 * @param payTabs the PayTabs profile to use, or {@code null} for the sandbox
 * @param sandboxPort the sandbox's port, 0 for any; default 8081. Not used with a PayTabs profile
 * @param origins where notifications may come from
 * @param users who is made at the start: name and password; the first by name owns the system where nobody does yet; empty for one
 *     generated user
 * @param tokenKey what the keys that sign access tokens are derived from, 32 bytes or more, the same on every node; {@code null} for
 *     a random one that is kept in the data directory
 * @param tokenLife how long an access token is good for; default 15 minutes
 * @param drain how long a stop waits for requests and events under way; default 10 seconds
 * @param safekeeping what guards the data beyond the store's own safety
 * @param surroundings what it uses beside database and gateway
 */
public record ServerSettings(
        String host,
        int port,
        @Nullable URI publicUrl,
        Path dataDirectory,
        @Nullable String mongoUri,
        @Nullable PayTabsAccount payTabs,
        int sandboxPort,
        Origins origins,
        Map<String, String> users,
        @Nullable SecretKey tokenKey,
        Duration tokenLife,
        Duration drain,
        Safekeeping safekeeping,
        Surroundings surroundings) {
    private static final String TOKEN_MAC = "HmacSHA256";
    private static final int MOST_PORT = 65_535;
    private static final Map<String, String> OF_PROFILE = Map.of(
            "region",
            "PAYTABS_REGION",
            "profile_id",
            "PAYTABS_PROFILE_ID",
            "serverKey",
            "PAYTABS_SERVER_KEY",
            "baseUri",
            "PAYTABS_BASE_URL");

    /** Checks what can be checked without starting anything. */
    public ServerSettings {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(dataDirectory, "dataDirectory");
        Objects.requireNonNull(safekeeping, "safekeeping");
        Objects.requireNonNull(surroundings, "surroundings");
        users = Map.copyOf(users);
        checkPort("PORT", port);
        checkPort("SANDBOX_PORT", sandboxPort);
        if (sandboxPort == MOST_PORT) {
            throw new InvalidInputException(
                    "SANDBOX_PORT", "is the last one", "0 to 65534: its faults are at the next one");
        }
        if (sandboxPort != 0 && payTabs == null && (port == sandboxPort || port == sandboxPort + 1)) {
            throw new InvalidInputException(
                    "SANDBOX_PORT", "is PORT or the one before", "two ports that nothing else uses");
        }
        if (tokenKey != null && tokenKey.getEncoded().length < 32) {
            throw new InvalidInputException("JWT_SECRET", "is too short", "at least 32 bytes, in Base64");
        }
        if (payTabs != null
                && payTabs.baseUri() == null
                && (publicUrl == null || !"https".equals(publicUrl.getScheme()))) {
            throw new InvalidInputException(
                    "PUBLIC_URL",
                    publicUrl == null ? "is missing" : "is not HTTPS",
                    "PayTabs sends an empty notification to anything but an https address");
        }
    }

    /** With nothing beside database and gateway. */
    public ServerSettings(
            String host,
            int port,
            @Nullable URI publicUrl,
            Path dataDirectory,
            @Nullable String mongoUri,
            @Nullable PayTabsAccount payTabs,
            int sandboxPort,
            Origins origins,
            Map<String, String> users,
            @Nullable SecretKey tokenKey,
            Duration tokenLife,
            Duration drain,
            Safekeeping safekeeping) {
        this(
                host,
                port,
                publicUrl,
                dataDirectory,
                mongoUri,
                payTabs,
                sandboxPort,
                origins,
                users,
                tokenKey,
                tokenLife,
                drain,
                safekeeping,
                Surroundings.none());
    }

    /** These with other surroundings. */
    public ServerSettings with(Surroundings others) {
        return new ServerSettings(
                host,
                port,
                publicUrl,
                dataDirectory,
                mongoUri,
                payTabs,
                sandboxPort,
                origins,
                users,
                tokenKey,
                tokenLife,
                drain,
                safekeeping,
                others);
    }

    /** Nothing that anybody could sign in with. */
    @Override
    public String toString() {
        return "ServerSettings[" + host + ":" + port + ", " + payTabs + "]";
    }

    /**
     * A PayTabs profile.
     *
     * @param profileId the profile's number
     * @param serverKey its server key
     * @param region the code of its region, for example {@code KWT}
     * @param baseUri its API's address where that is not the region's, else {@code null}
     */
    public record PayTabsAccount(
            long profileId,
            String serverKey,
            String region,
            @Nullable URI baseUri) {
        PayTabsProfile.Builder profile() {
            PayTabsRegion known = PayTabsRegion.ofCode(region);
            return baseUri == null
                    ? PayTabsProfile.builder(profileId, serverKey, known)
                    : PayTabsProfile.builder(profileId, serverKey, baseUri);
        }

        /** Nothing of the key. */
        @Override
        public String toString() {
            return "PayTabsAccount[profile " + profileId + ", " + region + "]";
        }
    }

    /**
     * Where notifications may come from. Addresses and ranges, IPv4 and IPv6.
     *
     * @param sources the gateway's own; empty when they are not known, then only the signature tells
     * @param proxies those in front of this server whose {@code X-Forwarded-For} is believed
     */
    public record Origins(List<String> sources, List<String> proxies) {
        /** Copies the lists. */
        public Origins {
            sources = ranges("WEBHOOK_SOURCES", sources);
            proxies = ranges("TRUSTED_PROXIES", proxies);
        }

        private static List<String> ranges(String name, List<String> given) {
            try {
                // parsed here for its complaint alone; the same parser reads it again where it is used
                Objects.requireNonNull(TrustedProxies.of(given, TrustedProxies.Header.X_FORWARDED_FOR));
                return List.copyOf(given);
            } catch (IllegalArgumentException other) {
                throw new InvalidInputException(
                        name, "has something else than addresses", "for example 10.1.2.3,10.1.0.0/16,2001:db8::/32");
            }
        }

        /** From anywhere, and nothing in front of this server. */
        public static Origins any() {
            return new Origins(List.of(), List.of());
        }
    }

    /**
     * What guards the data beyond the store's own safety. Each part is optional.
     *
     * @param node this node's name among those that share a database, the same after a restart; 1 to 64 letters, digits,
     *     {@code .}, {@code _} or {@code -}; {@code null} for one that is made at random and kept in the data directory
     * @param auditKey what the records of the audit trail are chained with, the same on every node and over the whole life of the
     *     trail; {@code null} for a generated one with the embedded database, and for no trail with any other
     * @param customerKeys what the payers' personal data is sealed under, or {@code null} to store it clear
     * @param backups where backups go, or {@code null} for none
     */
    public record Safekeeping(
            @Nullable String node,
            @Nullable NamedKey auditKey,
            @Nullable CustomerKeys customerKeys,
            @Nullable Backups backups) {
        private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

        /**
         * Checks the name.
         *
         * @throws InvalidInputException if it is of another form
         */
        public Safekeeping {
            if (node != null && !NODE.matcher(node).matches()) {
                throw new InvalidInputException("NODE_NAME", "has another form", "1 to 64 letters, digits, ., _ or -");
            }
        }

        /** The defaults of the embedded server: a generated name, and no backups or sealed data. */
        public static Safekeeping none() {
            return new Safekeeping(null, null, null, null);
        }
    }

    /**
     * The keys of the payers' personal data.
     *
     * @param keys the first one seals, all of them open; at least one
     * @param lookup makes the hashes that addresses are found by; never changed
     */
    public record CustomerKeys(List<NamedKey> keys, NamedKey lookup) {
        /**
         * Copies the list and tries the keys.
         *
         * @throws InvalidInputException if there is none, two share a name, or one is the lookup key
         */
        public CustomerKeys {
            keys = List.copyOf(keys);
            if (keys.isEmpty()) {
                throw new InvalidInputException("CUSTOMER_KEY", "has no key", "the key that seals, then older ones");
            }
            try {
                Objects.requireNonNull(cipher(keys, lookup));
            } catch (InvalidInputException refused) {
                throw new InvalidInputException(
                        "CUSTOMER_KEY", refused.field() + " " + refused.problem(), refused.rule());
            }
        }

        /** A new cipher of these keys. */
        FieldCipher cipher() {
            return cipher(keys, lookup);
        }

        private static FieldCipher cipher(List<NamedKey> keys, NamedKey lookup) {
            FieldCipher.Builder cipher = FieldCipher.builder(keys.get(0), lookup);
            keys.forEach(cipher::alsoOpens);
            return cipher.build();
        }
    }

    /**
     * Backups of the whole database.
     *
     * @param directory where they go; made if it is not there
     * @param key what they are sealed under
     * @param every how often one is made; at least one minute, default 24 hours
     * @param keep how many are kept; at least 1, default 7
     */
    public record Backups(Path directory, NamedKey key, Duration every, int keep) {
        /**
         * Checks the numbers.
         *
         * @throws InvalidInputException if one is out of range
         */
        public Backups {
            Objects.requireNonNull(directory, "directory");
            Objects.requireNonNull(key, "key");
            if (every.compareTo(Duration.ofMinutes(1)) < 0) {
                throw new InvalidInputException("BACKUP_EVERY", "is " + every, "at least PT1M");
            }
            if (keep < 1) {
                throw new InvalidInputException("BACKUP_KEEP", "is " + keep, "at least 1");
            }
        }
    }

    /** Reads the environment. */
    public static ServerSettings from(Map<String, String> environment) {
        Environment env = new Environment(environment);
        String user = env.text("DEMO_USERNAME");
        String password = env.text("DEMO_PASSWORD");
        if (user != null && password == null) {
            throw new InvalidInputException(
                    "DEMO_PASSWORD", "is missing", "DEMO_USERNAME and DEMO_PASSWORD belong together");
        }
        String name = user == null ? Credentials.DEMO_USER : user;
        if (password != null) {
            checkPassword(password, name);
        }
        return new ServerSettings(
                Objects.requireNonNullElse(env.text("HOST"), "127.0.0.1"),
                env.number("PORT", 8080),
                env.uri("PUBLIC_URL"),
                env.path("DATA_DIR", "data"),
                env.text("MONGODB_URI"),
                payTabs(env),
                env.number("SANDBOX_PORT", 8081),
                new Origins(env.list("WEBHOOK_SOURCES"), env.list("TRUSTED_PROXIES")),
                password == null ? Map.of() : Map.of(name, password),
                env.key("JWT_SECRET"),
                Duration.ofMinutes(15),
                Duration.ofSeconds(10),
                new Safekeeping(env.text("NODE_NAME"), env.namedKey("AUDIT_KEY"), customerKeys(env), backups(env)),
                Surroundings.from(env));
    }

    private static void checkPassword(String password, String name) {
        try {
            PasswordRules.standard().check(password, List.of(name));
        } catch (InvalidInputException refused) {
            throw new InvalidInputException("DEMO_PASSWORD", refused.problem(), refused.rule());
        }
    }

    private static @Nullable CustomerKeys customerKeys(Environment env) {
        NamedKey lookup = env.namedKey("CUSTOMER_LOOKUP_KEY");
        List<NamedKey> keys = env.namedKeys("CUSTOMER_KEY");
        if (lookup == null && keys.isEmpty()) {
            return null;
        }
        if (lookup == null || keys.isEmpty()) {
            throw new InvalidInputException(
                    lookup == null ? "CUSTOMER_LOOKUP_KEY" : "CUSTOMER_KEY",
                    "is missing",
                    "CUSTOMER_KEY and CUSTOMER_LOOKUP_KEY belong together");
        }
        return new CustomerKeys(keys, lookup);
    }

    private static @Nullable Backups backups(Environment env) {
        String directory = env.text("BACKUP_DIR");
        NamedKey key = env.namedKey("BACKUP_KEY");
        Duration every = env.duration("BACKUP_EVERY", Duration.ofHours(24));
        int keep = env.number("BACKUP_KEEP", 7);
        if (directory == null && key == null && env.text("BACKUP_EVERY") == null && env.text("BACKUP_KEEP") == null) {
            return null;
        }
        if (directory == null || key == null) {
            throw new InvalidInputException(
                    directory == null ? "BACKUP_DIR" : "BACKUP_KEY",
                    "is missing",
                    "backups need BACKUP_DIR and BACKUP_KEY; BACKUP_EVERY and BACKUP_KEEP have defaults");
        }
        return new Backups(env.path("BACKUP_DIR", directory), key, every, keep);
    }

    private static @Nullable PayTabsAccount payTabs(Environment env) {
        String key = env.text("PAYTABS_SERVER_KEY");
        String profile = env.text("PAYTABS_PROFILE_ID");
        String region = env.text("PAYTABS_REGION");
        if (key == null && profile == null && region == null) {
            if (env.text("PAYTABS_BASE_URL") != null) {
                throw new InvalidInputException(
                        "PAYTABS_PROFILE_ID",
                        "is missing",
                        "PAYTABS_BASE_URL is the address of a profile of one's own");
            }
            return null;
        }
        if (key == null || profile == null || region == null) {
            throw new InvalidInputException(
                    key == null ? "PAYTABS_SERVER_KEY" : profile == null ? "PAYTABS_PROFILE_ID" : "PAYTABS_REGION",
                    "is missing",
                    "PAYTABS_PROFILE_ID, PAYTABS_SERVER_KEY and PAYTABS_REGION belong together");
        }
        PayTabsAccount account =
                new PayTabsAccount(env.number("PAYTABS_PROFILE_ID"), key, region, env.uri("PAYTABS_BASE_URL"));
        try {
            // for its complaint alone; the profile is made where it is used
            Objects.requireNonNull(account.profile());
        } catch (InvalidInputException refused) {
            throw new InvalidInputException(
                    OF_PROFILE.getOrDefault(refused.field(), refused.field()), refused.problem(), refused.rule());
        }
        return account;
    }

    private static void checkPort(String name, int port) {
        if (port < 0 || port > MOST_PORT) {
            throw new InvalidInputException(name, "is out of range", "0 to 65535");
        }
    }

    /** Environment variables with their names in every complaint; a blank one counts as not set. */
    record Environment(Map<String, String> variables) {
        @Nullable String text(String name) {
            String value = variables.get(name);
            return value == null || value.isBlank() ? null : value.strip();
        }

        int number(String name, int otherwise) {
            if (text(name) == null) {
                return otherwise;
            }
            // one that is out of every range stays so
            return digits(name)
                    .max(BigInteger.valueOf(Integer.MIN_VALUE))
                    .min(BigInteger.valueOf(Integer.MAX_VALUE))
                    .intValueExact();
        }

        long number(String name) {
            BigInteger number = digits(name);
            if (number.bitLength() >= Long.SIZE) {
                throw new InvalidInputException(name, "is out of range", "at most 18 digits");
            }
            return number.longValueExact();
        }

        private BigInteger digits(String name) {
            String value = Objects.requireNonNull(text(name), name);
            if (!value.matches("-?[0-9]{1,40}")) {
                throw new InvalidInputException(name, "is not a number", "digits only");
            }
            return new BigInteger(value);
        }

        /** Whatever is named {@code MONGODB_} and an option. */
        @Nullable MongoSettings mongo() {
            boolean others = variables.entrySet().stream()
                    .anyMatch(variable -> variable.getKey().startsWith("MONGODB_")
                            && !variable.getValue().isBlank());
            if (others && text("MONGODB_URI") == null) {
                throw new InvalidInputException(
                        "MONGODB_URI", "is missing", "the other MONGODB_ settings belong to it");
            }
            return MongoSettings.fromEnvironment(variables).orElse(null);
        }

        Path path(String name, String otherwise) {
            try {
                return Path.of(Objects.requireNonNullElse(text(name), otherwise));
            } catch (InvalidPathException other) {
                throw new InvalidInputException(name, "is no path", "a directory");
            }
        }

        @Nullable URI uri(String name) {
            String value = text(name);
            if (value == null) {
                return null;
            }
            try {
                URI uri = URI.create(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
                check(name, uri);
                return uri;
            } catch (IllegalArgumentException other) {
                throw new InvalidInputException(name, "is not an address", "an absolute http or https address");
            }
        }

        private static void check(String name, URI uri) {
            if (uri.getHost() == null || uri.getScheme() == null) {
                throw new InvalidInputException(name, "has no host", "an absolute http or https address");
            }
            if (!uri.getScheme().equalsIgnoreCase("http") && !uri.getScheme().equalsIgnoreCase("https")) {
                throw new InvalidInputException(name, "is neither http nor https", "an absolute http or https address");
            }
            if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                throw new InvalidInputException(
                        name, "has a user, a query or a fragment", "scheme, host, port and path alone");
            }
            if (uri.getPort() != -1) {
                checkPort(name, uri.getPort());
            }
        }

        /** An entry that was forgotten is not taken for none: with a list of sources, none means everybody. */
        List<String> list(String name) {
            String value = text(name);
            if (value == null) {
                return List.of();
            }
            List<String> entries =
                    Arrays.stream(value.split(",", -1)).map(String::strip).toList();
            if (entries.contains("")) {
                throw new InvalidInputException(name, "has an empty entry", "entries with one comma between two");
            }
            return entries;
        }

        Duration duration(String name, Duration otherwise) {
            String value = text(name);
            try {
                return value == null ? otherwise : Duration.parse(value);
            } catch (DateTimeParseException other) {
                throw new InvalidInputException(name, "is not a duration", "ISO 8601, for example PT24H");
            }
        }

        @Nullable NamedKey namedKey(String name) {
            List<NamedKey> keys = namedKeys(name);
            if (keys.size() > 1) {
                throw new InvalidInputException(name, "is a list", "one key");
            }
            return keys.isEmpty() ? null : keys.get(0);
        }

        List<NamedKey> namedKeys(String name) {
            List<NamedKey> keys = new ArrayList<>();
            for (String key : list(name)) {
                try {
                    keys.add(NamedKey.parse(key.indexOf(':') < 0 ? "default:" + key : key));
                } catch (InvalidInputException refused) {
                    throw new InvalidInputException(
                            name,
                            refused.problem(),
                            "32 bytes in Base64, with a name and a colon in front when it has one");
                }
            }
            return keys;
        }

        @Nullable SecretKey key(String name) {
            String value = text(name);
            if (value == null) {
                return null;
            }
            try {
                return new SecretKeySpec(Base64.getDecoder().decode(value), TOKEN_MAC);
            } catch (IllegalArgumentException other) {
                throw new InvalidInputException(name, "is not Base64", "the standard alphabet");
            }
        }
    }
}
