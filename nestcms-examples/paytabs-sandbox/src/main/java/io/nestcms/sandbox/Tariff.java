package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;

/** What the payer owes when it is not what the cart says: a donation of his choice, or a discount for his card. */
final class Tariff {
    private static final BigDecimal HUNDRED = new BigDecimal(100);

    private Tariff() {}

    static boolean isChoice(Order order) {
        return order.flag("donation_mode");
    }

    /** The donation that the payer typed; the cart's amount when he typed none. */
    static BigDecimal chosen(Order order, String typed) {
        if (!isChoice(order) || typed.isBlank()) {
            return order.amount();
        }
        int digits = order.amount().scale();
        BigDecimal amount = Amounts.amount(
                Json.MAPPER.getNodeFactory().textNode(typed.strip()), "amount", order.currency(), digits);
        JsonNode min = order.rest().path("cart_min");
        JsonNode max = order.rest().path("cart_max");
        boolean below = min.isNumber() && amount.compareTo(min.decimalValue()) < 0;
        boolean above = max.isNumber() && amount.compareTo(max.decimalValue()) > 0;
        if (below || above) {
            throw RefusedException.invalid(
                    "Invalid amount, must be from " + min.asText("0") + " to " + max.asText("any"));
        }
        return amount;
    }

    /** Refuses a card that the merchant does not take for this cart. */
    static void checkFilter(Order order, String number) {
        String filter = order.rest().path("card_filter").asText("");
        String pan = number.replaceAll("[\\s-]", "");
        boolean taken = Arrays.stream(filter.split(",", -1))
                .map(String::strip)
                .anyMatch(prefix -> filter.isBlank() || (!prefix.isEmpty() && pan.startsWith(prefix)));
        if (!taken) {
            throw new RefusedException(
                    400, 200, order.rest().path("card_filter_title").asText("Card not accepted"));
        }
    }

    /** The amount less the first discount that the card's number begins with; never below zero. */
    static BigDecimal discounted(Order order, BigDecimal amount, String number) {
        String pan = number.replaceAll("[\\s-]", "");
        for (JsonNode discount : order.rest().path("card_discounts")) {
            for (String prefix : discount.path("discount_cards").asText("").split(",", -1)) {
                if (!prefix.isBlank() && pan.startsWith(prefix.strip())) {
                    return amount.subtract(worth(discount, amount))
                            .max(BigDecimal.ZERO)
                            .setScale(amount.scale());
                }
            }
        }
        return amount;
    }

    private static BigDecimal worth(JsonNode discount, BigDecimal amount) {
        JsonNode fixed = discount.path("discount_amount");
        if (fixed.isNumber()) {
            return fixed.decimalValue().setScale(amount.scale(), RoundingMode.HALF_UP);
        }
        BigDecimal percent = discount.path("discount_percent").isNumber()
                ? discount.path("discount_percent").decimalValue()
                : BigDecimal.ZERO;
        return amount.multiply(percent).divide(HUNDRED, amount.scale(), RoundingMode.HALF_UP);
    }
}
