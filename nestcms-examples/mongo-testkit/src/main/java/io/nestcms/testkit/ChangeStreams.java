package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** The change streams that are open on a node: opening, waiting for the next events, closing. */
final class ChangeStreams {
    private static final long WAIT_MILLIS = 1_000;

    /** The committed entries of a node. */
    interface Source {
        /** The time of the last entry. */
        BsonTimestamp lastEntryAt();

        /** The committed entries at or after this time, in order. */
        List<OplogEntry> committedSince(BsonTimestamp seen);

        /** Waits until there is a committed entry after this time, or it is over; false if neither comes in time. */
        boolean await(BsonTimestamp seen, long nanos, BooleanSupplier over);

        /** For the stages of a pipeline. */
        Store store();
    }

    private final Source source;
    private final Map<Long, ChangeStream> open = new ConcurrentHashMap<>();
    // far from the ids of the engine's cursors
    private final AtomicLong ids = new AtomicLong(1L << 40);

    ChangeStreams(Source source) {
        this.source = source;
    }

    static boolean opens(String name, Document command) {
        return name.equals("aggregate") && ChangeStream.opens(command);
    }

    /** Whether the command goes on with a stream of this node. */
    boolean continues(String name, Document command) {
        return name.equals("getMore")
                && command.get("getMore") instanceof Number id
                && open.containsKey(id.longValue());
    }

    Document open(String database, Document command) {
        ChangeStream stream = new ChangeStream(ids.incrementAndGet(), database, command, source.lastEntryAt());
        source.committedSince(stream.seen()); // refuses a time that is too long ago
        open.put(stream.id(), stream);
        return batch(stream, List.of(), "firstBatch");
    }

    void close(Document killCursors) {
        if (killCursors.get("cursors") instanceof List<?> all) {
            all.forEach(id -> open.remove(((Number) id).longValue()));
        }
    }

    void closeAll() {
        open.clear();
    }

    Document next(Document command) {
        ChangeStream stream = command.get("getMore") instanceof Number id ? open.get(id.longValue()) : null;
        if (stream == null) {
            return Replies.error(43, "CursorNotFound", "the change stream was closed");
        }
        long millis = command.get("maxTimeMS") instanceof Number limit ? limit.longValue() : WAIT_MILLIS;
        int most = command.get("batchSize") instanceof Number size && size.intValue() > 0
                ? size.intValue()
                : Integer.MAX_VALUE;
        return next(stream, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), most);
    }

    private Document next(ChangeStream stream, long end, int most) {
        synchronized (stream) {
            while (true) {
                List<Document> events = stream.take(source.committedSince(stream.seen()), most, source.store());
                boolean more = events.isEmpty()
                        && source.await(stream.seen(), end - System.nanoTime(), () -> isClosed(stream))
                        && !isClosed(stream);
                if (!more) {
                    return batch(stream, events, "nextBatch");
                }
            }
        }
    }

    private boolean isClosed(ChangeStream stream) {
        return !open.containsKey(stream.id());
    }

    private Document batch(ChangeStream stream, List<Document> events, String field) {
        if (stream.isInvalidated()) {
            open.remove(stream.id());
        }
        Document cursor = new Document(field, events)
                .append("id", isClosed(stream) ? 0L : stream.id())
                .append("ns", stream.namespace())
                .append("postBatchResumeToken", stream.token());
        return new Document("cursor", cursor).append("ok", 1.0);
    }
}
