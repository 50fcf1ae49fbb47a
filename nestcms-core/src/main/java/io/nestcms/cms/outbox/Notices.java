package io.nestcms.cms.outbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The events of one kind of record that wait for delivery: the other half of a store, which writes them in the same write as the
 * state.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code ContractOutboxContract}.
 *
 * @param <E> the family of events
 * @since 0.1
 */
public interface Notices<E> {
    /**
     * Takes the waiting events of the record that has been due longest, of those that nobody holds.
     *
     * @param now the present
     * @param lease for how long others leave them alone
     * @return all waiting events of one record; empty when there is nothing to do
     */
    Optional<NoticeClaim<E>> claim(Instant now, Duration lease);

    /**
     * Removes an event that every listener has handled. Without effect when the claim is no longer held. Repeatable.
     *
     * @param claim the claim
     * @param notice one of its events
     * @return whether the claim is still held
     */
    boolean delivered(NoticeClaim<E> claim, Notice<E> notice);

    /**
     * Ends the claim after a delivery that failed: counts the failure and puts the record's events off to a later time. Without
     * effect when the claim is no longer held.
     *
     * @param claim the claim
     * @param notice the event that failed
     * @param cause why, in a few words without a secret
     * @param nextAt when the record's events are due again
     */
    void postpone(NoticeClaim<E> claim, Notice<E> notice, String cause, Instant nextAt);

    /**
     * Takes an event that cannot be delivered out of the way, to where it can be listed and replayed. Without effect when the
     * claim is no longer held. Repeatable.
     *
     * @param claim the claim
     * @param notice the event that failed
     * @param cause why, in a few words without a secret
     * @return whether the claim is still held
     */
    boolean bury(NoticeClaim<E> claim, Notice<E> notice, String cause);

    /**
     * The events that were taken out of the way.
     *
     * @param limit at most how many
     * @return oldest first
     */
    List<Notice<E>> buried(int limit);

    /**
     * Puts a buried event back for delivery, as if it had never failed.
     *
     * @param key the record
     * @param noticeId the event's name
     * @param now the present
     * @return whether it was there
     */
    boolean replay(String key, String noticeId, Instant now);

    /**
     * Ends the claim. Without effect when it is no longer held. Repeatable.
     *
     * @param claim the claim
     * @param nextAt when what is left is due
     */
    void release(NoticeClaim<E> claim, Instant nextAt);

    /**
     * How much waits.
     *
     * @return the number of records with waiting events
     */
    long waiting();
}
