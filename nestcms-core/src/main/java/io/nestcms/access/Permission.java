package io.nestcms.access;

/**
 * What may be done with the objects of a model. None includes another one.
 *
 * @since 0.1
 */
public enum Permission {
    /** To see it. */
    READ,
    /** To make a new one. */
    WRITE,
    /** To change or remove one that is there. */
    MODIFY,
    /** To decide about one: approve, resolve, refund. */
    APPROVE
}
