package io.nestcms.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.ChangeStreamIterable;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.bson.BsonDocument;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes somebody when payments change, by a change stream. After a broken connection or an election it goes on where it was;
 * when the server no longer knows where that is, it begins anew and wakes, so that nothing that was missed waits for long.
 * What it tells is a hint: who is woken must look for itself, and must look now and then without being woken.
 *
 * <p>Run it on a thread of your own: {@code executor.execute(watch)}. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class OutboxWatch implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxWatch.class);

    /** How long the server waits for a change before it answers with none; so long may closing take. */
    private static final long AWAIT_MILLIS = 500;

    /** The point to go on from is gone: CappedPositionLost, InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost. */
    private static final Set<Integer> LOST = Set.of(136, 260, 280, 286);

    /** The server has no change streams: not a replica set, no such command or stage, or not offered. */
    private static final Set<Integer> NOT_OFFERED = Set.of(59, 115, 303, 40324, 40573);

    /** New payments and new versions of them; what a relay itself changes has neither. */
    private static final List<Document> CHANGES = List.of(
            new Document(
                    "$match",
                    new Document(
                            "$or",
                            List.of(
                                    new Document("operationType", new Document("$in", List.of("insert", "replace"))),
                                    new Document(
                                            "updateDescription.updatedFields.version", new Document("$exists", true)),
                                    // a replay of a buried event
                                    new Document(
                                            "updateDescription.updatedFields.outboxNextAt",
                                            new Document("$exists", true)),
                                    // something is left for a node with another listener
                                    new Document(
                                            "updateDescription.updatedFields.outboxLeft",
                                            new Document("$exists", true))))),
            // that something changed is enough
            new Document("$project", new Document("fullDocument", 0).append("updateDescription", 0)));

    private final MongoCollection<Document> payments;
    private final Runnable wake;
    private final Duration pause;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private boolean closed;
    private volatile boolean watching;
    /** Where to go on; only used by the thread that runs. */
    private @Nullable BsonDocument from;

    OutboxWatch(MongoCollection<Document> payments, Runnable wake, Duration pause) {
        this.payments = payments;
        this.wake = Objects.requireNonNull(wake, "wake");
        this.pause = pause;
    }

    /**
     * Watches until {@link #close()} or an interrupt; ends at once where the server has no change streams. A broken connection is
     * logged and made anew after a second, and so is a watch that ended because the collection was dropped.
     */
    @Override
    public void run() {
        while (!isClosed() && !Thread.currentThread().isInterrupted()) {
            try {
                watch();
                if (!isClosed() && !Thread.currentThread().isInterrupted()) {
                    // whoever goes on from the end of a stream is refused
                    from = null;
                    LOG.warn(
                            "The server ended the watch on payments: the collection was dropped or renamed. Watching it"
                                    + " anew in {}",
                            pause);
                    watching = false;
                    await();
                }
            } catch (MongoException broken) {
                if (NOT_OFFERED.contains(broken.getCode())) {
                    LOG.info("The server has no change streams: polling is left");
                    return;
                }
                if (LOST.contains(broken.getCode())) {
                    from = null;
                }
                LOG.warn("The watch on payments broke; going on in {}", pause, broken);
                await();
            } catch (Throwable broken) {
                // whoever is woken threw, or the client was closed under us
                LOG.warn(
                        "The watch on payments broke; going on in {}: {}",
                        pause,
                        broken.getClass().getName());
                await();
            } finally {
                watching = false;
            }
        }
    }

    /** Watches until it is closed, or the server has ended the stream. */
    private void watch() {
        ChangeStreamIterable<Document> changes =
                payments.watch(CHANGES).maxAwaitTime(AWAIT_MILLIS, TimeUnit.MILLISECONDS);
        try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> cursor =
                (from == null ? changes : changes.resumeAfter(from)).cursor()) {
            watching = true;
            // what changed before the watch began, or while it was away
            wake.run();
            // without a cursor at the server every further question is answered at once, and with nothing
            while (cursor.getServerCursor() != null
                    && !isClosed()
                    && !Thread.currentThread().isInterrupted()) {
                boolean changed = cursor.tryNext() != null;
                from = cursor.getResumeToken();
                if (changed) {
                    wake.run();
                }
            }
        }
    }

    private void await() {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && left > 0) {
                left = closing.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether changes are heard of at the moment.
     *
     * @return false before it runs, while it is broken, and where the server has no change streams
     */
    public boolean isWatching() {
        return watching;
    }

    /** Ends {@link #run()} within about half a second. Repeatable. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
