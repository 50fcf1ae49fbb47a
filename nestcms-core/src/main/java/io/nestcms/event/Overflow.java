package io.nestcms.event;

/**
 * What happens to an event for a listener whose mailbox is full.
 *
 * @since 0.1
 */
public enum Overflow {
    /**
     * The publisher waits until there is room, as long as the settings allow; then the new event becomes a dead letter with
     * the reason {@link DeadLetter.Reason#NO_ROOM}. When nothing at all was handled meanwhile, others do not wait either
     * until the mailbox is half empty.
     *
     * <p>Who would wait for itself does not wait: a listener that publishes to its own full mailbox, or to that of a listener
     * that waits for it. Its event is taken beyond the bound, up to twice the bound or 1,024 more, whichever is more; and so is
     * that of a publisher that is interrupted. Where a listener publishes on another thread, and waits for that, the bus cannot
     * see it: there the time limit ends the wait.
     */
    BLOCK,
    /** The new event becomes a dead letter of that listener. */
    REJECT,
    /** The oldest waiting event becomes a dead letter of that listener, and the new one is taken. */
    DROP_OLDEST
}
