package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A new payment, as {@code payment/request} takes it: on the hosted page unless a {@linkplain Builder#source(PaymentSource)
 * source} says otherwise. Limits are those of PayTabs' documentation and are checked here, before anything is sent.
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
     * Begins a payment.
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

    /**
     * The amount.
     *
     * @return how much
     */
    public Money amount() {
        return parts.amount;
    }

    Optional<InvoiceDetails> invoice() {
        return Optional.ofNullable(parts.invoice);
    }

    ByteString json(PayTabsProfile profile) {
        return new ChargeJson(parts, profile).write();
    }

    /**
     * Cart, type and amount only.
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
        private static final PaymentSource HOSTED = new PaymentSource.HostedPage();
        private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

        final Type type;
        final CartId cartId;
        final Money amount;
        final String description;
        PaymentSource source = HOSTED;
        PageOptions page = PageOptions.DEFAULTS;

        @Nullable URI callback;

        @Nullable URI returnUrl;

        @Nullable PayTabsContact customer;

        @Nullable PayTabsContact shipping;

        @Nullable String customerRef;

        final Map<Integer, String> userDefined = new TreeMap<>();

        @Nullable TokenFormat tokenise;

        @Nullable TokenPlan tokenPlan;

        @Nullable String bookingReference;

        @Nullable InvoiceDetails invoice;

        final List<SplitPayout> splitPayouts = new ArrayList<>();

        @Nullable String agreement;

        final Map<String, String> others = new TreeMap<>();

        private Builder(Type type, CartId cartId, Money amount, String description) {
            this.type = Objects.requireNonNull(type, "type");
            this.cartId = Objects.requireNonNull(cartId, "cartId");
            this.amount = Limits.amount("cart_amount", amount);
            this.description = Limits.text("cart_description", description, 1, 128);
        }

        /**
         * Where the money comes from; the hosted page by default.
         *
         * @param from the source
         * @return this
         */
        public Builder source(PaymentSource from) {
            this.source = Objects.requireNonNull(from, "from");
            return this;
        }

        /**
         * How the hosted page looks and what it offers; as the profile says by default.
         *
         * @param options the options
         * @return this
         */
        public Builder page(PageOptions options) {
            this.page = Objects.requireNonNull(options, "options");
            return this;
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
         * Who pays. Unknown by default: the hosted page asks. The own form and the managed form need it.
         *
         * @param contact the payer
         * @return this
         */
        public Builder customer(PayTabsContact contact) {
            this.customer = Objects.requireNonNull(contact, "contact");
            return this;
        }

        /**
         * Where it goes. Unknown by default. Not for recurring payments.
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
         * Saves the card and gives a token for it. Not asked for by default.
         *
         * @param format what the token looks like
         * @return this
         */
        public Builder tokenise(TokenFormat format) {
            this.tokenise = Objects.requireNonNull(format, "format");
            return this;
        }

        /**
         * Saves the card under an agreement with the payer; with a {@linkplain PaymentSource.SavedCard saved card}, says which
         * agreement this repeat charge belongs to. Not said by default.
         *
         * @param plan the agreement
         * @return this
         */
        public Builder tokenPlan(TokenPlan plan) {
            this.tokenPlan = Objects.requireNonNull(plan, "plan");
            return this;
        }

        /**
         * An airline's booking reference. None by default.
         *
         * @param pnr 1 to 32 characters
         * @return this
         * @throws InvalidInputException if the reference is of another form
         */
        public Builder bookingReference(String pnr) {
            this.bookingReference = Limits.text("pnr_code", pnr, 1, 32);
            return this;
        }

        /**
         * The invoice that is paid. None by default.
         *
         * @param details the invoice; all of it in the payment's currency
         * @return this
         * @throws InvalidInputException if an amount of it is in another currency
         */
        public Builder invoice(InvoiceDetails details) {
            details.amounts().forEach(each -> sameCurrency("invoice", each));
            this.invoice = details;
            return this;
        }

        /**
         * Among whom PayTabs divides the payment. Among nobody by default.
         *
         * @param parts two or more; replaces those of an earlier call
         * @return this
         * @throws InvalidInputException if there are fewer than two, one is in another currency, they come to more than the payment,
         *     or their fees contradict each other: one in full beside others that bear some, some in proportion without exactly one
         *     that takes the remainder
         */
        public Builder splitPayouts(List<SplitPayout> parts) {
            checkSplit(parts);
            splitPayouts.clear();
            splitPayouts.addAll(parts);
            return this;
        }

        private void checkSplit(List<SplitPayout> parts) {
            if (parts.size() < 2) {
                throw new InvalidInputException("split_payout", "has " + parts.size() + " parts", "two or more");
            }
            parts.forEach(part -> sameCurrency("item_total", part.total()));
            BigDecimal sum = parts.stream().map(part -> part.total().amount()).reduce(BigDecimal.ZERO, BigDecimal::add);
            if (sum.compareTo(amount.amount()) > 0) {
                throw new InvalidInputException("item_total", "comes to more than the payment", "at most cart_amount");
            }
            long full = bearing(parts, SplitPayout.Fee.FULL);
            boolean onlyOneBears = full == 0 || (full == 1 && bearing(parts, SplitPayout.Fee.NONE) == parts.size() - 1);
            boolean remainderTaken =
                    bearing(parts, SplitPayout.Fee.PROPORTIONAL) == 0 || bearing(parts, SplitPayout.Fee.REMAINDER) == 1;
            if (!onlyOneBears || !remainderTaken) {
                throw new InvalidInputException(
                        "msc_flag", "contradicts another one", "F beside Z only, or P with exactly one R");
            }
        }

        private static long bearing(List<SplitPayout> parts, SplitPayout.Fee fee) {
            return parts.stream().filter(part -> part.fee() == fee).count();
        }

        /**
         * An agreement of repeat billing: PayTabs makes and sends the later invoices by itself. None by default. PayTabs does not
         * publish what the object's fields may hold, so it is passed through as it is.
         *
         * @param json PayTabs' {@code agreement}, a JSON object
         * @return this
         * @throws InvalidInputException if it is no JSON object
         */
        public Builder agreement(String json) {
            JsonNode value = Json.read(json);
            if (value == null || !value.isObject()) {
                throw new InvalidInputException("agreement", "is no JSON object", "PayTabs' agreement");
            }
            this.agreement = json;
            return this;
        }

        /**
         * A field of PayTabs that has no method here, for example {@code plugin_info}.
         *
         * @param name the field's name
         * @param json its value as JSON
         * @return this
         * @throws InvalidInputException if the name is of another form or has a method here, or the value is no JSON
         */
        public Builder other(String name, String json) {
            Limits.matching("other", name, NAME, "the name of a field");
            if (ChargeJson.KNOWN.contains(name)) {
                throw new InvalidInputException(name, "is set elsewhere", "use this builder's own methods for it");
            }
            JsonNode value = Json.read(json);
            if (value == null) {
                throw new InvalidInputException(name, "is no JSON", "one JSON value");
            }
            others.put(name, json);
            return this;
        }

        /**
         * Makes the request.
         *
         * @return the request
         * @throws InvalidInputException if parts contradict each other: a recurring payment with a shipping address, a
         *     card filter or of type register; an own or managed form without a customer; amounts in two currencies; a saved
         *     card's use of another type than the plan's
         */
        public ChargeRequest build() {
            checkSource();
            checkToken();
            checkCurrencies();
            return new ChargeRequest(copy());
        }

        private void checkSource() {
            boolean form = source instanceof PaymentSource.OwnForm || source instanceof PaymentSource.ManagedForm;
            if (form && customer == null) {
                throw new InvalidInputException("customer_details", "is missing", "the form has no page that asks");
            }
            if (!ChargeJson.transactionClass(source).equals("recurring")) {
                return;
            }
            if (type == Type.REGISTER) {
                throw new InvalidInputException("tran_type", "is register", "a recurring payment is a sale or an auth");
            }
            if (shipping != null) {
                throw new InvalidInputException("shipping_details", "is there", "not with a recurring payment");
            }
            if (page.parts().cardFilter != null) {
                throw new InvalidInputException("card_filter", "is there", "not with a recurring payment");
            }
        }

        private void checkToken() {
            if (tokenPlan != null
                    && source instanceof PaymentSource.SavedCard saved
                    && saved.use() != null
                    && saved.use().type() != tokenPlan.parts().type) {
                throw new InvalidInputException("token_type", "is not that of the plan", "one type in both");
            }
        }

        private void checkCurrencies() {
            PageOptions.Builder options = page.parts();
            sameCurrency("cart_min", options.donationLeast);
            sameCurrency("cart_max", options.donationMost);
            options.discounts.forEach(each -> sameCurrency("discount_amount", each.amount()));
            TokenPlan plan = tokenPlan;
            if (plan != null) {
                sameCurrency("min_amount_per_payment", plan.parts().least);
                sameCurrency("max_amount_per_payment", plan.parts().most);
            }
        }

        private void sameCurrency(String field, @Nullable Money other) {
            if (other != null && !other.currency().equals(amount.currency())) {
                throw new InvalidInputException(field, "is in another currency", "that of cart_amount");
            }
        }

        private Builder copy() {
            Builder copy = new Builder(type, cartId, amount, description);
            copy.source = source;
            copy.page = page;
            copy.callback = callback;
            copy.returnUrl = returnUrl;
            copy.customer = customer;
            copy.shipping = shipping;
            copy.customerRef = customerRef;
            copy.userDefined.putAll(userDefined);
            copy.tokenise = tokenise;
            copy.tokenPlan = tokenPlan;
            copy.bookingReference = bookingReference;
            copy.invoice = invoice;
            copy.splitPayouts.addAll(splitPayouts);
            copy.agreement = agreement;
            copy.others.putAll(others);
            return copy;
        }
    }
}
