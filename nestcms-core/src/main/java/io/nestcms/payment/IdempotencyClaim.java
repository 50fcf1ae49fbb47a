package io.nestcms.payment;

import java.util.Objects;

/**
 * The key under which a payment was created, and what was asked under it.
 *
 * @param key the caller's key
 * @param fingerprint a digest of the order; the same key with another fingerprint is refused
 * @since 0.1
 */
public record IdempotencyClaim(IdempotencyKey key, String fingerprint) {
    /**
     * Checks that both are there.
     *
     * @param key the caller's key
     * @param fingerprint a digest of the order
     */
    public IdempotencyClaim {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(fingerprint, "fingerprint");
    }
}
