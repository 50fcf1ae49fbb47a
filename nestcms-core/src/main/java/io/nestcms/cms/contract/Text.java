package io.nestcms.cms.contract;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;

/** The check that the text fields of this package share. */
final class Text {
    private Text() {}

    static void check(String field, String value, int most) {
        Objects.requireNonNull(value, field);
        if (value.isBlank() || value.length() > most || value.codePoints().anyMatch(Character::isISOControl)) {
            throw new InvalidInputException(field, "has another form", "1 to " + most + " printable characters");
        }
    }
}
