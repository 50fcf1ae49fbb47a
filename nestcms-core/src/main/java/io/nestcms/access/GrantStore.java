package io.nestcms.access;

import java.util.List;
import java.util.Optional;

/**
 * Where grants are kept: a port.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code GrantStoreContract}. Whatever they throw when
 * they cannot be asked is unchecked.
 *
 * @since 0.1
 */
public interface GrantStore {
    /**
     * Keeps a grant. Repeatable.
     *
     * @param grant the grant; one under the same id is replaced
     */
    void save(Grant grant);

    /**
     * A grant.
     *
     * @param id its name
     * @return empty where there is none
     */
    Optional<Grant> find(String id);

    /**
     * All that a user was ever given, also what no longer holds.
     *
     * @param userId the user
     * @return the newest first; at most 1,000
     */
    List<Grant> ofUser(String userId);
}
