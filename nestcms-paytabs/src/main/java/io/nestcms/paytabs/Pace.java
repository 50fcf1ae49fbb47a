package io.nestcms.paytabs;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** Lets at most so many calls go in any minute; exact, since it remembers when each of the last ones went. */
final class Pace {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final long[] went;
    private final LongSupplier ticker;
    private int oldest;

    Pace(int callsPerMinute, LongSupplier ticker) {
        this.went = new long[callsPerMinute];
        this.ticker = ticker;
        Arrays.fill(went, ticker.getAsLong() - MINUTE);
    }

    /** Lets a call go and gives zero, or gives how long to wait until one may. */
    synchronized Duration take() {
        if (went.length == 0) {
            return Duration.ZERO;
        }
        long now = ticker.getAsLong();
        long left = went[oldest] + MINUTE - now;
        if (left > 0) {
            return Duration.ofNanos(left);
        }
        went[oldest] = now;
        oldest = (oldest + 1) % went.length;
        return Duration.ZERO;
    }
}
