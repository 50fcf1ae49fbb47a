package io.nestcms.webhook;

import java.util.Objects;

/**
 * What a scheme reads from a request: a claim to be checked, or nothing that could be one.
 *
 * @since 0.1
 */
public sealed interface SignatureReading permits SignatureClaim, SignatureReading.Unreadable {
    /**
     * There is nothing to check.
     *
     * @param refusal why
     */
    record Unreadable(Refusal refusal) implements SignatureReading {
        /**
         * Checks that the reason is there.
         *
         * @param refusal why
         */
        public Unreadable {
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /**
     * The body that was signed is empty.
     *
     * @param request the request
     * @return the reading, which tells whether something of our own has read the body before
     */
    static SignatureReading noBody(WebhookRequest request) {
        if (request.isOfOtherLength()) {
            return unreadable(
                    Refusal.Reason.BODY_ALREADY_READ,
                    "the body is empty and Content-Length is not 0: something read it, or a parameter of the form, before the verifier");
        }
        return unreadable(
                Refusal.Reason.BODY_MISSING,
                request.header("Transfer-Encoding") == null
                        ? "empty body: plain http, or a redirect?"
                        : "empty body: plain http, a redirect, or did something read it before the verifier?");
    }

    /**
     * There is nothing to check.
     *
     * @param reason why
     * @param detail what was found, in words without any part of the request
     * @return the reading
     */
    static SignatureReading unreadable(Refusal.Reason reason, String detail) {
        return new Unreadable(new Refusal(reason, detail));
    }
}
