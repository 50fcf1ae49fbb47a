package io.nestcms.webhook;

import java.time.Instant;

/**
 * What a signature is checked with, and when it is valid: a {@linkplain SigningSecret shared secret}
 * or an {@linkplain Ed25519PublicKey Ed25519 public key}.
 *
 * @since 0.1
 */
public sealed interface VerificationKey permits SigningSecret, Ed25519PublicKey {
    /**
     * Whether signatures of this key are taken at that time.
     *
     * @param at the time
     * @return {@code true} from the key's not-before (inclusive) to its not-after (exclusive)
     */
    boolean isValidAt(Instant at);
}
