package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what is not as usual. Begun by {@link PayTabsSandbox#builder()}. Not safe for use by many threads.
 *
 * @since 0.1
 */
public final class SandboxBuilder {
    private String host = "127.0.0.1";
    private int port;
    private int controlPort;
    private @Nullable URI publicUri;
    private long profileId = 90417;
    private @Nullable String serverKey;
    private Clock clock = Clock.systemUTC();
    private RandomGenerator random = new SecureRandom();
    private RandomGenerator faultRandom = new SecureRandom();
    private @Nullable Path ledgerFile;
    private Set<String> currencies = Set.of();
    private Duration pageLife = Duration.ofMinutes(20);
    private Duration asyncPageLife = Duration.ofHours(3);
    private Duration asyncLife = Duration.ofHours(24);
    private Duration challengeLife = Duration.ofMinutes(65);
    private List<Duration> callbackDelays =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(1));
    private Duration callbackTimeout = Duration.ofSeconds(10);
    private DuplicateRule duplicateRule = DuplicateRule.SAME_TYPE;
    private Duration duplicateWindow = Duration.ofMinutes(2);
    private int requestsPerMinute;
    private @Nullable BigDecimal merchantLimit;
    private @Nullable URI ipnUrl;
    private @Nullable SSLContext tls;
    private Set<Assumption> assumptions = Set.of();
    private FollowUpListing listing = FollowUpListing.OWN_CART;
    private HoldAfterCapture holds = HoldAfterCapture.HELD;
    private VoidName voids = VoidName.RELEASE_FOR_A_PART;
    private @Nullable HttpClient callbackClient;

    SandboxBuilder() {}

    /**
     * The address to listen on.
     *
     * @param value an address of this machine; the default 127.0.0.1 is not reachable from others
     * @return this
     */
    public SandboxBuilder host(String value) {
        host = Objects.requireNonNull(value, "host");
        return this;
    }

    /**
     * The port of the gateway.
     *
     * @param value 0, the default, for a free one
     * @return this
     */
    public SandboxBuilder port(int value) {
        port = within("port", value, 0, 65535);
        return this;
    }

    /**
     * The port of the control endpoint.
     *
     * @param value 0, the default, for a free one
     * @return this
     */
    public SandboxBuilder controlPort(int value) {
        controlPort = within("controlPort", value, 0, 65535);
        return this;
    }

    /**
     * What payers' page addresses begin with, when a proxy stands before the sandbox.
     *
     * @param value without a path; by default the sandbox's own address
     * @return this
     */
    public SandboxBuilder publicUri(URI value) {
        publicUri = URI.create(value.toString().replaceAll("/+$", ""));
        return this;
    }

    /**
     * The profile that requests must name.
     *
     * @param value positive; 90417 by default
     * @return this
     */
    public SandboxBuilder profileId(long value) {
        if (value < 1) {
            throw new IllegalArgumentException("profileId " + value + " is not positive");
        }
        profileId = value;
        return this;
    }

    /**
     * The key that requests must carry and that signs notifications.
     *
     * @param value not blank; by default made at random, in the form of a real one
     * @return this
     */
    public SandboxBuilder serverKey(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("serverKey is blank");
        }
        serverKey = value;
        return this;
    }

    /**
     * The clock for page expiry, the duplicate window and every time in a reply; {@link Switches#skewClock} lets it go wrong.
     *
     * @param value the system's by default
     * @return this
     */
    public SandboxBuilder clock(Clock value) {
        clock = Objects.requireNonNull(value, "clock");
        return this;
    }

    /**
     * Makes references, page names and random faults the same in each run. Page names can then be guessed.
     *
     * @param value any number
     * @return this
     */
    public SandboxBuilder seed(long value) {
        random = new Random(value);
        faultRandom = new Random(~value);
        return this;
    }

    /**
     * Keeps the ledger over restarts in an append-only file; each line is on the disk before it is answered.
     *
     * @param value made when it is not there; used by one sandbox at a time
     * @return this
     */
    public SandboxBuilder ledgerFile(Path value) {
        ledgerFile = Objects.requireNonNull(value, "ledgerFile");
        return this;
    }

    /**
     * The currencies of the profile; others are refused with code 206.
     *
     * @param codes ISO 4217; none, the default, for all
     * @return this
     */
    public SandboxBuilder currencies(String... codes) {
        currencies = Set.copyOf(new TreeSet<>(List.of(codes)));
        return this;
    }

    /**
     * How long a payer's page stays open.
     *
     * @param value positive; 20 minutes by default
     * @return this
     */
    public SandboxBuilder pageLife(Duration value) {
        pageLife = positive("pageLife", value);
        return this;
    }

    /**
     * How long methods that are paid later take: the page that offers them, and the reference that the payer got.
     *
     * @param page positive; 3 hours by default
     * @param reference positive; 24 hours by default
     * @return this
     */
    public SandboxBuilder asyncLife(Duration page, Duration reference) {
        asyncPageLife = positive("page", page);
        asyncLife = positive("reference", reference);
        return this;
    }

    /**
     * After how long a 3-D Secure challenge that nobody answers becomes a decline with code 345.
     *
     * @param value positive; 65 minutes by default
     * @return this
     */
    public SandboxBuilder challengeLife(Duration value) {
        challengeLife = positive("challengeLife", value);
        return this;
    }

    /**
     * The pauses before a notification is tried again; one try more than pauses.
     *
     * @param values not negative; by default 1 s, 5 s, 20 s and 1 min, so five tries
     * @return this
     */
    public SandboxBuilder callbackDelays(Duration... values) {
        for (Duration value : values) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("callbackDelays " + value + " is negative");
            }
        }
        callbackDelays = List.of(values);
        return this;
    }

    /**
     * How long a receiver may take for a notification.
     *
     * @param value positive; 10 s by default
     * @return this
     */
    public SandboxBuilder callbackTimeout(Duration value) {
        callbackTimeout = positive("callbackTimeout", value);
        return this;
    }

    /**
     * The client that sends the notifications. The sandbox does not close it.
     *
     * @param value by default a client of its own, HTTP/1.1, that follows no redirects
     * @return this
     */
    public SandboxBuilder callbackClient(HttpClient value) {
        callbackClient = Objects.requireNonNull(value, "callbackClient");
        return this;
    }

    /**
     * Which requests count as duplicates (code 4), and for how long.
     *
     * @param rule {@link DuplicateRule#SAME_TYPE} by default
     * @param window positive; 2 minutes by default
     * @return this
     */
    public SandboxBuilder duplicates(DuplicateRule rule, Duration window) {
        duplicateRule = Objects.requireNonNull(rule, "rule");
        duplicateWindow = positive("window", window);
        return this;
    }

    /**
     * The most that one payment may be, in whatever currency; above it the envelope has code 325.
     *
     * @param value positive; by default there is no limit
     * @return this
     */
    public SandboxBuilder merchantLimit(BigDecimal value) {
        if (value.signum() <= 0) {
            throw new IllegalArgumentException("merchantLimit " + value + " is not positive");
        }
        merchantLimit = value;
        return this;
    }

    /**
     * Refuses further payment requests inside one minute with HTTP 429 and code 5.
     *
     * @param value how many are let in; 0, the default, for no limit
     * @return this
     */
    public SandboxBuilder requestsPerMinute(int value) {
        requestsPerMinute = within("requestsPerMinute", value, 0, 1_000_000);
        return this;
    }

    /**
     * The profile's own address for notifications, as set in the dashboard: it is told of every transaction, dashboard refunds
     * included, besides the {@code callback} of the request.
     *
     * @param value http or https; none by default
     * @return this
     */
    public SandboxBuilder ipnUrl(URI value) {
        ipnUrl = Objects.requireNonNull(value, "ipnUrl");
        return this;
    }

    /**
     * Serves the gateway over https instead of http. The control port stays http.
     *
     * @param value with a key and its certificate
     * @return this
     */
    public SandboxBuilder tls(SSLContext value) {
        tls = Objects.requireNonNull(value, "tls");
        return this;
    }

    /**
     * Where PayTabs is not documented, does the less likely thing. {@link Switches#assume} does so later.
     *
     * @param values none by default
     * @return this
     */
    public SandboxBuilder assume(Assumption... values) {
        assumptions = Set.of(values);
        return this;
    }

    /**
     * Under which carts queries list captures, voids, releases and refunds.
     *
     * @param value {@link FollowUpListing#OWN_CART} by default
     * @return this
     */
    public SandboxBuilder listFollowUps(FollowUpListing value) {
        listing = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * What a query says of a held payment that was captured in the dashboard.
     *
     * @param value {@link HoldAfterCapture#HELD} by default
     * @return this
     */
    public SandboxBuilder holdsAfterCapture(HoldAfterCapture value) {
        holds = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * What queries and notifications call a void.
     *
     * @param value {@link VoidName#RELEASE_FOR_A_PART} by default
     * @return this
     */
    public SandboxBuilder nameVoids(VoidName value) {
        voids = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * Opens both ports.
     *
     * @return a running sandbox; the caller closes it
     * @throws io.javalin.util.JavalinException if a port cannot be opened
     * @throws java.io.UncheckedIOException if the ledger file cannot be read
     */
    public PayTabsSandbox start() {
        Settings settings = new Settings(
                host,
                port,
                controlPort,
                publicUri,
                profileId,
                31207,
                switches(),
                randomKey("C"),
                clock,
                random,
                faultRandom,
                ledgerFile,
                pageLife,
                asyncPageLife,
                asyncLife,
                challengeLife,
                callbackDelays,
                callbackTimeout,
                duplicateRule,
                duplicateWindow,
                merchantLimit,
                ipnUrl,
                tls);
        return new PayTabsSandbox(settings, callbackClient == null ? client() : callbackClient);
    }

    private Switches switches() {
        String key = serverKey == null ? randomKey("S") : serverKey;
        return new Switches(key, currencies, requestsPerMinute, assumptions, listing, holds, voids);
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    private static String randomKey(String kind) {
        byte[] bytes = new byte[15];
        new SecureRandom().nextBytes(bytes);
        String hex = HexFormat.of().withUpperCase().formatHex(bytes);
        return kind + hex.substring(0, 9) + "-" + hex.substring(9, 19) + "-" + hex.substring(19, 29);
    }

    private static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " " + value + " is not positive");
        }
        return value;
    }

    private static int within(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + " is outside " + min + " to " + max);
        }
        return value;
    }
}
