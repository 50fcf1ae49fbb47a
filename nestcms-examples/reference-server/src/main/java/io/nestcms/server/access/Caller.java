package io.nestcms.server.access;

import io.nestcms.access.Role;
import io.nestcms.access.Subject;
import java.time.Instant;
import java.util.Set;

/**
 * Who calls, and until when that holds.
 *
 * @param merchant the user's id: the name that scopes all they may see
 * @param until when the token ends
 * @param roles what the user was at the sign-in
 * @param session the session that the token belongs to
 */
public record Caller(String merchant, Instant until, Set<Role> roles, String session) {
    /** Copies the roles. */
    public Caller {
        roles = Set.copyOf(roles);
    }

    /** Whom the access policy is asked about. */
    public Subject subject() {
        return new Subject(merchant, roles);
    }
}
