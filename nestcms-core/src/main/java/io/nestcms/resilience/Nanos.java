package io.nestcms.resilience;

import java.time.Duration;

/** Durations as the clock counts them. */
final class Nanos {
    /** About 146 years: far enough to be never, near enough to be added to a reading of the clock. */
    static final long NEVER = Long.MAX_VALUE / 2;

    private Nanos() {}

    /** The duration in nanoseconds, at most {@link #NEVER}. */
    static long of(Duration duration) {
        if (duration.toSeconds() >= NEVER / 1_000_000_000L) {
            return NEVER;
        }
        return duration.toNanos();
    }

    /** What is left until a reading of the clock; 0 when it has passed. */
    static Duration left(long until, long now) {
        return Duration.ofNanos(Math.max(0, until - now));
    }
}
