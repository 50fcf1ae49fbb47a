package io.nestcms.cms.contract;

import io.nestcms.cms.record.Position;
import io.nestcms.failure.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Which contracts to list, newest first.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param organisationId only those of the organisation, or {@code null} for all
 * @param status only those of the status, or {@code null} for all
 * @param clientId only those of the client, or {@code null} for all
 * @param clientEmail only those whose client has this address, in any letter case, or {@code null} for all
 * @param after where the page begins, or {@code null} for the first
 * @param size how many a page holds, 1 to 200
 * @since 0.1
 */
public record ContractQuery(
        @Nullable String organisationId,
        @Nullable ContractStatus status,
        @Nullable String clientId,
        @Nullable String clientEmail,
        @Nullable Position after,
        int size) {
    /**
     * Checks the size.
     *
     * @param organisationId the organisation, or {@code null}
     * @param status the status, or {@code null}
     * @param clientId the client, or {@code null}
     * @param clientEmail the client's address, or {@code null}
     * @param after where the page begins, or {@code null}
     * @param size how many a page holds
     * @throws InvalidInputException if the size is out of range
     */
    public ContractQuery {
        if (size < 1 || size > 200) {
            throw new InvalidInputException("limit", "is out of range", "1 to 200");
        }
    }

    /**
     * The newest of all.
     *
     * @param size how many, 1 to 200
     * @return the query
     * @throws InvalidInputException if the size is out of range
     */
    public static ContractQuery newest(int size) {
        return new ContractQuery(null, null, null, null, null, size);
    }

    /**
     * Only those of an organisation.
     *
     * @param organisation its id, or {@code null} for all
     * @return the narrower query
     */
    public ContractQuery ofOrganisation(@Nullable String organisation) {
        return new ContractQuery(organisation, status, clientId, clientEmail, after, size);
    }

    /**
     * Only those of a status.
     *
     * @param only the status, or {@code null} for all
     * @return the narrower query
     */
    public ContractQuery in(@Nullable ContractStatus only) {
        return new ContractQuery(organisationId, only, clientId, clientEmail, after, size);
    }

    /**
     * Only those of a client.
     *
     * @param client its id, or {@code null} for all
     * @return the narrower query
     */
    public ContractQuery ofClient(@Nullable String client) {
        return new ContractQuery(organisationId, status, client, clientEmail, after, size);
    }

    /**
     * Only those whose client has this address.
     *
     * @param email in any letter case, or {@code null} for all
     * @return the narrower query
     */
    public ContractQuery ofClientEmail(@Nullable String email) {
        return new ContractQuery(organisationId, status, clientId, email, after, size);
    }

    /**
     * The page behind a place.
     *
     * @param position the place, or {@code null} for the first page
     * @return the query for that page
     */
    public ContractQuery after(@Nullable Position position) {
        return new ContractQuery(organisationId, status, clientId, clientEmail, position, size);
    }

    /** Without personal data. */
    @Override
    public String toString() {
        return "ContractQuery[" + organisationId + ", " + status + ", " + clientId + ", after " + after + ", " + size
                + "]";
    }
}
