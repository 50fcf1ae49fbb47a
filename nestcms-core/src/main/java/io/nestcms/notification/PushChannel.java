package io.nestcms.notification;

/**
 * Sends messages to browsers and telephones that asked for them. Implementations are safe for use by many threads and return or
 * throw within a bounded time.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PushChannel {
    /**
     * Hands a message over.
     *
     * @param to who asked for messages
     * @param message what it says
     * @return {@code false} when the receiver is gone for good and should be forgotten
     * @throws UndeliveredException if it was not taken
     */
    boolean send(PushReceiver to, PushMessage message);
}
