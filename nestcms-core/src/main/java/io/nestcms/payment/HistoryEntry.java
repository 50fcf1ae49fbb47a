package io.nestcms.payment;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One move of a payment, as its history keeps it.
 *
 * @param at when the move was recorded
 * @param status the status it led to
 * @param why what caused it, in a few words of ours
 * @param tranRef the gateway's transaction behind it, or {@code null} when there is none
 * @since 0.1
 */
public record HistoryEntry(
        Instant at,
        PaymentStatus status,
        String why,
        @Nullable TransactionRef tranRef) {
    /**
     * Checks that nothing but the reference is missing.
     *
     * @param at when
     * @param status the status it led to
     * @param why what caused it
     * @param tranRef the gateway's transaction, or {@code null}
     */
    public HistoryEntry {
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(why, "why");
    }
}
