package io.nestcms.resilience;

import dev.failsafe.spi.Scheduler;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs what Failsafe wants to have run on the thread that it is on: the first try is the caller's. */
final class AtOnce implements Scheduler {
    static final AtOnce INSTANCE = new AtOnce();

    private AtOnce() {}

    @Override
    public ScheduledFuture<?> schedule(Callable<?> callable, long delay, TimeUnit unit) {
        Ran<?> ran = new Ran<>(callable);
        ran.run();
        return ran;
    }

    /** A task that is over when somebody sees it. */
    private static final class Ran<V> extends FutureTask<V> implements ScheduledFuture<V> {
        Ran(Callable<V> callable) {
            super(callable);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(0, other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
