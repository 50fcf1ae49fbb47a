package io.nestcms.webhook;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a webhook. Holds no body, no secret and no signature.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface WebhookEvent {
    /**
     * When it happened, by the verifier's clock.
     *
     * @return the instant
     */
    Instant at();

    /**
     * Where the request came to and from.
     *
     * @return scheme, tenant and source
     */
    Origin origin();

    /**
     * Where a request came to and from.
     *
     * @param scheme the name of the signature scheme, for example {@code paytabs-callback}
     * @param tenant the tenant (merchant profile) the request was sent to, empty when there is only one
     * @param source the sender's address as text, {@code unknown} when there is none
     */
    record Origin(String scheme, String tenant, String source) {
        /**
         * Checks that nothing is missing.
         *
         * @param scheme the name of the signature scheme
         * @param tenant the tenant, or empty
         * @param source the sender's address as text
         */
        public Origin {
            Objects.requireNonNull(scheme, "scheme");
            Objects.requireNonNull(tenant, "tenant");
            Objects.requireNonNull(source, "source");
        }
    }

    /**
     * A request came in; nothing of it was checked yet.
     *
     * @param at when it happened
     * @param origin where it came to and from
     * @param bodyBytes the size of the body
     */
    record WebhookReceived(Instant at, Origin origin, int bodyBytes) implements WebhookEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param at when it happened
         * @param origin where it came to and from
         * @param bodyBytes the size of the body
         */
        public WebhookReceived {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(origin, "origin");
        }
    }

    /**
     * A request passed every check. What {@link WebhookVerifier#handle} does not handle again is told as repeated instead.
     *
     * @param at when it happened
     * @param origin where it came to and from
     * @param digest names the delivery, see {@link VerifiedWebhook#digest()}
     */
    record WebhookValidated(Instant at, Origin origin, String digest) implements WebhookEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param at when it happened
         * @param origin where it came to and from
         * @param digest names the delivery
         */
        public WebhookValidated {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(origin, "origin");
            Objects.requireNonNull(digest, "digest");
        }
    }

    /**
     * A request passed every check, and an equal one was handled before or is being handled: it was not handled itself.
     *
     * @param at when it happened
     * @param origin where it came to and from
     * @param digest names the delivery, see {@link VerifiedWebhook#digest()}
     */
    record WebhookRepeated(Instant at, Origin origin, String digest) implements WebhookEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param at when it happened
         * @param origin where it came to and from
         * @param digest names the delivery
         */
        public WebhookRepeated {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(origin, "origin");
            Objects.requireNonNull(digest, "digest");
        }
    }

    /**
     * A request was refused.
     *
     * @param at when it happened
     * @param origin where it came to and from
     * @param refusal why
     */
    record WebhookRejected(Instant at, Origin origin, Refusal refusal) implements WebhookEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param at when it happened
         * @param origin where it came to and from
         * @param refusal why
         */
        public WebhookRejected {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(origin, "origin");
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /**
     * Somebody should look: a source sends one refused request after another, or a genuine message contradicts the record.
     *
     * @param at when it happened
     * @param origin where it came to and from
     * @param kind what kind of alert this is
     * @param detail what was seen, in safe words
     * @param blockedUntil until when the source is blocked, or {@code null} when it is not
     */
    record SecurityAlert(
            Instant at,
            Origin origin,
            Kind kind,
            String detail,
            @Nullable Instant blockedUntil) implements WebhookEvent {
        /**
         * Checks that nothing but the block is missing.
         *
         * @param at when it happened
         * @param origin where it came to and from
         * @param kind what kind of alert this is
         * @param detail what was seen, in safe words
         * @param blockedUntil until when the source is blocked, or {@code null}
         */
        public SecurityAlert {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(origin, "origin");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(detail, "detail");
        }

        /** The kinds of alert. */
        public enum Kind {
            /** A genuine message contradicts the application's record, for example in the amount. */
            CONTENT_MISMATCH,
            /** A source sent more refused requests within the window than the threat monitor allows. */
            REFUSALS_FROM_SOURCE,
            /** All sources together sent more refused requests than the threat monitor allows. */
            REFUSALS_FROM_MANY
        }
    }
}
