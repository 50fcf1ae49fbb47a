package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The caller's name for one attempt to create a payment. The same key and the same content give the first answer again;
 * the same key with other content is refused. Keys of different scopes never meet, so no caller can read another's
 * answer by guessing a key.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param scope whose key it is, for example the user's id; 1 to 64 visible ASCII characters
 * @param value the key as the caller sent it; 1 to 255 visible ASCII characters
 * @since 0.1
 */
public record IdempotencyKey(String scope, String value) {
    private static final Pattern SCOPE = Pattern.compile("[\\x21-\\x7e]{1,64}");
    private static final Pattern VALUE = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /**
     * Checks both parts.
     *
     * @param scope whose key it is
     * @param value the key as the caller sent it
     * @throws InvalidInputException if either is of another form
     */
    public IdempotencyKey {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(value, "value");
        Field.matching("scope", scope, SCOPE, "1 to 64 visible ASCII characters");
        Field.matching("Idempotency-Key", value, VALUE, "1 to 255 visible ASCII characters");
    }
}
