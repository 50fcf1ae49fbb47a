package io.nestcms.event;

import io.nestcms.event.DeadLetter.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A listener with a mailbox: a lane for each key, each worked on by one thread at a time. A lane exists only while it has
 * events, so memory is bounded by the mailbox, not by the number of keys. A lane takes events out in batches and books
 * what it has handled without the lock, which is therefore taken once for each publishing and once for each batch.
 */
final class AsyncListener extends Listener {
    /** How many events a lane takes out at once. */
    private static final int BATCH = 128;

    /** The same for one key of many. */
    private static final int BATCH_OF_A_KEY = 8;

    /** How many batches a lane works through before others get its thread. */
    private static final int BATCHES_IN_A_ROW = 16;

    private static final Object NO_KEY = new Object();

    private final SubscriptionSettings<Object> settings;
    private final @Nullable Function<? super Object, String> keyOf;
    private final Executor executor;
    private final Function<Duration, Executor> delayed;
    private final int bound;
    private final int batchSize;
    private final Overflow overflow;
    private final boolean dropsOldest;

    /** Who works on a lane of this mailbox now: it must not wait for room in it. */
    private final ThreadLocal<Boolean> working = ThreadLocal.withInitial(() -> false);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition empty = lock.newCondition();
    /** Handled events that are still counted in the size. */
    private final AtomicInteger unbooked = new AtomicInteger();

    /** Publishers that wait for room. */
    private final AtomicInteger waiters = new AtomicInteger();

    /** Changed under the lock. */
    private volatile boolean closed;

    /** All below is guarded by the lock. */
    private final Map<Object, Lane> lanes = new HashMap<>();
    /** The lanes of the waiting events, oldest first; only when the oldest is what is dropped. */
    private final Deque<Lane> arrivals = new ArrayDeque<>();

    /** The lane of events without a key while it has none: it comes and goes often. */
    private @Nullable Lane spare;

    private int size;
    private long handledEvents;
    private long failedEvents;
    private long retries;
    private long rejectedEvents;
    private long droppedEvents;

    AsyncListener(
            Draft draft,
            SubscriptionSettings<Object> settings,
            Executor executor,
            Function<Duration, Executor> delayed) {
        super(draft);
        this.settings = settings;
        this.keyOf = settings.key().orElse(null);
        this.executor = executor;
        this.delayed = delayed;
        this.bound = settings.mailbox();
        this.overflow = settings.overflow();
        this.dropsOldest = overflow == Overflow.DROP_OLDEST;
        // an event that was taken out can no longer be dropped, and one in a batch keeps its place until it is booked
        this.batchSize = dropsOldest ? 1 : Math.max(1, Math.min(BATCH, bound / 4));
    }

    @Override
    void accept(Object item) {
        Object key;
        try {
            key = key(item);
        } catch (RuntimeException | Error e) {
            // whoever has no key has no place in the order: better a dead letter than the publisher's failure
            giveUp(item, Reason.FAILED, 0, e);
            return;
        }
        Object dropped = null;
        Lane started = null;
        Reason refused = null;
        lock.lock();
        try {
            if (size >= bound && !closed) {
                dropped = makeRoom();
            }
            if (closed) {
                refused = Reason.CLOSED;
            } else if (size >= bound && overflow != Overflow.BLOCK) {
                refused = Reason.REJECTED;
            }
            if (refused == null) {
                started = add(key, item);
            } else {
                rejectedEvents++;
            }
        } finally {
            lock.unlock();
        }
        if (dropped != null) {
            giveUp(dropped, Reason.DROPPED, 0, null);
        }
        if (refused != null) {
            giveUp(item, refused, 0, null);
        } else if (started != null) {
            started.start(executor);
        }
    }

    private Object key(Object item) {
        String key = null;
        if (keyOf != null) {
            key = keyOf.apply(Parcel.event(item));
        } else if (item instanceof Parcel parcel && parcel.tracker() != null && parcel.envelope() != null) {
            key = parcel.envelope().key();
        }
        return key == null ? NO_KEY : key;
    }

    /** Adds an event; gives the lane when somebody must start it. */
    private @Nullable Lane add(Object key, Object item) {
        Lane lane = lanes.get(key);
        boolean idle = lane == null;
        if (lane == null) {
            lane = key == NO_KEY && spare != null ? spare : new Lane(key);
            lanes.put(key, lane);
        }
        lane.waiting.add(item);
        size++;
        if (dropsOldest) {
            arrivals.add(lane);
            if (arrivals.size() > 2 * bound + BATCH) {
                arrivals.removeIf(each -> each.gone > 0 && each.gone-- > 0);
            }
        }
        return idle ? lane : null;
    }

    /** Books, waits or drops; gives what was dropped. There may be no room afterwards. */
    private @Nullable Object makeRoom() {
        book();
        if (size < bound) {
            return null;
        }
        if (overflow == Overflow.BLOCK && !working.get()) {
            awaitRoom();
        }
        return dropsOldest ? takeOldest() : null;
    }

    /** Waits for room; an interrupt ends the wait, and the event is then taken beyond the bound rather than lost. */
    private void awaitRoom() {
        waiters.incrementAndGet();
        try {
            book();
            while (size >= bound && !closed) {
                room.await();
                book();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiters.decrementAndGet();
        }
    }

    private @Nullable Object takeOldest() {
        for (Lane lane = arrivals.poll(); lane != null; lane = arrivals.poll()) {
            if (lane.gone > 0) {
                lane.gone--;
            } else {
                size--;
                droppedEvents++;
                return lane.waiting.poll();
            }
        }
        return null;
    }

    private void book() {
        int handled = unbooked.getAndSet(0);
        size -= handled;
        handledEvents += handled;
    }

    /** Books and wakes who waits for room or for the end. */
    private void bookAndSignal() {
        lock.lock();
        try {
            book();
            if (waiters.get() > 0) {
                room.signalAll();
            }
            if (size == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more events from now on. */
    void stop() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the mailbox is empty or the time is over; an interrupt ends the wait. */
    void awaitEmpty(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            book();
            while (size > 0 && left > 0) {
                left = empty.awaitNanos(left);
                book();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Takes out what still waits or is being tried. */
    List<Object> takeAll() {
        lock.lock();
        try {
            List<Object> items = new ArrayList<>(size);
            lanes.values().forEach(lane -> lane.abandon(items));
            lanes.clear();
            arrivals.clear();
            book();
            size = 0;
            return items;
        } finally {
            lock.unlock();
        }
    }

    ListenerSnapshot snapshot() {
        lock.lock();
        try {
            book();
            return new ListenerSnapshot(
                    name(), size, bound, handledEvents, failedEvents, retries, rejectedEvents, droppedEvents);
        } finally {
            lock.unlock();
        }
    }

    /** The events of one key. */
    private final class Lane implements Runnable {
        private static final int ABANDONED = -1;

        private final Object key;
        /** Guarded by the mailbox's lock. */
        private final Deque<Object> waiting = new ArrayDeque<>();
        /** Arrivals whose events were taken out in the ordinary way; guarded by the mailbox's lock. */
        private int gone;

        /** The events being worked on; changed under the lock by the working thread only. */
        private final Object[] batch;

        private int filled;
        /** How many events of the batch have ended. Whoever moves it on decides what became of an event. */
        private final AtomicInteger ended = new AtomicInteger();
        /** How often the next event was tried; used by the working thread only. */
        private int tries;

        Lane(Object key) {
            this.key = key;
            this.batch = new Object[key == NO_KEY ? batchSize : Math.min(BATCH_OF_A_KEY, batchSize)];
        }

        void start(Executor on) {
            try {
                on.execute(this);
            } catch (RejectedExecutionException e) {
                List<Object> items = new ArrayList<>();
                lock.lock();
                try {
                    abandon(items);
                    size -= items.size();
                    rejectedEvents += items.size();
                    lanes.remove(key, this);
                } finally {
                    lock.unlock();
                }
                bookAndSignal();
                items.forEach(item -> giveUp(item, Reason.CLOSED, tries, e));
            }
        }

        @Override
        public void run() {
            boolean nested = working.get();
            working.set(true);
            try {
                work();
            } finally {
                if (!nested) {
                    working.remove();
                }
            }
        }

        private void work() {
            for (int batches = 0; batches < BATCHES_IN_A_ROW; batches++) {
                if (!fill()) {
                    return;
                }
                int from = ended.get();
                for (int i = from; i >= 0 && i < filled; i++) {
                    Duration wait = handle(i);
                    if (wait != null) {
                        start(delayed.apply(wait));
                        return;
                    }
                    if (ended.get() == ABANDONED) {
                        return;
                    }
                }
            }
            start(executor);
        }

        /** Makes sure that there is an event to work on; {@code false} when there is none and the lane has ended. */
        private boolean fill() {
            lock.lock();
            try {
                if (ended.get() == ABANDONED) {
                    return false;
                }
                if (ended.get() < filled) {
                    return true;
                }
                int taken = 0;
                while (taken < batch.length && !waiting.isEmpty()) {
                    batch[taken++] = waiting.remove();
                }
                for (int i = taken; i < filled; i++) {
                    batch[i] = NO_KEY;
                }
                filled = taken;
                gone += dropsOldest ? taken : 0;
                ended.set(0);
                if (taken == 0) {
                    lanes.remove(key, this);
                    spare = key == NO_KEY ? this : spare;
                }
                return taken > 0;
            } finally {
                lock.unlock();
            }
        }

        /** Tries an event; gives how long to wait when it is to be tried again. */
        private @Nullable Duration handle(int index) {
            Object item = batch[index];
            try {
                AsyncListener.this.handle(item);
            } catch (Throwable e) {
                return failed(index, item, e);
            }
            if (ended.compareAndSet(index, index + 1)) {
                tries = 0;
                handled(item);
                unbooked.incrementAndGet();
                if (waiters.get() > 0 || closed) {
                    bookAndSignal();
                }
            }
            return null;
        }

        private @Nullable Duration failed(int index, Object item, Throwable failure) {
            tries++;
            if (tries < settings.attempts()) {
                lock.lock();
                try {
                    retries++;
                } finally {
                    lock.unlock();
                }
                return settings.backOff(tries);
            }
            if (ended.compareAndSet(index, index + 1)) {
                int tried = tries;
                tries = 0;
                giveUp(item, Reason.FAILED, tried, failure);
                lock.lock();
                try {
                    size--;
                    failedEvents++;
                } finally {
                    lock.unlock();
                }
                bookAndSignal();
            }
            return null;
        }

        /** Takes everything away from the working thread; called under the lock. */
        private void abandon(List<Object> items) {
            if (spare == this) {
                spare = null;
            }
            int done = ended.getAndSet(ABANDONED);
            for (int i = Math.max(0, done); done != ABANDONED && i < filled; i++) {
                items.add(batch[i]);
            }
            items.addAll(waiting);
            waiting.clear();
        }
    }
}
