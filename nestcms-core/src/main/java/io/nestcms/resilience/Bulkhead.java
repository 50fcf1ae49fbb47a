package io.nestcms.resilience;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets only so many calls run at a time, so that a dependency that hangs cannot take all threads with it.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Bulkhead {
    private final Semaphore places;
    private final int calls;
    private final Duration longestWait;

    private Bulkhead(int calls, Duration longestWait) {
        this.places = new Semaphore(calls, true);
        this.calls = calls;
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
        return calls - places.availablePermits();
    }

    /**
     * Takes a place without waiting. A place that was taken is given back by {@link #release()}.
     *
     * @return whether there was one
     */
    public boolean tryAcquire() {
        return places.tryAcquire();
    }

    /** Takes a place, waiting no longer than set and than the time that is left. */
    boolean tryAcquire(Duration left) throws InterruptedException {
        Duration wait = longestWait.compareTo(left) < 0 ? longestWait : left;
        return wait.isZero() ? places.tryAcquire() : places.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Gives a place back. To be called once for each place that was taken. */
    public void release() {
        places.release();
    }
}
