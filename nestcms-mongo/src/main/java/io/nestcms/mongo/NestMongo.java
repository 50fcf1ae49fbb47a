package io.nestcms.mongo;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ClusterType;
import io.nestcms.payment.PaymentStore;
import java.util.Objects;

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
    private final ReadWriteSplitter splitter;

    private NestMongo(MongoClient client, String databaseName, boolean ownsClient, ReadPreference spread) {
        this.client = client;
        this.ownsClient = ownsClient;
        MongoDatabase database = client.getDatabase(databaseName)
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary());
        this.splitter =
                ReadWriteSplitter.builder(client, databaseName).spread(spread).build();
        this.payments = new MongoPaymentStore(
                database.getCollection(PaymentDocuments.COLLECTION),
                collection -> isReplicated() ? collection.withReadConcern(ReadConcern.LINEARIZABLE) : collection);
    }

    /**
     * Connects, makes the indexes that are missing and checks the others.
     *
     * @param settings where the database is
     * @return the stores, with a client of their own that {@link #close()} closes
     * @throws NestMongoException if the database cannot be reached or an index is not what it must be
     */
    public static NestMongo connect(MongoSettings settings) {
        MongoClient client = open(settings);
        try {
            return new NestMongo(client, settings.database(), true, settings.readPreference());
        } catch (RuntimeException failed) {
            client.close();
            throw failed;
        }
    }

    private static MongoClient open(MongoSettings settings) {
        try {
            return MongoClients.create(settings.client());
        } catch (MongoException | IllegalArgumentException refused) {
            throw new NestMongoException("no client could be made for " + settings, refused);
        }
    }

    /**
     * Uses a client that the application has; makes the indexes that are missing and checks the others. Concerns and read
     * preference of the client do not count: the stores set their own.
     *
     * @param client the client; not closed by {@link #close()}
     * @param databaseName the database's name
     * @return the stores
     * @throws NestMongoException if the database cannot be reached or an index is not what it must be
     */
    public static NestMongo using(MongoClient client, String databaseName) {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(databaseName, "databaseName");
        return new NestMongo(client, databaseName, false, ReadPreference.secondaryPreferred());
    }

    private boolean isReplicated() {
        ClusterType type = client.getClusterDescription().getType();
        return type == ClusterType.REPLICA_SET || type == ClusterType.SHARDED;
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
     * Sends reads and writes of the application's own collections to the right servers.
     *
     * @return always the same splitter
     */
    public ReadWriteSplitter splitter() {
        return splitter;
    }

    /** Closes the client if it was made by {@link #connect(MongoSettings)}. Repeatable. */
    @Override
    public void close() {
        if (ownsClient) {
            client.close();
        }
    }
}
