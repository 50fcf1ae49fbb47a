package io.nestcms.server;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How the server's own threads are named and ended. */
final class Threads {
    private Threads() {}

    /** Daemons with a number behind the name. */
    static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Takes no new tasks; those that have not ended within the time are interrupted. */
    static void stop(ExecutorService executor, Duration within) throws InterruptedException {
        executor.shutdown();
        if (!executor.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS)) {
            executor.shutdownNow();
        }
    }
}
