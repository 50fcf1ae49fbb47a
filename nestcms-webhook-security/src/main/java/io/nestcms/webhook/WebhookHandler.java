package io.nestcms.webhook;

/**
 * Acts on a genuine delivery.
 *
 * @param <X> what it may throw
 * @since 0.1
 */
@FunctionalInterface
public interface WebhookHandler<X extends Exception> {
    /**
     * Acts on a delivery. What it throws is passed on, and the provider's next delivery is handled.
     *
     * @param webhook the proof, with the content
     * @return {@link WebhookAnswer#ACCEPTED} when it is done; anything else, and the next delivery is handled
     * @throws X if the delivery could not be handled now
     */
    WebhookAnswer handle(VerifiedWebhook webhook) throws X;
}
