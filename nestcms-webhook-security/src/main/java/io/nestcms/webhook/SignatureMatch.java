package io.nestcms.webhook;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The outcome of comparing a claim with the keys. */
final class SignatureMatch {
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
            if (key.isValidAt(now) && key instanceof SigningSecret secret) {
                byte[] expected = secret.mac(claim.algorithm(), claim.signedParts());
                anyKey |= expected != null;
                if (expected != null && isAmong(claim.macs(), expected)) {
                    return new SignatureMatch(true, expected);
                }
            }
        }
        return new SignatureMatch(anyKey, null);
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
