package io.nestcms.webhook;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A secret that signer and verifier share. Never printed; the bytes are overwritten on {@link #close()}, after which
 * nothing verifies with it.
 *
 * <p>Safe for use by many threads. Views made by {@link #validFrom} and {@link #validUntil} share the bytes: closing one
 * closes all.
 *
 * @since 0.1
 */
public final class SigningSecret implements VerificationKey, SigningKey, AutoCloseable {
    private static final String STANDARD_PREFIX = "whsec_";

    private final HmacKey key;
    private final @Nullable Instant notBefore;
    private final @Nullable Instant notAfter;

    private SigningSecret(HmacKey key, @Nullable Instant notBefore, @Nullable Instant notAfter) {
        this.key = key;
        this.notBefore = notBefore;
        this.notAfter = notAfter;
    }

    /**
     * A secret of raw bytes.
     *
     * @param secret the bytes, at least one; copied
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if there is no byte
     */
    public static SigningSecret of(byte[] secret) {
        return owning(secret.clone());
    }

    /**
     * A secret that is used as the UTF-8 bytes of its text, as PayTabs' server key, GitHub's secret and Stripe's whole
     * {@code whsec_...} are.
     *
     * @param secret the text, not blank
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if the text is blank or cannot be written in UTF-8
     */
    public static SigningSecret utf8(CharSequence secret) {
        if (secret.chars().allMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("secret is blank: there is no default secret");
        }
        ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(secret.length(), 3));
        CoderResult result = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(secret), buffer, true);
        if (result.isError()) {
            throw new IllegalArgumentException(
                    "secret has half a surrogate pair: text that UTF-8 can write is expected");
        }
        byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
        Arrays.fill(buffer.array(), (byte) 0);
        return owning(bytes);
    }

    /**
     * A secret that is given in hexadecimal digits, as Adyen's is.
     *
     * @param secret the digits, of either case
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if the text is not made of pairs of hexadecimal digits; the message does not
     *     show it
     */
    public static SigningSecret hex(String secret) {
        byte[] bytes = Hex.decode(secret);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "secret is not in hexadecimal: pairs of the digits 0-9 and a-f are allowed");
        }
        return owning(bytes);
    }

    /**
     * A secret that is given in Base64, with or without the prefix {@code whsec_}, as Standard Webhooks' is.
     *
     * @param secret the text
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if the text is not Base64; the message does not show it
     */
    public static SigningSecret base64(String secret) {
        String text = secret.startsWith(STANDARD_PREFIX) ? secret.substring(STANDARD_PREFIX.length()) : secret;
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // the cause is left out: its message holds a character of the secret
            throw new IllegalArgumentException("secret is not in Base64: the standard alphabet is expected");
        }
        return owning(bytes);
    }

    private static SigningSecret owning(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("secret is empty: there is no default secret");
        }
        return new SigningSecret(new HmacKey(bytes), null, null);
    }

    /**
     * The same secret, valid only from then on.
     *
     * @param at the first instant at which it is valid
     * @return a view that shares the bytes
     * @throws IllegalArgumentException if the secret would never be valid
     */
    public SigningSecret validFrom(Instant at) {
        return between(Objects.requireNonNull(at, "at"), notAfter);
    }

    /**
     * The same secret, valid only until then.
     *
     * @param at the first instant at which it is valid no more
     * @return a view that shares the bytes
     * @throws IllegalArgumentException if the secret would never be valid
     */
    public SigningSecret validUntil(Instant at) {
        return between(notBefore, Objects.requireNonNull(at, "at"));
    }

    private SigningSecret between(@Nullable Instant from, @Nullable Instant until) {
        if (from != null && until != null && !from.isBefore(until)) {
            throw new IllegalArgumentException("secret is never valid: the start must lie before the end");
        }
        return new SigningSecret(key, from, until);
    }

    @Override
    public boolean isValidAt(Instant at) {
        return !key.isClosed()
                && (notBefore == null || !at.isBefore(notBefore))
                && (notAfter == null || at.isBefore(notAfter));
    }

    /** The signature of the parts, taken as one run of bytes; {@code null} once closed. */
    byte @Nullable [] mac(MacAlgorithm algorithm, byte[][] parts) {
        return key.mac(algorithm, parts);
    }

    /** The signature for a sender. */
    byte[] sign(MacAlgorithm algorithm, byte[]... parts) {
        byte[] mac = key.mac(algorithm, parts);
        if (mac == null) {
            throw new WebhookException("the secret is closed", null);
        }
        return mac;
    }

    /** Overwrites the bytes. May be repeated. */
    @Override
    public void close() {
        key.close();
    }

    /**
     * Says only that there is a secret.
     *
     * @return a fixed text
     */
    @Override
    public String toString() {
        return "SigningSecret[hidden]";
    }
}
