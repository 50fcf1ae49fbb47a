package io.nestcms.paytabs;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A card, as the merchant's own form or a telephone order takes it. Whoever makes one of these handles card data and is in
 * the scope of PCI SAQ D.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} shows none of it.
 *
 * @param number 13 to 16 digits
 * @param expiryMonth 1 to 12
 * @param expiryYear 2000 to 2099
 * @param securityCode 3 or 4 digits, or {@code null}; needed on the own form, never part of a telephone order
 * @since 0.1
 */
public record CardDetails(
        String number,
        int expiryMonth,
        int expiryYear,
        @Nullable String securityCode) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{13,16}");
    private static final Pattern CODE = Pattern.compile("[0-9]{3,4}");

    /**
     * Checks every part.
     *
     * @param number 13 to 16 digits
     * @param expiryMonth 1 to 12
     * @param expiryYear 2000 to 2099
     * @param securityCode 3 or 4 digits, or {@code null}
     * @throws io.nestcms.failure.InvalidInputException if a part is of another form
     */
    public CardDetails {
        Limits.matching("pan", number, NUMBER, "13 to 16 digits");
        Limits.number("expiry_month", expiryMonth, 1, 12);
        Limits.number("expiry_year", expiryYear, 2000, 2099);
        if (securityCode != null) {
            Limits.matching("cvv", securityCode, CODE, "3 or 4 digits");
        }
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStringField("pan", number);
        Json.text(json, "cvv", securityCode);
        json.writeNumberField("expiry_month", expiryMonth);
        json.writeNumberField("expiry_year", expiryYear);
    }

    /**
     * That there is a card, and nothing of it.
     *
     * @return a constant
     */
    @Override
    public String toString() {
        return "CardDetails[withheld]";
    }
}
