package io.nestcms.storage;

import io.nestcms.failure.InvalidInputException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Our name for a stored file: made at random, so it can be neither guessed nor chosen, and no path can be made of it.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 32 hexadecimal digits in lower case
 * @since 0.1
 */
public record FileKey(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    /**
     * Checks the form.
     *
     * @param value 32 hexadecimal digits
     * @throws InvalidInputException if the value is of another form
     */
    public FileKey {
        Objects.requireNonNull(value, "fileId");
        if (!FORM.matcher(value).matches()) {
            throw new InvalidInputException("fileId", "has another form", "32 hexadecimal digits");
        }
    }

    static FileKey random(SecureRandom random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return new FileKey(Objects.requireNonNull(HexFormat.of().formatHex(bytes)));
    }

    /**
     * The bare value.
     *
     * @return {@link #value()}
     */
    @Override
    public String toString() {
        return value;
    }
}
