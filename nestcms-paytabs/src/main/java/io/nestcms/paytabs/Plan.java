package io.nestcms.paytabs;

import dev.failsafe.spi.Scheduler;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Where attempts begin that nobody waits for: the first on the caller's thread, later ones on the JDK's own pool. */
final class Plan implements Scheduler {
    static final Plan INSTANCE = new Plan();

    private Plan() {}

    @Override
    public ScheduledFuture<?> schedule(Callable<?> callable, long delay, TimeUnit unit) {
        Planned<?> planned = new Planned<>(callable, System.nanoTime() + unit.toNanos(delay));
        if (delay <= 0) {
            planned.run();
        } else {
            CompletableFuture.delayedExecutor(delay, unit).execute(planned);
        }
        return planned;
    }

    private static final class Planned<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long at;

        Planned(Callable<V> callable, long at) {
            super(callable);
            this.at = at;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
