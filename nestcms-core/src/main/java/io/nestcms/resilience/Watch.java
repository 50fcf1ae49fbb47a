package io.nestcms.resilience;

import java.util.concurrent.atomic.AtomicInteger;

/** Interrupts a thread when its time is over, unless it has ended before, and never afterwards. */
final class Watch {
    private static final int RUNNING = 0;
    private static final int INTERRUPTING = 1;
    private static final int INTERRUPTED = 2;
    private static final int ENDED = 3;

    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final Thread thread = Thread.currentThread();
    private Runnable takeBack = () -> {};

    private Watch() {}

    /** Watches the present thread. */
    static Watch over(Timer timer, long nanos) {
        Watch watch = new Watch();
        watch.takeBack = timer.after(nanos, watch::timeIsOver);
        return watch;
    }

    private void timeIsOver() {
        if (state.compareAndSet(RUNNING, INTERRUPTING)) {
            try {
                thread.interrupt();
            } finally {
                state.set(INTERRUPTED);
            }
        }
    }

    /** The thread has ended what was watched. Tells whether it was interrupted for it; that interrupt is then taken back. */
    boolean end() {
        if (state.compareAndSet(RUNNING, ENDED)) {
            takeBack.run();
            return false;
        }
        while (state.get() == INTERRUPTING) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
        return true;
    }
}
