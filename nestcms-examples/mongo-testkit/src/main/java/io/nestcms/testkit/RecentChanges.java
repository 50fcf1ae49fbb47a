package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The last changes of the embedded node, for change streams. Not journaled: a stream cannot be resumed from before the
 * start of the node, and is told so. Safe for use by many threads.
 */
final class RecentChanges {
    private static final int MOST = 20_000;

    /** Each change keeps what the document was before from being forgotten. */
    private static final long MOST_BYTES = 16L << 20;

    private record Numbered(long sequence, OplogEntry entry, long bytes) {}

    private final Deque<Numbered> entries = new ArrayDeque<>();
    private long bytes;
    private long committed;
    private BsonTimestamp lastCommitted = new BsonTimestamp(0);
    private BsonTimestamp forgotten;
    private boolean closed;

    /** Knows nothing of this time and before. */
    RecentChanges(BsonTimestamp start) {
        forgotten = start;
    }

    synchronized void append(long sequence, OplogEntry entry) {
        Numbered added = new Numbered(sequence, entry, Weight.of(entry));
        entries.addLast(added);
        bytes += added.bytes();
        // the last one stays, however large: somebody may wait for it
        while (entries.size() > MOST || (bytes > MOST_BYTES && entries.size() > 1)) {
            Numbered oldest = entries.removeFirst();
            bytes -= oldest.bytes();
            forgotten = oldest.entry().at();
        }
    }

    /** The changes up to this number are on disk. */
    synchronized void committed(long sequence) {
        if (sequence > committed) {
            committed = sequence;
            for (Iterator<Numbered> latest = entries.descendingIterator(); latest.hasNext(); ) {
                Numbered one = latest.next();
                if (one.sequence() <= sequence) {
                    lastCommitted = one.entry().at();
                    break;
                }
            }
            notifyAll();
        }
    }

    /** About how much the changes hold in memory. */
    synchronized long bytes() {
        return bytes;
    }

    synchronized List<OplogEntry> committedSince(BsonTimestamp seen) {
        if (seen.compareTo(forgotten) < 0) {
            throw new MongoServerError(
                    286, "ChangeStreamHistoryLost", "the changes after this time are no longer known to this node");
        }
        List<OplogEntry> found = new ArrayList<>();
        for (Iterator<Numbered> latest = entries.descendingIterator(); latest.hasNext(); ) {
            Numbered one = latest.next();
            if (one.entry().at().compareTo(seen) < 0) {
                break;
            } else if (one.sequence() <= committed) {
                found.add(one.entry());
            }
        }
        Collections.reverse(found);
        return found;
    }

    synchronized boolean await(BsonTimestamp seen, long nanos, BooleanSupplier over) {
        long end = System.nanoTime() + nanos;
        try {
            while (lastCommitted.compareTo(seen) <= 0 && !over.getAsBoolean() && !closed) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
