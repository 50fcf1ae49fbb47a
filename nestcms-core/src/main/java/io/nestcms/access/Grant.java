package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A permission that somebody was given beside what the roles allow: on a model or on one object, until a moment or until it is
 * taken back. A grant that ended stays on record.
 *
 * <p>Immutable and safe for use by many threads. Times are kept to the millisecond.
 *
 * @param id its name
 * @param userId who was given it
 * @param permission what
 * @param model on which kind of object
 * @param objectId on which one, or {@code null} for all of the model
 * @param grantedBy by whom
 * @param grantedAt when
 * @param until the first moment at which it no longer holds, or {@code null} for no such moment
 * @param revokedBy who took it back, or {@code null}
 * @param revokedAt when, or {@code null}
 * @since 0.1
 */
public record Grant(
        String id,
        String userId,
        Permission permission,
        String model,
        @Nullable String objectId,
        String grantedBy,
        Instant grantedAt,
        @Nullable Instant until,
        @Nullable String revokedBy,
        @Nullable Instant revokedAt) {
    /**
     * Checks the parts.
     *
     * @param id its name
     * @param userId who was given it
     * @param permission what
     * @param model on which kind of object
     * @param objectId on which one, or {@code null}
     * @param grantedBy by whom
     * @param grantedAt when
     * @param until until when, or {@code null}
     * @param revokedBy who took it back, or {@code null}
     * @param revokedAt when, or {@code null}
     * @throws InvalidInputException if model or object are of another form, the end is not after the start, or only one of {@code
     *     revokedBy} and {@code revokedAt} is there
     */
    public Grant {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(userId, "userId");
        Objects.requireNonNull(permission, "permission");
        Objects.requireNonNull(grantedBy, "grantedBy");
        model = new Target(model, objectId, null).model();
        grantedAt = millis(grantedAt);
        until = until == null ? null : millis(until);
        revokedAt = revokedAt == null ? null : millis(revokedAt);
        if (until != null && !until.isAfter(grantedAt)) {
            throw new InvalidInputException("until", "is over already", "a moment to come");
        }
        if ((revokedBy == null) != (revokedAt == null)) {
            throw new InvalidInputException(
                    "revokedBy", "is told without the other", "revokedBy and revokedAt together");
        }
    }

    private static Instant millis(Instant time) {
        return Instant.ofEpochMilli(time.toEpochMilli());
    }

    /**
     * Whether it holds.
     *
     * @param now the moment
     * @return whether it was neither taken back nor is over
     */
    public boolean holds(Instant now) {
        return revokedAt == null && (until == null || now.isBefore(until));
    }

    /**
     * Whether it is about this.
     *
     * @param what what is to be done
     * @param on with what
     * @return whether permission and model are the same, and the object too where this is about one
     */
    public boolean covers(Permission what, Target on) {
        return permission == what && model.equals(on.model()) && (objectId == null || objectId.equals(on.id()));
    }

    /**
     * The same one, taken back. Repeatable: the first time counts.
     *
     * @param by who takes it back
     * @param at when
     * @return a grant that does not hold
     */
    public Grant revoked(String by, Instant at) {
        return revokedAt != null
                ? this
                : new Grant(id, userId, permission, model, objectId, grantedBy, grantedAt, until, by, at);
    }
}
