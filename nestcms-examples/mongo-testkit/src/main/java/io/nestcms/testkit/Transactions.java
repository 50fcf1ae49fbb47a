package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open transactions of a primary. Each works on a copy of the data as of its first operation, so it sees itself and
 * nobody sees it. The first to commit wins: a document that changed since is a write conflict, at the latest at commit.
 *
 * <p>Called under the lock of the set.
 */
final class Transactions {
    private static final int WRITE_CONFLICT = 112;
    private static final int NO_SUCH_TRANSACTION = 251;
    private static final Set<Integer> MEMBER_GONE = Set.of(91, 189, 10107, 11600, 11602, 13435, 13436);

    private final ReplicaMember member;
    private final Clock clock;
    private final Map<String, Open> open = new HashMap<>();

    private record Key(
            String database, String collection, @Nullable Object id) {}

    /** One open transaction with its own store. */
    private static final class Open implements StoredCollection.Changes {
        private final long number;
        private final Store store;
        private final List<Operation> operations = new ArrayList<>();
        private final List<OplogEntry.Change> changes = new ArrayList<>();
        private boolean begun;

        Open(long number, Clock clock, Store data) {
            this.number = number;
            this.store = new Store(clock, this);
            RetryableWrites none = new RetryableWrites();
            data.contents().forEach(batch -> batch.forEach(operation -> operation.applyTo(store, none)));
            begun = true;
        }

        private void record(
                Operation operation,
                String type,
                StoredCollection in,
                @Nullable Document before,
                @Nullable Document after) {
            if (begun) {
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
            record(Operation.delete(in.getDatabaseName(), in.getCollectionName(), id), "delete", in, before, null);
        }

        /** What each touched document was when the transaction first touched it. */
        Map<Key, @Nullable Document> originals() {
            Map<Key, @Nullable Document> originals = new HashMap<>();
            for (OplogEntry.Change change : changes) {
                Document any = change.after() != null ? change.after() : change.before();
                Object id = any == null ? null : any.get("_id");
                Key key = new Key(change.database(), change.collection(), id);
                if (!originals.containsKey(key)) {
                    originals.put(key, change.before());
                }
            }
            return originals;
        }
    }

    Transactions(ReplicaMember member, Clock clock) {
        this.member = member;
        this.clock = clock;
    }

    static boolean isIn(Document command) {
        return Boolean.FALSE.equals(command.get("autocommit"));
    }

    /** Whether the driver may run the whole transaction again after this error. */
    static boolean isTransient(Document error, Document command) {
        boolean ending = command.containsKey("commitTransaction") || command.containsKey("abortTransaction");
        return isIn(command)
                && error.get("code") instanceof Integer code
                && (code == WRITE_CONFLICT || code == NO_SUCH_TRANSACTION || (!ending && MEMBER_GONE.contains(code)));
    }

    void clear() {
        open.clear();
    }

    Document run(String database, String name, Document command) {
        String session = command.get("lsid") instanceof Document lsid ? String.valueOf(lsid.get("id")) : "";
        long number = command.get("txnNumber") instanceof Number given ? given.longValue() : -1;
        if (name.equals("commitTransaction")) {
            return commit(session, number, command);
        } else if (name.equals("abortTransaction")) {
            transaction(session, number);
            open.remove(session);
            return Replies.ok();
        }
        if (Boolean.TRUE.equals(command.get("startTransaction"))) {
            member.retried.replyTo(command); // refuses a number that is too old
            open.put(session, new Open(number, clock, member.store));
        }
        Open current = transaction(session, number);
        boolean done = false;
        try {
            Document reply = current.store.execute(database, name, command);
            refuseConflicts(current);
            done = !reply.containsKey("writeErrors");
            return reply;
        } finally {
            if (!done) {
                open.remove(session); // an error ends the transaction
            }
        }
    }

    private Open transaction(String session, long number) {
        Open found = open.get(session);
        if (found == null || found.number != number) {
            throw new MongoServerError(
                    NO_SUCH_TRANSACTION, "NoSuchTransaction", "the transaction has ended or was never here");
        }
        return found;
    }

    private void refuseConflicts(Open transaction) {
        transaction.originals().forEach((key, original) -> {
            StoredCollection collection = member.store.find(key.database(), key.collection());
            Document now = collection == null ? null : collection.byId(key.id());
            if (!Objects.equals(now, original)) {
                throw conflict();
            }
        });
    }

    private static MongoServerError conflict() {
        return new MongoServerError(
                WRITE_CONFLICT, "WriteConflict", "another write to the same documents came first; run it again");
    }

    private Document commit(String session, long number, Document command) {
        Open found = open.get(session);
        if (found == null || found.number != number) {
            Document before = member.retried.replyTo(command);
            return before != null
                    ? before
                    : Replies.error(NO_SUCH_TRANSACTION, "NoSuchTransaction", "no such transaction")
                            .append("errorLabels", List.of("TransientTransactionError"));
        }
        open.remove(session);
        refuseConflicts(found);
        applyAll(found);
        Operation kept = member.retried.keep(command, Replies.ok());
        if (!found.operations.isEmpty()) {
            List<Operation> operations = new ArrayList<>(found.operations);
            operations.add(kept);
            member.append(operations, found.changes);
        }
        return Replies.ok();
    }

    /** All or nothing: a unique key that was taken meanwhile takes back what was applied before it. */
    private void applyAll(Open transaction) {
        Store data = member.store;
        try {
            transaction.operations.forEach(operation -> operation.applyTo(data, member.retried));
        } catch (DuplicateKeyError e) {
            transaction.originals().forEach((key, original) -> {
                StoredCollection collection = data.findOrCreate(key.database(), key.collection());
                if (original != null) {
                    collection.put(original);
                } else {
                    collection.removeDocument(new Document("_id", key.id()));
                }
            });
            throw conflict();
        }
    }
}
