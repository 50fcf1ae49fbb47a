package io.nestcms.cms.user;

/**
 * Tells users what they must hear outside the system: a port. What it throws is logged and changes nothing else.
 *
 * <p>Implementations are safe for use by many threads. They return soon: somebody waits, and how long it takes must not tell
 * whether there is such a user.
 *
 * @since 0.1
 */
public interface UserNotices {
    /**
     * A link by which the user may choose another password, once.
     *
     * @param user the user
     * @param token the secret of the link; never logged
     */
    void passwordReset(User user, String token);

    /**
     * The user may sign in from now on.
     *
     * @param user the user
     */
    void welcome(User user);

    /**
     * The password was changed; whoever did not do it should hear of it.
     *
     * @param user the user
     */
    void passwordChanged(User user);

    /**
     * Somebody wanted to register with the address of this user. The one who wanted to was not told that it is taken.
     *
     * @param user the user
     */
    void alreadyRegistered(User user);
}
