package io.nestcms.cms.user;

import io.nestcms.access.Role;
import java.time.Instant;
import java.util.Set;

/**
 * Something that happened to a user. What changed a user is recorded in the same write and delivered at least once; sign-ins change none and are
 * told as they happen. Holds no personal data and no secret.
 *
 * <p>All are immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface UserEvent {
    /**
     * The user.
     *
     * @return the id
     */
    String userId();

    /**
     * When.
     *
     * @return by the clock of the node that did it
     */
    Instant at();

    /**
     * Who did it, and from where.
     *
     * @return the actor
     */
    Actor by();

    /**
     * A user was registered, and waits to be let in.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @since 0.1
     */
    record UserRegistered(String userId, Instant at, Actor by) implements UserEvent {}

    /**
     * A user was let in for the first time: the moment for a welcome.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @since 0.1
     */
    record UserWelcomed(String userId, Instant at, Actor by) implements UserEvent {}

    /**
     * Name, address or number were changed.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @since 0.1
     */
    record ProfileChanged(String userId, Instant at, Actor by) implements UserEvent {}

    /**
     * A user is something else now.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @param before the roles before
     * @param after the roles now
     * @since 0.1
     */
    record RolesChanged(String userId, Instant at, Actor by, Set<Role> before, Set<Role> after) implements UserEvent {}

    /**
     * A user may no longer sign in, or may again.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @param before the status before
     * @param after the status now
     * @since 0.1
     */
    record StatusChanged(String userId, Instant at, Actor by, UserStatus before, UserStatus after)
            implements UserEvent {}

    /**
     * A password was changed.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @param byLink whether a link for a forgotten password was used
     * @since 0.1
     */
    record PasswordChanged(String userId, Instant at, Actor by, boolean byLink) implements UserEvent {}

    /**
     * A link for a forgotten password was sent.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @since 0.1
     */
    record PasswordResetSent(String userId, Instant at, Actor by) implements UserEvent {}

    /**
     * A user gave the right password.
     *
     * @param userId the user
     * @param at when
     * @param by who
     * @since 0.1
     */
    record UserSignedIn(String userId, Instant at, Actor by) implements UserEvent {}

    /**
     * Somebody was not let in.
     *
     * @param userId the user whose name or address was given, or {@code unknown}
     * @param at when
     * @param by who
     * @param reason why, for example {@code wrong password}
     * @since 0.1
     */
    record SignInRefused(String userId, Instant at, Actor by, String reason) implements UserEvent {}
}
