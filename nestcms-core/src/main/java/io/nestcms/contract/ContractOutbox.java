package io.nestcms.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The events of contracts that wait for delivery: the other half of a {@link ContractStore}, which writes them in the same write
 * as the state.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code ContractOutboxContract}.
 *
 * @since 0.1
 */
public interface ContractOutbox {
    /**
     * Takes the waiting events of the contract that has waited longest, of those that are due and that nobody holds.
     *
     * @param now the present
     * @param lease for how long others leave them alone
     * @return all waiting events of one contract in order; empty when there is nothing to do
     */
    List<ContractNotice> claim(Instant now, Duration lease);

    /**
     * Removes an event that every listener has handled. Repeatable.
     *
     * @param notice the event
     */
    void delivered(ContractNotice notice);

    /**
     * Ends the claim on the events of the contract of one whose delivery failed: counts the failure and puts them off to a
     * later time. Without effect when the event does not wait any more.
     *
     * @param notice the event
     * @param cause why, in a few words without a secret
     * @param nextAt when the contract's events are due again
     */
    void postpone(ContractNotice notice, String cause, Instant nextAt);

    /**
     * Takes an event that cannot be delivered out of the way, to where it can be listed and replayed. Without effect when it
     * does not wait any more. Repeatable.
     *
     * @param notice the event
     * @param cause why, in a few words without a secret
     */
    void bury(ContractNotice notice, String cause);

    /**
     * The events that were taken out of the way.
     *
     * @param limit at most how many
     * @return oldest first
     */
    List<ContractNotice> buried(int limit);

    /**
     * Puts a buried event back for delivery, as if it had never failed.
     *
     * @param contract the contract
     * @param noticeId the event's name
     * @param now the present
     * @return whether it was there
     */
    boolean replay(ContractId contract, String noticeId, Instant now);

    /**
     * Ends the claim on a contract's events.
     *
     * @param contract the contract
     * @param nextAt when what is left is due
     */
    void release(ContractId contract, Instant nextAt);

    /**
     * How much waits.
     *
     * @return the number of contracts with waiting events
     */
    long waiting();
}
