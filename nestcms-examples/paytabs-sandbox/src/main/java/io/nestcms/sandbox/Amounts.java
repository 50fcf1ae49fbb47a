package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;

/** Exact decimals on the wire: as many digits as the currency has, never a binary fraction. */
final class Amounts {
    private static final BigDecimal MIN = new BigDecimal("0.01");
    private static final BigDecimal MAX = new BigDecimal("9999999999.99");

    private Amounts() {}

    /** The currency of a request, in capitals; refused with 206 when unknown or not enabled. */
    static String currency(JsonNode node, Set<String> enabled) {
        if (!node.isTextual()) {
            throw RefusedException.currency("Invalid currency code");
        }
        String code = node.textValue().toUpperCase(Locale.ROOT);
        if (!isKnown(code)) {
            throw RefusedException.currency("Invalid currency code");
        }
        if (!enabled.isEmpty() && !enabled.contains(code)) {
            throw RefusedException.currency("Currency not available");
        }
        return code;
    }

    private static boolean isKnown(String code) {
        try {
            return Currency.getInstance(code).getDefaultFractionDigits() >= 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The amount of a request, with the currency's scale; excess digits are refused, not rounded. */
    static BigDecimal amount(JsonNode node, String field, String currency, int digits) {
        BigDecimal value;
        try {
            value = node.isNumber() ? node.decimalValue() : new BigDecimal(node.isTextual() ? node.textValue() : "");
        } catch (NumberFormatException e) {
            throw RefusedException.invalid("Invalid " + field);
        }
        if (value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
            throw RefusedException.invalid("Invalid " + field + ", must be from 0.01 to 9999999999.99");
        }
        if (value.stripTrailingZeros().scale() > digits) {
            throw RefusedException.invalid("Invalid " + field + ", " + currency + " has " + digits + " decimals");
        }
        return value.setScale(digits);
    }

    /** As replies and notifications write it: a plain string with the currency's digits. */
    static String text(BigDecimal amount) {
        return amount.toPlainString();
    }

    static int digits(String currency) {
        return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    }
}
