package io.nestcms.notification;

/**
 * Sends short messages to phones. Implementations are safe for use by many threads and return or throw within a bounded time.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SmsChannel {
    /**
     * Hands a short message over.
     *
     * @param to the phone, in the international form of E.164: {@code +} and 7 to 15 digits
     * @param text what it says; a long one is sent, and paid for, in parts
     * @throws io.nestcms.failure.InvalidInputException if the number has another form
     * @throws UndeliveredException if it was not taken
     */
    void send(String to, String text);
}
