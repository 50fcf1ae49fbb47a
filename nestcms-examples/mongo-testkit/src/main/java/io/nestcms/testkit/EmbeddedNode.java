package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import io.netty.util.concurrent.DefaultThreadFactory;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
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

    private final Clock clock;
    private final CommandGuard guard = new CommandGuard(false);
    private final RecentChanges recent;
    private final ChangeStreams streams = new ChangeStreams(new Committed());
    private final RetryableWrites retried = new RetryableWrites();
    private final ReentrantLock writing = new ReentrantLock();
    private final List<Operation> current = new ArrayList<>();
    private final List<OplogEntry.Change> changed = new ArrayList<>();
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
    private final AtomicBoolean compactionQueued = new AtomicBoolean();
    private final ExecutorService compactor =
            Executors.newSingleThreadExecutor(new DefaultThreadFactory("embedded-mongo-snapshot", true));

    EmbeddedNode(@Nullable Path data, Clock clock, long compactAfterBytes, boolean goOnAfterDamage) throws IOException {
        this.clock = clock;
        this.compactAfterBytes = compactAfterBytes;
        this.store = new Store(clock, new Recorder());
        if (data == null) {
            directory = null;
            journal = null;
            recovery = new RecoveryReport(0, 0, Optional.empty());
            recent = new RecentChanges(nextTime(0));
            return;
        }
        directory = DataDirectory.open(data);
        try {
            recovering = true;
            DataDirectory.Recovered recovered = directory.recover(new Replay(), goOnAfterDamage);
            recovering = false;
            journal = recovered.journal();
            recovery = new RecoveryReport(countDocuments(), recovered.records(), recovered.damage());
            recent = new RecentChanges(nextTime(journal.last()));
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

    long documentsExamined() {
        return store.documentsExamined();
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
    public Document handle(String database, Document command) {
        String name = command.keySet().iterator().next();
        try {
            if (Replies.isHello(name)) {
                return hello();
            }
            return stamped(route(database, Replies.canonical(name), command));
        } catch (MongoServerError e) {
            return stamped(Replies.error(e.getCode(), e.getCodeName(), e.getMessageWithoutErrorCode()));
        } catch (MongoServerException e) {
            return stamped(Replies.error(8, "UnknownError", e.getMessageWithoutErrorCode()));
        } catch (IOException e) {
            log.error("the journal cannot be written; the node answers no more writes", e);
            return stamped(Replies.error(11600, "InterruptedAtShutdown", "the journal of this node cannot be written"));
        } catch (RuntimeException e) {
            log.error("command {} failed in the engine", name, e);
            return stamped(Replies.error(8, "UnknownError", "the command failed in this node: " + e));
        }
    }

    private Document route(String database, String name, Document command) throws IOException {
        if (Replies.SESSION_COMMANDS.contains(name)) {
            return Replies.ok();
        }
        guard.check(name, database, command);
        if (Replies.WRITES.contains(name) || Replies.DEFINITIONS.contains(name)) {
            return write(database, name, command);
        }
        if (ChangeStreams.opens(name, command)) {
            return streams.open(database, command);
        }
        if (streams.continues(name, command)) {
            return streams.next(command);
        }
        if (name.equals("killCursors")) {
            streams.close(command);
        }
        Document reply = store.execute(database, name, command);
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

    private Document write(String database, String name, Document command) throws IOException {
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
                reply = apply(database, name, command);
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
        recent.committed(sequence);
        return withConcern(reply, concern);
    }

    private Document apply(String database, String name, Document command) {
        return journaled(() -> {
            Document definition = Replies.DEFINITIONS.contains(name) ? Replies.withoutTransport(command) : null;
            Document reply;
            try {
                reply = store.execute(database, name, command);
            } catch (RuntimeException e) {
                if (current.isEmpty()) {
                    throw e;
                }
                reply = Replies.halfDone(e);
            }
            if (definition != null) {
                current.add(Operation.command(database, definition));
                if (name.equals("drop")) {
                    changed.add(new OplogEntry.Change(
                            "drop", database, String.valueOf(definition.get("drop")), null, null));
                }
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
        changed.clear();
        try {
            return changes.get();
        } finally {
            // also after an error: what was applied before it stays
            if (!current.isEmpty()) {
                memorySequence++;
                long sequence = journal == null ? memorySequence : journal.append(current);
                OplogEntry entry =
                        new OplogEntry(nextTime(sequence), 1, clock.instant(), System.nanoTime(), List.of(), changed);
                recent.append(sequence, entry);
                current.clear();
                changed.clear();
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
        recent.committed(sequence);
        return expired;
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
        return stamped(Replies.hello(SET_NAME, List.of(address), address, now)
                .append("ismaster", true)
                .append("isWritablePrimary", true)
                .append("secondary", false)
                .append("primary", address)
                .append("electionId", electionId)
                .append("lastWrite", Replies.lastWrite(time(), 1, now)));
    }

    private synchronized BsonTimestamp time() {
        return new BsonTimestamp(lastTime);
    }

    /** Seconds and record number: greater than all times before, also those of an earlier run on the same directory. */
    private synchronized BsonTimestamp nextTime(long sequence) {
        long byClock = clock.instant().getEpochSecond() << 32 | (sequence & 0xffff_ffffL);
        lastTime = Math.max(lastTime + 1, byClock);
        return new BsonTimestamp(lastTime);
    }

    private Document stamped(Document reply) {
        BsonTimestamp now = time();
        return Replies.stamped(reply, now, now);
    }

    // ---- journal -------------------------------------------------------------------------------------------------

    /** Collects the changes of the command that is being applied. */
    private final class Recorder implements StoredCollection.Changes {
        private void record(
                Operation operation,
                String type,
                StoredCollection in,
                @Nullable Document before,
                @Nullable Document after) {
            if (!recovering) {
                current.add(operation);
                changed.add(new OplogEntry.Change(type, in.getDatabaseName(), in.getCollectionName(), before, after));
            }
        }

        @Override
        public void inserted(StoredCollection in, Document document) {
            Operation put = Operation.put(in.getDatabaseName(), in.getCollectionName(), document);
            record(put, "insert", in, null, document);
        }

        @Override
        public void updated(StoredCollection in, Document before, Document after) {
            Operation put = Operation.put(in.getDatabaseName(), in.getCollectionName(), after);
            record(put, store.isReplacing() ? "replace" : "update", in, before, after);
        }

        @Override
        public void deleted(StoredCollection in, Document before) {
            Document id = new Document("_id", before.get("_id"));
            Operation delete = Operation.delete(in.getDatabaseName(), in.getCollectionName(), id);
            record(delete, "delete", in, before, null);
        }
    }

    /** What change streams may tell: what is on disk. */
    private final class Committed implements ChangeStreams.Source {
        @Override
        public BsonTimestamp lastEntryAt() {
            return time();
        }

        @Override
        public List<OplogEntry> committedSince(BsonTimestamp seen) {
            return recent.committedSince(seen);
        }

        @Override
        public boolean await(BsonTimestamp seen, long nanos, BooleanSupplier over) {
            return recent.await(seen, nanos, over);
        }

        @Override
        public Store store() {
            return store;
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
            operation.applyTo(store, retried);
        }
    }

    /** In the background, and seldom enough that snapshots cost no more than the journal itself. */
    private void compactIfDue() {
        boolean due = journal != null
                && directory != null
                && journal.size() > Math.max(compactAfterBytes, directory.snapshotBytes());
        if (due && compactionQueued.compareAndSet(false, true)) {
            try {
                compactor.execute(this::compactQueued);
            } catch (RejectedExecutionException e) {
                log.debug("no snapshot: the node is closing");
            }
        }
    }

    private void compactQueued() {
        try {
            compact();
        } catch (IOException | RuntimeException e) {
            log.error("no snapshot was written; the journal goes on and the data is as safe as before", e);
        } finally {
            compactionQueued.set(false);
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
            List<List<Operation>> all = new ArrayList<>(store.contents());
            all.add(retried.operations());
            contents = all.iterator();
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

    /** Lets the clients that wait for changes go. */
    void endStreams() {
        recent.close();
    }

    @Override
    public void close() throws IOException {
        compactor.shutdown();
        try {
            if (!compactor.awaitTermination(60, TimeUnit.SECONDS)) {
                log.warn("a snapshot is still being written; it is left unfinished");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (DataDirectory releasing = directory;
                Journal closing = journal) {
            log.debug("closing node, directory {}, journal {}", releasing, closing);
        }
    }
}
