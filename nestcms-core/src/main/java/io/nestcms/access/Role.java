package io.nestcms.access;

/**
 * What a user is in the system. What each may do is in an {@link AccessPolicy}; a user has one or more.
 *
 * @since 0.1
 */
public enum Role {
    /** Orders work and pays for it. */
    CLIENT,
    /** Does the work. */
    EMPLOYEE,
    /** Runs the system: users, permissions, circuits, incidents. */
    ADMIN,
    /** Owns the system: everything an admin may, and who the admins are. */
    OWNER
}
