package io.nestcms.notification;

/**
 * Sends mail. Implementations are safe for use by many threads, return or throw within a bounded time and take the same mail twice
 * without harm to anybody but its reader.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface EmailChannel {
    /**
     * Hands a mail over.
     *
     * @param email the mail
     * @throws UndeliveredException if it was not taken
     */
    void send(Email email);
}
