package io.nestcms.paytabs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A new payment, as {@code payment/request} takes it.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} shows no personal data.
 *
 * @since 0.1
 */
public final class ChargeRequest {
    private final Builder parts;

    private ChargeRequest(Builder parts) {
        this.parts = parts;
    }

    /**
     * Begins a payment on PayTabs' hosted page.
     *
     * @param type what the approval does
     * @param cartId the merchant's name for what is paid; not unique at the gateway and no idempotency key
     * @param amount how much; 0.01 to 9999999999.99
     * @param description what the payer reads; 1 to 128 characters
     * @return a builder
     * @throws InvalidInputException if the amount or the description is of another form
     */
    public static Builder builder(Type type, CartId cartId, Money amount, String description) {
        return new Builder(type, cartId, amount, description);
    }

    /**
     * The cart.
     *
     * @return the merchant's name for what is paid
     */
    public CartId cartId() {
        return parts.cartId;
    }

    ByteString json(PayTabsProfile profile) {
        return Json.object(json -> {
            json.writeNumberField("profile_id", profile.id());
            json.writeStringField("tran_type", parts.type.wire());
            json.writeStringField("tran_class", "ecom");
            json.writeStringField("cart_id", parts.cartId.value());
            json.writeStringField("cart_currency", parts.amount.currencyCode());
            Json.amount(json, "cart_amount", parts.amount);
            json.writeStringField("cart_description", parts.description);
            Json.url(
                    json,
                    "callback",
                    parts.callback != null ? parts.callback : profile.callback().orElse(null));
            Json.url(
                    json,
                    "return",
                    parts.returnUrl != null
                            ? parts.returnUrl
                            : profile.returnUrl().orElse(null));
            people(json);
        });
    }

    private void people(JsonGenerator json) throws IOException {
        PayTabsContact customer = parts.customer;
        if (customer != null) {
            Json.child(json, "customer_details", customer::write);
        }
        PayTabsContact shipping = parts.shipping;
        if (shipping != null) {
            Json.child(json, "shipping_details", shipping::write);
        }
        Json.text(json, "customer_ref", parts.customerRef);
        if (!parts.userDefined.isEmpty()) {
            Json.child(json, "user_defined", child -> {
                for (Map.Entry<Integer, String> field : parts.userDefined.entrySet()) {
                    child.writeStringField("udf" + field.getKey(), field.getValue());
                }
            });
        }
    }

    /**
     * Cart and amount only.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "ChargeRequest[" + parts.cartId + " " + parts.type.wire() + " " + parts.amount + "]";
    }

    /**
     * What the payer's approval does.
     *
     * @since 0.1
     */
    public enum Type {
        /** Takes the money. */
        SALE,
        /** Holds the money until a capture or a void. */
        AUTH,
        /** Verifies the card, to save it, and keeps nothing. */
        REGISTER;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Collects the parts of a payment. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final Type type;
        private final CartId cartId;
        private final Money amount;
        private final String description;
        private @Nullable URI callback;
        private @Nullable URI returnUrl;
        private @Nullable PayTabsContact customer;
        private @Nullable PayTabsContact shipping;
        private @Nullable String customerRef;
        private final Map<Integer, String> userDefined = new TreeMap<>();

        private Builder(Type type, CartId cartId, Money amount, String description) {
            this.type = Objects.requireNonNull(type, "type");
            this.cartId = Objects.requireNonNull(cartId, "cartId");
            this.amount = Limits.amount("cart_amount", amount);
            this.description = Limits.text("cart_description", description, 1, 128);
        }

        private Builder(Builder other) {
            this(other.type, other.cartId, other.amount, other.description);
            this.callback = other.callback;
            this.returnUrl = other.returnUrl;
            this.customer = other.customer;
            this.shipping = other.shipping;
            this.customerRef = other.customerRef;
            this.userDefined.putAll(other.userDefined);
        }

        /**
         * Where PayTabs reports the result to; the profile's address by default.
         *
         * @param url an absolute address of at most 255 characters
         * @return this
         * @throws InvalidInputException if the address is of another form
         */
        public Builder callback(URI url) {
            this.callback = Limits.url("callback", url);
            return this;
        }

        /**
         * Where PayTabs sends the payer's browser; the profile's address by default.
         *
         * @param url an absolute address of at most 255 characters
         * @return this
         * @throws InvalidInputException if the address is of another form
         */
        public Builder returnUrl(URI url) {
            this.returnUrl = Limits.url("return", url);
            return this;
        }

        /**
         * Who pays. Unknown by default: the page asks.
         *
         * @param contact the payer
         * @return this
         */
        public Builder customer(PayTabsContact contact) {
            this.customer = Objects.requireNonNull(contact, "contact");
            return this;
        }

        /**
         * Where it goes. Unknown by default.
         *
         * @param contact the receiver
         * @return this
         */
        public Builder shipping(PayTabsContact contact) {
            this.shipping = Objects.requireNonNull(contact, "contact");
            return this;
        }

        /**
         * The merchant's own name for the customer, which PayTabs gives back. None by default.
         *
         * @param ref 1 to 255 characters
         * @return this
         * @throws InvalidInputException if the name is of another form
         */
        public Builder customerRef(String ref) {
            this.customerRef = Limits.text("customer_ref", ref, 1, 255);
            return this;
        }

        /**
         * A field of the merchant's own, which PayTabs gives back. None by default.
         *
         * @param number 1 to 9
         * @param value 1 to 255 characters
         * @return this
         * @throws InvalidInputException if number or value is of another form
         */
        public Builder userDefined(int number, String value) {
            Limits.number("user_defined", number, 1, 9);
            userDefined.put(number, Limits.text("udf" + number, value, 1, 255));
            return this;
        }

        /**
         * Makes the request.
         *
         * @return the request
         */
        public ChargeRequest build() {
            return new ChargeRequest(new Builder(this));
        }
    }
}
