package io.nestcms.cms.contract;

import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * Where contracts are kept: a port. State and the events that tell of it go into one write.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code ContractStoreContract} and
 * {@code ContractOutboxContract}.
 *
 * @since 0.1
 */
public interface ContractStore {
    /**
     * Puts a new contract on record.
     *
     * @param contract the contract, of version 1
     * @param notices the events that tell of it, in the same write
     * @return false, with nothing written, when the id is taken
     */
    boolean insert(Contract contract, List<Notice<ContractEvent>> notices);

    /**
     * Replaces a contract if the record is still of the version before.
     *
     * @param contract the contract, one version on
     * @param notices the events that tell of the change, in the same write; put behind those that wait
     * @return false, with nothing written, when somebody else was faster
     */
    boolean replace(Contract contract, List<Notice<ContractEvent>> notices);

    /**
     * Puts a new contract on record of which no event tells.
     *
     * @param contract the contract, of version 1
     * @return false, with nothing written, when the id is taken
     */
    default boolean insert(Contract contract) {
        return insert(contract, List.of());
    }

    /**
     * Replaces a contract without an event.
     *
     * @param contract the contract, one version on
     * @return false, with nothing written, when somebody else was faster
     */
    default boolean replace(Contract contract) {
        return replace(contract, List.of());
    }

    /**
     * The events of these contracts.
     *
     * @return the outbox over the same records
     */
    Notices<ContractEvent> outbox();

    /**
     * A contract by its id.
     *
     * @param id its id
     * @return the latest record, or empty when there is none
     */
    Optional<Contract> find(ContractId id);

    /**
     * A page of contracts.
     *
     * @param query which
     * @return newest first
     */
    List<Contract> list(ContractQuery query);

    /**
     * A contract with its payments.
     *
     * @param id its id
     * @return the statement, or empty when there is no such contract
     */
    Optional<ContractStatement> statement(ContractId id);

    /**
     * A page of contracts with their payments.
     *
     * @param query which
     * @return newest first
     */
    List<ContractStatement> statements(ContractQuery query);

    /**
     * The active contracts about whose instalments something is to be done, see {@link Contract#nextDueOn()}.
     *
     * @param day the last day that counts
     * @param skip how many of them to leave out; not below zero
     * @param limit at most how many
     * @return those of the earliest day first, and in the order of their ids
     */
    List<ContractId> due(LocalDate day, int skip, int limit);
}
