package io.nestcms.webhook;

/**
 * Hears what happens to webhooks. Called in the thread that verifies, so it hands slow work on. What it throws is logged
 * and changes no verification. An event bus is attached as {@code bus::publish}.
 *
 * <p>Implementations are safe for use by many threads.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface WebhookListener {
    /**
     * Takes one event.
     *
     * @param event what happened
     */
    void on(WebhookEvent event);
}
