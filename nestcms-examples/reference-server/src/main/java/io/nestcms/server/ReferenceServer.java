package io.nestcms.server;

import io.nestcms.access.PasswordHasher;
import io.nestcms.access.Role;
import io.nestcms.access.SessionStore;
import io.nestcms.cache.Cache;
import io.nestcms.cache.MemoryCache;
import io.nestcms.cache.TaggedCache;
import io.nestcms.cache.TieredCache;
import io.nestcms.cms.user.Profile;
import io.nestcms.cms.user.UserNotices;
import io.nestcms.cms.user.Users;
import io.nestcms.event.EventBus;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.incident.Incidents;
import io.nestcms.limit.InMemoryRequestLimits;
import io.nestcms.limit.RequestLimits;
import io.nestcms.mongo.SlowOperations;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.service.PaymentTimings;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.service.SavedCards;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.paytabs.PayTabs;
import io.nestcms.redis.RedisSettings;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.cms.ContentRoom;
import io.nestcms.server.http.ClientLimits;
import io.nestcms.server.http.Clients;
import io.nestcms.server.http.Door;
import io.nestcms.server.http.HttpApi;
import io.nestcms.server.notice.NoticeRoom;
import io.nestcms.server.operations.AdminRoutes;
import io.nestcms.server.operations.AuditLog;
import io.nestcms.server.operations.AuditRoutes;
import io.nestcms.server.operations.Circuits;
import io.nestcms.server.operations.HealthRoutes;
import io.nestcms.server.operations.Metrics;
import io.nestcms.server.operations.SlowFindings;
import io.nestcms.server.operations.Vitals;
import io.nestcms.server.page.PageRoutes;
import io.nestcms.server.payment.LiveStatus;
import io.nestcms.server.payment.MerchantCart;
import io.nestcms.server.payment.NotificationRoutes;
import io.nestcms.server.payment.PaymentRoutes;
import io.nestcms.server.redis.RedisRoom;
import io.nestcms.storage.DiskStorage;
import io.nestcms.storage.FileStorage;
import io.nestcms.storage.GuardedStorage;
import io.nestcms.storage.StorageLimits;
import io.nestcms.webhook.InMemoryReplayGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running payment service: HTTP API, page, stores, gateway, and the work in the background. What the settings do not
 * name is embedded.
 *
 * <p>Safe for use by many threads. {@link #close()} may be repeated.
 */
public final class ReferenceServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReferenceServer.class);
    private static final int RECONCILE_BATCH = 100;
    private static final int SESSIONS_OF_USER = 20;
    private static final long LARGEST_FILE = 20L * 1024 * 1024;
    /** How often instalments are looked at and waiting events of the content are told. */
    private static final Duration CONTENT = Duration.ofSeconds(1);

    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");

    private final Closing closing;
    private final AtomicBoolean stopping;
    private final CountDownLatch hurried = new CountDownLatch(1);
    private final Duration notice;
    private final URI uri;
    private final List<String> description;
    private final EventBus bus;
    private final Circuits circuits;
    private final Backends backends;
    private final @Nullable RedisRoom redis;
    private final Core core;
    private final HttpApi http;

    /** What takes payments. */
    private record Core(
            PayTabs payTabs,
            Payments payments,
            SavedCards cards,
            Reconciler reconciler,
            PaymentStore store,
            PaymentGateway gateway,
            Cache<String, Payment> cache,
            OutboxRelay relay,
            Incidents incidents,
            Upkeep upkeep) {}

    private ReferenceServer(Builder builder, Closing closing) throws IOException {
        this.closing = closing;
        this.stopping = new AtomicBoolean();
        ServerSettings settings = builder.settings;
        this.notice = settings.surroundings().operating().notice();
        ServerSocketChannel socket = closing.add("listening socket", ServerSocketChannel.open());
        bind(socket, settings);
        int port = ((InetSocketAddress) socket.getLocalAddress()).getPort();
        this.uri = URI.create("http://" + reachable(settings.host()) + ":" + port);

        SecureRandom random = new SecureRandom();
        Credentials credentials = new Credentials(settings.dataDirectory(), random);
        URI publicUrl = Objects.requireNonNullElse(settings.publicUrl(), uri);
        Metrics metrics = closing.add("metrics", new Metrics());
        SlowFindings slow = new SlowFindings();
        // hears of the database's circuits, but is closed before the client that its listeners use, so added to closing
        // below
        this.bus = EventBus.builder().clock(builder.clock).build();
        builder.listeners.forEach(listener -> bus.subscribe(Object.class, listener));
        CircuitBreakers database = breakers(builder).build();
        this.backends = Backends.open(
                settings,
                credentials,
                publicUrl,
                mongo -> mongo.breakers(database)
                        .client(metrics.ofMongoClient().andThen(new SlowOperations(SlowFindings.THRESHOLD, slow))),
                builder.clock,
                closing);
        closing.add("event bus", bus);
        ScheduledExecutorService background = Executors.newScheduledThreadPool(4, Threads.named("nestcms-upkeep"));
        closing.add("upkeep", () -> Threads.stop(background, settings.drain()));
        CircuitBreakers gateway = breakers(builder)
                .store(backends.mongo().breakerStore(backends.node()), background)
                .orders(backends.mongo().breakerOrders())
                .build();
        closing.add("breakers' memory", gateway::save);
        this.circuits = new Circuits(gateway, database);
        RedisSettings shared = settings.surroundings().redis();
        this.redis = shared == null ? null : closing.add("Redis client", RedisRoom.open(shared, gateway));
        this.core = core(builder, new Upkeep(background, closing));

        boolean generated = settings.users().isEmpty();
        Map<String, String> configured =
                generated ? Map.of(Credentials.DEMO_USER, credentials.demoPassword()) : settings.users();
        this.description =
                backends.describe(settings, publicUrl, generated ? configured.get(Credentials.DEMO_USER) : null);

        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, Threads.named("nestcms-timer"));
        closing.add("timer", () -> Threads.stop(timer, settings.drain()));
        ExecutorService writers = Executors.newCachedThreadPool(Threads.named("nestcms-live"));
        closing.add("live writers", () -> Threads.stop(writers, Duration.ofSeconds(1)));
        LiveStatus live = new LiveStatus(builder.clock, writers, timer);
        metrics.bind(
                new Metrics.Parts(
                        core.store(),
                        core.reconciler(),
                        circuits,
                        bus,
                        core.payTabs().client(),
                        backends.mongo().splitter(),
                        live::clients),
                builder.clock);
        new Listeners(core.store(), core.cache(), live, metrics).subscribe(bus);
        AuditLog audit = new AuditLog(backends.audit(), backends.node(), core.incidents());
        audit.subscribe(bus);
        core.upkeep().guard(backends.mongo(), audit, settings.safekeeping(), builder.clock, bus);

        NoticeRoom notices = new NoticeRoom(
                settings.surroundings().channels(),
                new NoticeRoom.Parts(
                        core.store(), MerchantCart::name, core.incidents(), circuits.gateway(), builder.clock));
        notices.listenTo(core.relay(), bus);
        Executor letters = letters();

        // closed after the HTTP server, so that the events of its last requests go out too
        startRelay(settings.drain());
        core.upkeep().watch(backends.mongo(), core.relay());
        ContentRoom content = content(builder, settings, metrics);
        core.upkeep().repeat("the content", content::tend, CONTENT);
        this.http = closing.add(
                "HTTP server",
                api(
                        builder,
                        new Rooms(
                                users(
                                        builder,
                                        configured,
                                        notices.letters(
                                                new MailDrop(
                                                        settings.dataDirectory().resolve("mail")),
                                                letters,
                                                publicUrl),
                                        random),
                                Objects.requireNonNullElseGet(settings.tokenKey(), credentials::tokenKey),
                                letters,
                                content,
                                live,
                                metrics,
                                slow,
                                vitals(audit, metrics, builder.clock),
                                publicUrl,
                                random),
                        socket));
        // streams never end by themselves, so they are ended before the server waits for its requests
        closing.add("live status", live);
        if (!builder.reconcileEvery.isZero()) {
            long every = builder.reconcileEvery.toMillis();
            ScheduledFuture<?> reconciling =
                    timer.scheduleWithFixedDelay(this::reconcileQuietly, every, every, TimeUnit.MILLISECONDS);
            closing.add("reconciler", () -> reconciling.cancel(false));
        }
        http.start();
    }

    private static void bind(ServerSocketChannel socket, ServerSettings settings) throws IOException {
        InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        if (address.isUnresolved()) {
            throw new InvalidInputException("HOST", "is not known", "an address or a name of this machine");
        }
        try {
            socket.bind(address, 256);
        } catch (BindException refused) {
            boolean elsewhere = String.valueOf(refused.getMessage()).startsWith("Cannot assign");
            throw elsewhere
                    ? new InvalidInputException("HOST", "is no address of this machine", "one that it has, or 0.0.0.0")
                    : new InvalidInputException("PORT", "cannot be had", "one that nothing else uses, or 0 for any");
        }
    }

    /** How this machine itself reaches it, as it stands in an address. */
    private static String reachable(String host) {
        if (host.equals("0.0.0.0")) {
            return "127.0.0.1";
        }
        if (host.indexOf(':') < 0) {
            return host;
        }
        return host.equals("::") ? "[::1]" : "[" + host.replaceAll("[\\[\\]]", "") + "]";
    }

    /** What the HTTP side needs besides the core. */
    private record Rooms(
            Users users,
            SecretKey tokenSecret,
            Executor background,
            ContentRoom content,
            LiveStatus live,
            Metrics metrics,
            SlowFindings slow,
            Vitals vitals,
            URI publicUrl,
            SecureRandom random) {}

    private CircuitBreakers.Builder breakers(Builder builder) {
        return CircuitBreakers.builder()
                .clock(builder.clock)
                .ticker(builder.ticker)
                .listener(bus::publish);
    }

    private Core core(Builder builder, Upkeep upkeep) {
        Incidents incidents =
                Incidents.builder().clock(builder.clock).listener(bus::publish).build();
        incidents.follow(bus);
        PayTabs.Builder options = PayTabs.builder(backends.profile(), circuits.gateway());
        builder.payTabs.accept(options);
        PayTabs payTabs = closing.add("PayTabs client", options.build());
        upkeep.tend(circuits.gateway());
        PaymentStore store = builder.store.apply(backends.mongo().payments());
        PaymentGateway gateway = builder.gateway.apply(payTabs.gateway());
        Cache<String, Payment> cache = builder.cache.apply(MemoryCache.create(10_000, Duration.ofSeconds(30)));
        OutboxRelay relay = OutboxRelay.builder(store.outbox(), bus)
                .clock(builder.clock)
                .poll(builder.pollOutboxEvery)
                .lease(builder.outboxLease)
                .build();
        builder.named.accept(relay);
        SavedCards cards = SavedCards.of(gateway, store, backends.mongo().savedCards(), builder.clock);
        // a listener of its own: whatever holds the others up, a saved card is known at once
        relay.on("saved-cards", PaymentEvent.class, cards::hear);
        Payments payments = Payments.builder(gateway, store)
                .savedCards(cards)
                .clock(builder.clock)
                .cache(cache)
                .timings(builder.timings)
                .onRecorded(relay::wake)
                .build();
        return new Core(
                payTabs, payments, cards, payments.reconciler(), store, gateway, cache, relay, incidents, upkeep);
    }

    private Vitals vitals(AuditLog audit, Metrics metrics, Clock clock) {
        ExecutorService probing = Executors.newCachedThreadPool(Threads.named("nestcms-health"));
        // one that hangs on a dead database is interrupted
        closing.add("health probes", probing::shutdownNow);
        return new Vitals(
                new Vitals.Parts(
                        backends.mongo(),
                        core.store(),
                        circuits,
                        core.payments(),
                        core.gateway(),
                        core.cache(),
                        audit,
                        metrics,
                        redis == null ? Map.of() : Map.of("redis", redis::health)),
                probing,
                clock,
                bus::publish);
    }

    private ContentRoom content(Builder builder, ServerSettings settings, Metrics metrics) {
        CircuitBreaker ofFiles = circuits.gateway()
                .create(
                        "storage",
                        BreakerSettings.database().dependency("storage").build());
        FileStorage files = new GuardedStorage(
                DiskStorage.in(
                        settings.dataDirectory().resolve("files"), StorageLimits.upTo(LARGEST_FILE), builder.clock),
                ofFiles);
        return new ContentRoom(
                new ContentRoom.Parts(
                        backends.mongo(),
                        core.store(),
                        core.payments(),
                        files,
                        answers(metrics),
                        settings.surroundings().operating().edges(),
                        bus,
                        builder.clock),
                ZoneOffset.UTC);
    }

    /** Answers that are kept ready: on all nodes where there is Redis, else on each. */
    private TaggedCache<String, String> answers(Metrics metrics) {
        if (redis == null) {
            return MemoryCache.create(1_000, Duration.ofSeconds(30));
        }
        TieredCache<String, String> answers = closing.add("kept answers", redis.answers());
        metrics.bind(answers);
        return answers;
    }

    /** Those of the settings are made at the first start, and the first of them owns the system; their passwords follow the settings. */
    private Users users(Builder builder, Map<String, String> configured, UserNotices letters, SecureRandom random) {
        Users users = Users.builder(backends.mongo().users(), PasswordHasher.standard(), letters)
                .clock(builder.clock)
                .random(random)
                .listener(bus::publish)
                .build();
        new TreeMap<>(configured).forEach((name, password) -> {
            try {
                Profile profile = new Profile(name, name + "@localhost", null);
                if (users.firstOwner(name, name, password, profile).isEmpty()) {
                    users.provide(name, name, password, profile, Set.of(Role.CLIENT));
                }
            } catch (InvalidInputException refused) {
                throw new InvalidInputException(
                        refused.field().equals("password") ? "DEMO_PASSWORD" : "DEMO_USERNAME",
                        refused.problem(),
                        refused.rule());
            }
        });
        return users;
    }

    private SessionStore sessions(ServerSettings settings) {
        SessionStore own = backends.mongo().sessions(SESSIONS_OF_USER);
        ServerSettings.CustomerKeys keys = settings.safekeeping().customerKeys();
        return redis == null ? own : redis.sessions(own, keys == null ? null : keys.cipher());
    }

    /** Sends what nobody waits for; when more is asked for than it gets done, the next one is told to come again. */
    private Executor letters() {
        ThreadPoolExecutor letters = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(100), Threads.named("nestcms-letters"));
        closing.add("letters", () -> Threads.stop(letters, Duration.ofSeconds(1)));
        return letters;
    }

    private HttpApi api(Builder builder, Rooms rooms, ServerSocketChannel socket) {
        ServerSettings settings = builder.settings;
        Clients clients = new Clients(settings.origins().proxies());
        RequestLimits limits = redis == null ? InMemoryRequestLimits.create() : redis.limits();
        Door door = new Door(settings.surroundings().door(), limits, clients);
        AuthRoutes auth = new AuthRoutes(new AuthRoutes.Parts(
                rooms.users(),
                sessions(settings),
                backends.mongo().grants(),
                rooms.tokenSecret(),
                settings.tokenLife(),
                clients,
                door,
                "https".equals(rooms.publicUrl().getScheme()),
                rooms.background(),
                bus::publish,
                builder.clock,
                rooms.random()));
        AdminRoutes admin = new AdminRoutes(new AdminRoutes.Parts(
                circuits,
                core.payments(),
                core.store().outbox(),
                this::reconcile,
                core.incidents(),
                clients,
                bus::publish,
                builder.clock));
        List<String> sources = settings.origins().sources();
        NotificationRoutes notifications = NotificationRoutes.of(
                core.payTabs(),
                core.payments(),
                backends.sandbox() != null && sources.isEmpty() ? LOOPBACK : sources,
                settings.origins().proxies(),
                redis == null ? InMemoryReplayGuard.builder().build() : redis.replayGuard(),
                builder.clock,
                bus::publish);
        HealthRoutes health = new HealthRoutes(
                rooms.vitals(), circuits, core.incidents(), rooms.slow(), backends.briefKinds(), stopping);
        PageRoutes page = new PageRoutes(rooms.publicUrl());
        return HttpApi.create(
                socket,
                settings.drain(),
                new HttpApi.Parts(
                        rooms.metrics(),
                        circuits::databaseRetry,
                        routes -> {
                            door.register(routes);
                            page.register(routes);
                            auth.register(routes);
                            new PaymentRoutes(core.payments(), core.cards()).register(routes, auth);
                            rooms.content().register(routes, auth);
                            notifications.register(routes);
                            rooms.live().register(routes, auth);
                            health.register(routes, auth);
                            admin.register(routes, auth);
                            new AuditRoutes(backends.audit()).register(routes, auth);
                            rooms.metrics()
                                    .register(
                                            routes,
                                            auth,
                                            settings.surroundings().operating().metricsToken());
                        },
                        NotificationRoutes::isOne,
                        builder.clientLimits(),
                        clients::isProxy,
                        builder.clientTicker));
    }

    private void startRelay(Duration drain) {
        Thread thread = new Thread(core.relay(), "nestcms-outbox");
        thread.start();
        closing.add("outbox relay", () -> {
            long left = core.relay().close(drain).payments();
            if (left > 0) {
                LOG.info("The events of {} payments stay in the outbox for the next start", left);
            }
        });
    }

    private void reconcileQuietly() {
        try {
            reconcile();
        } catch (RuntimeException broken) {
            LOG.warn("The payments that are due could not be listed; trying again", broken);
        }
    }

    /**
     * Looks at the payments that are due now, as the timer does.
     *
     * @return what it did
     */
    public Reconciler.Run reconcile() {
        return core.reconciler().runOnce(RECONCILE_BATCH);
    }

    /**
     * Where it listens.
     *
     * @return without a slash at its end
     */
    public URI uri() {
        return uri;
    }

    /**
     * The embedded sandbox.
     *
     * @return empty with a PayTabs profile of one's own
     */
    public Optional<PayTabsSandbox> sandbox() {
        return Optional.ofNullable(backends.sandbox());
    }

    /**
     * The calls that the API has.
     *
     * @return method and pattern of each, for example {@code GET /payments/v2/{id}}, sorted
     */
    public List<String> routes() {
        return http.routes();
    }

    /**
     * The payments behind the API.
     *
     * @return always the same service
     */
    public Payments payments() {
        return core.payments();
    }

    /**
     * The circuits to the gateway.
     *
     * @return always the same registry
     */
    public CircuitBreakers breakers() {
        return circuits.gateway();
    }

    /**
     * What is embedded, what is real, where to go and how to sign in, in a few lines.
     *
     * @return lines to print
     */
    public List<String> description() {
        return description;
    }

    /**
     * Says that it is not ready, goes on for as long as the settings give notice, then takes no new requests, finishes those under way,
     * delivers the events that are due, and closes the stores. A second call ends the notice.
     */
    @Override
    public void close() {
        if (stopping.getAndSet(true)) {
            hurried.countDown();
        } else {
            giveNotice();
        }
        closing.close();
    }

    private void giveNotice() {
        try {
            if (hurried.await(notice.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("Told to stop again: the notice ends");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Starts with what has no default.
     *
     * @param settings what the server is told from outside
     * @return a builder
     */
    public static Builder builder(ServerSettings settings) {
        return new Builder(settings);
    }

    /** Collects what is not as usual. Not safe for use by many threads. */
    public static final class Builder {
        private final ServerSettings settings;
        private final List<Consumer<Object>> listeners = new ArrayList<>();
        private Clock clock = Clock.systemUTC();
        private LongSupplier ticker = System::nanoTime;
        private PaymentTimings timings = PaymentTimings.defaults();
        private Consumer<PayTabs.Builder> payTabs = options -> {};
        private Duration reconcileEvery = Duration.ofSeconds(1);
        private Duration pollOutboxEvery = Duration.ofSeconds(1);
        private Duration outboxLease = Duration.ofSeconds(30);
        private Consumer<OutboxRelay> named = relay -> {};
        private @Nullable ClientLimits clientLimits;
        private LongSupplier clientTicker = System::nanoTime;
        private UnaryOperator<PaymentStore> store = given -> given;
        private UnaryOperator<PaymentGateway> gateway = given -> given;
        private UnaryOperator<Cache<String, Payment>> cache = given -> given;

        private Builder(ServerSettings settings) {
            this.settings = Objects.requireNonNull(settings, "settings");
        }

        /** The wall clock. Default: the system's, in UTC. */
        public Builder clock(Clock given) {
            clock = Objects.requireNonNull(given, "clock");
            return this;
        }

        /** The monotonic clock of the circuits, in nanoseconds. Default: the system's. */
        public Builder ticker(LongSupplier given) {
            ticker = Objects.requireNonNull(given, "ticker");
            return this;
        }

        /** How long things around a payment may take. Default: {@link PaymentTimings#defaults()}. */
        public Builder timings(PaymentTimings given) {
            timings = Objects.requireNonNull(given, "timings");
            return this;
        }

        /** Timeouts, attempts and circuit of the PayTabs client. Default: its own defaults. */
        public Builder payTabs(Consumer<PayTabs.Builder> given) {
            payTabs = Objects.requireNonNull(given, "payTabs");
            return this;
        }

        /** How often the payments that are due are looked at; zero for never. Default: 1 second. */
        public Builder reconcileEvery(Duration given) {
            reconcileEvery = Objects.requireNonNull(given, "reconcileEvery");
            return this;
        }

        /** How often the outbox is looked at when nothing wakes its relay; above zero. Default: 1 second. */
        public Builder pollOutboxEvery(Duration given) {
            pollOutboxEvery = Objects.requireNonNull(given, "pollOutboxEvery");
            return this;
        }

        /** How long a node that took events to deliver keeps them from the others, should it die. Default: 30 seconds. */
        public Builder outboxLease(Duration given) {
            outboxLease = Objects.requireNonNull(given, "outboxLease");
            return this;
        }

        /** What clients may keep of the server for themselves. Default: as the settings say. */
        public Builder clientLimits(ClientLimits given) {
            clientLimits = Objects.requireNonNull(given, "clientLimits");
            return this;
        }

        private ClientLimits clientLimits() {
            return Objects.requireNonNullElse(
                    clientLimits, settings.surroundings().operating().clients());
        }

        /** The monotonic clock that the pace of clients is measured with, in nanoseconds. Default: the system's. */
        public Builder clientTicker(LongSupplier given) {
            clientTicker = Objects.requireNonNull(given, "clientTicker");
            return this;
        }

        /** Adds listeners with a delivery state of their own, which outlives this node. Default: none. */
        public Builder named(Consumer<OutboxRelay> given) {
            named = Objects.requireNonNull(given, "named");
            return this;
        }

        /** Hears every event, from before the first one on. Runs in the thread that delivers; may be called repeatedly. */
        public Builder listener(Consumer<Object> given) {
            listeners.add(Objects.requireNonNull(given, "listener"));
            return this;
        }

        /** Puts something in front of the store. */
        public Builder store(UnaryOperator<PaymentStore> given) {
            store = Objects.requireNonNull(given, "store");
            return this;
        }

        /** Puts something in front of the gateway. */
        public Builder gateway(UnaryOperator<PaymentGateway> given) {
            gateway = Objects.requireNonNull(given, "gateway");
            return this;
        }

        /** Puts something in front of the cache. */
        public Builder cache(UnaryOperator<Cache<String, Payment>> given) {
            cache = Objects.requireNonNull(given, "cache");
            return this;
        }

        /**
         * Starts it. When it returns, requests are answered.
         *
         * @return the running server; the caller closes it
         */
        public ReferenceServer start() {
            Closing closing = new Closing();
            try {
                return new ReferenceServer(this, closing);
            } catch (IOException failed) {
                closing.close();
                throw new UncheckedIOException("cannot listen on " + settings.host() + ":" + settings.port(), failed);
            } catch (RuntimeException failed) {
                closing.close();
                throw failed;
            }
        }
    }
}
