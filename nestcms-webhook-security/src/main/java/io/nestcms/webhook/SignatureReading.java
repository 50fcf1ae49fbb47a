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
