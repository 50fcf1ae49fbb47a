package io.nestcms.webhook;

import java.util.Objects;
import java.util.function.Function;

/**
 * How a verification ended: the request is genuine, or it was refused.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface Verification {
    /**
     * The request is genuine.
     *
     * @param webhook the proof, with the verified content
     */
    record Verified(VerifiedWebhook webhook) implements Verification {
        /**
         * Checks that the proof is there.
         *
         * @param webhook the proof
         */
        public Verified {
            Objects.requireNonNull(webhook, "webhook");
        }
    }

    /**
     * The request was refused.
     *
     * @param refusal why; not for the sender
     */
    record Refused(Refusal refusal) implements Verification {
        /**
         * Checks that the reason is there.
         *
         * @param refusal why
         */
        public Refused {
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /**
     * Handles both ends; the compiler sees to it that neither is forgotten.
     *
     * @param <R> what the handlers give
     * @param verified handles a genuine request
     * @param refused handles a refused one
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super VerifiedWebhook, ? extends R> verified, Function<? super Refusal, ? extends R> refused) {
        if (this instanceof Verified it) {
            return verified.apply(it.webhook());
        }
        return refused.apply(((Refused) this).refusal());
    }
}
