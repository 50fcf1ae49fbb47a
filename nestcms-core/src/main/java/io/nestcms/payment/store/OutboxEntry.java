package io.nestcms.payment.store;

import io.nestcms.payment.PaymentEvent;
import java.util.Objects;

/**
 * An event that is recorded with a payment.
 *
 * @param id the event's name: the payment's id and the event's number in it, so the same over every delivery
 * @param sequence the event's number in its payment, from 1
 * @param event the event
 * @since 0.1
 */
public record OutboxEntry(String id, long sequence, PaymentEvent event) {
    /**
     * Checks that id and event are there.
     *
     * @param id the event's name
     * @param sequence the event's number in its payment
     * @param event the event
     */
    public OutboxEntry {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(event, "event");
    }

    /**
     * An entry under the event's name.
     *
     * @param event the event
     * @param sequence its number in its payment, from 1
     * @return the entry
     */
    public static OutboxEntry of(PaymentEvent event, long sequence) {
        return new OutboxEntry(event.paymentId() + "/" + sequence, sequence, event);
    }
}
