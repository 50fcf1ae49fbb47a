package io.nestcms.cms.user;

/**
 * Where a user is.
 *
 * @since 0.1
 */
public enum UserStatus {
    /** Registered, and not let in yet. */
    PENDING,
    /** May sign in. */
    ACTIVE,
    /** May not sign in any more; can be made active again. */
    DEACTIVATED
}
