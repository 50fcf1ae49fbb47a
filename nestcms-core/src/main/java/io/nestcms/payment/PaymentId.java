package io.nestcms.payment;

import java.util.regex.Pattern;

/**
 * Our name for a payment. Made once, never used again.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 letters, digits, {@code -} or {@code _}
 * @since 0.1
 */
public record PaymentId(String value) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /**
     * Checks the form.
     *
     * @param value 1 to 64 letters, digits, {@code -} or {@code _}
     * @throws io.nestcms.failure.InvalidInputException if the value is of another form
     */
    public PaymentId {
        Field.matching("id", value, FORM, "1 to 64 letters, digits, - or _");
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
