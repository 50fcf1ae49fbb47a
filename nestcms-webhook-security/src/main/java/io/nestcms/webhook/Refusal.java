package io.nestcms.webhook;

import java.util.Objects;

/**
 * Why a request was refused. For logs, events and metrics inside; never for the sender, who always gets the one
 * {@link WebhookAnswer#REFUSED} and so learns nothing about how near a forgery came.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param reason the kind of refusal
 * @param detail what was found, in words of this library only: no part of the request, no secret, no signature
 * @since 0.1
 */
public record Refusal(Reason reason, String detail) {
    /**
     * Checks that nothing is missing.
     *
     * @param reason the kind of refusal
     * @param detail what was found, in safe words
     * @throws NullPointerException if one of them is {@code null}
     */
    public Refusal {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(detail, "detail");
    }

    /**
     * A genuine message that contradicts the application's own record, for example another amount than the order's. Made
     * by the application after verification and handed to {@link WebhookVerifier#reject}.
     *
     * @param field the name of the field that differs, for example {@code amount}; not its value
     * @return a refusal with the reason {@link Reason#CONTENT_MISMATCH}
     */
    public static Refusal contentMismatch(String field) {
        return new Refusal(
                Reason.CONTENT_MISMATCH,
                Objects.requireNonNull(field, "field") + " differs from the application's record");
    }

    static Refusal of(Reason reason, String detail) {
        return new Refusal(reason, detail);
    }

    /**
     * The answer that the sender may see: the same for every refusal, except that a fault of our own asks the provider to
     * deliver again.
     *
     * @return {@link WebhookAnswer#REFUSED}, or {@link WebhookAnswer#RETRY_LATER} for a fault of our own
     */
    public WebhookAnswer answer() {
        return reason.isTemporary() ? WebhookAnswer.RETRY_LATER : WebhookAnswer.REFUSED;
    }

    /** The kinds of refusal, in the order in which the checks run. */
    public enum Reason {
        /**
         * Not signed, and of a source that sent too many refused requests and is blocked for a while: the detail names the
         * reason, the log is spared. What is signed is never refused for a block.
         */
        SOURCE_BLOCKED,
        /** The body is larger than allowed; nothing of it was read. */
        BODY_TOO_LARGE,
        /** There is no body (or query) to verify. */
        BODY_MISSING,
        /**
         * The body is empty, and {@code Content-Length} says that it was not: something of our own read it before the verifier.
         * A fault of our own.
         */
        BODY_ALREADY_READ,
        /** A header name or value is not allowed by HTTP, or there are too many or too large ones. */
        HEADER_MALFORMED,
        /** A required header is missing. */
        HEADER_MISSING,
        /** A header that must stand alone was sent more than once. */
        HEADER_DUPLICATED,
        /** A header has a value that the rules do not allow. */
        HEADER_NOT_ALLOWED,
        /** The content type is missing or not one of those allowed. */
        CONTENT_TYPE_NOT_ALLOWED,
        /** The body is compressed or otherwise encoded, so that it is not what was signed. */
        CONTENT_ENCODING_NOT_ALLOWED,
        /** No secret is known for the tenant, or none is valid now. */
        SECRET_UNKNOWN,
        /** The secrets could not be looked up now. A passing fault of our own. */
        SECRET_UNAVAILABLE,
        /** There is no signature. */
        SIGNATURE_MISSING,
        /** The signature is not of the scheme's form. */
        SIGNATURE_MALFORMED,
        /** The signature does not belong to this content and any valid secret. */
        SIGNATURE_MISMATCH,
        /** The scheme needs a timestamp and there is none. */
        TIMESTAMP_MISSING,
        /** The timestamp cannot be read, or its unit is ambiguous. */
        TIMESTAMP_MALFORMED,
        /** The timestamp is older than the tolerance allows. */
        TIMESTAMP_TOO_OLD,
        /** The timestamp is further in the future than the tolerance allows. */
        TIMESTAMP_IN_FUTURE,
        /** The sender's address is not known, and the rules need it. */
        SOURCE_UNKNOWN,
        /** The sender's address is not one of those allowed. */
        SOURCE_NOT_ALLOWED,
        /** The content is not well-formed. */
        PAYLOAD_MALFORMED,
        /** The content is nested deeper than allowed. */
        PAYLOAD_TOO_DEEP,
        /** A required field is missing. */
        FIELD_MISSING,
        /** A field that must stand alone is there more than once. */
        FIELD_DUPLICATED,
        /** The message belongs to another profile (merchant account). */
        PROFILE_MISMATCH,
        /** The message contradicts the application's own record. */
        CONTENT_MISMATCH,
        /** The replay guard could not be asked, and the policy is to refuse then. A passing fault of our own. */
        REPLAY_GUARD_UNAVAILABLE,
        /** A scheme, a clock or another part that the application gave has thrown; the log has it. A fault of our own. */
        CHECK_FAILED;

        /**
         * Whether the refusal comes from a fault of our own, so that the provider is to deliver again.
         *
         * @return {@code true} for {@link #BODY_ALREADY_READ}, {@link #SECRET_UNAVAILABLE},
         *     {@link #REPLAY_GUARD_UNAVAILABLE} and {@link #CHECK_FAILED}
         */
        public boolean isTemporary() {
            return switch (this) {
                case BODY_ALREADY_READ, SECRET_UNAVAILABLE, REPLAY_GUARD_UNAVAILABLE, CHECK_FAILED -> true;
                default -> false;
            };
        }
    }
}
