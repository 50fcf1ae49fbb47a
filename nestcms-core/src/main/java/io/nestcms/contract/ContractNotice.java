package io.nestcms.contract;

import java.util.Objects;

/**
 * An event that was recorded with a contract and waits to be delivered.
 *
 * @param id the event's name: the contract's id and the version that it tells of, so the same over every delivery
 * @param event the event
 * @since 0.1
 */
public record ContractNotice(String id, ContractEvent event) {
    /**
     * Checks that nothing is missing.
     *
     * @param id the event's name
     * @param event the event
     */
    public ContractNotice {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(event, "event");
    }

    /** What tells of the contract's present version. */
    static ContractNotice of(Contract contract, ContractEvent event) {
        return new ContractNotice(contract.id() + "/" + contract.version(), event);
    }
}
