package io.nestcms.notification;

/**
 * What a message is about. A person may want one kind and not another.
 *
 * @since 0.1
 */
public enum Topic {
    /** A payment was taken. */
    RECEIPT,
    /** Money was given back. */
    REFUND,
    /** A service that was away is back: for who runs the shop. */
    SERVICE
}
