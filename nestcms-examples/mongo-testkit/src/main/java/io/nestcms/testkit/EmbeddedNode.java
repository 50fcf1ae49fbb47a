package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One durable node that announces itself as a replica set of one. Writes are applied one command at a time under a lock
 * and journaled in that order; the reply waits, outside the lock, until the journal has them on disk.
 */
final class EmbeddedNode implements WireServer.Commands, AutoCloseable {
    static final String SET_NAME = "embedded";
    private static final Logger log = LoggerFactory.getLogger(EmbeddedNode.class);
    private static final int WIRE_VERSION = 21;
    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findAndModify", "findandmodify");
    private static final Set<String> DEFINITIONS =
            Set.of("create", "createIndexes", "drop", "dropIndexes", "dropDatabase");
    private static final Set<String> SESSION_COMMANDS = Set.of("endSessions", "refreshSessions", "killSessions");
    private static final int SNAPSHOT_BATCH = 200;

    private final Clock clock;
    private final CommandGuard guard = new CommandGuard();
    private final RetryableWrites retried = new RetryableWrites();
    private final ReentrantLock writing = new ReentrantLock();
    private final List<Operation> current = new ArrayList<>();
    private final @Nullable DataDirectory directory;
    private final @Nullable Journal journal;
    private final RecoveryReport recovery;
    private final long compactAfterBytes;
    private final ObjectId electionId = new ObjectId(HexFormat.of().parseHex("7fffffff0000000000000001"));
    private volatile Store store;
    private volatile int port;
    private boolean recovering;
    private long memorySequence;
    private long lastTime;
    private boolean compacting;

    EmbeddedNode(@Nullable Path data, Clock clock, long compactAfterBytes) throws IOException {
        this.clock = clock;
        this.compactAfterBytes = compactAfterBytes;
        this.store = new Store(clock, new Recorder());
        if (data == null) {
            directory = null;
            journal = null;
            recovery = new RecoveryReport(0, 0, Optional.empty());
            return;
        }
        directory = DataDirectory.open(data);
        try {
            recovering = true;
            DataDirectory.Recovered recovered = directory.recover(new Replay());
            recovering = false;
            journal = recovered.journal();
            recovery = new RecoveryReport(countDocuments(), recovered.records(), recovered.damage());
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** What the guard refused, by name and never with values. */
    List<String> refusals() {
        return guard.refusals();
    }

    Set<String> collectionScans() {
        return store.collectionScans();
    }

    RecoveryReport recovery() {
        return recovery;
    }

    void announce(int listeningOn) {
        port = listeningOn;
    }

    private long countDocuments() {
        long count = 0;
        for (String database : store.databaseNames()) {
            for (String collection : store.collectionNames(database)) {
                StoredCollection found = store.find(database, collection);
                count += found == null ? 0 : found.count();
            }
        }
        return count;
    }

    // ---- commands ------------------------------------------------------------------------------------------------

    @Override
    public Document handle(Channel from, String database, Document command) {
        String name = command.keySet().iterator().next();
        try {
            if (name.equalsIgnoreCase("hello") || name.equalsIgnoreCase("ismaster")) {
                return hello();
            }
            return stamped(route(from, database, canonical(name), command));
        } catch (MongoServerError e) {
            return stamped(error(e.getCode(), e.getCodeName(), e.getMessageWithoutErrorCode()));
        } catch (MongoServerException e) {
            return stamped(error(8, "UnknownError", e.getMessageWithoutErrorCode()));
        } catch (IOException e) {
            log.error("the journal cannot be written; the node answers no more writes", e);
            return stamped(error(11600, "InterruptedAtShutdown", "the journal of this node cannot be written"));
        } catch (RuntimeException e) {
            log.error("command {} failed in the engine", name, e);
            return stamped(error(8, "UnknownError", "the command failed in this node: " + e));
        }
    }

    @Override
    public void closed(Channel channel) {
        store.handleClose(channel);
    }

    private static String canonical(String command) {
        return switch (command) {
            case "buildinfo" -> "buildInfo";
            case "listdatabases" -> "listDatabases";
            default -> command;
        };
    }

    private Document route(Channel from, String database, String name, Document command) throws IOException {
        if (SESSION_COMMANDS.contains(name)) {
            return new Document("ok", 1.0);
        }
        guard.check(name, database, command);
        if (WRITES.contains(name) || DEFINITIONS.contains(name)) {
            return write(from, database, name, command);
        }
        Document reply = store.handleCommand(from, database, name, command);
        if (journal != null && needsDurable(command)) {
            journal.await(journal.last());
        }
        return reply;
    }

    /** With a read concern above "local" a reader must not see what a crash could still take away. */
    private static boolean needsDurable(Document command) {
        return command.get("readConcern") instanceof Document concern
                && concern.get("level") instanceof String level
                && !level.equals("local")
                && !level.equals("available");
    }

    private Document write(Channel from, String database, String name, Document command) throws IOException {
        Document concern = command.get("writeConcern") instanceof Document given ? given : new Document();
        Document reply;
        long sequence;
        writing.lock();
        try {
            if (journal != null && journal.isBroken()) {
                journal.await(Long.MAX_VALUE);
            }
            Document given = RetryableWrites.isRetryable(command) ? retried.replyTo(command) : null;
            if (given == null) {
                reply = apply(from, database, name, command);
            } else {
                reply = given;
            }
            sequence = journal == null ? memorySequence : journal.last();
        } finally {
            writing.unlock();
        }
        if (journal != null) {
            journal.await(sequence);
            compactIfDue();
        }
        return withConcern(reply, concern);
    }

    private Document apply(Channel from, String database, String name, Document command) {
        return journaled(() -> {
            Document definition = DEFINITIONS.contains(name) ? withoutTransport(command) : null;
            Document reply = store.handleCommand(from, database, name, command);
            if (definition != null) {
                current.add(Operation.command(database, definition));
            }
            if (RetryableWrites.isRetryable(command)) {
                current.add(retried.keep(command, reply));
            }
            return reply;
        });
    }

    /** Makes the changes one journal record. The caller holds the write lock. */
    private Document journaled(Supplier<Document> changes) {
        current.clear();
        try {
            return changes.get();
        } finally {
            // also after an error: what was applied before it stays
            if (!current.isEmpty()) {
                memorySequence++;
                if (journal != null) {
                    journal.append(current);
                }
                current.clear();
            }
        }
    }

    /** Deletes what has expired by now under the TTL indexes; returns how much that was. */
    int expireDocuments() throws IOException {
        int expired = 0;
        long sequence;
        writing.lock();
        try {
            if (journal != null && journal.isBroken()) {
                return 0;
            }
            for (Store.Expiry expiry : store.expiries()) {
                Document expiredNow = journaled(() -> store.run(expiry.database(), expiry.deletion(clock.instant())));
                expired += expiredNow.get("n") instanceof Integer count ? count : 0;
            }
            sequence = journal == null ? memorySequence : journal.last();
        } finally {
            writing.unlock();
        }
        if (journal != null && expired > 0) {
            journal.await(sequence);
        }
        return expired;
    }

    private static Document withoutTransport(Document command) {
        Document bare = command.cloneDeeply();
        List.of("$db", "lsid", "$clusterTime", "txnNumber", "writeConcern", "$readPreference")
                .forEach(bare::remove);
        return bare;
    }

    private static Document withConcern(Document reply, Document concern) {
        Object wanted = concern.get("w");
        boolean unreachable = (wanted instanceof Number nodes && nodes.intValue() > 1)
                || (wanted instanceof String tag && !tag.equals("majority"));
        if (unreachable) {
            reply.put(
                    "writeConcernError",
                    new Document("code", 100)
                            .append("codeName", "UnsatisfiableWriteConcern")
                            .append("errmsg", "this replica set has one node"));
        }
        return reply;
    }

    // ---- replies -------------------------------------------------------------------------------------------------

    private Document hello() {
        String address = "127.0.0.1:" + port;
        Instant now = clock.instant();
        return stamped(new Document("helloOk", true)
                .append("ismaster", true)
                .append("isWritablePrimary", true)
                .append("secondary", false)
                .append("setName", SET_NAME)
                .append("setVersion", 1)
                .append("hosts", List.of(address))
                .append("me", address)
                .append("primary", address)
                .append("electionId", electionId)
                .append(
                        "lastWrite",
                        new Document("opTime", new Document("ts", time()).append("t", 1L)).append("lastWriteDate", now))
                .append("maxBsonObjectSize", 16 << 20)
                .append("maxMessageSizeBytes", 48_000_000)
                .append("maxWriteBatchSize", 100_000)
                .append("localTime", now)
                .append("logicalSessionTimeoutMinutes", 30)
                .append("minWireVersion", 0)
                .append("maxWireVersion", WIRE_VERSION)
                .append("readOnly", false)
                .append("ok", 1.0));
    }

    private synchronized BsonTimestamp time() {
        lastTime = Math.max(lastTime + 1, clock.instant().getEpochSecond() << 32);
        return new BsonTimestamp(lastTime);
    }

    private Document stamped(Document reply) {
        BsonTimestamp now = time();
        Document signature = new Document("hash", new BinData(new byte[20])).append("keyId", 0L);
        return reply.append("operationTime", now)
                .append("$clusterTime", new Document("clusterTime", now).append("signature", signature));
    }

    private static Document error(int code, @Nullable String name, String message) {
        Document error = new Document("ok", 0.0).append("errmsg", message).append("code", code);
        if (name != null) {
            error.append("codeName", name);
        }
        return error;
    }

    // ---- journal -------------------------------------------------------------------------------------------------

    /** Collects the changes of the command that is being applied. */
    private final class Recorder implements StoredCollection.Changes {
        private void record(Operation operation) {
            if (!recovering) {
                current.add(operation);
            }
        }

        @Override
        public void inserted(StoredCollection in, Document document) {
            record(Operation.put(in.getDatabaseName(), in.getCollectionName(), document));
        }

        @Override
        public void updated(StoredCollection in, Document before, Document after) {
            record(Operation.put(in.getDatabaseName(), in.getCollectionName(), after));
        }

        @Override
        public void deleted(StoredCollection in, Document before) {
            Document id = new Document("_id", before.get("_id"));
            record(Operation.delete(in.getDatabaseName(), in.getCollectionName(), id));
        }
    }

    private final class Replay implements DataDirectory.Target {
        @Override
        public void clear() {
            store = new Store(clock, new Recorder());
            retried.clear();
        }

        @Override
        public void apply(Operation operation) {
            String database = operation.database();
            String collection = operation.collection();
            switch (operation.kind()) {
                case PUT -> store.findOrCreate(database, collection).put(operation.document());
                case DELETE -> store.findOrCreate(database, collection).removeDocument(operation.document());
                case COMMAND -> store.run(database, operation.document());
                case REPLY -> retried.apply(operation.document());
                case END -> {
                    // has been read by the directory
                }
            }
        }
    }

    private void compactIfDue() throws IOException {
        if (journal != null && journal.size() > compactAfterBytes && !compacting) {
            compact();
        }
    }

    /** Writes a snapshot of the data as it is now; writes wait only while its references are collected. */
    void compact() throws IOException {
        if (journal == null || directory == null) {
            return;
        }
        Iterator<List<Operation>> contents;
        long generation;
        long sequence;
        writing.lock();
        try {
            if (compacting) {
                return;
            }
            compacting = true;
            sequence = journal.last();
            generation = directory.nextJournal(journal);
            contents = contents();
        } catch (IOException | RuntimeException e) {
            compacting = false;
            throw e;
        } finally {
            writing.unlock();
        }
        try {
            directory.writeSnapshot(generation, sequence, contents);
        } finally {
            writing.lock();
            try {
                compacting = false;
            } finally {
                writing.unlock();
            }
        }
    }

    private Iterator<List<Operation>> contents() {
        List<List<Operation>> batches = new ArrayList<>();
        for (String database : store.databaseNames()) {
            for (String name : store.collectionNames(database)) {
                batches.add(List.of(Operation.command(database, new Document("create", name))));
                for (Document index : store.indexes(database, name)) {
                    Document create = new Document("createIndexes", name).append("indexes", List.of(index));
                    if (!"_id_".equals(index.get("name"))) {
                        batches.add(List.of(Operation.command(database, create)));
                    }
                }
                StoredCollection collection = store.find(database, name);
                List<Document> documents = collection == null ? List.of() : collection.snapshot();
                for (int at = 0; at < documents.size(); at += SNAPSHOT_BATCH) {
                    batches.add(documents.subList(at, Math.min(documents.size(), at + SNAPSHOT_BATCH)).stream()
                            .map(document -> Operation.put(database, name, document))
                            .toList());
                }
            }
        }
        batches.add(retried.operations());
        return batches.iterator();
    }

    @Override
    public void close() throws IOException {
        try (DataDirectory releasing = directory;
                Journal closing = journal) {
            log.debug("closing node, directory {}, journal {}", releasing, closing);
        }
    }
}
