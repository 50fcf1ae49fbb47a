package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last retryable write of each session with its reply: the driver sends a write again when the reply was lost, and
 * must then get the first reply instead of a second effect. Not thread-safe: the owner's write lock guards it.
 */
final class RetryableWrites {
    /** More sessions than a driver's pool ever holds; the longest unused one is forgotten first. */
    private static final int MOST_SESSIONS = 20_000;

    private record Written(long number, Document reply) {}

    private final Map<String, Written> bySession = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Written> eldest) {
            return size() > MOST_SESSIONS;
        }
    };

    static boolean isRetryable(Document command) {
        return command.get("txnNumber") instanceof Number && command.get("lsid") instanceof Document;
    }

    private static String session(Document command) {
        return command.get("lsid") instanceof Document session ? String.valueOf(session.get("id")) : "";
    }

    private static long number(Document command) {
        return command.get("txnNumber") instanceof Number number ? number.longValue() : -1;
    }

    /** The reply given before to this very write, or null if it is new. */
    @Nullable Document replyTo(Document command) {
        Written last = bySession.get(session(command));
        if (last == null || last.number() < number(command)) {
            return null;
        }
        if (last.number() > number(command)) {
            throw new MongoServerError(
                    225,
                    "TransactionTooOld",
                    "Retryable write with txnNumber " + number(command) + " is older than the last of its session");
        }
        return last.reply().cloneDeeply();
    }

    /** Keeps the reply, and returns what to journal for it. */
    Operation keep(Document command, Document reply) {
        Document kept = new Document("session", session(command))
                .append("number", number(command))
                .append("reply", reply.cloneDeeply());
        apply(kept);
        return operation(kept);
    }

    void apply(Document kept) {
        String session = String.valueOf(kept.get("session"));
        long number = kept.get("number") instanceof Number value ? value.longValue() : -1;
        Document reply = kept.get("reply") instanceof Document document ? document : new Document();
        bySession.put(session, new Written(number, reply));
    }

    List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        bySession.forEach((session, written) -> all.add(operation(new Document("session", session)
                .append("number", written.number())
                .append("reply", written.reply()))));
        return all;
    }

    private static Operation operation(Document kept) {
        return new Operation(Operation.Kind.REPLY, "", "", kept);
    }

    void clear() {
        bySession.clear();
    }
}
