package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.math.BigDecimal;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The documented limits of PayTabs' fields, checked before anything is sent; each refusal names the field as on the wire. */
final class Limits {
    private static final BigDecimal LEAST = new BigDecimal("0.01");
    private static final BigDecimal MOST = new BigDecimal("9999999999.99");
    private static final int URL_LENGTH = 255;

    private Limits() {}

    /** Text between two lengths in characters, not blank, without control characters. */
    static String text(String field, String value, int min, int max) {
        Objects.requireNonNull(value, field);
        if (!fits(value, min, max)) {
            int length = value.codePointCount(0, value.length());
            String problem = value.isBlank()
                    ? "is blank"
                    : length >= min && length <= max ? "has a control character" : "has " + length + " characters";
            throw new InvalidInputException(field, problem, min + " to " + max + " printable characters");
        }
        return value;
    }

    /** Whether a text would pass {@link #text}. */
    static boolean fits(@Nullable String value, int min, int max) {
        if (value == null || value.isBlank()) {
            return false;
        }
        int length = value.codePointCount(0, value.length());
        return length >= min && length <= max && value.codePoints().noneMatch(Character::isISOControl);
    }

    /** Text that matches a pattern as a whole. */
    static String matching(String field, String value, Pattern pattern, String rule) {
        Objects.requireNonNull(value, field);
        if (!pattern.matcher(value).matches()) {
            throw new InvalidInputException(field, "has another form", rule);
        }
        return value;
    }

    /** A number between two others. */
    static int number(String field, int value, int min, int max) {
        if (value < min || value > max) {
            throw new InvalidInputException(field, "is out of range", min + " to " + max);
        }
        return value;
    }

    /** A number that PayTabs gave to something. */
    static long id(String field, long value) {
        if (value <= 0) {
            throw new InvalidInputException(field, "is out of range", "above zero");
        }
        return value;
    }

    /** An amount that PayTabs takes: 0.01 to 9999999999.99, in any currency. */
    static Money amount(String field, Money amount) {
        Objects.requireNonNull(amount, field);
        if (amount.amount().compareTo(LEAST) < 0 || amount.amount().compareTo(MOST) > 0) {
            throw new InvalidInputException(field, "is out of range", "0.01 to 9999999999.99");
        }
        return amount;
    }

    /** An absolute address of a web page, as PayTabs calls or sends the payer to. */
    static URI url(String field, URI url) {
        Objects.requireNonNull(url, field);
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http")) || url.getHost() == null) {
            throw new InvalidInputException(field, "is not an absolute web address", "https://host/path");
        }
        if (url.toString().length() > URL_LENGTH) {
            throw new InvalidInputException(field, "is too long", "at most " + URL_LENGTH + " characters");
        }
        return url;
    }

    /** Whether an address is encrypted on its way. */
    static boolean isHttps(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    /** Whether an address names this very machine, so that nothing of it goes over a wire. */
    static boolean isLoopback(URI url) {
        String host = url.getHost();
        return host != null && (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]"));
    }
}
