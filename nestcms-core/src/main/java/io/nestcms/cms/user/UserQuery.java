package io.nestcms.cms.user;

import io.nestcms.access.Role;
import io.nestcms.failure.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Which users.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param status only those, or {@code null} for all
 * @param role only those that have it, or {@code null} for all
 * @param after only those with a greater id, or {@code null} from the start
 * @param limit at most how many; 1 to 200
 * @since 0.1
 */
public record UserQuery(
        @Nullable UserStatus status,
        @Nullable Role role,
        @Nullable String after,
        int limit) {
    private static final int MOST = 200;

    /**
     * Checks the limit.
     *
     * @param status only those, or {@code null}
     * @param role only those that have it, or {@code null}
     * @param after only those with a greater id, or {@code null}
     * @param limit at most how many
     * @throws InvalidInputException if the limit is out of range
     */
    public UserQuery {
        if (limit < 1 || limit > MOST) {
            throw new InvalidInputException("limit", "is " + limit, "1 to " + MOST);
        }
    }
}
