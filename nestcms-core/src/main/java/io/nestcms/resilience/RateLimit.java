package io.nestcms.resilience;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets only so many calls through in a time, at once or spread; what is above is turned away without waiting. A token
 * bucket that is kept as one point in time, so that letting a call through is one exchange and makes no object.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class RateLimit {
    private final long nanosPerCall;
    private final long burstNanos;
    private final LongSupplier ticker;
    /** When all that was let through is paid for. */
    private final AtomicLong paidUntil;

    private RateLimit(int calls, Duration period, LongSupplier ticker) {
        this.nanosPerCall = Math.max(1, Nanos.of(period) / calls);
        this.burstNanos = nanosPerCall * calls;
        this.ticker = ticker;
        this.paidUntil = new AtomicLong(ticker.getAsLong());
    }

    /**
     * A limit on the system's ticker.
     *
     * @param calls how many calls in a period, and how many at once; 1 to 1,000,000
     * @param period the period; 1 ms to 1 day
     * @return the limit
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static RateLimit of(int calls, Duration period) {
        return of(calls, period, System::nanoTime);
    }

    /**
     * A limit on a ticker.
     *
     * @param calls how many calls in a period, and how many at once; 1 to 1,000,000
     * @param period the period; 1 ms to 1 day
     * @param ticker gives nanoseconds that never go back, from any origin
     * @return the limit
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public static RateLimit of(int calls, Duration period, LongSupplier ticker) {
        Check.range("calls", calls, 1, 1_000_000);
        Check.range("period", period, Duration.ofMillis(1), Duration.ofDays(1));
        return new RateLimit(calls, period, ticker);
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
        while (true) {
            long now = ticker.getAsLong();
            long before = paidUntil.get();
            long from = before - now > 0 ? before : now;
            long wait = from + nanosPerCall - now - burstNanos;
            if (wait > 0) {
                return wait;
            }
            if (!take || paidUntil.compareAndSet(before, from + nanosPerCall)) {
                return 0;
            }
        }
    }
}
