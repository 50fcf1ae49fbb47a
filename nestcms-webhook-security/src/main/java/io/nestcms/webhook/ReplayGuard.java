package io.nestcms.webhook;

/**
 * Sees to it that equal deliveries are handled once, in two phases: a delivery is claimed before it is handled, and marked
 * done only after that succeeded. A claim that is neither committed nor released runs out by itself, so a crash in between
 * loses nothing: the provider's next delivery is handled.
 *
 * <p>A shield in front of the application's own record, not the guarantee: after the lease or the memory of done deliveries has
 * run out, an equal delivery is handled again, and the record must bear it.
 *
 * <p>Implementations are safe for use by many threads, and throw a {@link WebhookException} when they cannot answer.
 *
 * @since 0.1
 */
public interface ReplayGuard {
    /**
     * Claims a delivery.
     *
     * @param key names the delivery, {@link VerifiedWebhook#digest()}
     * @return whether it may be handled now
     * @throws WebhookException if the guard cannot be asked
     */
    ReplayClaim claim(String key);

    /**
     * Marks a delivery as done. Nothing happens when the claim has run out and another holds it.
     *
     * @param claim the claim
     * @throws WebhookException if the guard cannot be asked
     */
    void commit(ReplayClaim.Granted claim);

    /**
     * Gives a claim back, so that the next delivery is handled. Nothing happens when the claim has run out.
     *
     * @param claim the claim
     * @throws WebhookException if the guard cannot be asked
     */
    void release(ReplayClaim.Granted claim);
}
