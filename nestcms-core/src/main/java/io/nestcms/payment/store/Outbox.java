package io.nestcms.payment.store;

import io.nestcms.payment.PaymentId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait for delivery: the other half of a {@link PaymentStore}, which writes them in the same write as the
 * state. Any number of nodes may work on one outbox: a payment's events are claimed together and leased. How far an event has
 * come with each listener is kept beside the event.
 *
 * <p>An event is a record of its own once it is written: what a store cannot read it keeps as it is, through burial and replay.
 *
 * <p>Implementations are safe for use by many threads and pass {@code OutboxContract}.
 *
 * @since 0.1
 */
public interface Outbox {
    /**
     * Claims the waiting events of a payment that nobody holds: of those that are due the one that has waited longest; else of
     * those that are left for a listener that the worker has, or for a version that has a type which this one has; else of those
     * that were left for others for long enough.
     *
     * @param claim who claims, when and for how long
     * @return all waiting events of that payment in order, or empty when there is nothing to do
     */
    Optional<OutboxBatch> claim(OutboxClaim claim);

    /**
     * Writes how far an event has come, and prolongs the claim. Without effect when the claim is no longer held. Repeatable.
     *
     * @param batch the claim
     * @param event the event as it stands now; known by {@code id} and {@code only}, its content is not written
     * @param until when the claim ends now
     * @return whether the claim is still held
     */
    boolean keep(OutboxBatch batch, WaitingEvent event, Instant until);

    /**
     * Removes an event that no listener needs any more, and prolongs the claim. Without effect when the claim is no longer held.
     * Repeatable.
     *
     * @param batch the claim
     * @param event the event
     * @param until when the claim ends now
     * @return whether the claim is still held
     */
    boolean remove(OutboxBatch batch, WaitingEvent event, Instant until);

    /**
     * Takes an event that cannot be delivered to a listener out of its way, to where it can be listed and replayed; that listener
     * needs it no more. With no listener it leaves the outbox, for all that have not heard it. Without effect when the claim is
     * no longer held, or the event is not there.
     *
     * @param batch the claim
     * @param event the event as it stands before; how far it came is written as by {@link #keep}
     * @param burial for whom and why; its payment, id and content are those of the event
     * @return whether the claim is still held
     */
    boolean bury(OutboxBatch batch, WaitingEvent event, BuriedEvent burial);

    /**
     * Ends the claim. When more events wait than the worker knows of, all are due at once. Without effect when the claim is no
     * longer held. Repeatable.
     *
     * @param batch the claim
     * @param rest what is left of it
     */
    void release(OutboxBatch batch, OutboxRest rest);

    /**
     * The events that were taken out of the way.
     *
     * @param limit at most how many
     * @return oldest first
     */
    List<BuriedEvent> buried(int limit);

    /**
     * The waiting events at which a worker stopped because it could not read them.
     *
     * @param limit at most how many
     * @return in no order
     */
    List<WaitingEvent> unreadable(int limit);

    /**
     * Puts a buried event back for delivery, as if it had never failed, behind what waits: to the one listener for which it was
     * buried, or to all that have not heard it when it was buried for all.
     *
     * @param paymentId the payment
     * @param eventId the event's name
     * @param listener for whom it was buried, or {@code null} for everybody for whom it was
     * @param now the present
     * @return whether it was there
     */
    boolean replay(PaymentId paymentId, String eventId, @Nullable String listener, Instant now);

    /**
     * Puts a buried event back for everybody for whom it was buried.
     *
     * @param paymentId the payment
     * @param eventId the event's name
     * @param now the present
     * @return whether it was there
     */
    default boolean replay(PaymentId paymentId, String eventId, Instant now) {
        return replay(paymentId, eventId, null, now);
    }

    /**
     * How much waits.
     *
     * @return the counts and the age of the oldest
     */
    OutboxBacklog backlog();

    /**
     * The listeners that nodes have or had: an event is kept until each of them needs it no more.
     *
     * @return when a node that has it was last seen, by its name
     */
    Map<String, Instant> listeners();

    /**
     * Remembers that a node has these listeners now. A listener that was seen later than now, by a clock that was ahead, was seen
     * now. Repeatable.
     *
     * @param names their names
     * @param now the present
     */
    void seen(Set<String> names, Instant now);

    /**
     * Forgets a listener that no node has any more: no event is kept for it from now on, and what waited for it alone is gone. A
     * node that still has it makes it known again. What was buried for it stays. Repeatable.
     *
     * @param name its name
     */
    void forget(String name);
}
