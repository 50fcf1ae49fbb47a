package io.nestcms.notification;

/**
 * Posts to a room of a chat. Implementations are safe for use by many threads and return or throw within a bounded time.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ChatChannel {
    /**
     * Posts a message.
     *
     * @param text what it says, as plain text: nothing in it is read as markup, a link or a mention
     * @throws UndeliveredException if it was not taken
     */
    void post(String text);
}
