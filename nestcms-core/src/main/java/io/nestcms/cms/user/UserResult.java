package io.nestcms.cms.user;

import java.util.function.Function;

/**
 * How a change of a user ended.
 *
 * @since 0.1
 */
public sealed interface UserResult {
    /**
     * It is done.
     *
     * @param user the user as it is now
     * @since 0.1
     */
    record Done(User user) implements UserResult {}

    /**
     * It was refused, and nothing was changed.
     *
     * @param reason why
     * @since 0.1
     */
    record Refused(Reason reason) implements UserResult {}

    /**
     * Why a change was refused.
     *
     * @since 0.1
     */
    enum Reason {
        /** There is no such user. */
        NOT_FOUND,
        /** Another user has the name. */
        USERNAME_TAKEN,
        /** Another user has the address. Whoever asks should not be told: the other user is. */
        EMAIL_TAKEN,
        /** The user's status does not allow it. */
        NOT_ALLOWED,
        /** The user was changed meanwhile: read it again. */
        CHANGED,
        /** The password that was given as the present one is wrong. */
        WRONG_PASSWORD,
        /** The link is unknown, was used, or is over. */
        LINK_OVER,
        /** Nobody would be left who owns the system. */
        LAST_OWNER
    }

    /**
     * The answer for each case.
     *
     * @param <R> the kind of answer
     * @param done when it is done
     * @param refused when it was refused
     * @return what the function of the case gives
     */
    default <R> R fold(Function<? super User, ? extends R> done, Function<? super Reason, ? extends R> refused) {
        return this instanceof Done it ? done.apply(it.user()) : refused.apply(((Refused) this).reason());
    }
}
