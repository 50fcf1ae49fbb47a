package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a member answers: who it is, reads as of its own data, writes if it is the primary, change streams, faults. */
final class MemberCommands implements WireServer.Commands {
    private static final Logger log = LoggerFactory.getLogger(MemberCommands.class);
    private static final int NOT_WRITABLE_PRIMARY = 10107;
    private static final int NOT_PRIMARY_NO_SECONDARY_OK = 13435;
    private static final int INTERRUPTED_BY_STATE_CHANGE = 11602;
    private static final long LONGEST_WAIT_MILLIS = 30_000;
    /** A server waits for ever; no test does. */
    private static final long LONGEST_CONCERN_MILLIS = 600_000;

    /** The errors after which a driver may send a write again, as the retryable writes specification lists them. */
    private static final Set<Integer> RETRYABLE =
            Set.of(6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436);

    private final ReplicaSet set;
    private final ReplicaMember member;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Transactions transactions;
    private final ChangeStreams streams = new ChangeStreams(new Committed());
    private @Nullable FailCommand fault;
    private int faultsLeft;

    MemberCommands(ReplicaSet set, ReplicaMember member) {
        this.set = set;
        this.member = member;
        this.transactions = new Transactions(member, set.clock());
    }

    long count(String command) {
        LongAdder count = counts.get(command);
        return count == null ? 0 : count.sum();
    }

    synchronized void fail(@Nullable FailCommand next) {
        fault = next;
        faultsLeft = next == null ? 0 : next.times();
    }

    private synchronized @Nullable FailCommand faultFor(String command) {
        FailCommand now = fault;
        if (now == null || faultsLeft == 0 || !now.commands().contains(command)) {
            return null;
        }
        faultsLeft -= faultsLeft == Integer.MAX_VALUE ? 0 : 1;
        return now;
    }

    /** A process that ends has no cursors any more. */
    void forgetStreams() {
        streams.closeAll();
    }

    @Override
    public @Nullable Document handle(String database, Document command) {
        String name = Replies.canonical(command.keySet().iterator().next());
        set.locked(() -> set.await(Long.MAX_VALUE / 2, () -> !member.frozen || !member.alive));
        if (isGone()) {
            return null;
        }
        counts.computeIfAbsent(name, key -> new LongAdder()).increment();
        if (Replies.isHello(name)) {
            Document hello = hello(command);
            return isGone() ? null : hello;
        }
        if (name.equals("configureFailPoint")) {
            fail("off".equals(command.get("mode")) ? null : FailCommand.parse(command));
            return stamped(Replies.ok());
        }
        FailCommand met = faultFor(name);
        if (met == null) {
            return answered(database, name, command);
        }
        long held = met.delay().toNanos();
        set.locked(() -> set.await(held, set::isClosed));
        if (met.connection() == FailCommand.Connection.LOST_BEFORE) {
            return null;
        }
        if (met.errorCode() != 0) {
            Document error = Replies.error(met.errorCode(), null, "failing command via fail point");
            return stamped(met.labels().isEmpty() ? labelled(error, command) : labelled(error, met.labels()));
        }
        Document reply = answered(database, name, command);
        return met.connection() == FailCommand.Connection.LOST_AFTER ? null : reply;
    }

    private boolean isGone() {
        return set.isClosed() || !set.locked(() -> member.alive);
    }

    private @Nullable Document answered(String database, String name, Document command) {
        Document reply;
        try {
            reply = route(database, name, command);
        } catch (MongoServerError e) {
            reply = labelled(Replies.error(e.getCode(), e.getCodeName(), e.getMessageWithoutErrorCode()), command);
        } catch (MongoServerException e) {
            reply = Replies.error(8, "UnknownError", e.getMessageWithoutErrorCode());
        } catch (RuntimeException e) {
            log.error("command {} failed in the engine", name, e);
            reply = Replies.error(8, "UnknownError", "the command failed in this member: " + e);
        }
        return isGone() ? null : stamped(reply);
    }

    private Document route(String database, String name, Document command) {
        if (Replies.SESSION_COMMANDS.contains(name)) {
            return Replies.ok();
        }
        set.guard().check(name, database, command);
        if (Transactions.isIn(command)) {
            return transaction(database, name, command);
        }
        if (Replies.WRITES.contains(name) || Replies.DEFINITIONS.contains(name)) {
            return write(database, name, command);
        }
        if (streams.continues(name, command)) {
            return streams.next(command);
        }
        if (name.equals("killCursors")) {
            streams.close(command);
        }
        return read(database, name, command);
    }

    // ---- reads ---------------------------------------------------------------------------------------------------

    private static final Set<String> ANYWHERE = Set.of("ping", "buildInfo", "serverStatus", "getMore", "killCursors");

    private Document read(String database, String name, Document command) {
        Document preference = command.get("$readPreference") instanceof Document given ? given : new Document();
        boolean needsPrimary = preference.isEmpty() || "primary".equals(preference.get("mode"));
        Document concern = command.get("readConcern") instanceof Document given ? given : new Document();
        Object level = concern.getOrDefault("level", "local");
        set.locked(() -> {
            if (!member.primary && needsPrimary && !ANYWHERE.contains(name)) {
                throw new MongoServerError(
                        NOT_PRIMARY_NO_SECONDARY_OK, "NotPrimaryNoSecondaryOk", "not primary and secondaryOk=false");
            }
            if (level.equals("linearizable") && !member.primary) {
                throw new MongoServerError(10107, "NotWritablePrimary", "linearizable reads need the primary");
            }
            if (concern.get("afterClusterTime") instanceof BsonTimestamp after) {
                await(command, "afterClusterTime", () -> member.lastEntryAt().compareTo(after) >= 0);
            }
            return true;
        });
        if (ChangeStreams.opens(name, command)) {
            return streams.open(database, command);
        }
        Document reply = member.store.execute(database, name, command);
        switch (String.valueOf(level)) {
            case "local", "available" -> {
                // what is here now
            }
            case "majority", "linearizable" -> awaitCommitted(command);
            default -> throw new MongoServerError(115, "CommandNotSupported", "This set has no read concern " + level);
        }
        return reply;
    }

    /** What was read may be newer than the commit point: it is told only when that has come so far. */
    private void awaitCommitted(Document command) {
        set.locked(() -> {
            BsonTimestamp read = member.lastEntryAt();
            int rolledBack = member.rolledBack();
            await(
                    command,
                    "the majority",
                    () -> member.committed.compareTo(read) >= 0 || member.rolledBack() != rolledBack);
            if (member.rolledBack() != rolledBack) {
                throw interrupted();
            }
            return true;
        });
    }

    private void await(Document command, String what, BooleanSupplier condition) {
        long millis = command.get("maxTimeMS") instanceof Number limit ? limit.longValue() : LONGEST_WAIT_MILLIS;
        if (!set.await(TimeUnit.MILLISECONDS.toNanos(millis), () -> condition.getAsBoolean() || !member.alive)) {
            throw new MongoServerError(50, "MaxTimeMSExpired", "operation exceeded time limit waiting for " + what);
        }
    }

    private static MongoServerError interrupted() {
        return new MongoServerError(
                INTERRUPTED_BY_STATE_CHANGE, "InterruptedDueToReplStateChange", "the member changed its role");
    }

    // ---- writes --------------------------------------------------------------------------------------------------

    private Document write(String database, String name, Document command) {
        return set.locked(() -> {
            if (!member.alive) {
                throw interrupted();
            }
            if (!member.primary) {
                throw new MongoServerError(NOT_WRITABLE_PRIMARY, "NotWritablePrimary", "not primary");
            }
            Document before = RetryableWrites.isRetryable(command) ? member.retried.replyTo(command) : null;
            Document reply = before != null ? before : apply(database, name, command);
            return withConcern(reply, command);
        });
    }

    private Document transaction(String database, String name, Document command) {
        return set.locked(() -> {
            if (!member.alive || !member.primary) {
                throw new MongoServerError(NOT_WRITABLE_PRIMARY, "NotWritablePrimary", "not primary");
            }
            Document reply = transactions.run(database, name, command);
            return name.equals("commitTransaction") ? withConcern(reply, command) : reply;
        });
    }

    /** A member that is no longer the primary knows nothing of open transactions. */
    void forgetTransactions() {
        transactions.clear();
    }

    private Document apply(String database, String name, Document command) {
        return member.write((operations, changes) -> {
            Document definition = Replies.DEFINITIONS.contains(name) ? Replies.withoutTransport(command) : null;
            Document reply;
            try {
                reply = member.store.execute(database, name, command);
            } catch (RuntimeException e) {
                if (operations.isEmpty()) {
                    throw e;
                }
                reply = Replies.halfDone(e);
            }
            if (definition != null) {
                operations.add(Operation.command(database, definition));
                if (name.equals("drop")) {
                    changes.add(new OplogEntry.Change(
                            "drop", database, String.valueOf(definition.get("drop")), null, null));
                }
            }
            if (RetryableWrites.isRetryable(command)) {
                operations.add(member.retried.keep(command, reply));
            }
            return reply;
        });
    }

    /** Waits for the members that the write concern asks for. If the role is lost meanwhile, nobody knows what will stay. */
    private Document withConcern(Document reply, Document command) {
        Document concern = command.get("writeConcern") instanceof Document given ? given : new Document();
        int place = member.log.size() - 1;
        OplogEntry entry = member.log.get(place);
        long term = member.term;
        Object wanted = concern.getOrDefault("w", 1);
        BooleanSupplier done;
        if (wanted instanceof Number number) {
            if (number.intValue() > set.size()) {
                return unsatisfiable(reply);
            }
            done = () -> set.holders(entry, place) >= number.intValue();
        } else if (wanted.equals("majority")) {
            done = () -> member.committed.compareTo(entry.at()) >= 0;
        } else {
            return unsatisfiable(reply);
        }
        long millis = LONGEST_CONCERN_MILLIS;
        if (concern.get("wtimeout") instanceof Number limit && limit.longValue() > 0) {
            millis = limit.longValue();
        } else if (command.get("maxTimeMS") instanceof Number limit && limit.longValue() > 0) {
            millis = limit.longValue();
        }
        boolean reached =
                set.await(TimeUnit.MILLISECONDS.toNanos(millis), () -> lost(entry, place, term) || done.getAsBoolean());
        if (lost(entry, place, term)) {
            throw interrupted();
        }
        if (!reached) {
            reply.put(
                    "writeConcernError",
                    new Document("code", 64)
                            .append("codeName", "WriteConcernFailed")
                            .append("errmsg", "waiting for replication timed out")
                            .append("errInfo", new Document("wtimeout", true)));
        }
        return reply;
    }

    private boolean lost(OplogEntry entry, int place, long term) {
        return !member.alive
                || !member.primary
                || member.term != term
                || member.log.size() <= place
                || !member.log.get(place).isSame(entry);
    }

    private static Document unsatisfiable(Document reply) {
        reply.put(
                "writeConcernError",
                new Document("code", 100)
                        .append("codeName", "UnsatisfiableWriteConcern")
                        .append("errmsg", "not enough data-bearing members, or no such tag"));
        return reply;
    }

    // ---- change streams ------------------------------------------------------------------------------------------

    private final class Committed implements ChangeStreams.Source {
        @Override
        public BsonTimestamp lastEntryAt() {
            return set.locked(member::lastEntryAt);
        }

        @Override
        public List<OplogEntry> committedSince(BsonTimestamp seen) {
            return set.locked(() -> {
                int from = member.log.size();
                while (from > 0 && member.log.get(from - 1).at().compareTo(seen) >= 0) {
                    from--;
                }
                int to = from;
                while (to < member.log.size() && member.log.get(to).at().compareTo(member.committed) <= 0) {
                    to++;
                }
                return List.copyOf(member.log.subList(from, to));
            });
        }

        @Override
        public boolean await(BsonTimestamp seen, long nanos, BooleanSupplier over) {
            return set.locked(() -> set.await(
                    nanos, () -> !member.alive || over.getAsBoolean() || member.committed.compareTo(seen) > 0));
        }

        @Override
        public Store store() {
            return member.store;
        }
    }

    // ---- replies -------------------------------------------------------------------------------------------------

    private Document hello(Document command) {
        return set.locked(() -> {
            if (command.get("topologyVersion") instanceof Document known
                    && member.processId.equals(known.get("processId"))
                    && known.get("counter") instanceof Number counter
                    && command.get("maxAwaitTimeMS") instanceof Number longest) {
                set.await(
                        TimeUnit.MILLISECONDS.toNanos(longest.longValue()),
                        () -> member.topologyCounter != counter.longValue() || !member.alive);
            }
            Document reply = Replies.hello(ReplicaSet.NAME, set.addresses(), member.address(), set.now())
                    .append("ismaster", member.primary)
                    .append("isWritablePrimary", member.primary)
                    .append("secondary", !member.primary)
                    .append("lastWrite", Replies.lastWrite(member.lastEntryAt(), member.term, member.lastWriteDate()))
                    .append("topologyVersion", topologyVersion());
            if (member.primary) {
                reply.append("primary", member.address()).append("electionId", ReplicaMember.electionId(member.term));
            } else if (!member.isolated) {
                set.newestPrimary().ifPresent(primary -> reply.append("primary", primary.address()));
            }
            if (!member.tags.isEmpty()) {
                reply.append("tags", new Document(member.tags));
            }
            return stamped(reply);
        });
    }

    private Document topologyVersion() {
        return new Document("processId", member.processId).append("counter", member.topologyCounter);
    }

    private Document stamped(Document reply) {
        return set.locked(() -> Replies.stamped(reply, member.lastEntryAt(), set.clusterTime()));
    }

    private Document labelled(Document error, Document command) {
        boolean retryable = error.get("code") instanceof Integer code && RETRYABLE.contains(code);
        boolean stream = ChangeStream.opens(command) || streams.continues("getMore", command);
        if (retryable) {
            set.locked(() -> error.append("topologyVersion", topologyVersion()));
        }
        if (Transactions.isTransient(error, command)) {
            return labelled(error, List.of("TransientTransactionError"));
        }
        if (retryable && stream) {
            return labelled(error, List.of("ResumableChangeStreamError"));
        }
        return retryable && RetryableWrites.isRetryable(command)
                ? labelled(error, List.of("RetryableWriteError"))
                : error;
    }

    private static Document labelled(Document error, List<String> labels) {
        return labels.isEmpty() ? error : error.append("errorLabels", labels);
    }
}
