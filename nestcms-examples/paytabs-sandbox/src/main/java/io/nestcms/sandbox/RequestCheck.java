package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;

/** Checks the body of {@code payment/request} as the gateway does, and refuses with its codes. */
final class RequestCheck {
    private static final Set<String> CLASSES = Set.of("ecom", "moto", "recurring");
    private static final int MAX_URL = 255;

    private final Settings settings;

    RequestCheck(Settings settings) {
        this.settings = settings;
    }

    Order order(ObjectNode body) {
        TranType type = type(body);
        String cartId = string(body, "cart_id", 64, 101);
        String description = string(body, "cart_description", 128, 102);
        String currency = Amounts.currency(body.path("cart_currency"), settings.currencies());
        BigDecimal amount = Amounts.amount(body.path("cart_amount"), "cart_amount", currency, digits(currency));
        BigDecimal limit = settings.merchantLimit();
        if (limit != null && amount.compareTo(limit) > 0 && !type.isFollowUp()) {
            throw new RefusedException(400, 325, "Merchant limit exceeded");
        }
        String original = body.path("tran_ref").asText("");
        if (type.isFollowUp() && original.isEmpty()) {
            throw RefusedException.invalid("tran_ref is required for " + type.title());
        }
        url(body, "callback");
        url(body, "return");
        userDefined(body.path("user_defined"));
        limits(body);
        ObjectNode rest = body.deepCopy();
        rest.remove("card_details");
        return new Order(
                type,
                tranClass(body),
                cartId,
                description,
                currency,
                amount,
                original.isEmpty() ? null : original,
                rest,
                Origin.API);
    }

    int digits(String currency) {
        return settings.assumes(Assumption.TWO_DECIMALS_ALWAYS) ? 2 : Amounts.digits(currency);
    }

    private static TranType type(ObjectNode body) {
        String name = body.path("tran_type").asText("");
        return TranType.named(name).orElseThrow(() -> RefusedException.invalid("Invalid tran_type"));
    }

    private static String tranClass(ObjectNode body) {
        String name = body.path("tran_class").asText("").toLowerCase(Locale.ROOT);
        if (!CLASSES.contains(name)) {
            throw RefusedException.invalid("Invalid tran_class");
        }
        return name;
    }

    private static String string(ObjectNode body, String field, int max, int code) {
        JsonNode node = body.path(field);
        String value = node.isTextual() ? node.textValue() : "";
        if (value.isBlank() || value.length() > max) {
            throw new RefusedException(400, code, "Invalid " + field + ", must be text of 1 to " + max + " characters");
        }
        return value;
    }

    private static void url(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull() || (field.equals("return") && "none".equals(node.asText()))) {
            return;
        }
        String value = node.isTextual() ? node.textValue() : "";
        if (value.length() > MAX_URL || !value.matches("https?://[^\\s/?#]+\\S*")) {
            throw RefusedException.invalid("Invalid " + field + " URL");
        }
    }

    private static void userDefined(JsonNode node) {
        node.properties().forEach(field -> {
            boolean known = field.getKey().matches("udf[1-9]");
            if (!known
                    || !field.getValue().isValueNode()
                    || field.getValue().asText().length() > 255) {
                throw RefusedException.invalid("Invalid user_defined." + field.getKey());
            }
        });
    }

    private static void limits(ObjectNode body) {
        tokenise(body.path("tokenise"));
        tokenise(body.path("token_info").path("tokenise"));
        if (body.has("paypage_ttl") && body.path("paypage_ttl").asInt(0) < 1) {
            throw RefusedException.invalid("Invalid paypage_ttl, must be 1 minute or more");
        }
        if (body.has("card_filter") && body.path("card_filter_title").asText("").isEmpty()) {
            throw RefusedException.invalid("card_filter_title is required with card_filter");
        }
    }

    private static void tokenise(JsonNode form) {
        boolean known = form.canConvertToInt() && form.asInt() >= 1 && form.asInt() <= 6;
        if (!form.isMissingNode() && !known) {
            throw RefusedException.invalid("Invalid tokenise, must be 1 to 6");
        }
    }
}
