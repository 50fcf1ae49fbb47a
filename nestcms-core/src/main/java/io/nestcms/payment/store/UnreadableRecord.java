package io.nestcms.payment.store;

import java.util.Objects;

/**
 * A record that is there and cannot be read: damaged, or written by a newer version.
 *
 * @param id the record's name in the store
 * @param cause why, in a few words without a secret or a payer's data
 * @since 0.1
 */
public record UnreadableRecord(String id, String cause) {
    /**
     * Checks that both are there.
     *
     * @param id the record's name
     * @param cause why it cannot be read
     */
    public UnreadableRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(cause, "cause");
    }
}
