package io.nestcms.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The events that wait for delivery: the other half of a {@link PaymentStore}, which writes them in the same write as the
 * state. Any number of nodes may work on one outbox: a payment's events are claimed together and leased.
 *
 * <p>Implementations are safe for use by many threads and pass {@code OutboxContract}.
 *
 * @since 0.1
 */
public interface Outbox {
    /**
     * Claims the waiting events of the payment that has waited longest, of those that are due and that nobody holds.
     *
     * @param worker who claims; unique to this claim
     * @param now the present; events put off to a later time are not due
     * @param lease for how long the claim holds; afterwards another worker may have them
     * @return all waiting events of that payment in order, or empty when there is nothing to do
     */
    Optional<OutboxBatch> claim(String worker, Instant now, Duration lease);

    /**
     * Removes an event that every listener has handled. Without effect when the claim is no longer held. Repeatable.
     *
     * @param batch the claim
     * @param entry the event
     * @return whether the claim is still held
     */
    boolean delivered(OutboxBatch batch, OutboxEntry entry);

    /**
     * Ends the claim. With a failed event, counts the failure and puts the payment's events off to a later time.
     * Without effect when the claim is no longer held.
     *
     * @param batch the claim
     * @param entry the event whose delivery failed
     * @param cause why, in a few words without a secret
     * @param nextAt when the payment's events are due again
     */
    void postpone(OutboxBatch batch, OutboxEntry entry, String cause, Instant nextAt);

    /**
     * Takes an event that cannot be delivered out of the way, to where it can be listed and replayed. Without effect when
     * the claim is no longer held.
     *
     * @param batch the claim
     * @param entry the event
     * @param cause why, in a few words without a secret
     */
    void bury(OutboxBatch batch, OutboxEntry entry, String cause);

    /**
     * Ends the claim; what is left of it is due at once. Without effect when the claim is no longer held. Repeatable.
     *
     * @param batch the claim
     */
    void release(OutboxBatch batch);

    /**
     * The events that were taken out of the way.
     *
     * @param limit at most how many
     * @return oldest first
     */
    List<OutboxEntry> buried(int limit);

    /**
     * Puts a buried event back for delivery, as if it had never failed.
     *
     * @param paymentId the payment
     * @param entryId the event's name
     * @param now the present
     * @return whether it was there
     */
    boolean replay(PaymentId paymentId, String entryId, Instant now);

    /**
     * How much waits.
     *
     * @return the count and the age of the oldest
     */
    OutboxBacklog backlog();
}
