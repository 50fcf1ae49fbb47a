package io.nestcms.payment;

import java.util.regex.Pattern;

/**
 * The merchant's name for what is paid, one payment each. PayTabs takes 1 to 64 characters; ours are visible ASCII so that
 * what is signed, logged and compared is the same everywhere.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 visible ASCII characters
 * @since 0.1
 */
public record CartId(String value) {
    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,64}");

    /**
     * Checks the form.
     *
     * @param value 1 to 64 visible ASCII characters
     * @throws io.nestcms.failure.InvalidInputException if the value is of another form
     */
    public CartId {
        Field.matching("cartId", value, FORM, "1 to 64 visible ASCII characters");
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
