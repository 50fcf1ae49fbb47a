package io.nestcms.crypto;

import io.nestcms.failure.InvalidInputException;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/**
 * A 256-bit secret key with a name. The name is stored beside what the key protects, so that the key can be found again
 * after others have taken its place.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} shows the name only.
 *
 * @since 0.1
 */
public final class NamedKey {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.-]{1,32}");
    private static final int BYTES = 32;

    private final String id;
    private final byte[] secret;

    private NamedKey(String id, byte[] secret) {
        this.id = id;
        this.secret = secret;
    }

    /**
     * A key from its bytes.
     *
     * @param id its name; 1 to 32 letters, digits, {@code _}, {@code .} or {@code -}; never used for another key
     * @param secret 32 bytes from a good random source; copied
     * @return the key
     * @throws InvalidInputException if the name is of another form or the secret of another length
     */
    public static NamedKey of(String id, byte[] secret) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(secret, "secret");
        if (!ID.matcher(id).matches()) {
            throw new InvalidInputException("key id", "has another form", "1 to 32 letters, digits, _ . or -");
        }
        if (secret.length != BYTES) {
            throw new InvalidInputException("key " + id, "has " + secret.length + " bytes", "32 random bytes");
        }
        return new NamedKey(id, secret.clone());
    }

    /**
     * A key from its text form.
     *
     * @param idAndSecret the name, a colon and the 32 bytes in Base64, for example from a secret store
     * @return the key
     * @throws InvalidInputException if it is of another form
     */
    public static NamedKey parse(String idAndSecret) {
        Objects.requireNonNull(idAndSecret, "key");
        int colon = idAndSecret.indexOf(':');
        if (colon < 0) {
            throw new InvalidInputException("key", "has no id", "id:base64 of 32 random bytes");
        }
        try {
            return of(idAndSecret.substring(0, colon), Base64.getDecoder().decode(idAndSecret.substring(colon + 1)));
        } catch (IllegalArgumentException malformed) {
            throw new InvalidInputException("key", "is not Base64", "id:base64 of 32 random bytes");
        }
    }

    /**
     * The key's name.
     *
     * @return not secret
     */
    public String id() {
        return id;
    }

    /**
     * The key for one algorithm.
     *
     * @param algorithm a name of the Java Cryptography Architecture, for example {@code AES} or {@code HmacSHA256}
     * @return a copy of the secret
     */
    public SecretKeySpec forAlgorithm(String algorithm) {
        return new SecretKeySpec(secret, algorithm);
    }

    /**
     * The name.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "NamedKey[" + id + "]";
    }
}
