package io.nestcms.webhook;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The private half of an Ed25519 key, for those who send. Never printed; overwritten on {@link #close()} as far as the Java
 * runtime lets.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Ed25519SigningKey implements SigningKey, AutoCloseable {
    private static final String PREFIX = "whsk_";
    private static final int SEED_LENGTH = 32;
    private static final int PAIR_LENGTH = 64;

    private final byte[] seed;
    private volatile @Nullable PrivateKey key;

    private Ed25519SigningKey(byte[] seed) {
        this.seed = seed;
        try {
            this.key = KeyFactory.getInstance(Ed25519PublicKey.ALGORITHM)
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
        } catch (GeneralSecurityException e) {
            throw new WebhookException("Ed25519 is not offered by this Java runtime", e);
        }
    }

    /**
     * A key in the form of Standard Webhooks.
     *
     * @param text Base64 of the seed (32 bytes) or of seed and public key (64 bytes), with or without the prefix
     *     {@code whsk_}
     * @return the key
     * @throws IllegalArgumentException if the text is not of that form; the message does not show it
     */
    public static Ed25519SigningKey standard(String text) {
        KeyText.requireTrimmed("key", text);
        byte[] bytes =
                SignatureEncoding.BASE64.decode(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
        if (bytes == null || (bytes.length != SEED_LENGTH && bytes.length != PAIR_LENGTH)) {
            throw new IllegalArgumentException("key is not an Ed25519 key: 32 or 64 bytes in Base64 are expected");
        }
        byte[] seed = Arrays.copyOf(bytes, SEED_LENGTH);
        Arrays.fill(bytes, (byte) 0);
        return new Ed25519SigningKey(seed);
    }

    byte[] sign(byte[]... parts) {
        PrivateKey privateKey = key;
        if (privateKey == null) {
            throw new WebhookException("the signing key is closed", null);
        }
        try {
            Signature signature = Signature.getInstance(Ed25519PublicKey.ALGORITHM);
            signature.initSign(privateKey);
            for (byte[] part : parts) {
                signature.update(part);
            }
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new WebhookException("signing with Ed25519 failed", e);
        }
    }

    /** Overwrites the seed and forgets the key. May be repeated. */
    @Override
    public void close() {
        key = null;
        Arrays.fill(seed, (byte) 0);
    }

    /**
     * Says only that there is a key.
     *
     * @return a fixed text
     */
    @Override
    public String toString() {
        return "Ed25519SigningKey[hidden]";
    }
}
