package io.nestcms.payment.store;

import java.time.Instant;
import java.util.Objects;

/**
 * Where an event stands with a listener that did not handle it yet.
 *
 * @param listener the listener's name
 * @param attempts how many deliveries to it failed; 0 when it was only kept waiting
 * @param cause why, in a few words without a secret
 * @param nextAt when it is tried again
 * @since 0.1
 */
public record FailedDelivery(String listener, int attempts, String cause, Instant nextAt) {
    /**
     * Checks that nothing is missing.
     *
     * @param listener the listener's name
     * @param attempts how many deliveries to it failed
     * @param cause why
     * @param nextAt when it is tried again
     */
    public FailedDelivery {
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(nextAt, "nextAt");
    }
}
