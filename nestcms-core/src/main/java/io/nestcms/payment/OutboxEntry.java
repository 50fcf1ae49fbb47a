package io.nestcms.payment;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event that was recorded with a payment and waits to be delivered.
 *
 * @param id the event's name: the payment's id and the event's number in it, so the same over every delivery
 * @param sequence the event's number in its payment, from 1
 * @param event the event
 * @param attempts how many deliveries failed so far
 * @param cause why the last delivery failed, or {@code null} when none has
 * @since 0.1
 */
public record OutboxEntry(
        String id,
        long sequence,
        PaymentEvent event,
        int attempts,
        @Nullable String cause) {
    /**
     * Checks that id and event are there.
     *
     * @param id the event's name
     * @param sequence the event's number in its payment
     * @param event the event
     * @param attempts how many deliveries failed
     * @param cause why the last one failed, or {@code null}
     */
    public OutboxEntry {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(event, "event");
    }

    /** A fresh entry. */
    static OutboxEntry of(PaymentEvent event, long sequence) {
        return new OutboxEntry(event.paymentId() + "/" + sequence, sequence, event, 0, null);
    }
}
