package io.nestcms.mongo;

import java.time.Duration;
import java.util.Objects;

/**
 * An operation that took too long, and what may be done about it. Names fields, never values.
 *
 * @param operation command and collection, for example {@code find payments}, or a kept aggregation: {@code rows of turnover}
 * @param server which server answered; empty for a kept aggregation
 * @param took how long it took
 * @param cause what is likely behind it
 * @param advice what to do
 * @since 0.1
 */
public record SlowOperation(String operation, String server, Duration took, Cause cause, String advice) {
    /**
     * Checks that nothing is missing.
     *
     * @param operation command and collection
     * @param server which server answered
     * @param took how long it took
     * @param cause what is likely behind it
     * @param advice what to do
     */
    public SlowOperation {
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(took, "took");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(advice, "advice");
    }

    /** What is likely behind a slow operation. */
    public enum Cause {
        /** It waited for a connection. */
        POOL_WAIT,
        /** No index that this module makes begins with a field that it asks for. */
        NO_INDEX,
        /** An aggregation that is kept, asked for often, and loaded about each time. */
        CACHE_MISSES,
        /** The server or the way to it. */
        SERVER
    }
}
