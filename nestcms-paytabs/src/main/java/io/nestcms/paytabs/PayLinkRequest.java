package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import okio.ByteString;

/**
 * A link that can be paid on many times. PayTabs documents more fields than these; they go into {@code others}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param title what the payer reads; 1 to 128 characters
 * @param amount how much each time
 * @param others further fields of PayTabs, name to JSON
 * @since 0.1
 */
public record PayLinkRequest(String title, Money amount, Map<String, String> others) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    /**
     * Checks every part and copies the map.
     *
     * @param title what the payer reads
     * @param amount how much each time
     * @param others further fields
     * @throws InvalidInputException if a part is of another form, or a further field is one of the first two or no JSON
     */
    public PayLinkRequest {
        Limits.text("link_title", title, 1, 128);
        Limits.amount("cart_amount", amount);
        others = new LinkedHashMap<>(others);
        others.forEach(PayLinkRequest::check);
        others = Map.copyOf(others);
    }

    private static void check(String name, String json) {
        Limits.matching("others", name, NAME, "the name of a field");
        boolean taken = name.equals("profile_id")
                || name.equals("link_title")
                || name.equals("cart_amount")
                || name.equals("cart_currency");
        JsonNode value = Json.read(json);
        if (taken || value == null) {
            throw new InvalidInputException(name, taken ? "is set elsewhere" : "is no JSON", "one JSON value");
        }
    }

    /**
     * A link with title and amount only.
     *
     * @param title what the payer reads; 1 to 128 characters
     * @param amount how much each time
     * @return the request
     * @throws InvalidInputException if a part is of another form
     */
    public static PayLinkRequest of(String title, Money amount) {
        return new PayLinkRequest(title, amount, Map.of());
    }

    ByteString json(PayTabsProfile profile) {
        return Json.object(json -> {
            json.writeNumberField("profile_id", profile.id());
            json.writeStringField("link_title", title);
            json.writeStringField("cart_currency", amount.currencyCode());
            Json.amount(json, "cart_amount", amount);
            for (Map.Entry<String, String> other : others.entrySet()) {
                json.writeFieldName(other.getKey());
                json.writeRawValue(other.getValue());
            }
        });
    }
}
