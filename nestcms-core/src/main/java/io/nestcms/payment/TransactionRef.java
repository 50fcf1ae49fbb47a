package io.nestcms.payment;

import java.util.regex.Pattern;

/**
 * The gateway's name for one transaction. Opaque: its form is the gateway's business.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 visible ASCII characters
 * @since 0.1
 */
public record TransactionRef(String value) {
    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,64}");

    /**
     * Checks the form.
     *
     * @param value 1 to 64 visible ASCII characters
     * @throws io.nestcms.failure.InvalidInputException if the value is of another form
     */
    public TransactionRef {
        Field.matching("tranRef", value, FORM, "1 to 64 visible ASCII characters");
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
