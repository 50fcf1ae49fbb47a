package io.nestcms.webhook;

import java.time.Instant;

/**
 * What a signature is checked with, and when it is valid: a {@linkplain SigningSecret shared secret}.
 *
 * @since 0.1
 */
public sealed interface VerificationKey permits SigningSecret {
    /**
     * Whether signatures of this key are taken at that time.
     *
     * @param at the time
     * @return {@code true} from the key's not-before (inclusive) to its not-after (exclusive)
     */
    boolean isValidAt(Instant at);
}
