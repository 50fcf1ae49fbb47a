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
import io.nestcms.audit.AuditChain;
import io.nestcms.audit.AuditTrail;
import io.nestcms.contract.ContractStore;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.earning.TurnoverStore;
import io.nestcms.payment.PaymentStore;
import io.nestcms.resilience.CircuitBreakers;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
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
    private final MongoClient client;
    private final boolean ownsClient;
    private final PaymentStore payments;
    private final ContractStore contracts;
    private final TurnoverStore turnover;
    private final @Nullable SealedCustomers sealedCustomers;
    private final ReadWriteSplitter splitter;
    private final MongoDatabase database;
    private final Calls calls;
    private final Clock clock;

    private NestMongo(MongoClient client, boolean ownsClient, Builder builder) {
        this.client = client;
        this.ownsClient = ownsClient;
        this.clock = builder.clock;
        this.calls = builder.breakers == null ? Calls.unguarded() : Calls.guarded(builder.breakers);
        this.database = client.getDatabase(builder.databaseName)
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary());
        this.splitter = ReadWriteSplitter.builder(client, builder.databaseName)
                .spread(builder.spread)
                .calls(calls)
                .build();
        MongoCollection<Document> collection = database.getCollection(PaymentDocuments.COLLECTION);
        FieldCipher cipher = builder.fieldCipher;
        this.payments = new MongoPaymentStore(
                collection, new PaymentDocuments(new CustomerFields(cipher)), calls, this::decided);
        MongoCollection<Document> contractDocuments = database.getCollection(ContractDocuments.COLLECTION);
        IndexSpec.ensure(contractDocuments, MongoContractStore.INDEXES);
        this.contracts = new MongoContractStore(contractDocuments, calls);
        this.turnover = new MongoTurnover(collection.withReadPreference(builder.spread), calls);
        this.sealedCustomers = cipher == null ? null : new SealedCustomers(collection, cipher, calls);
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
     * The contracts, and their statements in one round trip.
     *
     * @return always the same store
     */
    public ContractStore contracts() {
        return contracts;
    }

    /**
     * What moved for contracts, added up by the server in one pipeline. Read from a secondary where there is one, so it may
     * lag behind.
     *
     * @return always the same store
     */
    public TurnoverStore turnover() {
        return turnover;
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
     * Compares the indexes in the database with those that the stores need.
     *
     * @return the report
     * @throws NestMongoException if the database does not answer
     */
    public IndexReport indexReport() {
        IndexReport ofPayments =
                IndexSpec.report(database.getCollection(PaymentDocuments.COLLECTION), MongoPaymentStore.allIndexes());
        IndexReport ofContracts =
                IndexSpec.report(database.getCollection(ContractDocuments.COLLECTION), MongoContractStore.INDEXES);
        List<String> missing = new ArrayList<>(ofPayments.missing());
        missing.addAll(ofContracts.missing());
        List<String> unknown = new ArrayList<>(ofPayments.unknown());
        unknown.addAll(ofContracts.unknown());
        Map<String, Long> uses = new HashMap<>(ofPayments.uses());
        uses.putAll(ofContracts.uses());
        return new IndexReport(missing, unknown, uses);
    }

    /**
     * Backups of this database.
     *
     * @param key what they are sealed under
     * @return backups of every collection of the database
     */
    public MongoBackups backups(NamedKey key) {
        return new MongoBackups(database, key, clock, new SecureRandom());
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
        private Clock clock = Clock.systemUTC();
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
         * Puts every call behind one of two breakers that are made in the registry, {@code database-read} and {@code
         * database-write}. While one is open its calls fail at once with {@link DatabaseUnavailableException}, and nothing is
         * written. Default: no breakers.
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
         * Connects, makes the indexes that are missing and checks the others.
         *
         * @return the stores
         * @throws NestMongoException if the database cannot be reached or an index is not what it must be
         */
        public NestMongo build() {
            if (client != null) {
                return new NestMongo(client, false, this);
            }
            MongoClient own = open(Objects.requireNonNull(settings), clientOptions);
            try {
                return new NestMongo(own, true, this);
            } catch (RuntimeException failed) {
                own.close();
                throw failed;
            }
        }

        private static MongoClient open(MongoSettings settings, Consumer<MongoClientSettings.Builder> more) {
            try {
                SpreadSelector selector = new SpreadSelector(settings.maxLag(), new SplittableRandom());
                MongoClientSettings.Builder client = MongoClientSettings.builder(settings.client())
                        .applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(selector))
                        .applyToClusterSettings(cluster -> cluster.serverSelector(selector));
                more.accept(client);
                return MongoClients.create(client.build());
            } catch (MongoException | IllegalArgumentException refused) {
                throw new NestMongoException("no client could be made for " + settings, refused);
            }
        }
    }
}
