package io.nestcms.webhook;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The outcome of comparing a claim with the keys. */
final class SignatureMatch {
    private static final byte[] NONE = {};
    private static final SignatureMatch NO_KEY = new SignatureMatch(false, false, NONE, null);
    private static final SignatureMatch NO_MATCH = new SignatureMatch(true, false, NONE, null);

    private final boolean anyKey;
    private final boolean good;
    private final byte[] identity;
    private final @Nullable String sender;

    private SignatureMatch(boolean anyKey, boolean good, byte[] identity, @Nullable String sender) {
        this.anyKey = anyKey;
        this.good = good;
        this.identity = identity;
        this.sender = sender;
    }

    /** Whether there was a valid key at all. */
    boolean anyKey() {
        return anyKey;
    }

    /** Whether one of them matches. */
    boolean isGood() {
        return good;
    }

    /** What the matching key gives for the signed bytes. */
    byte[] identity() {
        return identity;
    }

    /** The matching key's name or what stands for it, {@code null} when the identity is one of that key alone. */
    @Nullable String sender() {
        return sender;
    }

    static SignatureMatch of(SignatureClaim claim, Collection<? extends VerificationKey> keys, Instant now) {
        boolean anyKey = false;
        for (VerificationKey key : keys) {
            if (key.isValidAt(now)) {
                anyKey = true;
                SignatureMatch match = key instanceof SigningSecret secret
                        ? matchMac(claim, secret)
                        : matchEd25519(claim, (Ed25519PublicKey) key);
                if (match != null) {
                    return match;
                }
            }
        }
        return anyKey ? NO_MATCH : NO_KEY;
    }

    private static @Nullable SignatureMatch matchMac(SignatureClaim claim, SigningSecret secret) {
        if (claim.macs().length == 0) {
            return null;
        }
        byte[] expected = secret.mac(claim.algorithm(), claim.signedParts());
        if (expected == null || !isAmong(claim.macs(), expected)) {
            return null;
        }
        // a computed HMAC is one of its secret alone; a message id is not, two senders may count from one
        String sender = claim.messageId() == null ? secret.name() : secret.sender();
        return new SignatureMatch(true, true, expected, sender);
    }

    private static @Nullable SignatureMatch matchEd25519(SignatureClaim claim, Ed25519PublicKey key) {
        for (byte[] candidate : claim.ed25519Signatures()) {
            if (key.verifies(candidate, claim.signedParts())) {
                // the content names the delivery, not the signature, of which one content may have several
                return new SignatureMatch(true, true, Digests.sha256(claim.signedParts()), key.sender());
            }
        }
        return null;
    }

    /** Looks at every candidate and every byte of it, whatever matched before. */
    private static boolean isAmong(byte[][] candidates, byte[] expected) {
        boolean found = false;
        for (byte[] candidate : candidates) {
            found |= MessageDigest.isEqual(expected, candidate);
        }
        return found;
    }
}
