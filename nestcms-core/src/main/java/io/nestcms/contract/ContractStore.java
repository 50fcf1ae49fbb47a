package io.nestcms.contract;

import java.util.List;
import java.util.Optional;

/**
 * Where contracts are kept: a port.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code ContractStoreContract}.
 *
 * @since 0.1
 */
public interface ContractStore {
    /**
     * Puts a new contract on record.
     *
     * @param contract the contract, of version 1
     * @return false, with nothing written, when the id is taken
     */
    boolean insert(Contract contract);

    /**
     * Replaces a contract if the record is still of the version before.
     *
     * @param contract the contract, one version on
     * @return false, with nothing written, when somebody else was faster
     */
    boolean replace(Contract contract);

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
}
