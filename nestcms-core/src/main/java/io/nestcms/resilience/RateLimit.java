package io.nestcms.resilience;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Lets only so many calls through in any period that long, wherever it begins, and only so many at once; what is above is
 * turned away without waiting.
 *
 * <p>Remembers when the last calls were let through: 8 bytes for each call of a period. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class RateLimit {
    private static final int FIRST_SIZE = 64;

    private final int calls;
    private final long periodNanos;
    private final long nanosPerCall;
    private final long burstNanos;
    private final LongSupplier ticker;
    private final ReentrantLock lock = new ReentrantLock();
    /** When the last calls were let through, in a ring that grows up to the number of calls; all below is guarded by the lock. */
    private long[] times;

    private int next;
    private int held;
    /** When all that was let through would be paid for at an even pace. */
    private long paidUntil;

    private RateLimit(int calls, Duration period, int burst, LongSupplier ticker) {
        this.calls = calls;
        this.periodNanos = Nanos.of(period);
        this.nanosPerCall = periodNanos / calls;
        this.burstNanos = nanosPerCall * burst;
        this.ticker = ticker;
        this.times = new long[Math.min(calls, FIRST_SIZE)];
        this.paidUntil = ticker.getAsLong();
    }

    /**
     * A limit on the system's ticker, all of whose calls may come at once.
     *
     * @param calls how many calls in any period; 1 to 1,000,000
     * @param period the period; 1 ms to 1 day
     * @return the limit
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static RateLimit of(int calls, Duration period) {
        return of(calls, period, calls, System::nanoTime);
    }

    /**
     * A limit on a ticker, all of whose calls may come at once.
     *
     * @param calls how many calls in any period; 1 to 1,000,000
     * @param period the period; 1 ms to 1 day
     * @param ticker gives nanoseconds that never go back, from any origin
     * @return the limit
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static RateLimit of(int calls, Duration period, LongSupplier ticker) {
        return of(calls, period, calls, ticker);
    }

    /**
     * A limit on a ticker.
     *
     * @param calls how many calls in any period; 1 to 1,000,000
     * @param period the period; 1 ms to 1 day
     * @param burst how many calls may come at once after a quiet time; the others come at the pace of the period divided by
     *     its calls. 1, evenly spread, to {@code calls}
     * @param ticker gives nanoseconds that never go back, from any origin
     * @return the limit
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static RateLimit of(int calls, Duration period, int burst, LongSupplier ticker) {
        Check.range("calls", calls, 1, 1_000_000);
        Check.range("period", period, Duration.ofMillis(1), Duration.ofDays(1));
        Check.range("burst", burst, 1, calls);
        return new RateLimit(calls, period, burst, ticker);
    }

    /**
     * Asks for leave to make one call.
     *
     * @return whether it may be made
     */
    public boolean tryAcquire() {
        return waitNanos(true) == 0;
    }

    /**
     * How long until a call would be let through.
     *
     * @return 0 when it would be now
     */
    public Duration retryAfter() {
        return Duration.ofNanos(waitNanos(false));
    }

    private long waitNanos(boolean take) {
        lock.lock();
        try {
            long now = ticker.getAsLong();
            long from = paidUntil - now > 0 ? paidUntil : now;
            long wait = Math.max(0, from + nanosPerCall - now - burstNanos);
            if (held == calls) {
                wait = Math.max(wait, times[next % calls] + periodNanos - now);
            }
            if (take && wait == 0) {
                paidUntil = from + nanosPerCall;
                remember(now);
            }
            return wait;
        } finally {
            lock.unlock();
        }
    }

    private void remember(long now) {
        if (held == times.length && held < calls) {
            // not yet full, so the oldest stands first
            times = Arrays.copyOf(times, (int) Math.min(calls, 2L * held));
            next = held;
        }
        times[next] = now;
        next = (next + 1) % times.length;
        held = Math.min(held + 1, times.length);
    }
}
