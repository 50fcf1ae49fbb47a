package io.nestcms.resilience;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Keeps retries from multiplying the load on a dependency that is in trouble: of the calls of the recent time, retries may
 * be a share, but always a few. One budget for each dependency, shared by all of its callers.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class RetryBudget {
    private static final int SLICES = 10;

    private final double share;
    private final int floor;
    private final long sliceNanos;
    private final LongSupplier ticker;
    private final ReentrantLock lock = new ReentrantLock();
    /** The following are guarded by the lock. */
    private final long[] calls = new long[SLICES];

    private final long[] retries = new long[SLICES];
    private int slice;
    private long sliceEnd;

    private RetryBudget(double share, int floor, Duration window, LongSupplier ticker) {
        this.share = share;
        this.floor = floor;
        this.sliceNanos = Math.max(1, Nanos.of(window) / SLICES);
        this.ticker = ticker;
        this.sliceEnd = ticker.getAsLong() + sliceNanos;
    }

    /**
     * A budget on the system's ticker.
     *
     * @param share retries for each call; 0 to 1
     * @param floor retries that are always allowed in the window; 0 or more
     * @param window how long calls and retries are remembered; 10 ms to 1 day
     * @return the budget
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static RetryBudget of(double share, int floor, Duration window) {
        return of(share, floor, window, System::nanoTime);
    }

    /**
     * A budget on a ticker.
     *
     * @param share retries for each call; 0 to 1
     * @param floor retries that are always allowed in the window; 0 or more
     * @param window how long calls and retries are remembered; 10 ms to 1 day
     * @param ticker gives nanoseconds that never go back, from any origin
     * @return the budget
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static RetryBudget of(double share, int floor, Duration window, LongSupplier ticker) {
        Check.range("share", share, 0, 1);
        Check.range("floor", floor, 0, Integer.MAX_VALUE);
        Check.range("window", window, Duration.ofMillis(SLICES), Duration.ofDays(1));
        return new RetryBudget(share, floor, window, ticker);
    }

    /** Counts a call, not its retries. */
    public void called() {
        lock.lock();
        try {
            turn();
            calls[slice]++;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks for leave to retry once, and counts the retry when it is given.
     *
     * @return whether the retry may be made
     */
    public boolean tryRetry() {
        lock.lock();
        try {
            turn();
            if (sum(retries) >= floor + share * sum(calls)) {
                return false;
            }
            retries[slice]++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void turn() {
        long behind = ticker.getAsLong() - sliceEnd;
        if (behind < 0) {
            return;
        }
        long steps = behind / sliceNanos + 1;
        for (long i = 0; i < Math.min(steps, SLICES); i++) {
            slice = (slice + 1) % SLICES;
            calls[slice] = 0;
            retries[slice] = 0;
        }
        sliceEnd += steps * sliceNanos;
    }

    private static long sum(long[] slices) {
        long sum = 0;
        for (long each : slices) {
            sum += each;
        }
        return sum;
    }
}
