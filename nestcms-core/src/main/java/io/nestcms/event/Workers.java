package io.nestcms.event;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a bus that was not given any: virtual ones where the JVM has them, else daemons made on demand, which end
 * when there is nothing to do. How many there are at once is the listeners' affair. None holds anything of the thread that
 * happened to make it: no context class loader, no inherited thread local, no access rights of the callers.
 */
final class Workers {
    private static final long IDLE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    /** Both guarded by the lock, made when they are needed. */
    private @Nullable ExecutorService threads;

    private @Nullable ScheduledThreadPoolExecutor timer;
    private boolean closed;

    /** What listeners run on. */
    Executor executor() {
        lock.lock();
        try {
            if (threads == null) {
                threads = start();
            }
            return threads;
        } finally {
            lock.unlock();
        }
    }

    /** Waits on a thread of the bus's own, which other users of the JVM's timer cannot delay, nor are they delayed by it. */
    @SuppressWarnings(
            "FutureReturnValueIgnored") // nobody waits for it, and the lane that it wakes tells of every failure
    Executor after(Duration wait) {
        return task -> timer().schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    private ScheduledThreadPoolExecutor timer() {
        lock.lock();
        try {
            if (timer == null) {
                timer = new ScheduledThreadPoolExecutor(1, task -> daemon("event-bus-timer", task));
                timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
                timer.allowCoreThreadTimeOut(true);
                if (closed) {
                    timer.shutdownNow();
                }
            }
            return timer;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all threads, those at work by an interrupt. */
    void shutdownNow() {
        lock.lock();
        try {
            closed = true;
            if (threads != null) {
                threads.shutdownNow();
            }
            if (timer != null) {
                timer.shutdownNow();
            }
        } finally {
            lock.unlock();
        }
    }

    private static ExecutorService start() {
        try {
            return virtual();
        } catch (ReflectiveOperationException e) {
            Listener.LOG.debug("No virtual threads on this JVM: the bus uses daemon threads");
            AtomicInteger number = new AtomicInteger();
            return Executors.newCachedThreadPool(task -> daemon("event-bus-" + number.incrementAndGet(), task));
        }
    }

    /** Threads of JDK 21 and later; this library is compiled for 17. */
    private static ExecutorService virtual() throws ReflectiveOperationException {
        Class<?> builder = Class.forName("java.lang.Thread$Builder");
        Object named = builder.getMethod("name", String.class, long.class)
                .invoke(Thread.class.getMethod("ofVirtual").invoke(null), "event-bus-", 1L);
        Object bare = builder.getMethod("inheritInheritableThreadLocals", boolean.class)
                .invoke(named, false);
        ThreadFactory factory = (ThreadFactory) builder.getMethod("factory").invoke(bare);
        ThreadFactory ours = task -> ofTheLibrary(factory.newThread(task));
        return (ExecutorService) Executors.class
                .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                .invoke(null, ours);
    }

    @SuppressWarnings("removal") // without it, JDK 17 has the thread hold the class loaders of all who are on the stack
    private static Thread daemon(String name, Runnable task) {
        PrivilegedAction<Thread> make = () -> new Thread(null, task, name, 0, false);
        Thread thread = AccessController.doPrivileged(make);
        thread.setDaemon(true);
        return ofTheLibrary(thread);
    }

    private static Thread ofTheLibrary(Thread thread) {
        thread.setContextClassLoader(EventBus.class.getClassLoader());
        return thread;
    }
}
