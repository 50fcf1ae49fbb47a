package io.nestcms.event;

/**
 * What happens to an event for a listener whose mailbox is full.
 *
 * @since 0.1
 */
public enum Overflow {
    /**
     * The publisher waits until there is room. A listener that publishes to its own full mailbox does not wait, since it
     * would wait for itself; its event is taken beyond the bound.
     */
    BLOCK,
    /** The new event becomes a dead letter of that listener. */
    REJECT,
    /** The oldest waiting event becomes a dead letter of that listener, and the new one is taken. */
    DROP_OLDEST
}
