package io.nestcms.server;

import com.mongodb.MongoException;
import io.javalin.util.JavalinBindException;
import io.nestcms.audit.AuditTrail;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.MongoSettings;
import io.nestcms.mongo.NestMongo;
import io.nestcms.mongo.NestMongoException;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.server.ServerSettings.PayTabsAccount;
import io.nestcms.server.payment.NotificationRoutes;
import io.nestcms.testkit.DataDirectoryInUseException;
import io.nestcms.testkit.EmbeddedMongo;
import io.nestcms.testkit.EmbeddedMongoException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The systems outside: the real ones that the settings name, an embedded stand-in for each other.
 *
 * @param mongo the stores
 * @param audit the audit trail, or {@code null} without a key for it
 * @param node this node's name among those that share the stores
 * @param profile the merchant profile at PayTabs or at the sandbox
 * @param serverKey signs the notifications
 * @param sandbox the sandbox, or {@code null} with a real profile
 * @param kinds what each is, in words, by name
 */
record Backends(
        NestMongo mongo,
        @Nullable AuditTrail audit,
        String node,
        PayTabsProfile profile,
        String serverKey,
        @Nullable PayTabsSandbox sandbox,
        Map<String, String> kinds) {
    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
    private static final long SANDBOX_PROFILE = 90417;

    /**
     * Starts what is embedded and connects; {@code guard} adds what watches and guards the calls to the database. What was opened
     * is added to {@code closing}, also when the rest fails.
     */
    static Backends open(
            ServerSettings settings,
            Credentials credentials,
            URI publicUrl,
            Consumer<NestMongo.Builder> guard,
            Clock clock,
            Closing closing) {
        Path data = settings.dataDirectory();
        String uri = settings.mongoUri();
        String database = "MongoDB at MONGODB_URI";
        if (uri == null) {
            EmbeddedMongo embedded = closing.add("embedded MongoDB", startMongo(data.resolve("mongo")));
            uri = embedded.uri();
            database = "embedded, one node, data in " + data.resolve("mongo");
        }
        NestMongo.Builder options = NestMongo.builder(
                Objects.requireNonNullElse(settings.surroundings().mongo(), MongoSettings.of(uri, "nestcms")));
        guard.accept(options);
        ServerSettings.CustomerKeys customers = settings.safekeeping().customerKeys();
        if (customers != null) {
            options.fieldCipher(customers.cipher());
        }
        NestMongo mongo = closing.add("MongoDB client", connect(options.clock(clock), settings));

        PayTabsAccount account = settings.payTabs();
        String gateway;
        PayTabsSandbox sandbox = null;
        if (account == null) {
            sandbox = closing.add("PayTabs sandbox", startSandbox(settings, credentials.sandboxKey()));
            account = new PayTabsAccount(sandbox.profileId(), sandbox.serverKey(), "GLOBAL", sandbox.baseUri());
            gateway = "embedded sandbox at " + sandbox.baseUri() + ", faults at " + sandbox.controlUri();
        } else {
            gateway = "PayTabs, profile " + account.profileId() + ", region " + account.region();
        }
        return new Backends(
                mongo,
                audit(mongo, settings, credentials),
                Objects.requireNonNullElseGet(settings.safekeeping().node(), credentials::nodeName),
                profile(account, publicUrl),
                account.serverKey(),
                sandbox,
                Map.of(
                        "database",
                        database,
                        "gateway",
                        gateway,
                        "cache",
                        settings.surroundings().redis() == null ? "embedded, in memory" : "in memory",
                        "redis",
                        "Redis at REDIS_URL"));
    }

    /** A key of one node's own would break the chain that nodes share, so one is generated for the embedded database only. */
    private static @Nullable AuditTrail audit(NestMongo mongo, ServerSettings settings, Credentials credentials) {
        NamedKey key = settings.safekeeping().auditKey();
        if (key == null && settings.mongoUri() == null) {
            key = credentials.auditKey();
        }
        return key == null ? null : mongo.auditTrail(key);
    }

    /** What each is, without an address or a path: for whoever may see health. */
    Map<String, String> briefKinds() {
        return Map.of(
                "database",
                Objects.requireNonNull(kinds.get("database")).startsWith("embedded") ? "embedded" : "MongoDB",
                "gateway",
                sandbox == null ? "PayTabs" : "embedded sandbox",
                "cache",
                "in memory",
                "redis",
                "Redis");
    }

    private static EmbeddedMongo startMongo(Path directory) {
        try {
            return EmbeddedMongo.builder().dataDirectory(directory).start();
        } catch (DataDirectoryInUseException used) {
            throw new InvalidInputException(
                    "DATA_DIR", "is in use by another server", "one server at a time for each directory");
        } catch (EmbeddedMongoException broken) {
            throw new InvalidInputException(
                    directory.toString(), "cannot be used: " + broken.getMessage(), "a directory of the server's own");
        }
    }

    private static NestMongo connect(NestMongo.Builder options, ServerSettings settings) {
        try {
            return options.build();
        } catch (NestMongoException failed) {
            if (failed.getCause() == null) {
                // said by us: payments are sealed under keys that were not given, or an index is not what it must be
                throw new InvalidInputException(
                        settings.safekeeping().customerKeys() == null
                                ? "CUSTOMER_KEY, CUSTOMER_LOOKUP_KEY"
                                : "CUSTOMER_KEY",
                        "cannot be done with: " + failed.getMessage(),
                        "every key that something is sealed under");
            }
            throw unusable(failed);
        } catch (MongoException failed) {
            throw unusable(failed);
        }
    }

    private static InvalidInputException unusable(RuntimeException failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        // never its message, which may quote an address with a password
        LOG.debug("the database cannot be used", failed);
        return new InvalidInputException(
                "MONGODB_URI",
                "cannot be used (" + root.getClass().getSimpleName() + ")",
                "a MongoDB that answers, and a user who may read, write and make indexes");
    }

    private static PayTabsSandbox startSandbox(ServerSettings settings, String key) {
        int port = settings.sandboxPort();
        Path ledger = settings.dataDirectory().resolve("sandbox-ledger.jsonl");
        try {
            return PayTabsSandbox.builder()
                    .port(port)
                    .controlPort(port == 0 ? 0 : port + 1)
                    .profileId(SANDBOX_PROFILE)
                    .serverKey(key)
                    .ledgerFile(ledger)
                    .start();
        } catch (JavalinBindException taken) {
            LOG.debug("the sandbox cannot listen", taken);
            throw new InvalidInputException(
                    "SANDBOX_PORT", "or the next one is taken", "two ports that nothing else uses, or 0 for any");
        } catch (UncheckedIOException broken) {
            throw new InvalidInputException(
                    ledger.toString(),
                    "cannot be used: " + broken.getMessage(),
                    "a file of the server's own; delete it and the sandbox begins anew");
        }
    }

    private static PayTabsProfile profile(PayTabsAccount account, URI publicUrl) {
        return account.profile()
                .callback(URI.create(publicUrl + NotificationRoutes.WEBHOOK))
                .returnUrl(URI.create(publicUrl + NotificationRoutes.RETURN))
                .build();
    }

    /**
     * What is embedded, what is real, where to go and how to sign in; {@code password} is one that was generated, or
     * {@code null}.
     */
    List<String> describe(ServerSettings settings, URI publicUrl, @Nullable String password) {
        List<String> lines = new ArrayList<>();
        lines.add("NestCMS reference server");
        lines.add("  gateway   " + kinds.get("gateway"));
        lines.add("  database  " + kinds.get("database"));
        lines.add("  cache     " + kinds.get("cache"));
        if (settings.surroundings().redis() != null) {
            lines.add("  sessions  " + kinds.get("redis"));
        }
        if (password == null) {
            lines.add("  sign in   as configured");
        } else {
            lines.add("  sign in   " + Credentials.DEMO_USER + " / " + password + "   (made at random, kept in "
                    + settings.dataDirectory().resolve("demo-password") + ")");
        }
        if (sandbox != null) {
            lines.add("  test card 4111 1111 1111 1111, any later date, any CVV");
        }
        lines.add("  open      " + publicUrl + "   (Ctrl-C stops it)");
        return List.copyOf(lines);
    }
}
