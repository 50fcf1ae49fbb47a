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
 * <p>Safe for use by many threads. Views made by {@link #validFrom}, {@link #validUntil} and {@link #named} share the bytes:
 * closing one closes all.
 *
 * @since 0.1
 */
public final class SigningSecret implements VerificationKey, SigningKey, AutoCloseable {
    private static final String STANDARD_PREFIX = "whsec_";

    /** Fewer can be tried out on one signed message. As short as the shortest that a provider has published. */
    private static final int MIN_BYTES = 8;

    private final HmacKey key;
    private final @Nullable String name;
    private final @Nullable Instant notBefore;
    private final @Nullable Instant notAfter;

    private SigningSecret(HmacKey key, @Nullable String name, @Nullable Instant notBefore, @Nullable Instant notAfter) {
        this.key = key;
        this.name = name;
        this.notBefore = notBefore;
        this.notAfter = notAfter;
    }

    /**
     * A secret of raw bytes.
     *
     * @param secret the bytes, at least 8; copied
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if there are fewer bytes, or they are those of a text that begins or ends with
     *     white space, as the last line break of a file
     */
    public static SigningSecret of(byte[] secret) {
        KeyText.requireTrimmed("secret", secret);
        return owning(secret.clone());
    }

    /**
     * A secret that is used as the UTF-8 bytes of its text, as PayTabs' server key, GitHub's secret and Stripe's whole
     * {@code whsec_...} are.
     *
     * @param secret the text, at least 8 bytes in UTF-8
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if the text is blank or shorter, begins or ends with white space, as the last
     *     line break of a file, or cannot be written in UTF-8; the message does not show it
     */
    public static SigningSecret utf8(CharSequence secret) {
        if (secret.chars().allMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("secret is blank: there is no default secret");
        }
        KeyText.requireTrimmed("secret", secret);
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
     * @param secret the digits, of either case, at least 8 pairs
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if the text is not made of pairs of hexadecimal digits or is shorter; the message
     *     does not show it
     */
    public static SigningSecret hex(String secret) {
        KeyText.requireTrimmed("secret", secret);
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
     * @param secret the text, of at least 8 bytes
     * @return the secret, valid at any time
     * @throws IllegalArgumentException if the text is not Base64 or is shorter; the message does not show it
     */
    public static SigningSecret base64(String secret) {
        KeyText.requireTrimmed("secret", secret);
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
        if (bytes.length < MIN_BYTES) {
            int length = bytes.length;
            Arrays.fill(bytes, (byte) 0);
            throw new IllegalArgumentException("secret has " + length + " bytes and could be guessed: at least "
                    + MIN_BYTES + " are needed, 32 random ones are advised");
        }
        return new SigningSecret(new HmacKey(bytes), null, null, null);
    }

    /**
     * The same secret under a name that stands for it in the {@linkplain VerifiedWebhook#digest() key} of each delivery. Without
     * one the secret itself tells senders apart. A name is for two cases. Give the old and the new secret of one sender the
     * same, and message ids are known again after the change. And where two endpoints with the same secret share a replay guard
     * and each has to handle every delivery, name the secret in each of them otherwise.
     *
     * @param name 1 to 64 characters, unique among those who share a replay guard
     * @return a view that shares the bytes
     * @throws IllegalArgumentException if the name is blank, longer or has control characters
     */
    public SigningSecret named(String name) {
        return new SigningSecret(key, KeyText.name(name), notBefore, notAfter);
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
        return new SigningSecret(key, name, from, until);
    }

    @Override
    public boolean isValidAt(Instant at) {
        return !key.isClosed()
                && (notBefore == null || !at.isBefore(notBefore))
                && (notAfter == null || at.isBefore(notAfter));
    }

    /** The name in replay keys, {@code null} when none was given. */
    @Nullable String name() {
        return name == null ? null : sender();
    }

    /** What stands for the secret in replay keys. */
    String sender() {
        return KeyText.sender(name, name == null ? key.fingerprint() : "");
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
