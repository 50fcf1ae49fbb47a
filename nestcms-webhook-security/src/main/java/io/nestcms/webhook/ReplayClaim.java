package io.nestcms.webhook;

import java.util.Objects;

/**
 * The answer of a {@link ReplayGuard}.
 *
 * @since 0.1
 */
public sealed interface ReplayClaim {
    /**
     * Nobody handled the delivery yet, and nobody else may while the claim lasts.
     *
     * @param key names the delivery
     * @param token names this claim, so that it is told from a later one of the same delivery
     */
    record Granted(String key, String token) implements ReplayClaim {
        /**
         * Checks that nothing is missing.
         *
         * @param key names the delivery
         * @param token names this claim
         */
        public Granted {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(token, "token");
        }
    }

    /** An equal delivery was handled before. */
    record Done() implements ReplayClaim {}

    /** An equal delivery is being handled now. */
    record InProgress() implements ReplayClaim {}
}
