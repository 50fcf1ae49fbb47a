package io.nestcms.event;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;

/**
 * How often a recorded event is delivered again that a listener did not handle, and after which waits. After the last attempt it
 * is buried. Immutable.
 *
 * @param attempts after how many failed attempts an event is buried; at least 1
 * @param firstWait the wait after the first failure, doubled after each further one; above zero
 * @param longestWait the longest wait; at least {@code firstWait}
 * @since 0.1
 */
public record Redelivery(int attempts, Duration firstWait, Duration longestWait) {
    /** Twelve attempts, after waits from one second to five minutes. */
    public static final Redelivery DEFAULT = new Redelivery(12, Duration.ofSeconds(1), Duration.ofMinutes(5));

    private static final int MOST_DOUBLINGS = 20;

    /**
     * Checks the ranges.
     *
     * @param attempts after how many failed attempts an event is buried
     * @param firstWait the wait after the first failure
     * @param longestWait the longest wait
     * @throws InvalidInputException when one is out of range
     */
    public Redelivery {
        if (attempts < 1) {
            throw new InvalidInputException("attempts", "is " + attempts, "at least 1");
        }
        if (firstWait.isNegative() || firstWait.isZero()) {
            throw new InvalidInputException("firstWait", "is " + firstWait, "above zero");
        }
        if (longestWait.compareTo(firstWait) < 0) {
            throw new InvalidInputException("longestWait", "is " + longestWait, "at least " + firstWait);
        }
    }

    /**
     * Whether one more failure is the last.
     *
     * @param failures how many attempts have failed before; not negative
     * @return true when the event is to be buried now
     */
    public boolean isLast(int failures) {
        return failures + 1 >= attempts;
    }

    /**
     * The wait after a failure.
     *
     * @param failures how many attempts had failed before it; not negative
     * @return the wait, above zero
     */
    public Duration waitAfter(int failures) {
        Duration wait = firstWait.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        return wait.compareTo(longestWait) > 0 ? longestWait : wait;
    }
}
