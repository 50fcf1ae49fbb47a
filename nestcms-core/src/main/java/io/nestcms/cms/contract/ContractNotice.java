package io.nestcms.cms.contract;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event that was recorded with a contract and waits to be delivered.
 *
 * @param id the event's name: the contract's id and the version that it tells of, so the same over every delivery
 * @param event the event
 * @param attempts how many deliveries failed so far
 * @param cause why the last delivery failed, or {@code null} when none has
 * @since 0.1
 */
public record ContractNotice(
        String id,
        ContractEvent event,
        int attempts,
        @Nullable String cause) {
    /**
     * Checks that id and event are there.
     *
     * @param id the event's name
     * @param event the event
     * @param attempts how many deliveries failed
     * @param cause why the last one failed, or {@code null}
     */
    public ContractNotice {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(event, "event");
    }

    /**
     * An event whose delivery was never tried.
     *
     * @param id the event's name
     * @param event the event
     */
    public ContractNotice(String id, ContractEvent event) {
        this(id, event, 0, null);
    }

    /**
     * The same after one more failed delivery.
     *
     * @param why the cause, in a few words without a secret
     * @return the event with its failures
     */
    public ContractNotice failed(String why) {
        return new ContractNotice(id, event, attempts + 1, why);
    }

    /** What tells of the contract's present version. */
    static ContractNotice of(Contract contract, ContractEvent event) {
        return new ContractNotice(contract.id() + "/" + contract.version(), event);
    }
}
