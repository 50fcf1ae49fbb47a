package io.nestcms.event;

import io.nestcms.event.DeadLetter.Reason;
import io.nestcms.event.Lane.Left;
import io.nestcms.report.Reports;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A listener with a mailbox: a lane for each key, each worked on by one worker at a time, and a bounded number of workers. A
 * lane exists only while it has events, so memory is bounded by the mailbox, not by the number of keys. A lane takes events
 * out in batches and books what it has handled without the lock, which is therefore taken once for each publishing and once
 * for each batch.
 */
final class AsyncListener extends Listener {
    /** Instead of the number of a worker to be hired: there is none. */
    static final int NOBODY = -1;

    /** How many events a lane takes out at once. */
    private static final int BATCH = 128;

    /** The same for one key of many. */
    private static final int BATCH_OF_A_KEY = 8;

    /** How many events beyond its bound a mailbox takes at least, of publishers that must not wait. */
    private static final int RESERVE = 1024;

    private static final Object NO_KEY = new Object();

    private final SubscriptionSettings<Object> settings;
    private final @Nullable Function<? super Object, String> keyOf;
    private final Crew crew;
    private final int bound;
    private final int batchSize;
    private final Overflow overflow;
    private final boolean dropsOldest;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition empty = lock.newCondition();
    /** Handled events that are still counted in the size. */
    private final AtomicInteger unbooked = new AtomicInteger();

    /** Publishers that wait for room. */
    private final AtomicInteger waiters = new AtomicInteger();

    /** Both changed under the lock. */
    private volatile boolean closed;

    private volatile boolean leaving;

    /** All below is guarded by the lock. */
    private final Map<Object, Lane> lanes = new HashMap<>();
    /** The lanes that have events and no worker, and do not wait for a further try. */
    private final Deque<Lane> ready = new ArrayDeque<>();
    /** The lanes of the waiting events, oldest first; only when the oldest is what is dropped. */
    private final Deque<Lane> arrivals = new ArrayDeque<>();
    /** The lanes whose present event closes the bus. */
    private final List<Lane> closing = new ArrayList<>();

    /** The lane of events without a key while it has none: it comes and goes often. */
    private @Nullable Lane spare;

    /** Workers, those that the executor has not begun yet included. */
    private int workers;
    /** Those that it has not begun yet. */
    private int hired;
    /** Since when there are such, or when it last began one. */
    private long hiredAt;
    /** Workers of an earlier number are taken to be lost. */
    private int generation;

    /** A publisher has waited in vain and no event ended meanwhile: nobody waits until the mailbox is half empty. */
    private boolean stuck;

    private boolean drained;
    private int size;
    private long handledEvents;
    private long failedEvents;
    private long retries;
    private long rejectedEvents;
    private long droppedEvents;

    /**
     * What asynchronous listeners run on.
     *
     * @param lostNanos after this an executor that has begun none of its tasks is taken to have lost them
     */
    record Crew(Executor executor, Function<Duration, Executor> delayed, long lostNanos, Waits waits) {}

    AsyncListener(Draft draft, SubscriptionSettings<Object> settings, Crew crew) {
        super(draft);
        this.settings = settings;
        this.keyOf = settings.key().orElse(null);
        this.crew = crew;
        this.bound = settings.mailbox();
        this.overflow = settings.overflow();
        this.dropsOldest = overflow == Overflow.DROP_OLDEST;
        // an event that was taken out can no longer be dropped, and one in a batch keeps its place until it is booked
        this.batchSize = dropsOldest ? 1 : Math.max(1, Math.min(BATCH, bound / 4));
    }

    Waits waits() {
        return crew.waits();
    }

    Duration longestWait() {
        return settings.longestWait();
    }

    @Override
    void accept(Object item) {
        Object key;
        try {
            key = key(item);
        } catch (Throwable e) {
            // whoever has no key has no place in the order: better a dead letter than the publisher's failure
            fail(item, e);
            return;
        }
        Object dropped = null;
        Reason refused;
        int number = NOBODY;
        lock.lock();
        try {
            if (size >= bound) {
                book();
            }
            if (size >= bound && dropsOldest && !closed) {
                dropped = takeOldest();
            }
            refused = refusal();
            if (refused == null) {
                add(key, item);
                number = toHire();
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
        } else if (number != NOBODY) {
            hire(number);
        }
    }

    @Override
    void fail(Object item, Throwable cause) {
        lock.lock();
        try {
            failedEvents++;
        } finally {
            lock.unlock();
        }
        giveUp(item, Reason.FAILED, 0, cause);
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

    /** Why the mailbox does not take an event now, perhaps after a wait for room; {@code null} when it does. */
    private @Nullable Reason refusal() {
        if (closed) {
            return Reason.CLOSED;
        }
        if (size < bound) {
            return null;
        }
        return overflow == Overflow.BLOCK ? awaitRoom() : Reason.REJECTED;
    }

    private @Nullable Reason awaitRoom() {
        Shift present = waits().present();
        if (present != null && hired > 0 && workers == hired && isInReserve()) {
            // perhaps its worker waits for the very thread that would wait here
            for (Shift shift = present; shift != null; shift = shift.outer()) {
                shift.yieldSoon();
            }
            return null;
        }
        if (!waits().begin(this)) {
            return isInReserve() ? null : Reason.NO_ROOM;
        }
        waiters.incrementAndGet();
        try {
            return awaitRoom(settings.longestWait().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return closed ? Reason.CLOSED : isInReserve() ? null : Reason.NO_ROOM;
        } finally {
            waiters.decrementAndGet();
            waits().end(this);
        }
    }

    private @Nullable Reason awaitRoom(long nanos) throws InterruptedException {
        long left = nanos;
        book();
        long before = handledEvents + failedEvents;
        while (size >= bound && !closed && !stuck && left > 0) {
            left = room.awaitNanos(left);
            book();
        }
        if (closed) {
            return Reason.CLOSED;
        }
        if (size < bound) {
            return null;
        }
        if (!stuck && before == handledEvents + failedEvents) {
            stuck = true;
            room.signalAll();
        }
        return Reason.NO_ROOM;
    }

    /** Whether an event of a publisher that must not wait is taken beyond the bound. */
    private boolean isInReserve() {
        return size < bound + Math.max(bound, RESERVE);
    }

    private void add(Object key, Object item) {
        Lane lane = lanes.get(key);
        if (lane == null) {
            lane = key == NO_KEY && spare != null ? spare : newLane(key);
            lane.add(item);
            lanes.put(key, lane);
            ready.add(lane);
        } else {
            lane.add(item);
        }
        size++;
        if (dropsOldest) {
            arrivals.add(lane);
            if (arrivals.size() > 2 * bound + BATCH) {
                arrivals.removeIf(each -> each.gone > 0 && each.gone-- > 0);
            }
        }
    }

    private Lane newLane(Object key) {
        return new Lane(key, key == NO_KEY ? batchSize : Math.min(BATCH_OF_A_KEY, batchSize));
    }

    private @Nullable Object takeOldest() {
        for (Lane lane = arrivals.poll(); lane != null; lane = arrivals.poll()) {
            if (lane.gone > 0) {
                lane.gone--;
            } else {
                size--;
                droppedEvents++;
                return lane.dropOldest();
            }
        }
        return null;
    }

    private void book() {
        int handled = unbooked.getAndSet(0);
        size -= handled;
        handledEvents += handled;
        if (stuck && size <= bound / 2) {
            stuck = false;
        }
    }

    /** Books and wakes who waits for room or for the end. */
    private void bookAndSignal() {
        lock.lock();
        try {
            book();
            if (waiters.get() > 0) {
                room.signalAll();
            }
            if (closed) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The number of a worker to be hired, which is counted from here on. */
    private int toHire() {
        if (ready.size() <= hired) {
            if (ready.isEmpty() || System.nanoTime() - hiredAt < crew.lostNanos()) {
                return NOBODY;
            }
            workers -= hired;
            hired = 0;
            generation++;
        }
        if (workers >= settings.concurrency()) {
            return NOBODY;
        }
        workers++;
        if (hired++ == 0) {
            hiredAt = System.nanoTime();
        }
        return generation;
    }

    /** Whether a worker is still counted as one that has not begun; from here on it is not. */
    private boolean wasHired(int number) {
        if (number != generation) {
            return false;
        }
        hired--;
        return true;
    }

    /** Has the executor begin a worker. When it cannot and there is no other worker, the waiting events are given up. */
    private void hire(int number) {
        Shift shift = null;
        Throwable refusal;
        try {
            shift = new Shift(this, number);
            crew.executor().execute(shift);
            return;
        } catch (Throwable e) {
            refusal = e;
        }
        if (shift == null || shift.claim()) {
            dismiss(number, refusal);
        }
    }

    private void dismiss(int number, Throwable cause) {
        List<Left> stranded = new ArrayList<>();
        lock.lock();
        try {
            if (wasHired(number)) {
                workers--;
            }
            if (workers == 0) {
                for (Lane lane = ready.poll(); lane != null; lane = ready.poll()) {
                    lane.abandon(stranded);
                    end(lane);
                }
                size -= stranded.size();
                failedEvents += stranded.size();
            }
        } finally {
            lock.unlock();
        }
        if (!stranded.isEmpty()) {
            bookAndSignal();
            stranded.forEach(left -> giveUp(left.item(), Reason.NO_THREAD, left.tries(), cause));
        }
    }

    void run(Shift shift) {
        crew.executor().execute(shift);
    }

    void delay(Duration wait, Runnable task) {
        crew.delayed().apply(wait).execute(task);
    }

    /** The first lane of a worker that begins; {@code null} when there is none or it was replaced long ago. */
    @Nullable Lane begin(Shift shift) {
        lock.lock();
        try {
            if (wasHired(shift.generation())) {
                hiredAt = hired > 0 ? System.nanoTime() : hiredAt;
            } else if (workers < settings.concurrency()) {
                workers++;
            } else {
                return null;
            }
            return nextReady();
        } finally {
            lock.unlock();
        }
    }

    /** The next lane of a worker, which is done with its batch of the last one; {@code null} when its work is over. */
    @Nullable Lane next(@Nullable Lane last) {
        lock.lock();
        try {
            letGo(last);
            return nextReady();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the work of a worker; gives the number of the one that is to go on, if any. */
    int putBack(@Nullable Lane last) {
        lock.lock();
        try {
            letGo(last);
            workers--;
            return toHire();
        } finally {
            lock.unlock();
        }
    }

    /** The next lane of a worker that wanted to hand over and found nobody. */
    @Nullable Lane goOn(Shift instead) {
        lock.lock();
        try {
            if (!wasHired(instead.generation())) {
                workers++;
            }
            return nextReady();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the work of a worker that broke. */
    void resign(@Nullable Lane last, Throwable cause) {
        int number;
        lock.lock();
        try {
            letGo(last);
            workers--;
            number = toHire();
        } finally {
            lock.unlock();
        }
        Reports.warned(LOG, "A worker of listener " + name() + " broke", cause);
        if (number != NOBODY) {
            hire(number);
        }
    }

    private void letGo(@Nullable Lane lane) {
        if (lane == null) {
            return;
        }
        if (lane.hasMore()) {
            ready.add(lane);
        } else {
            end(lane);
        }
    }

    private @Nullable Lane nextReady() {
        for (Lane lane = ready.poll(); lane != null; lane = ready.poll()) {
            if (lane.refill()) {
                return lane;
            }
            end(lane);
        }
        workers--;
        return null;
    }

    private void end(Lane lane) {
        lanes.remove(lane.key, lane);
        if (lane.isAbandoned()) {
            spare = spare == lane ? null : spare;
        } else if (lane.key == NO_KEY) {
            lane.clear();
            spare = lane;
        }
    }

    /** Brings back a lane that has waited for a further try. */
    void due(Lane lane, boolean hires) {
        int number;
        lock.lock();
        try {
            if (lane.isAbandoned()) {
                return;
            }
            ready.add(lane);
            number = hires ? toHire() : NOBODY;
        } finally {
            lock.unlock();
        }
        if (number != NOBODY) {
            hire(number);
        }
    }

    /** Ends a handled event; {@code false} when the lane is no longer the caller's. */
    boolean handled(Lane lane, int index, Object item) {
        lane.tries = 0;
        if (!lane.end(index)) {
            return false;
        }
        try {
            handled(item);
        } finally {
            unbooked.incrementAndGet();
            if (waiters.get() > 0 || closed) {
                bookAndSignal();
            }
        }
        return true;
    }

    /** Ends an event that failed for good; {@code false} when the lane is no longer the caller's. */
    boolean failed(Lane lane, int index, Object item, Throwable failure) {
        int tries = lane.tries;
        if (!lane.end(index)) {
            return false;
        }
        lane.tries = 0;
        try {
            giveUp(item, Reason.FAILED, tries, failure);
        } finally {
            lock.lock();
            try {
                size--;
                failedEvents++;
            } finally {
                lock.unlock();
            }
            bookAndSignal();
        }
        return true;
    }

    /** How long to wait after a failed try; {@code null} when there is no other. */
    @Nullable Duration waitAfter(int tries) {
        if (tries >= settings.attempts()) {
            return null;
        }
        lock.lock();
        try {
            if (drained) {
                return null;
            }
            retries++;
        } finally {
            lock.unlock();
        }
        return settings.backOff(tries);
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

    /** Ends the subscription: what waits is still handled. {@code true} when nothing does, and nothing is taken any more. */
    boolean leave() {
        lock.lock();
        try {
            leaving = true;
            return hasLeft();
        } finally {
            lock.unlock();
        }
    }

    /** Tells the bus when the last event of a subscription that has ended is over. */
    void forget() {
        if (!leaving) {
            return;
        }
        boolean left;
        lock.lock();
        try {
            left = hasLeft();
        } finally {
            lock.unlock();
        }
        if (left) {
            close();
        }
    }

    private boolean hasLeft() {
        book();
        closed |= size == 0;
        return size == 0;
    }

    /** Nobody waits for the end of a lane whose present event closes the bus. */
    void leaveOut(Lane lane) {
        lock.lock();
        try {
            closing.add(lane);
            empty.signalAll();
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
            while (size > closing.stream().mapToInt(Lane::size).sum() && left > 0) {
                left = empty.awaitNanos(left);
                book();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Takes out what still waits or is being tried, except by the calling thread in its own lanes. */
    List<Left> takeAll(Collection<Lane> own) {
        lock.lock();
        try {
            // what has ended is booked below, so the count may be off here, and below zero
            List<Left> items = new ArrayList<>();
            int kept = 0;
            for (Lane lane : lanes.values()) {
                if (own.contains(lane)) {
                    kept += lane.takeBehind(items);
                } else {
                    lane.abandon(items);
                }
            }
            lanes.values().removeIf(Lane::isAbandoned);
            ready.clear();
            arrivals.clear();
            closing.clear();
            spare = null;
            drained = true;
            book();
            size = kept;
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
}
