package io.nestcms.sandbox;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A running PayTabs stand-in: real HTTP on the loopback interface, one port for the gateway and one to control it.
 *
 * <pre>{@code
 * try (PayTabsSandbox sandbox = PayTabsSandbox.builder().start()) {
 *     sandbox.faults().next(1, "/payment/request", Fault.dropReply());
 *     // ... point a client at sandbox.baseUri() with sandbox.profileId() and sandbox.serverKey()
 *     assert sandbox.ledger().totals("ORD-1").charges() == 1;
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads. {@link #close()} may be repeated.
 *
 * @since 0.1
 */
public final class PayTabsSandbox implements AutoCloseable {
    private final Settings settings;
    private final Ledger ledger;
    private final Calls calls;
    private final Faults faults;
    private final Acquirer acquirer;
    private final Callbacks callbacks;
    private final Serving serving;
    private final Listener main;
    private final Listener control;
    private final PageAddresses addresses = new PageAddresses();

    private PayTabsSandbox(Settings settings, HttpClient client) {
        this.settings = settings;
        References references = new References(settings.clock(), settings.random());
        Wire wire = new Wire(settings, references);
        ledger = new Ledger(settings.ledgerFile());
        calls = new Calls(settings.clock());
        faults = new Faults();
        callbacks = new Callbacks(settings, wire, faults, client);
        acquirer = new Acquirer(settings, ledger, references, callbacks::send);
        serving = new Serving(faults, calls, wire);
        LedgerPages pages = new LedgerPages(ledger, calls, callbacks);
        main = new Listener(settings.host(), settings.port(), routes -> {
            new ApiRoutes(settings, serving, acquirer, ledger, wire, addresses).register(routes);
            new PayerPages(settings, serving, acquirer, ledger, addresses).register(routes);
            pages.register(routes);
        });
        faults.attach(main);
        addresses.at(settings.publicUri() == null ? uri(main) : settings.publicUri());
        control = new Listener(
                settings.host(),
                settings.controlPort(),
                routes -> new ControlRoutes(faults, ledger, acquirer, pages).register(routes));
        callbacks.everySecond(acquirer::expire);
    }

    /**
     * Begins a sandbox with free ports on 127.0.0.1, a random server key and nothing on disk.
     *
     * @return a builder, for one thread
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Where the gateway listens; what a client takes as its base URL.
     *
     * @return without a path and a slash at the end
     */
    public URI baseUri() {
        return uri(main);
    }

    /**
     * Where faults are asked for over HTTP.
     *
     * @return without a path and a slash at the end
     */
    public URI controlUri() {
        return uri(control);
    }

    /**
     * The profile that requests must name.
     *
     * @return as given to the builder, 90417 by default
     */
    public long profileId() {
        return settings.profileId();
    }

    /**
     * The key that requests must carry and that signs the notifications. A secret only as far as the sandbox goes.
     *
     * @return as given to the builder, else made at random
     */
    public String serverKey() {
        return settings.serverKey();
    }

    /**
     * What goes wrong next.
     *
     * @return always the same object
     */
    public Faults faults() {
        return faults;
    }

    /**
     * What was charged.
     *
     * @return always the same object
     */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * How many calls of a path arrived, with or without a fault.
     *
     * @param path for example {@code /payment/query}; the payer's pages count as {@code /payment/page}, {@code
     *     /payment/wr}, {@code /payment/page/pay} and {@code /payment/wr/pay}
     * @return 0 when none did
     */
    public long calls(String path) {
        return calls.count(path);
    }

    /**
     * How many calls of each path arrived.
     *
     * @return a copy
     */
    public Map<String, Long> calls() {
        return calls.counts();
    }

    /**
     * Every try to deliver a notification, oldest first.
     *
     * @return a copy
     */
    public List<Delivery> deliveries() {
        return callbacks.deliveries();
    }

    /**
     * Notifications that are neither delivered nor given up nor lost.
     *
     * @return 0 when the sandbox has nothing left to say
     */
    public int callbacksUnderWay() {
        return callbacks.underWay();
    }

    /**
     * Decides a transaction from outside, as a bank, a fraud team or a kiosk does later: pending to paid, on hold to paid,
     * declined with 300 to paid after all. A notification follows.
     *
     * @param ref the gateway's reference
     * @param status the letter: A, H, P, V, E, D, X or C
     * @param code the response code, or empty for the usual one of the status
     * @return the transaction as it is now
     * @throws IllegalArgumentException if there is no such transaction or no such status
     */
    public LedgerEntry settle(String ref, String status, String code) {
        return LedgerEntry.of(acquirer.decide(found(ref), Status.valueOf(status.toUpperCase(Locale.ROOT)), code));
    }

    /**
     * Pays at the kiosk: a pending payment request becomes a sale of its own, and a notification follows.
     *
     * @param ref the reference of the payment request
     * @return the sale
     * @throws IllegalArgumentException if there is no such pending payment request, or it is paid
     */
    public LedgerEntry redeem(String ref) {
        return LedgerEntry.of(acquirer.redeem(found(ref)));
    }

    /**
     * Closes every page and payment request whose time is over by the sandbox's clock. It happens by itself every second, and
     * whenever one is looked at.
     *
     * @return how many were closed
     */
    public int expirePages() {
        return acquirer.expire();
    }

    private Transaction found(String ref) {
        return ledger.find(ref).orElseThrow(() -> new IllegalArgumentException("no transaction " + ref));
    }

    /** Closes both ports and the ledger file; notifications that are not delivered yet are lost. */
    @Override
    public void close() {
        serving.close();
        callbacks.close();
        main.close();
        control.close();
        ledger.close();
    }

    private URI uri(Listener listener) {
        return URI.create("http://" + settings.host() + ":" + listener.port());
    }

    /** Chooses what is not as usual. Not safe for use by many threads. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private int controlPort;
        private @Nullable URI publicUri;
        private long profileId = 90417;
        private @Nullable String serverKey;
        private Clock clock = Clock.systemUTC();
        private RandomGenerator random = new SecureRandom();
        private @Nullable Path ledgerFile;
        private Set<String> currencies = Set.of();
        private Duration pageLife = Duration.ofMinutes(20);
        private List<Duration> callbackDelays =
                List.of(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(1));
        private Duration callbackTimeout = Duration.ofSeconds(10);
        private DuplicateRule duplicateRule = DuplicateRule.SAME_TYPE;
        private Duration duplicateWindow = Duration.ofMinutes(2);
        private int requestsPerMinute;
        private @Nullable HttpClient callbackClient;

        private Builder() {}

        /**
         * The address to listen on.
         *
         * @param value an address of this machine; the default 127.0.0.1 is not reachable from others
         * @return this
         */
        public Builder host(String value) {
            host = Objects.requireNonNull(value, "host");
            return this;
        }

        /**
         * The port of the gateway.
         *
         * @param value 0, the default, for a free one
         * @return this
         */
        public Builder port(int value) {
            port = within("port", value, 0, 65535);
            return this;
        }

        /**
         * The port of the control endpoint.
         *
         * @param value 0, the default, for a free one
         * @return this
         */
        public Builder controlPort(int value) {
            controlPort = within("controlPort", value, 0, 65535);
            return this;
        }

        /**
         * What payers' page addresses begin with, when a proxy stands before the sandbox.
         *
         * @param value without a path; by default the sandbox's own address
         * @return this
         */
        public Builder publicUri(URI value) {
            publicUri = Objects.requireNonNull(value, "publicUri");
            return this;
        }

        /**
         * The profile that requests must name.
         *
         * @param value positive; 90417 by default
         * @return this
         */
        public Builder profileId(long value) {
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
        public Builder serverKey(String value) {
            if (value.isBlank()) {
                throw new IllegalArgumentException("serverKey is blank");
            }
            serverKey = value;
            return this;
        }

        /**
         * The clock for page expiry, the duplicate window and every time in a reply.
         *
         * @param value the system's by default
         * @return this
         */
        public Builder clock(Clock value) {
            clock = Objects.requireNonNull(value, "clock");
            return this;
        }

        /**
         * Makes references, page names and random faults the same in each run. Page names can then be guessed.
         *
         * @param value any number
         * @return this
         */
        public Builder seed(long value) {
            random = new Random(value);
            return this;
        }

        /**
         * Keeps the ledger over restarts in an append-only file; each line is on the disk before it is answered.
         *
         * @param value made when it is not there; used by one sandbox at a time
         * @return this
         */
        public Builder ledgerFile(Path value) {
            ledgerFile = Objects.requireNonNull(value, "ledgerFile");
            return this;
        }

        /**
         * The currencies of the profile; others are refused with code 206.
         *
         * @param codes ISO 4217; none, the default, for all
         * @return this
         */
        public Builder currencies(String... codes) {
            currencies = Set.copyOf(new TreeSet<>(List.of(codes)));
            return this;
        }

        /**
         * How long a payer's page stays open.
         *
         * @param value positive; 20 minutes by default
         * @return this
         */
        public Builder pageLife(Duration value) {
            pageLife = positive("pageLife", value);
            return this;
        }

        /**
         * The pauses before a notification is tried again; one try more than pauses.
         *
         * @param values not negative; by default 1 s, 5 s, 20 s and 1 min, so five tries
         * @return this
         */
        public Builder callbackDelays(Duration... values) {
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
        public Builder callbackTimeout(Duration value) {
            callbackTimeout = positive("callbackTimeout", value);
            return this;
        }

        /**
         * The client that sends the notifications. The sandbox does not close it.
         *
         * @param value by default a client of its own, HTTP/1.1, that follows no redirects
         * @return this
         */
        public Builder callbackClient(HttpClient value) {
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
        public Builder duplicates(DuplicateRule rule, Duration window) {
            duplicateRule = Objects.requireNonNull(rule, "rule");
            duplicateWindow = positive("window", window);
            return this;
        }

        /**
         * Refuses further payment requests inside one minute with HTTP 429 and code 5.
         *
         * @param value how many are let in; 0, the default, for no limit
         * @return this
         */
        public Builder requestsPerMinute(int value) {
            requestsPerMinute = within("requestsPerMinute", value, 0, 1_000_000);
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
                    serverKey == null ? randomKey() : serverKey,
                    clock,
                    random,
                    ledgerFile,
                    currencies,
                    pageLife,
                    Duration.ofHours(3),
                    Duration.ofHours(24),
                    Duration.ofMinutes(65),
                    callbackDelays,
                    callbackTimeout,
                    duplicateRule,
                    duplicateWindow,
                    requestsPerMinute);
            return new PayTabsSandbox(settings, callbackClient == null ? client() : callbackClient);
        }

        private static HttpClient client() {
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
        }

        private static String randomKey() {
            byte[] bytes = new byte[15];
            new SecureRandom().nextBytes(bytes);
            String hex = HexFormat.of().withUpperCase().formatHex(bytes);
            return "S" + hex.substring(0, 9) + "-" + hex.substring(9, 19) + "-" + hex.substring(19, 29);
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
}
