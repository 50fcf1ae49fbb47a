package io.nestcms.event;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of a bus that was not given any: virtual ones where the JVM has them, else daemons made on demand. */
final class Workers {
    private Workers() {}

    static ExecutorService start() {
        try {
            // JDK 21 and later; this library is compiled for 17
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            Listener.LOG.debug("No virtual threads on this JVM: the bus uses daemon threads");
            AtomicInteger number = new AtomicInteger();
            return Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "event-bus-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        }
    }
}
