package io.nestcms.cms.user;

import java.time.Duration;

/**
 * How a sign-in ended.
 *
 * @since 0.1
 */
public sealed interface SignIn {
    /**
     * Name and password belong together.
     *
     * @param user the user
     * @since 0.1
     */
    record Genuine(User user) implements SignIn {}

    /**
     * Name or password is wrong; which one is not told.
     *
     * @since 0.1
     */
    record Wrong() implements SignIn {}

    /**
     * The password is right, and the user is not let in: not yet, or no longer.
     *
     * @param status pending or deactivated
     * @since 0.1
     */
    record NotActive(UserStatus status) implements SignIn {}

    /**
     * Nothing was compared: there were too many failures, or too many are comparing now.
     *
     * @param retryAfter when to try again
     * @since 0.1
     */
    record Later(Duration retryAfter) implements SignIn {}
}
