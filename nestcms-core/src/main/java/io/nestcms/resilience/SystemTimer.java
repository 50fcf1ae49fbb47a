package io.nestcms.resilience;

import io.nestcms.report.Reports;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real time, by one thread that does nothing but look at the clock: it exists while something is planned and ends soon
 * after. What others are told is told by other threads, virtual ones where there are any, so that nobody's code stops the
 * clock. All of them are named.
 */
final class SystemTimer implements Timer {
    static final SystemTimer INSTANCE = new SystemTimer();

    private static final Logger LOG = LoggerFactory.getLogger(Protection.class);
    private static final int MOST_WORKERS = 64;
    private static final long IDLE_SECONDS = 10;

    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, named("nestcms-timer"));
    private final Executor workers = workers();

    private SystemTimer() {
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
    }

    @Override
    public Runnable after(long nanos, Runnable what) {
        try {
            ScheduledFuture<?> planned = clock.schedule(what, nanos, TimeUnit.NANOSECONDS);
            return () -> planned.cancel(false);
        } catch (Throwable noThread) {
            // the JVM's own timer is there all the same; it hands over to other threads
            CompletableFuture<Void> planned =
                    CompletableFuture.runAsync(what, CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS));
            return () -> planned.cancel(false);
        }
    }

    @Override
    public void handOver(Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (Throwable broken) {
                Reports.failed(LOG, "What follows a time-out failed", task.getClass(), broken);
            }
        };
        try {
            workers.execute(guarded);
        } catch (Throwable noThread) {
            try {
                ForkJoinPool.commonPool().execute(guarded);
            } catch (Throwable noThreadEither) {
                // late is better than never
                guarded.run();
            }
        }
    }

    private static Executor workers() {
        ThreadFactory virtual = virtualThreads();
        if (virtual != null) {
            return task -> virtual.newThread(task).start();
        }
        return new ThreadPoolExecutor(
                0, MOST_WORKERS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), named("nestcms-timeout"));
    }

    /** From Java 21 on. */
    private static @Nullable ThreadFactory virtualThreads() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Object named = type.getMethod("name", String.class, long.class).invoke(builder, "nestcms-timeout-", 1L);
            return (ThreadFactory) type.getMethod("factory").invoke(named);
        } catch (ReflectiveOperationException older) {
            return null;
        }
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory plain = Executors.defaultThreadFactory();
        return task -> {
            Thread thread = plain.newThread(task);
            thread.setName(name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            // or it would hold the class loader of whoever happened to call first
            thread.setContextClassLoader(SystemTimer.class.getClassLoader());
            return thread;
        };
    }
}
