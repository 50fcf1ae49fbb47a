package io.nestcms.payment.store;

import io.nestcms.payment.PaymentId;
import java.util.List;
import java.util.Objects;

/**
 * All waiting events of one payment, claimed by one worker for a while, so that their order is kept.
 *
 * @param paymentId the payment
 * @param worker who claimed them; a name unique to the claim, so that a worker that lost its lease cannot settle it
 * @param entries the events in the order they were recorded, replayed ones last; never empty
 * @since 0.1
 */
public record OutboxBatch(PaymentId paymentId, String worker, List<WaitingEvent> entries) {
    /**
     * Copies the entries.
     *
     * @param paymentId the payment
     * @param worker who claimed them
     * @param entries the events
     */
    public OutboxBatch {
        Objects.requireNonNull(paymentId, "paymentId");
        Objects.requireNonNull(worker, "worker");
        entries = List.copyOf(entries);
    }
}
