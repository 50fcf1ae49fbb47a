package io.nestcms.resilience;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only so many calls run at a time, so that a dependency that hangs cannot take all threads with it. A place is held
 * until the call has really ended: one whose caller no longer waits still runs.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Bulkhead {
    private static final Logger LOG = LoggerFactory.getLogger(Bulkhead.class);

    private final Semaphore places;
    private final AtomicInteger taken = new AtomicInteger();
    private final Duration longestWait;

    private Bulkhead(int calls, Duration longestWait) {
        this.places = new Semaphore(calls, true);
        this.longestWait = longestWait;
    }

    /**
     * A bulkhead that turns further calls away at once.
     *
     * @param calls how many may run at a time; 1 to 1,000,000
     * @return the bulkhead
     * @throws io.nestcms.failure.InvalidInputException if {@code calls} is out of range
     */
    public static Bulkhead of(int calls) {
        return of(calls, Duration.ZERO);
    }

    /**
     * A bulkhead before which calls wait, first come, first served.
     *
     * @param calls how many may run at a time; 1 to 1,000,000
     * @param longestWait how long a call waits at most; 0 to 1 h
     * @return the bulkhead
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static Bulkhead of(int calls, Duration longestWait) {
        Check.range("calls", calls, 1, 1_000_000);
        Check.range("longestWait", longestWait, Duration.ZERO, Duration.ofHours(1));
        return new Bulkhead(calls, longestWait);
    }

    /**
     * How many calls run now.
     *
     * @return 0 or more
     */
    public int running() {
        return taken.get();
    }

    /**
     * Takes a place without waiting. A place that was taken is given back by {@link #release()}.
     *
     * @return whether there was one
     */
    public boolean tryAcquire() {
        return took(places.tryAcquire());
    }

    /** Takes a place, waiting no longer than set and than the time that is left. */
    boolean tryAcquire(Duration left) throws InterruptedException {
        Duration wait = longestWait.compareTo(left) < 0 ? longestWait : left;
        return took(wait.isZero() ? places.tryAcquire() : places.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Gives a place back. To be called once for each place that was taken; when none is taken it does nothing. */
    public void release() {
        int before = taken.getAndUpdate(now -> Math.max(0, now - 1));
        if (before > 0) {
            places.release();
        } else {
            LOG.error("A place of a bulkhead was given back that nobody had taken");
        }
    }

    private boolean took(boolean got) {
        if (got) {
            taken.incrementAndGet();
        }
        return got;
    }
}
