package io.nestcms.webhook;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The outcome of comparing a claim with the keys. */
final class SignatureMatch {
    private static final SignatureMatch NO_KEY = new SignatureMatch(false, null);
    private static final SignatureMatch NO_MATCH = new SignatureMatch(true, null);

    private final boolean anyKey;
    private final byte @Nullable [] identity;

    private SignatureMatch(boolean anyKey, byte @Nullable [] identity) {
        this.anyKey = anyKey;
        this.identity = identity;
    }

    /** Whether there was a valid key at all. */
    boolean anyKey() {
        return anyKey;
    }

    /** What the matching key gives for the signed bytes, {@code null} when none matches. */
    byte @Nullable [] identity() {
        return identity;
    }

    static SignatureMatch of(SignatureClaim claim, Collection<? extends VerificationKey> keys, Instant now) {
        boolean anyKey = false;
        for (VerificationKey key : keys) {
            if (key.isValidAt(now)) {
                anyKey = true;
                byte[] identity = key instanceof SigningSecret secret
                        ? matchMac(claim, secret)
                        : matchEd25519(claim, (Ed25519PublicKey) key);
                if (identity != null) {
                    return new SignatureMatch(true, identity);
                }
            }
        }
        return anyKey ? NO_MATCH : NO_KEY;
    }

    private static byte @Nullable [] matchMac(SignatureClaim claim, SigningSecret secret) {
        if (claim.macs().length == 0) {
            return null;
        }
        byte[] expected = secret.mac(claim.algorithm(), claim.signedParts());
        return expected != null && isAmong(claim.macs(), expected) ? expected : null;
    }

    private static byte @Nullable [] matchEd25519(SignatureClaim claim, Ed25519PublicKey key) {
        for (byte[] candidate : claim.ed25519Signatures()) {
            if (key.verifies(candidate, claim.signedParts())) {
                // the content names the delivery, not the signature, of which one content may have several
                return Digests.sha256(claim.signedParts());
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
