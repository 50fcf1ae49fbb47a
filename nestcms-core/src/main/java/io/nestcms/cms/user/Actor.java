package io.nestcms.cms.user;

import java.util.Objects;

/**
 * Who does something to a user, and from where: for the record.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id a user's id, {@code anonymous} for somebody who is not signed in, or {@code system:} and a name
 * @param from a client address or a node's name
 * @since 0.1
 */
public record Actor(String id, String from) {
    /**
     * Checks that nothing is missing.
     *
     * @param id who
     * @param from from where
     */
    public Actor {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(from, "from");
    }

    /**
     * Somebody who is not signed in.
     *
     * @param from a client address
     * @return the actor
     */
    public static Actor anonymous(String from) {
        return new Actor("anonymous", from);
    }
}
