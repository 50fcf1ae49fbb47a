package io.nestcms.resilience;

import java.time.Duration;
import java.util.Objects;

/**
 * One try of a protected call.
 *
 * @param number counts the tries, from 1
 * @param timeout how long the try may take: the configured timeout or what is left of the deadline, whichever is shorter.
 *     The caller gives it to its client
 * @param deadline by when the whole operation must have ended
 * @since 0.1
 */
public record Attempt(int number, Duration timeout, Deadline deadline) {
    /**
     * Checks that nothing is missing.
     *
     * @param number counts the tries
     * @param timeout how long the try may take
     * @param deadline by when the whole operation must have ended
     */
    public Attempt {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(deadline, "deadline");
    }
}
