package io.nestcms.cms.contract;

import java.time.Instant;
import java.util.Objects;

/**
 * A contract as it was recorded at one moment.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id our name for it
 * @param terms what is agreed
 * @param status where it stands
 * @param version counts the writes, from 1
 * @param createdAt when it was drafted
 * @param updatedAt when it was last written
 * @since 0.1
 */
public record Contract(
        ContractId id, ContractTerms terms, ContractStatus status, long version, Instant createdAt, Instant updatedAt) {
    /**
     * Checks that nothing is missing.
     *
     * @param id our name for it
     * @param terms what is agreed
     * @param status where it stands
     * @param version counts the writes
     * @param createdAt when it was drafted
     * @param updatedAt when it was last written
     */
    public Contract {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(terms, "terms");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(updatedAt, "updatedAt");
    }

    Contract next(ContractTerms newTerms, ContractStatus newStatus, Instant now) {
        return new Contract(id, newTerms, newStatus, version + 1, createdAt, now);
    }
}
