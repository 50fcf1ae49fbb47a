package io.nestcms.cms.text;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Checks of texts in any script. Refused are what a reader cannot see and what no text holds: control characters, NUL among them,
 * the controls that turn the direction of what follows (an invoice must read as it is), unpaired surrogates, and code points that
 * stand for no character.
 */
public final class Texts {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private Texts() {}

    /** One line of 1 to so many characters, not blank. */
    public static String line(String field, String value, int most) {
        Objects.requireNonNull(value, field);
        if (value.isBlank()) {
            throw new InvalidInputException(field, "is empty", "1 to " + most + " characters");
        }
        return checked(field, value, most, false);
    }

    /** Lines of up to so many characters; may be empty. */
    public static String block(String field, String value, int most) {
        Objects.requireNonNull(value, field);
        return checked(field, value, most, true);
    }

    /** A name that programs gave. */
    public static String id(String field, String value) {
        Objects.requireNonNull(value, field);
        if (!ID.matcher(value).matches()) {
            throw new InvalidInputException(field, "has another form", "1 to 64 letters, digits, - or _");
        }
        return value;
    }

    private static String checked(String field, String value, int most, boolean lines) {
        if (value.length() > 2 * most || value.codePointCount(0, value.length()) > most) {
            throw new InvalidInputException(field, "is too long", "at most " + most + " characters");
        }
        for (int at = 0; at < value.length(); ) {
            int point = value.codePointAt(at);
            if (lines && (point == '\n' || point == '\r' || point == '\t')) {
                at++;
                continue;
            }
            if (isRefused(point)) {
                throw new InvalidInputException(
                        field,
                        "has a character of code U+" + Integer.toHexString(point),
                        "no control characters, no direction controls, no unpaired surrogates");
            }
            at += Character.charCount(point);
        }
        return value;
    }

    private static boolean isRefused(int point) {
        return Character.isISOControl(point)
                || point == 0x2028
                || point == 0x2029
                || (point >= 0x202A && point <= 0x202E)
                || (point >= 0x2066 && point <= 0x2069)
                || (point >= 0xD800 && point <= 0xDFFF)
                || (point >= 0xFDD0 && point <= 0xFDEF)
                || (point & 0xFFFE) == 0xFFFE;
    }
}
