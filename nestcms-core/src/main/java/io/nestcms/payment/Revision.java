package io.nestcms.payment;

import java.time.Instant;
import java.util.Objects;

/**
 * The age of a record.
 *
 * @param version counts the writes, from 1; a write goes through only on top of the version before it
 * @param events how many events this payment has recorded so far; numbers the next one
 * @param createdAt when the payment was created
 * @param updatedAt when it was last written
 * @since 0.1
 */
public record Revision(long version, long events, Instant createdAt, Instant updatedAt) {
    /**
     * Checks that both times are there.
     *
     * @param version counts the writes
     * @param events how many events were recorded
     * @param createdAt when the payment was created
     * @param updatedAt when it was last written
     */
    public Revision {
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(updatedAt, "updatedAt");
    }
}
