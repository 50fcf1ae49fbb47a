package io.nestcms.event;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The events of one key in a mailbox. One worker at a time has it. All but {@link #end} and the reading of the batch is done
 * under the mailbox's lock.
 */
final class Lane {
    private static final int ABANDONED = -1;

    final Object key;
    private final Deque<Object> waiting = new ArrayDeque<>();
    /** The events being worked on; changed by who has the lane only. */
    private final @Nullable Object[] batch;

    private int filled;
    /** How many events of the batch have ended. Whoever moves it on decides what became of an event. */
    private final AtomicInteger ended = new AtomicInteger();
    /** How often the next event was tried; used by who has the lane only. */
    int tries;
    /** How many of its arrivals are no longer waiting. */
    int gone;

    Lane(Object key, int batchSize) {
        this.key = key;
        this.batch = new @Nullable Object[batchSize];
    }

    /** An event that was taken out, and how often it was tried. */
    record Left(Object item, int tries) {}

    void add(Object item) {
        waiting.add(item);
    }

    @Nullable Object dropOldest() {
        return waiting.poll();
    }

    boolean isAbandoned() {
        return ended.get() == ABANDONED;
    }

    boolean hasMore() {
        int done = ended.get();
        return done != ABANDONED && (done < filled || !waiting.isEmpty());
    }

    /** Makes sure that there is an event to work on; {@code false} when there is none. */
    boolean refill() {
        if (!hasMore()) {
            return false;
        }
        if (ended.get() == filled) {
            int taken = 0;
            while (taken < batch.length && !waiting.isEmpty()) {
                batch[taken++] = waiting.remove();
            }
            // what is over must not be kept from the garbage collector
            Arrays.fill(batch, taken, Math.max(taken, filled), null);
            filled = taken;
            gone += taken;
            ended.set(0);
        }
        return true;
    }

    /** Where to go on in the batch; below zero when there is nothing to do any more. */
    int first() {
        return ended.get();
    }

    /** The event at a place of the batch; {@code null} behind its end. */
    @Nullable Object at(int index) {
        return index < filled ? batch[index] : null;
    }

    /** Ends an event; {@code false} when it was taken away in the meantime. */
    boolean end(int index) {
        return ended.compareAndSet(index, index + 1);
    }

    /** Forgets the last batch. */
    void clear() {
        if (ended.compareAndSet(filled, 0)) {
            Arrays.fill(batch, 0, filled, null);
            filled = 0;
        }
    }

    /** How many events wait or are being worked on. */
    int size() {
        int done = ended.get();
        return (done == ABANDONED ? 0 : filled - done) + waiting.size();
    }

    /** Takes everything away from whoever has it. */
    void abandon(List<Left> into) {
        int done = ended.getAndSet(ABANDONED);
        for (int i = done; i != ABANDONED && i < filled; i++) {
            into.add(new Left(taken(i), i == done ? tries : 0));
        }
        takeWaiting(into);
    }

    /**
     * Takes everything but the event that the calling thread is handling just now; gives how many it keeps.
     */
    int takeBehind(List<Left> into) {
        int done = ended.get();
        if (done == ABANDONED) {
            return 0;
        }
        for (int i = done + 1; i < filled; i++) {
            into.add(new Left(taken(i), 0));
        }
        filled = done + 1;
        takeWaiting(into);
        return 1;
    }

    private Object taken(int index) {
        Object item = batch[index];
        if (item == null) {
            throw new IllegalStateException("no event at " + index + " of " + filled);
        }
        return item;
    }

    private void takeWaiting(List<Left> into) {
        waiting.forEach(item -> into.add(new Left(item, 0)));
        gone += waiting.size();
        waiting.clear();
    }
}
