package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;
import java.util.regex.Pattern;

/** The checks that the text fields of this package share; each refusal names field, problem and rule. */
final class Field {
    private Field() {}

    /** Text between the two lengths, in characters, without control characters. */
    static String text(String field, String value, int min, int max) {
        Objects.requireNonNull(value, field);
        int length = value.codePointCount(0, value.length());
        if (length < min || length > max || value.isBlank()) {
            throw new InvalidInputException(
                    field, value.isBlank() ? "is blank" : "has " + length + " characters", min + " to " + max);
        }
        if (value.codePoints().anyMatch(Character::isISOControl)) {
            throw new InvalidInputException(field, "has a control character", "printable characters only");
        }
        return value;
    }

    /** Text that matches a pattern as a whole. */
    static String matching(String field, String value, Pattern pattern, String rule) {
        Objects.requireNonNull(value, field);
        if (!pattern.matcher(value).matches()) {
            throw new InvalidInputException(field, "has another form", rule);
        }
        return value;
    }
}
