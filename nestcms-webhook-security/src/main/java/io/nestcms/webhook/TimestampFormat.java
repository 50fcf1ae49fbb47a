package io.nestcms.webhook;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a time is written in a header.
 *
 * @since 0.1
 */
public enum TimestampFormat {
    /** Seconds since 1970, digits only. */
    UNIX_SECONDS {
        @Override
        @Nullable Instant parse(String text) {
            OptionalLong number = number(text, MAX_SECONDS_DIGITS);
            return number.isPresent() ? Instant.ofEpochSecond(number.getAsLong()) : null;
        }

        @Override
        String format(Instant at) {
            return Long.toString(at.getEpochSecond());
        }
    },
    /** Milliseconds since 1970, digits only. */
    UNIX_MILLIS {
        @Override
        @Nullable Instant parse(String text) {
            OptionalLong number = number(text, MAX_MILLIS_DIGITS);
            return number.isPresent() ? Instant.ofEpochMilli(number.getAsLong()) : null;
        }

        @Override
        String format(Instant at) {
            return Long.toString(at.toEpochMilli());
        }
    },
    /** ISO 8601 with an offset, for example {@code 2026-09-17T08:30:00Z}. */
    ISO_8601 {
        @Override
        @Nullable Instant parse(String text) {
            if (text.length() > MAX_ISO_LENGTH) {
                return null;
            }
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException e) {
                return null; // the caller refuses with a reason; the message would quote the sender
            }
        }

        @Override
        String format(Instant at) {
            return at.toString();
        }
    },
    /**
     * One of the three, told by its form: 10 digits are seconds (2001 to 2286), 13 digits are milliseconds (of the same
     * years), anything with a {@code T} is ISO 8601. Any other number of digits is ambiguous and refused. Written as seconds.
     */
    DETECT {
        @Override
        @Nullable Instant parse(String text) {
            if (text.indexOf('T') >= 0) {
                return ISO_8601.parse(text);
            }
            boolean leadingZero = text.startsWith("0");
            if (text.length() == SECONDS_DIGITS_NOW && !leadingZero) {
                return UNIX_SECONDS.parse(text);
            }
            return text.length() == MILLIS_DIGITS_NOW && !leadingZero ? UNIX_MILLIS.parse(text) : null;
        }

        @Override
        String format(Instant at) {
            return UNIX_SECONDS.format(at);
        }
    };

    private static final int MAX_SECONDS_DIGITS = 11;
    private static final int MAX_MILLIS_DIGITS = 14;
    private static final int SECONDS_DIGITS_NOW = 10;
    private static final int MILLIS_DIGITS_NOW = 13;
    private static final int MAX_ISO_LENGTH = 40;

    abstract @Nullable Instant parse(String text);

    abstract String format(Instant at);

    /** Long.parseLong would take signs and the digits of other scripts. */
    private static OptionalLong number(String text, int maxDigits) {
        if (text.isEmpty() || text.length() > maxDigits) {
            return OptionalLong.empty();
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Ascii.isDigit(c)) {
                return OptionalLong.empty();
            }
            number = number * 10 + (c - '0');
        }
        return OptionalLong.of(number);
    }
}
