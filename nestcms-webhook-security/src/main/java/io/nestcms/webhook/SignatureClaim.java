package io.nestcms.webhook;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a request claims: these bytes were signed, these are the signatures, this was the time. The verifier computes and
 * compares, in constant time; a scheme only reads.
 *
 * <p>Immutable. Holds the scheme's arrays without a copy, so a scheme does not change them afterwards.
 *
 * @since 0.1
 */
public final class SignatureClaim implements SignatureReading {
    /** More candidates than any rotation of secrets needs are refused. */
    static final int MAX_SIGNATURES = 16;

    private static final byte[][] NONE = {};

    private final MacAlgorithm algorithm;
    private final byte[][] signedParts;
    private final byte[][] macs;
    private final byte[][] ed25519Signatures;
    private final @Nullable Instant timestamp;
    private final @Nullable String messageId;
    private final Map<String, String> fields;

    private SignatureClaim(Builder builder) {
        this.algorithm = builder.algorithm;
        this.signedParts = builder.signedParts;
        this.macs = builder.macs;
        this.ed25519Signatures = builder.ed25519Signatures;
        this.timestamp = builder.timestamp;
        this.messageId = builder.messageId;
        this.fields = builder.fields;
    }

    /**
     * Starts a claim.
     *
     * @param algorithm how a shared secret signs
     * @param signedParts the bytes that were signed, taken as one run
     * @return a builder
     */
    public static Builder builder(MacAlgorithm algorithm, byte[]... signedParts) {
        return new Builder(algorithm, signedParts);
    }

    MacAlgorithm algorithm() {
        return algorithm;
    }

    byte[][] signedParts() {
        return signedParts;
    }

    byte[][] macs() {
        return macs;
    }

    byte[][] ed25519Signatures() {
        return ed25519Signatures;
    }

    @Nullable Instant timestamp() {
        return timestamp;
    }

    @Nullable String messageId() {
        return messageId;
    }

    Map<String, String> fields() {
        return fields;
    }

    /**
     * Builds a claim.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final MacAlgorithm algorithm;
        private final byte[][] signedParts;
        private byte[][] macs = NONE;
        private byte[][] ed25519Signatures = NONE;
        private @Nullable Instant timestamp;
        private @Nullable String messageId;
        private Map<String, String> fields = Map.of();

        private Builder(MacAlgorithm algorithm, byte[][] signedParts) {
            this.algorithm = Objects.requireNonNull(algorithm, "algorithm");
            this.signedParts = Objects.requireNonNull(signedParts, "signedParts");
        }

        /**
         * Adds a signature made with a shared secret. One match among several is enough.
         *
         * @param signature the signature's bytes, decoded
         * @return this builder
         */
        public Builder signature(byte[] signature) {
            macs = appended(macs, signature);
            return this;
        }

        /**
         * Adds a signature made with an Ed25519 key.
         *
         * @param signature the signature's 64 bytes, decoded
         * @return this builder
         */
        public Builder ed25519Signature(byte[] signature) {
            ed25519Signatures = appended(ed25519Signatures, signature);
            return this;
        }

        /**
         * Sets the time that the sender signed.
         *
         * @param timestamp the signed time
         * @return this builder
         */
        public Builder timestamp(Instant timestamp) {
            this.timestamp = Objects.requireNonNull(timestamp, "timestamp");
            return this;
        }

        /**
         * Sets the sender's name for the message, the same on each delivery. Only for a name that is signed.
         *
         * @param messageId the signed name
         * @return this builder
         */
        public Builder messageId(String messageId) {
            this.messageId = Objects.requireNonNull(messageId, "messageId");
            return this;
        }

        /**
         * Sets the fields that were signed, for a form or a scheme that signs only part of the body.
         *
         * @param fields decoded names and values; copied
         * @return this builder
         */
        public Builder fields(Map<String, String> fields) {
            this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            return this;
        }

        /**
         * Builds the claim.
         *
         * @return the claim, or a refusal when there is no signature or there are far too many
         */
        public SignatureReading build() {
            int count = macs.length + ed25519Signatures.length;
            if (count == 0) {
                return SignatureReading.unreadable(Refusal.Reason.SIGNATURE_MISSING, "no signature of a known kind");
            }
            if (count > MAX_SIGNATURES) {
                return SignatureReading.unreadable(
                        Refusal.Reason.SIGNATURE_MALFORMED, "more than " + MAX_SIGNATURES + " signatures");
            }
            return new SignatureClaim(this);
        }

        private static byte[][] appended(byte[][] all, byte[] signature) {
            byte[][] longer = Arrays.copyOf(all, all.length + 1);
            longer[all.length] = signature;
            return longer;
        }
    }
}
