package io.nestcms.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The other side: gives the headers that a sender adds to a message. For those who send webhooks, for simulators and for
 * tests.
 *
 * <p>Implementations are safe for use by many threads, and give equal headers for equal input.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface WebhookSigner {
    /**
     * Signs a message.
     *
     * @param messageId the sender's name for the message, the same on each delivery; used by Standard Webhooks only
     * @param at the time of this delivery; used by schemes that carry one
     * @param body the bytes that will be sent
     * @return names and values of the headers to add
     * @throws WebhookException if a key was closed
     * @throws IllegalArgumentException if the scheme does not allow such a message id
     */
    Map<String, String> headers(String messageId, Instant at, byte[] body);

    /**
     * Signs by a scheme of the common form, PayTabs' callback among them.
     *
     * @param scheme the scheme
     * @param secret the secret
     * @return the signer
     */
    static WebhookSigner of(HmacScheme scheme, SigningSecret secret) {
        Objects.requireNonNull(secret, "secret");
        return (messageId, at, body) -> scheme.sign(secret, at, body);
    }

    /**
     * Signs by Standard Webhooks: version v1 for a secret, v1a for an Ed25519 key.
     *
     * @param keys the keys, at least one; during a change of keys the old and the new one
     * @return the signer
     * @throws IllegalArgumentException if there is no key
     */
    static WebhookSigner standardWebhooks(List<? extends SigningKey> keys) {
        return standardWebhooks("webhook", keys);
    }

    /**
     * Signs by Standard Webhooks under other header names, as Svix does.
     *
     * @param headerPrefix what stands for {@code webhook} in the header names
     * @param keys the keys, at least one
     * @return the signer
     * @throws IllegalArgumentException if there is no key
     */
    static WebhookSigner standardWebhooks(String headerPrefix, List<? extends SigningKey> keys) {
        return new StandardWebhooks("standard-webhooks", headerPrefix).signer(atLeastOne(keys));
    }

    /**
     * Signs as Stripe does.
     *
     * @param secrets the secrets, at least one; during a change of secrets the old and the new one
     * @return the signer
     * @throws IllegalArgumentException if there is no secret
     */
    static WebhookSigner stripe(List<SigningSecret> secrets) {
        return StripeScheme.INSTANCE.signer(atLeastOne(secrets));
    }

    private static <K> List<K> atLeastOne(List<K> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("keys is empty: at least one is needed");
        }
        return List.copyOf(keys);
    }
}
