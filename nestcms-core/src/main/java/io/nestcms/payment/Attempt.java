package io.nestcms.payment;

import java.time.Instant;
import java.util.Objects;

/**
 * A call to the gateway that was announced before it was made. Written first, so that a crash between the gateway's
 * answer and our record of it leaves a trace that the reconciler follows.
 *
 * @param number the how manieth attempt of this payment; from 1
 * @param startedAt when it was announced
 * @param leaseUntil until when nobody else may act on the payment: past that, its outcome is unknown
 * @since 0.1
 */
public record Attempt(int number, Instant startedAt, Instant leaseUntil) {
    /**
     * Checks that nothing is missing.
     *
     * @param number the how manieth
     * @param startedAt when it was announced
     * @param leaseUntil until when it counts as running
     */
    public Attempt {
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(leaseUntil, "leaseUntil");
    }

    /**
     * Whether the attempt still counts as running.
     *
     * @param now the present
     * @return true before the end of its lease
     */
    public boolean isRunning(Instant now) {
        return now.isBefore(leaseUntil);
    }
}
