package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One member of a {@link ReplicaSet}: its data, its log, and what a test does to it. Its state is guarded by the lock of
 * the set.
 *
 * @since 0.1
 */
public final class ReplicaMember {
    private final ReplicaSet set;
    private final int index;
    private final MemberCommands commands;
    private final WireServer server;
    private final int port;

    // guarded by the lock of the set
    final List<OplogEntry> log = new ArrayList<>();
    final RetryableWrites retried = new RetryableWrites();
    boolean alive = true;
    boolean primary;
    boolean isolated;
    boolean paused;
    boolean frozen;
    long term;
    long topologyCounter;
    BsonTimestamp committed = new BsonTimestamp(0);
    Duration reportedBehind = Duration.ZERO;
    Map<String, String> tags = Map.of();
    ObjectId processId = new ObjectId();
    private long isolatedSince;
    private long lagNanos;
    private int rolledBack;
    private @Nullable String advertised;
    private boolean recording;
    private final List<Operation> operations = new ArrayList<>();
    private final List<OplogEntry.Change> changes = new ArrayList<>();

    volatile Store store;

    ReplicaMember(ReplicaSet set, int index) throws IOException {
        this.set = set;
        this.index = index;
        this.store = new Store(set.clock(), new Recorder());
        this.commands = new MemberCommands(set, this);
        this.server = new WireServer("member-" + index, commands);
        this.port = server.listen(0);
    }

    // ---- what it is ----------------------------------------------------------------------------------------------

    /** Its place in {@link ReplicaSet#members()}. */
    public int index() {
        return index;
    }

    /** Its own port on 127.0.0.1, whatever it announces. */
    public int port() {
        return port;
    }

    /** The address it announces, host and port. */
    public String address() {
        return set.locked(() -> advertised != null ? advertised : "127.0.0.1:" + port);
    }

    /** Whether it takes itself for the primary; an isolated one may be wrong. */
    public boolean isPrimary() {
        return set.locked(() -> primary);
    }

    /** How many commands of this name it has received since the start. */
    public long commands(String name) {
        return commands.count(name);
    }

    /** How many entries of its log it had to take back since the start. */
    public int rolledBack() {
        return set.locked(() -> rolledBack);
    }

    // ---- what a test does to it ----------------------------------------------------------------------------------

    /** Applies each write only so long after the primary did. Default zero. */
    public ReplicaMember lag(Duration by) {
        return change(() -> lagNanos = by.toNanos());
    }

    /** Stops replicating; it still answers, votes and can be elected. */
    public ReplicaMember pause() {
        return change(() -> paused = true);
    }

    /** Replicates again. */
    public ReplicaMember resume() {
        return change(() -> paused = false);
    }

    /** Announces that its last write is older than it is: for maximum staleness, which counts in minutes. */
    public ReplicaMember reportBehind(Duration by) {
        return changeTopology(() -> reportedBehind = Objects.requireNonNull(by, "by"));
    }

    /** Announces tags. */
    public ReplicaMember tags(Map<String, String> announced) {
        Map<String, String> copy = Map.copyOf(announced);
        return changeTopology(() -> tags = copy);
    }

    /** Announces another address, such as a {@link TcpProxy}'s: the driver then reaches it only there. */
    public ReplicaMember advertise(String hostAndPort) {
        return changeTopology(() -> advertised = Objects.requireNonNull(hostAndPort, "hostAndPort"));
    }

    /** Lets the next commands that fit meet a fault, instead of any fault set before. */
    public ReplicaMember fail(FailCommand fault) {
        commands.fail(Objects.requireNonNull(fault, "fault"));
        return this;
    }

    /** Ends the fault. */
    public ReplicaMember failNothing() {
        commands.fail(null);
        return this;
    }

    /** Answers nothing any more, not even who it is; connections stay open. */
    public ReplicaMember freeze() {
        return change(() -> frozen = true);
    }

    /** Answers again, also what came meanwhile. */
    public ReplicaMember thaw() {
        return change(() -> frozen = false);
    }

    /**
     * Cuts it off from the other members while clients still reach it. A primary does not notice at first: it goes on in
     * its old term, and nothing it takes in reaches a majority. It steps down later, see
     * {@link ReplicaSet.Builder#stepDownAfter}.
     */
    public ReplicaMember isolate() {
        return changeTopology(() -> {
            isolated = true;
            isolatedSince = System.nanoTime();
        });
    }

    /** The members hear each other again: a stale primary steps down and rolls back. */
    public ReplicaMember rejoin() {
        return changeTopology(() -> isolated = false);
    }

    /** Drops its connections; new ones are welcome. */
    public ReplicaMember dropConnections() {
        server.dropConnections();
        return this;
    }

    /** Kills it: connections are gone, new ones are refused, nothing that has not been applied will be. */
    public ReplicaMember kill() {
        changeTopology(() -> {
            alive = false;
            follow(term);
        });
        server.unlisten();
        commands.forgetStreams();
        return this;
    }

    /**
     * Starts it again as a secondary with the data it had, on the same port. Does nothing to a living one.
     *
     * @throws UncheckedIOException if the port was taken meanwhile
     */
    public ReplicaMember restart() {
        boolean dead = set.locked(() -> !alive);
        if (dead) {
            changeTopology(() -> {
                alive = true;
                frozen = false;
                processId = new ObjectId();
            });
            try {
                server.listen(port);
            } catch (IOException e) {
                throw new UncheckedIOException("member " + index + " cannot listen again", e);
            }
        }
        return this;
    }

    private ReplicaMember change(Runnable action) {
        return set.locked(() -> {
            action.run();
            set.signal();
            return this;
        });
    }

    private ReplicaMember changeTopology(Runnable action) {
        return set.locked(() -> {
            action.run();
            set.topologyChanged();
            return this;
        });
    }

    void close() {
        server.close();
    }

    // ---- roles, under the lock of the set ------------------------------------------------------------------------

    void lead(long newTerm) {
        term = newTerm;
        primary = true;
        // a new primary's first entry says nothing but that the term has begun
        append(List.of(), List.of());
    }

    void follow(long newTerm) {
        term = newTerm;
        if (primary) {
            primary = false;
            commands.forgetTransactions();
        }
    }

    static ObjectId electionId(long term) {
        return new ObjectId(HexFormat.of().parseHex(String.format(Locale.ROOT, "7fffffff%016x", term)));
    }

    /** How long it may still take itself for the primary without hearing of others. */
    long nanosUntilLonely(Duration limit) {
        return primary && isolated ? isolatedSince + limit.toNanos() - System.nanoTime() : Long.MAX_VALUE;
    }

    BsonTimestamp lastEntryAt() {
        return log.isEmpty() ? new BsonTimestamp(1) : log.get(log.size() - 1).at();
    }

    long lastEntryTerm() {
        return log.isEmpty() ? 0 : log.get(log.size() - 1).term();
    }

    Instant lastWriteDate() {
        Instant last = log.isEmpty() ? set.now() : log.get(log.size() - 1).wall();
        return last.minus(reportedBehind);
    }

    boolean isAheadOf(ReplicaMember other) {
        int terms = Long.compare(lastEntryTerm(), other.lastEntryTerm());
        return terms > 0 || (terms == 0 && lastEntryAt().compareTo(other.lastEntryAt()) > 0);
    }

    boolean hasAllOf(ReplicaMember other) {
        return log.size() == other.log.size() && lastEntryAt().equals(other.lastEntryAt());
    }

    // ---- replication, under the lock of the set ------------------------------------------------------------------

    /** Applies the next entry of the source if it is due; returns the nanoseconds until there may be more to do, 0 for now. */
    long copyNext(ReplicaMember source) {
        if (primary && source.term > term) {
            set.topologyChanged();
        }
        follow(source.term);
        if (!isPrefixOf(source)) {
            rollBack(source);
        }
        if (log.size() == source.log.size()) {
            return Long.MAX_VALUE;
        }
        OplogEntry next = source.log.get(log.size());
        long early = next.appendedNanos() + lagNanos - System.nanoTime();
        if (early <= 0) {
            take(next);
            set.advanceCommit();
        }
        return Math.max(0, early);
    }

    /**
     * The primary's log is committed up to this place; so is what this member has of it. A stale primary that has just
     * rejoined may have other entries there: none of its own is committed.
     */
    void learnCommitted(ReplicaMember source, int place) {
        int mine = Math.min(place, log.size() - 1);
        if (mine >= 0 && log.get(mine).isSame(source.log.get(mine))) {
            committed = log.get(mine).at();
        }
    }

    void catchUp(ReplicaMember source) {
        if (!isPrefixOf(source)) {
            rollBack(source);
        }
        while (log.size() < source.log.size()) {
            take(source.log.get(log.size()));
        }
        set.advanceCommit();
    }

    private boolean isPrefixOf(ReplicaMember source) {
        int size = log.size();
        return size == 0
                || (size <= source.log.size() && source.log.get(size - 1).isSame(log.get(size - 1)));
    }

    private void take(OplogEntry entry) {
        entry.operations().forEach(operation -> operation.applyTo(store, retried));
        log.add(entry);
    }

    /** Builds the data anew from the part of the log that both have. */
    private void rollBack(ReplicaMember source) {
        int common = Math.min(log.size(), source.log.size());
        while (common > 0 && !log.get(common - 1).isSame(source.log.get(common - 1))) {
            common--;
        }
        rolledBack += log.size() - common;
        List<OplogEntry> kept = List.copyOf(log.subList(0, common));
        Store rebuilt = new Store(set.clock(), new Recorder());
        retried.clear();
        kept.forEach(entry -> entry.operations().forEach(operation -> operation.applyTo(rebuilt, retried)));
        log.clear();
        log.addAll(kept);
        store = rebuilt;
    }

    OplogEntry append(List<Operation> applied, List<OplogEntry.Change> told) {
        OplogEntry entry = new OplogEntry(set.nextTime(), term, set.now(), System.nanoTime(), applied, told);
        log.add(entry);
        set.advanceCommit();
        return entry;
    }

    // ---- writing as primary, under the lock of the set -----------------------------------------------------------

    /** A change of this member's data that is to become one entry. */
    interface Writing {
        Document run(List<Operation> operations, List<OplogEntry.Change> changes);
    }

    /** Applies a change and puts what it did into the log. */
    Document write(Writing writing) {
        operations.clear();
        changes.clear();
        recording = true;
        try {
            return writing.run(operations, changes);
        } finally {
            recording = false;
            // also after an error: what was applied before it stays
            if (!operations.isEmpty()) {
                append(operations, changes);
            }
        }
    }

    private final class Recorder implements StoredCollection.Changes {
        private void record(
                Operation operation,
                String type,
                StoredCollection in,
                @Nullable Document before,
                @Nullable Document after) {
            if (recording) {
                operations.add(operation);
                changes.add(new OplogEntry.Change(type, in.getDatabaseName(), in.getCollectionName(), before, after));
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
}
