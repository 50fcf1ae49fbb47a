package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a merchant asked for, checked.
 *
 * @param type what is to be done
 * @param tranClass {@code ecom}, {@code moto} or {@code recurring}
 * @param cartId the merchant's name for it
 * @param description one line for the payer
 * @param currency ISO 4217
 * @param amount with the scale of the currency
 * @param original the transaction that a follow-up belongs to, or {@code null}
 * @param rest the whole request without card data
 * @param origin who asked; {@code null} in ledgers of earlier versions, for the merchant's server
 */
record Order(
        TranType type,
        String tranClass,
        String cartId,
        String description,
        String currency,
        BigDecimal amount,
        @Nullable String original,
        ObjectNode rest,
        @Nullable Origin origin) {

    /** A text field of the request, or {@code null} when it is absent, empty or of another type. */
    @Nullable String text(String field) {
        String value = rest.path(field).asText("");
        return value.isEmpty() || rest.path(field).isContainerNode() ? null : value;
    }

    Order as(TranType other) {
        return new Order(other, tranClass, cartId, description, currency, amount, original, rest, origin);
    }

    /** The same with another amount. */
    Order of(BigDecimal other) {
        return new Order(type, tranClass, cartId, description, currency, other, original, rest, origin);
    }

    /** The same, asked for by another. */
    Order by(Origin other) {
        return new Order(type, tranClass, cartId, description, currency, amount, original, rest, other);
    }

    boolean isFrom(Origin other) {
        return origin == other;
    }

    boolean flag(String field) {
        return rest.path(field).asBoolean(false);
    }
}
