package io.nestcms.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ClusterType;
import io.nestcms.access.GrantStore;
import io.nestcms.access.SessionStore;
import io.nestcms.audit.AuditChain;
import io.nestcms.audit.AuditTrail;
import io.nestcms.cache.TaggedCache;
import io.nestcms.cms.article.ArticleStore;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.earning.TurnoverStore;
import io.nestcms.cms.project.ProjectStore;
import io.nestcms.cms.user.UserStore;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.health.Health;
import io.nestcms.health.HealthProbe;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.SavedCardStore;
import io.nestcms.resilience.BreakerOrders;
import io.nestcms.resilience.BreakerStore;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.system.SystemEvent;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The stores of the core in a MongoDB database: the entry of this module. Writes are acknowledged by a majority and
 * journalled; what a store reads can no longer be rolled back.
 *
 * <p>Safe for use by many threads; one per process is enough.
 *
 * @since 0.1
 */
public final class NestMongo implements AutoCloseable {
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final MongoClient client;
    private final boolean ownsClient;
    private final MongoPaymentStore payments;
    private final ContractStore contracts;
    private final ProjectStore projects;
    private final ArticleStore articles;
    private final TurnoverStore turnover;
    private final UserStore users;
    private final GrantStore grants;
    private final MongoCollection<Document> sessions;
    private final @Nullable FieldCipher cipher;
    private final @Nullable SealedCustomers sealedCustomers;
    private final ReadWriteSplitter splitter;
    private final Aggregations aggregations;
    private final MongoDatabase database;
    private final Calls calls;
    private final Clock clock;
    private final IndexPolicy indexPolicy;
    private final ReentrantLock preparing = new ReentrantLock();
    private volatile boolean prepared;

    private NestMongo(MongoClient client, @Nullable SpreadSelector servers, Builder builder) {
        this.client = client;
        this.ownsClient = servers != null;
        this.clock = builder.clock;
        this.indexPolicy = builder.indexPolicy;
        this.calls = (builder.breakers == null ? Calls.unguarded() : Calls.guarded(builder.breakers))
                .writingAfter(this::prepare);
        this.database = client.getDatabase(builder.databaseName)
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary());
        this.splitter = ReadWriteSplitter.builder(client, builder.databaseName)
                .spread(builder.spread)
                .calls(calls)
                .hedging(builder.hedging(client, servers))
                .build();
        this.cipher = builder.fieldCipher;
        ContractDocuments contractForm = new ContractDocuments(new PartyFields(cipher));
        this.aggregations = new Aggregations(
                database, splitter, calls, contractForm, builder.cache, builder.onAggregation, System::nanoTime);
        MongoCollection<Document> collection = database.getCollection(PaymentDocuments.COLLECTION);
        this.payments = new MongoPaymentStore(
                collection,
                new PaymentDocuments(new CustomerFields(cipher)),
                calls,
                this::decided,
                new MongoOutbox(collection, database.getCollection(MongoOutbox.LISTENERS), calls),
                new MongoEvidence(database.getCollection(MongoEvidence.COLLECTION), calls));
        this.contracts = new MongoContractStore(
                database.getCollection(ContractDocuments.COLLECTION), contractForm, calls, aggregations);
        this.projects = new MongoProjectStore(database.getCollection(ProjectDocuments.COLLECTION), calls);
        this.articles = new MongoArticleStore(
                database.getCollection(ArticleDocuments.COLLECTION),
                database.getCollection(ArticleDocuments.VERSIONS),
                calls);
        this.users = new MongoUserStore(database.getCollection(MongoUserStore.COLLECTION), cipher, calls);
        this.grants = new MongoGrantStore(database.getCollection(MongoGrantStore.COLLECTION), calls);
        this.sessions = database.getCollection(MongoSessionStore.COLLECTION);
        this.turnover = new MongoTurnover(aggregations, builder.turnoverKeptFor);
        this.sealedCustomers = cipher == null ? null : new SealedCustomers(collection, cipher, calls);
        if (!builder.lazyStart) {
            prepare();
        }
    }

    /** What must hold before anything is inserted: the indexes, as the policy says, and that this node can read what is stored. */
    private void prepare() {
        if (prepared) {
            return;
        }
        preparing.lock();
        try {
            if (!prepared) {
                indexes().forEach((collection, specs) -> {
                    if (indexPolicy == IndexPolicy.MAKE) {
                        IndexSpec.ensure(database.getCollection(collection), specs);
                    } else if (indexPolicy == IndexPolicy.CHECK) {
                        IndexSpec.check(database.getCollection(collection), specs);
                    }
                });
                boolean stops = indexPolicy == IndexPolicy.MAKE || indexPolicy == IndexPolicy.CHECK;
                Set<String> closed = stops ? missingKeys() : Set.of();
                if (!closed.isEmpty()) {
                    throw new NestMongoException(
                            "payments are sealed under keys that this node does not have: " + closed
                                    + ". Give them to the field cipher, which may open more keys than it seals under",
                            null);
                }
                prepared = true;
            }
        } finally {
            preparing.unlock();
        }
    }

    private Map<String, List<IndexSpec>> indexes() {
        Map<String, List<IndexSpec>> all = new TreeMap<>(SlowOperations.KNOWN);
        if (sealedCustomers != null) {
            List<IndexSpec> ofPayments = new ArrayList<>(MongoPaymentStore.allIndexes());
            ofPayments.add(SealedCustomers.KEY_INDEX);
            all.put(PaymentDocuments.COLLECTION, ofPayments);
        }
        return all;
    }

    /** Where no index tells, nobody has sealed anything, or nobody has sealed it anew yet. */
    private Set<String> missingKeys() {
        MongoCollection<Document> stored = database.getCollection(PaymentDocuments.COLLECTION);
        if (!IndexSpec.missing(stored, List.of(SealedCustomers.KEY_INDEX)).isEmpty()) {
            return Set.of();
        }
        return sealedCustomers == null
                ? SealedCustomers.keysInUse(stored, Calls.unguarded())
                : sealedCustomers.missingKeys();
    }

    /**
     * Looks whether the primary answers, whether the indexes are there, and whether this node has every key that payments are
     * sealed under. After a {@linkplain Builder#lazyStart() lazy start} it also does what the start has not done.
     *
     * @return up; degraded where indexes are missing that nobody is kept waiting for; down with what is wrong
     */
    public HealthProbe health() {
        return () -> {
            try {
                prepare();
                splitter.read(ReadPurpose.fresh(), (at, session) -> at.runCommand(session, new Document("ping", 1)));
                if (indexPolicy == IndexPolicy.NONE) {
                    return Health.up();
                }
                Set<String> closed = missingKeys();
                if (!closed.isEmpty()) {
                    return Health.down("payments are sealed under keys that this node does not have: " + closed);
                }
                List<String> missing = new ArrayList<>();
                indexes()
                        .forEach((collection, specs) ->
                                missing.addAll(IndexSpec.missing(database.getCollection(collection), specs)));
                return missing.isEmpty() ? Health.up() : Health.degraded("indexes are missing: " + missing);
            } catch (NestMongoException failed) {
                // shows no data and no address
                return Health.down(Objects.requireNonNullElse(failed.getMessage(), "the database does not answer"));
            }
        };
    }

    private MongoCollection<Document> decided(MongoCollection<Document> collection) {
        ClusterType type = client.getClusterDescription().getType();
        return type == ClusterType.REPLICA_SET || type == ClusterType.SHARDED
                ? collection.withReadConcern(ReadConcern.LINEARIZABLE)
                : collection;
    }

    /**
     * Connects with no options, makes the indexes that are missing and checks the others.
     *
     * @param settings where the database is
     * @return the stores, with a client of their own that {@link #close()} closes
     * @throws NestMongoException if the database cannot be reached or an index is not what it must be
     */
    public static NestMongo connect(MongoSettings settings) {
        return builder(settings).build();
    }

    /**
     * Uses a client that the application has, with no options; makes the indexes that are missing and checks the others.
     * Concerns and read preference of the client do not count: the stores set their own.
     *
     * @param client the client; not closed by {@link #close()}
     * @param databaseName the database's name
     * @return the stores
     * @throws NestMongoException if the database cannot be reached or an index is not what it must be
     */
    public static NestMongo using(MongoClient client, String databaseName) {
        return builder(client, databaseName).build();
    }

    /**
     * Starts with a connection of its own.
     *
     * @param settings where the database is
     * @return a builder
     */
    public static Builder builder(MongoSettings settings) {
        Objects.requireNonNull(settings, "settings");
        return new Builder(settings, null, settings.database(), settings.readPreference());
    }

    /**
     * Starts with a client that the application has.
     *
     * @param client the client; not closed by {@link #close()}
     * @param databaseName the database's name
     * @return a builder
     */
    public static Builder builder(MongoClient client, String databaseName) {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(databaseName, "databaseName");
        return new Builder(null, client, databaseName, ReadPreference.secondaryPreferred());
    }

    /**
     * The payments and their outbox.
     *
     * @return always the same store
     */
    public PaymentStore payments() {
        return payments;
    }

    /**
     * Stores payments of an older format in the newest one. Without it each is stored so when it is written next, and is read
     * right until then; but finding one by a reference, and listing what waits for a person, look through all old ones. Nodes of
     * an older version refuse what is in a newer format, so run it when there are none left. Other nodes and payments go on
     * meanwhile; what is done so far stays done, and another run goes on from there.
     *
     * @param batch how many payments are read at a time; 1 to 10,000
     * @return how many were stored anew; one that cannot be read stays as it is, and the log names it
     * @throws InvalidInputException if the batch is out of range
     * @throws NestMongoException if the database does not answer
     */
    public long upgradePayments(int batch) {
        if (batch < 1 || batch > 10_000) {
            throw new InvalidInputException("batch", "is " + batch, "1 to 10000");
        }
        return payments.upgrade(batch);
    }

    /**
     * The contracts, and their statements in one round trip.
     *
     * @return always the same store
     */
    public ContractStore contracts() {
        return contracts;
    }

    /**
     * The projects.
     *
     * @return always the same store
     */
    public ProjectStore projects() {
        return projects;
    }

    /**
     * The articles with their earlier versions.
     *
     * @return always the same store
     */
    public ArticleStore articles() {
        return articles;
    }

    /**
     * What moved for contracts, added up by the server in one pipeline, as of the moment of the question; from a secondary where
     * there is one. While the primary does not answer it may be older, and so it may where a {@link Builder#cache(TaggedCache,
     * Duration) cache} keeps it.
     *
     * @return always the same store
     */
    public TurnoverStore turnover() {
        return turnover;
    }

    /**
     * The users. With a {@link Builder#fieldCipher(FieldCipher) cipher} names, addresses and numbers are sealed.
     *
     * @return always the same store
     */
    public UserStore users() {
        return users;
    }

    /**
     * What was granted to users beside their roles.
     *
     * @return always the same store
     */
    public GrantStore grants() {
        return grants;
    }

    /**
     * The sessions of users, known to every node and kept over a restart. Makes their indexes where they are missing.
     *
     * @param sessionsOfUser how many sessions a user may have, at least 1; with one more, the one unseen for longest ends
     * @return a store; all are about the same sessions
     * @throws InvalidInputException if the number is out of range
     */
    public SessionStore sessions(int sessionsOfUser) {
        if (sessionsOfUser < 1) {
            throw new InvalidInputException("sessionsOfUser", "is " + sessionsOfUser, "at least 1");
        }
        MongoSessionStore.ensure(sessions);
        return new MongoSessionStore(sessions, sessionsOfUser, calls);
    }

    /**
     * Sends reads and writes of the application's own collections to the right servers.
     *
     * @return always the same splitter
     */
    public ReadWriteSplitter splitter() {
        return splitter;
    }

    /**
     * Runs pipelines: those of the contracts and earnings, and the application's own.
     *
     * @return always the same object
     */
    public Aggregations aggregations() {
        return aggregations;
    }

    /**
     * A payment, for showing during an outage: from the primary, else from what the fallback allows. To decide by, take {@link
     * PaymentStore#find}.
     *
     * @param id its id
     * @param fallback what may take the place of the primary's answer
     * @return the payment, or empty when there is none, and from where the answer came
     * @throws DatabaseUnavailableException if nothing that may answer did so in time
     */
    public ReadAnswer<Optional<Payment>> findPayment(PaymentId id, ReadFallback<Payment> fallback) {
        return payments.findFor(id, splitter, fallback);
    }

    /**
     * Tells of changes to payments as they happen, so that an {@link io.nestcms.payment.delivery.OutboxRelay} need not wait for its next
     * poll: {@code executor.execute(mongo.outboxWatch(relay::wake))}. Needs a replica set or a sharded cluster; elsewhere it ends
     * at once and polling is left.
     *
     * @param wake called after changes, and after every gap in which some may have been missed; cheap, repeatable
     * @return the watch, not running
     */
    public OutboxWatch outboxWatch(Runnable wake) {
        return new OutboxWatch(database.getCollection(PaymentDocuments.COLLECTION), wake, Duration.ofSeconds(1));
    }

    /**
     * The payers' encrypted data.
     *
     * @return always the same object
     * @throws IllegalStateException if no cipher was given
     */
    public SealedCustomers sealedCustomers() {
        if (sealedCustomers == null) {
            throw new IllegalStateException("no field cipher was given to the builder");
        }
        return sealedCustomers;
    }

    /**
     * The audit trail.
     *
     * @param key what its records are chained with; the same one over the whole life of the trail
     * @return a trail over the collection {@code audit}; all of one key are the same trail
     */
    public AuditTrail auditTrail(NamedKey key) {
        return new MongoAuditTrail(database.getCollection(MongoAuditTrail.COLLECTION), new AuditChain(key), calls);
    }

    /**
     * The cards that payers have let us save, in the collection {@code savedCards}, whose index is made here. Their tokens are
     * sealed where a cipher was given.
     *
     * @return a store for {@code SavedCards}
     * @throws NestMongoException if the database does not answer
     */
    public SavedCardStore savedCards() {
        return new MongoSavedCardStore(database.getCollection(MongoSavedCardStore.COLLECTION), cipher, calls);
    }

    /**
     * What the breakers of a node remember over a restart, in the collection {@code breakers}. For breakers of other things than
     * this database: when it is out, nothing can be saved in it.
     *
     * @param node the node's name, the same after a restart; 1 to 64 letters, digits, {@code .}, {@code _} or {@code -}
     * @return a store for {@link CircuitBreakers.Builder#store}
     * @throws InvalidInputException if the name is of another form
     */
    public BreakerStore breakerStore(String node) {
        if (!NODE.matcher(node).matches()) {
            throw new InvalidInputException("node", "has another form", "1 to 64 letters, digits, ., _ or -");
        }
        return new MongoBreakerStore(database.getCollection(MongoBreakerStore.COLLECTION), node, calls);
    }

    /**
     * The orders to the breakers of all nodes, in the collection {@code breakerOrders}.
     *
     * @return orders for {@link CircuitBreakers.Builder#orders}
     */
    public BreakerOrders breakerOrders() {
        return new MongoBreakerOrders(database.getCollection(MongoBreakerOrders.COLLECTION), calls);
    }

    /**
     * Compares the indexes in the database with those that the stores need.
     *
     * @return the report
     * @throws NestMongoException if the database does not answer
     */
    public IndexReport indexReport() {
        List<String> missing = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        Map<String, Long> uses = new HashMap<>();
        indexes().forEach((collection, specs) -> {
            IndexReport of = IndexSpec.report(database.getCollection(collection), specs);
            missing.addAll(of.missing());
            unknown.addAll(of.unknown());
            uses.putAll(of.uses());
        });
        return new IndexReport(missing, unknown, uses);
    }

    /**
     * Backups of this database.
     *
     * @param key what they are sealed under
     * @return backups of every collection of the database
     */
    public MongoBackups backups(NamedKey key) {
        return backups(key, event -> {});
    }

    /**
     * Backups of this database that tell how they went.
     *
     * @param key what they are sealed under
     * @param listener hears of every backup that was written to a directory, or was to be; does not throw; for example
     *     {@code bus::publish}
     * @return backups of every collection of the database
     */
    public MongoBackups backups(NamedKey key, Consumer<? super SystemEvent> listener) {
        return new MongoBackups(database, key, clock, new SecureRandom(), Objects.requireNonNull(listener, "listener"));
    }

    /** Closes the client if it was made from settings. Repeatable. */
    @Override
    public void close() {
        if (ownsClient) {
            client.close();
        }
    }

    /**
     * Collects options.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final @Nullable MongoSettings settings;
        private final @Nullable MongoClient client;
        private final String databaseName;
        private final ReadPreference spread;
        private @Nullable CircuitBreakers breakers;
        private @Nullable FieldCipher fieldCipher;
        private @Nullable Executor hedgingExecutor;
        private int hedgingPercent;
        private TaggedCache<Object, Object> cache = new NoCache();
        private Duration turnoverKeptFor = Duration.ZERO;
        private Consumer<? super AggregationRun> onAggregation = run -> {};
        private Clock clock = Clock.systemUTC();
        private IndexPolicy indexPolicy = IndexPolicy.MAKE;
        private boolean lazyStart;
        private Consumer<MongoClientSettings.Builder> clientOptions = settings -> {};

        private Builder(
                @Nullable MongoSettings settings,
                @Nullable MongoClient client,
                String databaseName,
                ReadPreference spread) {
            this.settings = settings;
            this.client = client;
            this.databaseName = databaseName;
            this.spread = spread;
        }

        /**
         * Puts every call behind one of five breakers that are made in the registry: {@code database-read} for the primary, {@code
         * database-write}, {@code database-spread-read} and {@code database-report} for what secondaries may answer, and {@code
         * database-stale-read} for what takes the place of reads during an outage. While one is open its calls fail at once with
         * {@link DatabaseUnavailableException}, and nothing is written; the primary takes the place of secondaries whose circuit is
         * open. Default: no breakers.
         *
         * @param registry where the breakers are made
         * @return this
         */
        public Builder breakers(CircuitBreakers registry) {
            this.breakers = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /**
         * Encrypts the personal data of payers before it leaves the process. Default: stored clear.
         *
         * @param cipher with the keys; can be switched on at any time, see {@link SealedCustomers#reseal(int)}
         * @return this
         */
        public Builder fieldCipher(FieldCipher cipher) {
            this.fieldCipher = Objects.requireNonNull(cipher, "cipher");
            return this;
        }

        /**
         * Lets reads that allow it ({@link ReadPurpose#hedged()}) be sent to a second server when the first has not answered in the
         * time in which 19 of 20 recent ones have. Only with a client made from settings. Default: none are.
         *
         * @param executor runs such reads, also the first time; one thread for each that may be under way, and a queue without
         *     room: a read that finds no thread runs on its caller's and is not sent again
         * @param percent how many of 100 such reads may be sent again; 1 to 50
         * @return this
         * @throws InvalidInputException if out of range, or the client is given
         */
        public Builder hedging(Executor executor, int percent) {
            if (percent < 1 || percent > 50) {
                throw new InvalidInputException("percent", "is " + percent, "1 to 50");
            }
            if (client != null) {
                throw new InvalidInputException(
                        "hedging", "cannot steer a given client", "a client made from settings");
            }
            this.hedgingExecutor = Objects.requireNonNull(executor, "executor");
            this.hedgingPercent = percent;
            return this;
        }

        @Nullable Hedging hedging(MongoClient of, @Nullable SpreadSelector servers) {
            return hedgingExecutor == null || servers == null
                    ? null
                    : new Hedging(hedgingExecutor, hedgingPercent, servers, () -> hasOthers(of), System::nanoTime);
        }

        private static boolean hasOthers(MongoClient of) {
            return of.getClusterDescription().getServerDescriptions().stream()
                            .filter(server -> server.isOk())
                            .count()
                    > 1;
        }

        /**
         * Where {@link Aggregations} keep rows, and for how long the {@linkplain NestMongo#turnover() turnover} is kept there. Tell
         * {@link Aggregations#invalidateOn} the event bus too. Default: nothing is kept.
         *
         * @param kept for example {@code MemoryCache.create(1_000, Duration.ofMinutes(10))}; keeps old rows for an outage as well,
         *     so give it more time than the rows
         * @param turnover how long the turnover is kept; above zero
         * @return this
         * @throws InvalidInputException if the time is not above zero
         */
        public Builder cache(TaggedCache<Object, Object> kept, Duration turnover) {
            if (turnover.isNegative() || turnover.isZero()) {
                throw new InvalidInputException("turnover", "is " + turnover, "above zero");
            }
            this.cache = Objects.requireNonNull(kept, "kept");
            this.turnoverKeptFor = turnover;
            return this;
        }

        /**
         * Hears of every run of an aggregation, on the thread of the run; for example {@link MongoMeters#ofAggregations()}. Default:
         * nobody does.
         *
         * @param listener does not block
         * @return this
         */
        public Builder onAggregation(Consumer<? super AggregationRun> listener) {
            this.onAggregation = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Adds to the settings of the client that is made, for example {@link MongoMeters#ofClient() meters} or credentials from
         * a provider. Without effect on a given client. Default: nothing is added.
         *
         * @param options changes the driver's settings
         * @return this
         */
        public Builder client(Consumer<MongoClientSettings.Builder> options) {
            this.clientOptions = Objects.requireNonNull(options, "options");
            return this;
        }

        /**
         * Tells the time of backups. Default: the system's clock.
         *
         * @param source the clock
         * @return this
         */
        public Builder clock(Clock source) {
            this.clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * What happens to the indexes. Default: {@link IndexPolicy#MAKE}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder indexes(IndexPolicy policy) {
            this.indexPolicy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Starts also while the database is away: {@link #build()} asks it nothing. What the start would have done is done before the
         * first insert, which fails as long as it cannot be done, or by the first look at the {@link NestMongo#health() health}.
         * Default: the database must be there.
         *
         * @return this
         */
        public Builder lazyStart() {
            this.lazyStart = true;
            return this;
        }

        /**
         * Connects, sees to the indexes, and checks that what is stored can be read here.
         *
         * @return the stores
         * @throws NestMongoException if the database cannot be reached, an index is not what it must be, or payments are sealed under
         *     a key that the cipher does not have; never after a {@link #lazyStart()}
         */
        public NestMongo build() {
            if (client != null) {
                return new NestMongo(client, null, this);
            }
            MongoSettings of = Objects.requireNonNull(settings);
            SpreadSelector servers = new SpreadSelector(of.maxLag(), new SplittableRandom());
            MongoClient own = open(of, servers, clientOptions);
            try {
                return new NestMongo(own, servers, this);
            } catch (Throwable failed) {
                own.close();
                throw failed;
            }
        }

        private static MongoClient open(
                MongoSettings settings, SpreadSelector selector, Consumer<MongoClientSettings.Builder> more) {
            try {
                MongoClientSettings.Builder client = MongoClientSettings.builder(settings.client())
                        .applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(selector))
                        .applyToClusterSettings(cluster -> cluster.serverSelector(selector));
                more.accept(client);
                MongoClient made = MongoClients.create(client.build());
                selector.cluster(made::getClusterDescription);
                return made;
            } catch (MongoException | IllegalArgumentException refused) {
                throw new NestMongoException("no client could be made for " + settings, refused);
            }
        }
    }
}
