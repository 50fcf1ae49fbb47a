package io.nestcms.webhook;

import java.util.Objects;
import java.util.function.Function;

/**
 * How a delivery ended, with the answer for the sender.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface Delivery {
    /**
     * The answer for the sender.
     *
     * @return status 200, 401 or 503
     */
    WebhookAnswer answer();

    /**
     * The handler ran.
     *
     * @param webhook the proof, with the content
     * @param answer what the handler answered
     */
    record Handled(VerifiedWebhook webhook, WebhookAnswer answer) implements Delivery {
        /**
         * Checks that nothing is missing.
         *
         * @param webhook the proof
         * @param answer what the handler answered
         */
        public Handled {
            Objects.requireNonNull(webhook, "webhook");
            Objects.requireNonNull(answer, "answer");
        }
    }

    /**
     * An equal delivery was handled before or is being handled now; the handler did not run.
     *
     * @param webhook the proof, with the content
     * @param answer {@link WebhookAnswer#ACCEPTED} when it was handled before, {@link WebhookAnswer#RETRY_LATER} when it is being
     *     handled now and may still fail
     */
    record Repeated(VerifiedWebhook webhook, WebhookAnswer answer) implements Delivery {
        /**
         * Checks that nothing is missing.
         *
         * @param webhook the proof
         * @param answer the answer
         */
        public Repeated {
            Objects.requireNonNull(webhook, "webhook");
            Objects.requireNonNull(answer, "answer");
        }
    }

    /**
     * The request was refused; the handler did not run.
     *
     * @param refusal why; not for the sender
     */
    record Refused(Refusal refusal) implements Delivery {
        /**
         * Checks that the reason is there.
         *
         * @param refusal why
         */
        public Refused {
            Objects.requireNonNull(refusal, "refusal");
        }

        @Override
        public WebhookAnswer answer() {
            return refusal.answer();
        }
    }

    /**
     * Handles all ends; the compiler sees to it that none is forgotten.
     *
     * @param <R> what the handlers give
     * @param handled the handler ran
     * @param repeated it ran for an equal delivery
     * @param refused it did not run
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Handled, ? extends R> handled,
            Function<? super Repeated, ? extends R> repeated,
            Function<? super Refused, ? extends R> refused) {
        if (this instanceof Handled it) {
            return handled.apply(it);
        }
        if (this instanceof Repeated it) {
            return repeated.apply(it);
        }
        return refused.apply((Refused) this);
    }
}
