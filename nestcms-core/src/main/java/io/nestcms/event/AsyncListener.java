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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A listener with a mailbox: a lane for each key, each worked on by one thread at a time. A lane exists only while it has
 * events, so memory is bounded by the mailbox, not by the number of keys.
 */
final class AsyncListener extends Listener {
    /** How many events a lane takes from the mailbox at once, and how many it handles before others get the thread. */
    private static final int BATCH = 128;

    private static final Object NO_KEY = new Object();

    private final SubscriptionSettings<Object> settings;
    private final @Nullable Function<? super Object, String> keyOf;
    private final Executor executor;
    private final Function<Duration, Executor> delayed;
    private final int bound;
    private final Overflow overflow;
    private final boolean dropsOldest;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition empty = lock.newCondition();
    /** All below is guarded by the lock. */
    private final Map<Object, Lane> lanes = new HashMap<>();
    /** The lanes of the waiting events, oldest first; only when the oldest is what is dropped. */
    private final Deque<Lane> arrivals = new ArrayDeque<>();

    private int size;
    private boolean closed;
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
    }

    @Override
    void accept(Object item) {
        Object key = key(item);
        Object dropped = null;
        Lane lane;
        boolean idle;
        lock.lock();
        try {
            if (size >= bound && !closed && overflow == Overflow.BLOCK && !Lane.isRunning(this)) {
                awaitRoom();
            }
            boolean full = size >= bound && overflow != Overflow.BLOCK;
            if (full && dropsOldest && !closed) {
                dropped = takeOldest();
            }
            if (closed || (full && dropped == null)) {
                lane = null;
                idle = false;
                rejectedEvents++;
            } else {
                lane = lanes.computeIfAbsent(key, Lane::new);
                idle = lane.add(item);
            }
        } finally {
            lock.unlock();
        }
        if (dropped != null) {
            giveUp(dropped, Reason.DROPPED, 0, null);
        }
        if (lane == null) {
            giveUp(item, isClosed() ? Reason.CLOSED : Reason.REJECTED, 0, null);
        } else if (idle) {
            lane.start(executor);
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

    /** Waits for room; an interrupt ends the wait, and the event is then taken beyond the bound rather than lost. */
    private void awaitRoom() {
        boolean interrupted = false;
        while (size >= bound && !closed && !interrupted) {
            try {
                room.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
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
            while (size > 0 && left > 0) {
                left = empty.awaitNanos(left);
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
            for (Lane lane : lanes.values()) {
                lane.takeAll(items);
            }
            size = 0;
            lanes.clear();
            arrivals.clear();
            empty.signalAll();
            return items;
        } finally {
            lock.unlock();
        }
    }

    ListenerSnapshot snapshot() {
        lock.lock();
        try {
            return new ListenerSnapshot(
                    name(), size, bound, handledEvents, failedEvents, retries, rejectedEvents, droppedEvents);
        } finally {
            lock.unlock();
        }
    }

    /** The events of one key. */
    private final class Lane implements Runnable {
        private static final ThreadLocal<@Nullable AsyncListener> RUNNING = new ThreadLocal<>();

        private final Object key;
        /** Guarded by the mailbox's lock. */
        private final Deque<Object> waiting = new ArrayDeque<>();
        /** Arrivals whose events were taken in the ordinary way; guarded by the mailbox's lock. */
        private int gone;
        /** Guarded by the mailbox's lock: whether a thread works on the lane, or is going to. */
        private boolean active;
        /** Guarded by the mailbox's lock: the lane was emptied from outside. */
        private boolean abandoned;

        /** The events being worked on, and how often the first was tried; used by the working thread only. */
        private final Deque<Object> batch = new ArrayDeque<>();

        private int tries;

        Lane(Object key) {
            this.key = key;
        }

        static boolean isRunning(AsyncListener listener) {
            return RUNNING.get() == listener;
        }

        /** Adds an event; {@code true} when the lane is to be started. */
        boolean add(Object item) {
            waiting.add(item);
            size++;
            if (dropsOldest) {
                arrivals.add(this);
                if (arrivals.size() > 2 * bound + BATCH) {
                    forgetGone();
                }
            }
            boolean idle = !active;
            active = true;
            return idle;
        }

        void start(Executor on) {
            try {
                on.execute(this);
            } catch (RejectedExecutionException e) {
                List<Object> items = new ArrayList<>();
                lock.lock();
                try {
                    takeAll(items);
                    size -= items.size();
                    lanes.remove(key, this);
                    signal();
                } finally {
                    lock.unlock();
                }
                items.forEach(item -> giveUp(item, Reason.CLOSED, tries, e));
            }
        }

        @Override
        public void run() {
            AsyncListener outer = RUNNING.get();
            RUNNING.set(AsyncListener.this);
            try {
                work();
            } finally {
                if (outer == null) {
                    RUNNING.remove();
                } else {
                    RUNNING.set(outer);
                }
            }
        }

        private void work() {
            int done = 0;
            while (done < BATCH && fill()) {
                Duration wait = handleFirst();
                if (wait != null) {
                    start(delayed.apply(wait));
                    return;
                }
                done++;
            }
            if (done >= BATCH) {
                start(executor);
            }
        }

        /** Makes sure that there is an event to work on; {@code false} when there is none and the lane has ended. */
        private boolean fill() {
            lock.lock();
            try {
                if (abandoned) {
                    return false;
                }
                if (!batch.isEmpty()) {
                    return true;
                }
                Object next = waiting.poll();
                if (next == null) {
                    active = false;
                    lanes.remove(key, this);
                    return false;
                }
                gone += dropsOldest ? 1 : 0;
                batch.add(next);
                return true;
            } finally {
                lock.unlock();
            }
        }

        /** Tries the first event; gives how long to wait when it is to be tried again. */
        private @Nullable Duration handleFirst() {
            Object item = batch.element();
            Throwable failure = null;
            try {
                handle(item);
            } catch (Throwable e) {
                failure = e;
            }
            boolean again = failure != null && ++tries < settings.attempts();
            boolean mine = finish(failure, again);
            if (!mine) {
                return null;
            }
            if (again) {
                return settings.backOff(tries);
            }
            int tried = tries;
            tries = 0;
            if (failure == null) {
                handled(item);
            } else {
                giveUp(item, Reason.FAILED, tried, failure);
            }
            return null;
        }

        /** Books the end of a try; {@code false} when the event was taken away meanwhile. */
        private boolean finish(@Nullable Throwable failure, boolean again) {
            lock.lock();
            try {
                if (abandoned) {
                    return false;
                }
                if (again) {
                    retries++;
                    return true;
                }
                batch.remove();
                size--;
                if (failure == null) {
                    handledEvents++;
                } else {
                    failedEvents++;
                }
                signal();
                return true;
            } finally {
                lock.unlock();
            }
        }

        private void takeAll(List<Object> items) {
            items.addAll(batch);
            items.addAll(waiting);
            batch.clear();
            waiting.clear();
            abandoned = true;
        }
    }

    private void signal() {
        if (overflow == Overflow.BLOCK) {
            room.signal();
        }
        if (size == 0) {
            empty.signalAll();
        }
    }

    private void forgetGone() {
        arrivals.removeIf(lane -> lane.gone > 0 && lane.gone-- > 0);
    }
}
