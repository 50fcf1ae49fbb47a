package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import java.net.URI;
import java.util.Base64;
import java.util.Objects;

/**
 * A browser that asked for push messages, as {@code PushSubscription.toJSON()} gives it to the page. Immutable. Whoever has it
 * can send to the browser: {@link #toString()} shows its host only.
 *
 * @param endpoint where the browser's push service takes messages for it; absolute, with a host
 * @param publicKey {@code keys.p256dh}: an uncompressed point of P-256, 65 bytes, in base64url
 * @param secret {@code keys.auth}: 16 bytes, in base64url
 * @since 0.1
 */
public record PushReceiver(URI endpoint, String publicKey, String secret) {
    /**
     * Checks the forms; whether the point is on the curve is found when a message is sealed.
     *
     * @param endpoint where its push service takes messages
     * @param publicKey the browser's key
     * @param secret the browser's secret
     * @throws InvalidInputException if one of them has another form
     */
    public PushReceiver {
        Objects.requireNonNull(endpoint, "endpoint");
        if (endpoint.getHost() == null) {
            throw new InvalidInputException("endpoint", "has no host", "an absolute URI of a push service");
        }
        check("publicKey", publicKey, 65);
        check("secret", secret, 16);
    }

    private static void check(String field, String value, int length) {
        int found;
        try {
            found = bytes(value).length;
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(field, "is not base64url", length + " bytes in base64url");
        }
        if (found != length) {
            throw new InvalidInputException(field, "has " + found + " bytes", length + " bytes in base64url");
        }
    }

    byte[] publicKeyBytes() {
        return bytes(publicKey);
    }

    byte[] secretBytes() {
        return bytes(secret);
    }

    private static byte[] bytes(String value) {
        return Base64.getUrlDecoder().decode(value);
    }

    @Override
    public String toString() {
        return "PushReceiver[" + endpoint.getHost() + "]";
    }
}
