package io.nestcms.webhook;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The public half of an Ed25519 key, for Standard Webhooks version v1a: it can check and cannot sign, so it need not be kept
 * secret.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Ed25519PublicKey implements VerificationKey {
    static final String ALGORITHM = "Ed25519";

    private static final String PREFIX = "whpk_";
    private static final int LENGTH = 32;

    private final PublicKey key;
    private final @Nullable String name;
    private final @Nullable Instant notBefore;
    private final @Nullable Instant notAfter;

    private Ed25519PublicKey(
            PublicKey key, @Nullable String name, @Nullable Instant notBefore, @Nullable Instant notAfter) {
        this.key = key;
        this.name = name;
        this.notBefore = notBefore;
        this.notAfter = notAfter;
    }

    /**
     * A key of raw bytes.
     *
     * @param bytes 32 bytes as in RFC 8032
     * @return the key, valid at any time
     * @throws IllegalArgumentException if the bytes are no point of the curve
     */
    public static Ed25519PublicKey of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("key has " + bytes.length + " bytes: 32 are expected");
        }
        byte[] bigEndian = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bigEndian[i] = bytes[LENGTH - 1 - i];
        }
        boolean odd = (bigEndian[0] & 0x80) != 0;
        bigEndian[0] &= 0x7f;
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, bigEndian));
        try {
            PublicKey key = KeyFactory.getInstance(ALGORITHM)
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
            Signature.getInstance(ALGORITHM).initVerify(key); // finds a point that is not on the curve now, not later
            return new Ed25519PublicKey(key, null, null, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("key is not an Ed25519 public key", e);
        }
    }

    /**
     * A key in the form of Standard Webhooks.
     *
     * @param text Base64 of 32 bytes, with or without the prefix {@code whpk_}
     * @return the key, valid at any time
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static Ed25519PublicKey standard(String text) {
        KeyText.requireTrimmed("key", text);
        byte[] bytes =
                SignatureEncoding.BASE64.decode(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
        if (bytes == null) {
            throw new IllegalArgumentException("key is not in Base64: the standard alphabet is expected");
        }
        return of(bytes);
    }

    /**
     * The same key under a name that stands for it in the {@linkplain VerifiedWebhook#digest() key} of each delivery, as
     * {@link SigningSecret#named}.
     *
     * @param name 1 to 64 characters, unique among those who share a replay guard
     * @return the key
     * @throws IllegalArgumentException if the name is blank, longer or has control characters
     */
    public Ed25519PublicKey named(String name) {
        return new Ed25519PublicKey(key, KeyText.name(name), notBefore, notAfter);
    }

    /**
     * The same key, valid only from then on.
     *
     * @param at the first instant at which it is valid
     * @return the key
     * @throws IllegalArgumentException if the key would never be valid
     */
    public Ed25519PublicKey validFrom(Instant at) {
        return between(Objects.requireNonNull(at, "at"), notAfter);
    }

    /**
     * The same key, valid only until then.
     *
     * @param at the first instant at which it is valid no more
     * @return the key
     * @throws IllegalArgumentException if the key would never be valid
     */
    public Ed25519PublicKey validUntil(Instant at) {
        return between(notBefore, Objects.requireNonNull(at, "at"));
    }

    private Ed25519PublicKey between(@Nullable Instant from, @Nullable Instant until) {
        if (from != null && until != null && !from.isBefore(until)) {
            throw new IllegalArgumentException("key is never valid: the start must lie before the end");
        }
        return new Ed25519PublicKey(key, name, from, until);
    }

    @Override
    public boolean isValidAt(Instant at) {
        return (notBefore == null || !at.isBefore(notBefore)) && (notAfter == null || at.isBefore(notAfter));
    }

    /** What stands for the key in replay keys. */
    String sender() {
        return KeyText.sender(name, name == null ? HexFormat.of().formatHex(Digests.sha256(key.getEncoded())) : "");
    }

    boolean verifies(byte[] candidate, byte[][] parts) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            for (byte[] part : parts) {
                signature.update(part);
            }
            return signature.verify(candidate);
        } catch (GeneralSecurityException e) {
            return false; // bytes that are no signature at all; the caller refuses
        }
    }

    /**
     * Names the kind of key.
     *
     * @return a fixed text
     */
    @Override
    public String toString() {
        return "Ed25519PublicKey";
    }
}
