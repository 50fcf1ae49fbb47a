package io.nestcms.limit;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;

/**
 * So many requests in such a time. What is not used comes back evenly, so a client that was quiet may ask for all at once.
 *
 * @param name of the limit: 1 to 64 of a-z, 0-9, {@code -} and {@code .}
 * @param requests how many, 1 to 1,000,000
 * @param per in which time, 100 ms to 31 days
 * @since 0.1
 */
public record RequestLimit(String name, int requests, Duration per) {
    private static final int MOST = 1_000_000;

    /**
     * A limit.
     *
     * @param name of the limit: 1 to 64 of a-z, 0-9, {@code -} and {@code .}
     * @param requests how many, 1 to 1,000,000
     * @param per in which time, 100 ms to 31 days
     * @throws InvalidInputException if a part is out of range
     */
    public RequestLimit {
        if (!name.matches("[a-z0-9.-]{1,64}")) {
            throw new InvalidInputException("name", "is \"" + name + "\"", "1 to 64 of a-z, 0-9, - and .");
        }
        if (requests < 1 || requests > MOST) {
            throw new InvalidInputException("requests", "is " + requests, "1 to " + MOST);
        }
        if (per.compareTo(Duration.ofMillis(100)) < 0 || per.compareTo(Duration.ofDays(31)) > 0) {
            throw new InvalidInputException("per", "is " + per, "100 ms to 31 days");
        }
    }
}
