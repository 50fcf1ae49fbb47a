package io.nestcms.cms.project;

import io.nestcms.cms.record.Position;
import io.nestcms.failure.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Which projects to list, newest first.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param organisationId only those of the organisation, or {@code null} for all
 * @param status only those of the status, or {@code null} for all
 * @param workerId only those that this one works on, or {@code null} for all
 * @param clientId only those for the client, or {@code null} for all
 * @param after where the page begins, or {@code null} for the first
 * @param size how many a page holds, 1 to 200
 * @since 0.1
 */
public record ProjectQuery(
        @Nullable String organisationId,
        @Nullable ProjectStatus status,
        @Nullable String workerId,
        @Nullable String clientId,
        @Nullable Position after,
        int size) {
    /**
     * Checks the size.
     *
     * @param organisationId the organisation, or {@code null}
     * @param status the status, or {@code null}
     * @param workerId the worker, or {@code null}
     * @param clientId the client, or {@code null}
     * @param after where the page begins, or {@code null}
     * @param size how many a page holds
     * @throws InvalidInputException if the size is out of range
     */
    public ProjectQuery {
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
    public static ProjectQuery newest(int size) {
        return new ProjectQuery(null, null, null, null, null, size);
    }

    /**
     * Only those of an organisation.
     *
     * @param organisation its id, or {@code null} for all
     * @return the narrower query
     */
    public ProjectQuery ofOrganisation(@Nullable String organisation) {
        return new ProjectQuery(organisation, status, workerId, clientId, after, size);
    }

    /**
     * Only those of a status.
     *
     * @param only the status, or {@code null} for all
     * @return the narrower query
     */
    public ProjectQuery in(@Nullable ProjectStatus only) {
        return new ProjectQuery(organisationId, only, workerId, clientId, after, size);
    }

    /**
     * Only those that somebody works on.
     *
     * @param worker the worker's id, or {@code null} for all
     * @return the narrower query
     */
    public ProjectQuery ofWorker(@Nullable String worker) {
        return new ProjectQuery(organisationId, status, worker, clientId, after, size);
    }

    /**
     * Only those for a client.
     *
     * @param client the client's id, or {@code null} for all
     * @return the narrower query
     */
    public ProjectQuery ofClient(@Nullable String client) {
        return new ProjectQuery(organisationId, status, workerId, client, after, size);
    }

    /**
     * The page behind a place.
     *
     * @param position the place, or {@code null} for the first page
     * @return the query for that page
     */
    public ProjectQuery after(@Nullable Position position) {
        return new ProjectQuery(organisationId, status, workerId, clientId, position, size);
    }
}
