package io.nestcms.server;

import io.nestcms.audit.AuditTrail;
import io.nestcms.crypto.NamedKey;
import io.nestcms.mongo.MongoSettings;
import io.nestcms.mongo.NestMongo;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.paytabs.PayTabsRegion;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.server.ServerSettings.PayTabsAccount;
import io.nestcms.server.payment.NotificationRoutes;
import io.nestcms.testkit.EmbeddedMongo;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
        NestMongo.Builder options = NestMongo.builder(MongoSettings.of(uri, "nestcms"));
        guard.accept(options);
        ServerSettings.CustomerKeys customers = settings.safekeeping().customerKeys();
        if (customers != null) {
            options.fieldCipher(customers.cipher());
        }
        NestMongo mongo = closing.add("MongoDB client", options.clock(clock).build());

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
        return EmbeddedMongo.builder().dataDirectory(directory).start();
    }

    private static PayTabsSandbox startSandbox(ServerSettings settings, String key) {
        int port = settings.sandboxPort();
        return PayTabsSandbox.builder()
                .port(port)
                .controlPort(port == 0 ? 0 : port + 1)
                .profileId(SANDBOX_PROFILE)
                .serverKey(key)
                .ledgerFile(settings.dataDirectory().resolve("sandbox-ledger.jsonl"))
                .start();
    }

    private static PayTabsProfile profile(PayTabsAccount account, URI publicUrl) {
        URI base = account.baseUri();
        PayTabsProfile.Builder profile = base == null
                ? PayTabsProfile.builder(
                        account.profileId(), account.serverKey(), PayTabsRegion.ofCode(account.region()))
                : PayTabsProfile.builder(account.profileId(), account.serverKey(), base);
        return profile.callback(URI.create(publicUrl + NotificationRoutes.WEBHOOK))
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
