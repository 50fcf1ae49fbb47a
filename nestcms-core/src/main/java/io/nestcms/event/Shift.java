package io.nestcms.event;

import io.nestcms.report.Reports;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One worker of an asynchronous listener: works on one lane after the other until none is ready. */
final class Shift implements Runnable {
    /** How many batches it works through before other tasks of the executor get its thread. */
    private static final int BATCHES_IN_A_ROW = 16;

    private final AsyncListener listener;
    private final int generation;
    /** Whoever sets it first decides: an executor may throw and yet run it, or run it twice. */
    private final AtomicBoolean claimed = new AtomicBoolean();
    /** The thread that is handing over to this one just now; on that very thread it does not begin. */
    private @Nullable Thread giver;

    private boolean declined;

    /** All below is used by the working thread only. */
    private @Nullable Shift outer;

    private @Nullable Lane lane;
    private boolean yielding;
    private boolean interrupted;

    Shift(AsyncListener listener, int generation) {
        this.listener = listener;
        this.generation = generation;
    }

    AsyncListener listener() {
        return listener;
    }

    int generation() {
        return generation;
    }

    /** What the same thread works on while this one runs inside it. */
    @Nullable Shift outer() {
        return outer;
    }

    /** The lane in work. */
    @Nullable Lane lane() {
        return lane;
    }

    /** Gives the thread to other tasks of the executor after the present event. */
    void yieldSoon() {
        yielding = true;
    }

    /** Whether the caller is the first to decide about this one: to run it, or that it never runs. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    @Override
    public void run() {
        if (Thread.currentThread() == giver) {
            declined = true;
            return;
        }
        if (!claim()) {
            return;
        }
        // an interrupt is its thread's or another event's, none of the event that comes next
        interrupted = Thread.interrupted();
        outer = listener.waits().present();
        listener.waits().set(this);
        try {
            work();
        } catch (Throwable e) {
            // none of the handlers': the JVM has no memory or no stack left, so others go on where this one stopped
            listener.resign(lane, e);
        } finally {
            listener.waits().set(outer);
            listener.forget();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void work() {
        int batches = 0;
        lane = listener.begin(this);
        while (lane != null) {
            workOn(lane);
            if (yielding || ++batches >= BATCHES_IN_A_ROW) {
                yielding = false;
                batches = 0;
                lane = handOver();
            } else {
                lane = listener.next(lane);
            }
        }
    }

    /** Works through the lane's batch; lets go of the lane when an event is to be tried again later. */
    private void workOn(Lane now) {
        for (int i = now.first(); i >= 0 && !yielding; i++) {
            Object item = now.at(i);
            if (item == null) {
                return;
            }
            interrupted |= Thread.interrupted();
            Throwable failure = tried(item);
            boolean goesOn = failure == null
                    ? listener.handled(now, i, item)
                    : !waits(now) && listener.failed(now, i, item, failure);
            if (!goesOn) {
                return;
            }
        }
    }

    private @Nullable Throwable tried(Object item) {
        try {
            listener.handle(item);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    /** Whether the event is to be tried again, and the lane waits for that. */
    private boolean waits(Lane now) {
        Duration wait = listener.waitAfter(++now.tries);
        if (wait == null) {
            return false;
        }
        Wake wake = new Wake(listener, now);
        // from here on the lane is another's, should the wait be over at once
        lane = null;
        try {
            listener.delay(wait, wake);
            return true;
        } catch (Throwable e) {
            if (!wake.claim()) {
                return true;
            }
            lane = now;
            Reports.warned(
                    Listener.LOG, "Listener " + listener.name() + " cannot try an event again: nobody waits for it", e);
            return false;
        } finally {
            wake.given();
        }
    }

    /** Puts the lane back and asks the executor for another thread; gives the lane to go on with when there is none. */
    private @Nullable Lane handOver() {
        int number = listener.putBack(lane);
        lane = null;
        if (number == AsyncListener.NOBODY) {
            return null;
        }
        Shift next = new Shift(listener, number);
        next.giver = Thread.currentThread();
        boolean taken;
        try {
            listener.run(next);
            taken = !next.declined;
        } catch (Throwable e) {
            taken = false; // there is no other thread, but there is this one
        }
        next.giver = null;
        return taken || !next.claim() ? null : listener.goOn(next);
    }

    /** Brings a lane back when its wait is over, once. */
    private static final class Wake implements Runnable {
        private final AsyncListener listener;
        private final Lane lane;
        private final AtomicBoolean claimed = new AtomicBoolean();
        /** Who goes on with the lane should the wait be over at once, on its own thread. */
        private @Nullable Thread giver = Thread.currentThread();

        Wake(AsyncListener listener, Lane lane) {
            this.listener = listener;
            this.lane = lane;
        }

        boolean claim() {
            return claimed.compareAndSet(false, true);
        }

        void given() {
            giver = null;
        }

        @Override
        public void run() {
            if (claim()) {
                listener.due(lane, Thread.currentThread() != giver);
            }
        }
    }
}
