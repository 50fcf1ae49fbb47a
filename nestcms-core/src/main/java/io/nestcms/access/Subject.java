package io.nestcms.access;

import java.util.Objects;
import java.util.Set;

/**
 * Who wants to do something.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param userId the user's id
 * @param roles what the user is; none for somebody who may do only what was granted
 * @since 0.1
 */
public record Subject(String userId, Set<Role> roles) {
    /**
     * Copies the roles.
     *
     * @param userId the user's id
     * @param roles what the user is
     */
    public Subject {
        Objects.requireNonNull(userId, "userId");
        roles = Set.copyOf(roles);
    }
}
