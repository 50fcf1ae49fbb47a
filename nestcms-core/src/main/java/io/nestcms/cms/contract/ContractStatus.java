package io.nestcms.cms.contract;

import java.util.Map;
import java.util.Optional;

/**
 * Where a contract stands, with the one table of legal moves.
 *
 * @since 0.1
 */
public enum ContractStatus {
    /** Being written; its terms may change. */
    DRAFT,
    /** With the client; its terms stand. */
    OFFERED,
    /** The client said yes. */
    ACCEPTED,
    /** Work and payments run. */
    ACTIVE,
    /** Done and paid. */
    COMPLETED,
    /** Ended before its time. */
    CANCELLED;

    private static final Map<ContractStatus, Map<ContractAction, ContractStatus>> MOVES = Map.of(
            DRAFT, Map.of(ContractAction.OFFER, OFFERED, ContractAction.CANCEL, CANCELLED),
            OFFERED,
                    Map.of(
                            ContractAction.ACCEPT,
                            ACCEPTED,
                            ContractAction.DECLINE,
                            DRAFT,
                            ContractAction.CANCEL,
                            CANCELLED),
            ACCEPTED, Map.of(ContractAction.ACTIVATE, ACTIVE, ContractAction.CANCEL, CANCELLED),
            ACTIVE, Map.of(ContractAction.COMPLETE, COMPLETED, ContractAction.CANCEL, CANCELLED),
            COMPLETED, Map.of(),
            CANCELLED, Map.of());

    /**
     * Where an action leads.
     *
     * @param action the action
     * @return the next status, or empty when the action is not legal here
     */
    public Optional<ContractStatus> after(ContractAction action) {
        return Optional.ofNullable(MOVES.getOrDefault(this, Map.of()).get(action));
    }
}
