package io.nestcms.cms.contract;

import io.nestcms.failure.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Which contracts to list.
 *
 * @param organisationId only those of the organisation, or {@code null} for all
 * @param status only those of the status, or {@code null} for all
 * @param page the number of the page, from 0 to 100,000
 * @param size how many a page holds, 1 to 200
 * @since 0.1
 */
public record ContractQuery(
        @Nullable String organisationId, @Nullable ContractStatus status, int page, int size) {
    /**
     * Checks the numbers.
     *
     * @param organisationId the organisation, or {@code null}
     * @param status the status, or {@code null}
     * @param page the number of the page
     * @param size how many a page holds
     * @throws InvalidInputException if page or size is out of range
     */
    public ContractQuery {
        if (page < 0 || page > 100_000) {
            throw new InvalidInputException("page", "is out of range", "0 to 100000");
        }
        if (size < 1 || size > 200) {
            throw new InvalidInputException("size", "is out of range", "1 to 200");
        }
    }
}
