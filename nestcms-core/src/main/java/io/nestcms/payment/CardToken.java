package io.nestcms.payment;

import java.util.regex.Pattern;

/**
 * The gateway's name for a card that it has saved. Good for payments of one merchant only, and no card number; still nothing for
 * a log, so that {@link #toString()} shows its last four characters at most.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 visible ASCII characters
 * @since 0.1
 */
public record CardToken(String value) {
    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,64}");
    private static final int SHOWN = 4;

    /**
     * Checks the form.
     *
     * @param value 1 to 64 visible ASCII characters
     * @throws io.nestcms.failure.InvalidInputException if the value is of another form
     */
    public CardToken {
        Field.matching("token", value, FORM, "1 to 64 visible ASCII characters");
    }

    /**
     * Enough to tell two apart.
     *
     * @return the last characters, never more than a quarter of it
     */
    @Override
    public String toString() {
        return "CardToken[.." + value.substring(value.length() - Math.min(SHOWN, value.length() / 4)) + "]";
    }
}
