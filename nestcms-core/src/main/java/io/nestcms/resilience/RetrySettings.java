package io.nestcms.resilience;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often a call that was not sent is tried, and how long to wait in between: the wait doubles from the first to the
 * longest, less a random share.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param attempts how many tries in all; 1 to 100
 * @param firstWait the wait before the second try; 0 to 1 h
 * @param longestWait the longest wait; 0 to 1 h
 * @param jitter up to which share a wait is shortened at random; 0 to 1
 * @since 0.1
 */
public record RetrySettings(int attempts, Duration firstWait, Duration longestWait, double jitter) {
    private static final Duration LONGEST = Duration.ofHours(1);

    /**
     * Checks the ranges.
     *
     * @param attempts how many tries in all
     * @param firstWait the wait before the second try
     * @param longestWait the longest wait
     * @param jitter up to which share a wait is shortened
     * @throws io.nestcms.failure.InvalidInputException if a value is out of range
     */
    public RetrySettings {
        Check.range("attempts", attempts, 1, 100);
        Check.range("firstWait", firstWait, Duration.ZERO, LONGEST);
        Check.range("longestWait", longestWait, Duration.ZERO, LONGEST);
        Check.range("jitter", jitter, 0, 1);
    }

    /**
     * Three tries, 100 ms after the first, at most 2 s, jitter 0.5.
     *
     * @return the defaults
     */
    public static RetrySettings defaults() {
        return new RetrySettings(3, Duration.ofMillis(100), Duration.ofSeconds(2), 0.5);
    }

    /**
     * One try only.
     *
     * @return settings without retries
     */
    public static RetrySettings none() {
        return new RetrySettings(1, Duration.ZERO, Duration.ZERO, 0);
    }

    /** The wait after so many failed tries. */
    Duration waitAfter(int failed, RandomGenerator random) {
        double full = Math.min((double) longestWait.toNanos(), firstWait.toNanos() * Math.pow(2, failed - 1.0));
        return Duration.ofNanos((long) (full * (1 - jitter * random.nextDouble())));
    }
}
