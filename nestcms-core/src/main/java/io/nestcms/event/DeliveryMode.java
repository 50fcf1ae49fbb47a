package io.nestcms.event;

/**
 * On which thread a listener hears an event.
 *
 * @since 0.1
 */
public enum DeliveryMode {
    /** On the publisher's thread, before publishing returns. */
    SYNC,
    /** On the bus's executor, from a bounded mailbox, in order per key. */
    ASYNC
}
