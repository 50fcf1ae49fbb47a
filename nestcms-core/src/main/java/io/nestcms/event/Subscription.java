package io.nestcms.event;

/**
 * A listener's place on a bus.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public interface Subscription extends AutoCloseable {
    /**
     * The listener's name.
     *
     * @return as its settings say, or made from the event's type
     */
    String name();

    /**
     * Ends the subscription. Events that already wait in the mailbox are still handled. Repeatable.
     */
    @Override
    void close();
}
