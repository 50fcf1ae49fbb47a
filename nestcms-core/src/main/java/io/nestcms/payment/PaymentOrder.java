package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is to be paid and by whom: the part of a payment that its creator decides and that never changes afterwards.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param cartId the merchant's name for what is paid; one payment each. A new order may not have a {@linkplain
 *     CartId#isReserved() reserved} one: {@code Payments.create} refuses it
 * @param amount how much; above zero
 * @param description what the payer reads on the hosted page; 1 to 128 characters
 * @param customer who pays
 * @param contractId the contract that the payment belongs to, 1 to 64 characters, or {@code null}
 * @param mode whether the approval takes the money or only holds it
 * @param method by which way the money is taken
 * @param options what else is wanted
 * @since 0.1
 */
public record PaymentOrder(
        CartId cartId,
        Money amount,
        String description,
        Customer customer,
        @Nullable String contractId,
        ChargeMode mode,
        PaymentMethod method,
        PaymentOptions options) {
    /**
     * Checks every part.
     *
     * @param cartId the merchant's name for what is paid
     * @param amount how much
     * @param description what the payer reads
     * @param customer who pays
     * @param contractId the contract, or {@code null}
     * @param mode whether the approval takes the money
     * @param method by which way it is taken
     * @param options what else is wanted
     * @throws InvalidInputException if the amount is not above zero, a text is of another form, the options speak of another
     *     currency, or the way does not go with them
     */
    public PaymentOrder {
        Objects.requireNonNull(cartId, "cartId");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(customer, "customer");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(options, "options");
        if (!amount.isPositive()) {
            throw new InvalidInputException("amount", "is not above zero", "at least one minor unit");
        }
        Field.text("description", description, 1, 128);
        if (contractId != null) {
            Field.text("contractId", contractId, 1, 64);
        }
        options.check(amount);
        together(method, options);
    }

    /** What the gateway takes with one way only is refused here, and not after the order has been on record for a while. */
    private static void together(PaymentMethod method, PaymentOptions options) {
        boolean page = !method.isDirect();
        if (!page && options.donation() != null) {
            throw new InvalidInputException(
                    "donation", "is there", "the payer chooses an amount on the hosted page only");
        }
        if (!page && options.cardFilter() != null) {
            throw new InvalidInputException("cardFilter", "is there", "only the hosted page filters cards");
        }
        if (!page && !options.methods().isEmpty()) {
            throw new InvalidInputException("methods", "are there", "only the hosted page offers methods");
        }
        boolean alone =
                method instanceof PaymentMethod.StoredCard card && card.use() != PaymentMethod.Use.PAYER_PRESENT;
        if (alone && options.shipping() != null) {
            throw new InvalidInputException("shipping", "is there", "not without the payer");
        }
        if (method instanceof PaymentMethod.StoredCard && options.saving() != null) {
            throw new InvalidInputException("saving", "is there", "the card is saved already");
        }
    }

    /**
     * An order for the hosted page, with no further wishes.
     *
     * @param cartId the merchant's name for what is paid
     * @param amount how much; above zero
     * @param description what the payer reads; 1 to 128 characters
     * @param customer who pays
     * @param contractId the contract, or {@code null}
     * @param mode whether the approval takes the money
     * @throws InvalidInputException if the cart is of the reserved form, the amount is not above zero or a text is of another form
     */
    public PaymentOrder(
            CartId cartId,
            Money amount,
            String description,
            Customer customer,
            @Nullable String contractId,
            ChargeMode mode) {
        this(cartId, amount, description, customer, contractId, mode, PaymentMethod.hostedPage(), PaymentOptions.NONE);
    }

    /**
     * A sale without a contract: the approval takes the money.
     *
     * @param cartId the merchant's name for what is paid
     * @param amount how much; above zero
     * @param description what the payer reads; 1 to 128 characters
     * @param customer who pays
     * @return the order
     * @throws InvalidInputException if the amount is not above zero or the description is of another form
     */
    public static PaymentOrder sale(CartId cartId, Money amount, String description, Customer customer) {
        return new PaymentOrder(cartId, amount, description, customer, null, ChargeMode.SALE);
    }

    /**
     * Begins an order.
     *
     * @param cartId the merchant's name for what is paid
     * @param amount how much; above zero
     * @return a builder; {@link Builder#description} and {@link Builder#customer} have no default
     */
    public static Builder builder(CartId cartId, Money amount) {
        return new Builder(cartId, amount);
    }

    /** Collects the parts of an order. Not safe for use by many threads. */
    public static final class Builder {
        private final CartId cartId;
        private final Money amount;
        private @Nullable String description;
        private @Nullable Customer customer;
        private @Nullable String contractId;
        private ChargeMode mode = ChargeMode.SALE;
        private PaymentMethod method = PaymentMethod.hostedPage();
        private @Nullable String payer;
        private @Nullable Locale language;
        private List<String> methods = List.of();
        private final List<PaymentOptions.Discount> discounts = new ArrayList<>();
        private PaymentOptions.@Nullable Donation donation;
        private PaymentOptions.@Nullable CardFilter cardFilter;
        private final Map<String, String> metadata = new TreeMap<>();
        private @Nullable Customer shipping;
        private PaymentOptions.@Nullable Saving saving;

        private Builder(CartId cartId, Money amount) {
            this.cartId = Objects.requireNonNull(cartId, "cartId");
            this.amount = Objects.requireNonNull(amount, "amount");
        }

        /**
         * What the payer reads.
         *
         * @param given 1 to 128 characters
         * @return this builder
         */
        public Builder description(String given) {
            description = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * Who pays.
         *
         * @param given the customer
         * @return this builder
         */
        public Builder customer(Customer given) {
            customer = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * The contract that the payment belongs to. Default: none.
         *
         * @param given 1 to 64 characters
         * @return this builder
         */
        public Builder contract(String given) {
            contractId = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * Whether the approval takes the money. Default: it does.
         *
         * @param given sale or hold
         * @return this builder
         */
        public Builder mode(ChargeMode given) {
            mode = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * By which way the money is taken. Default: the hosted page.
         *
         * @param given the way
         * @return this builder
         */
        public Builder method(PaymentMethod given) {
            method = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * The merchant's own name for who pays; saved cards are listed under it. Default: none.
         *
         * @param given 1 to 64 characters
         * @return this builder
         */
        public Builder payer(String given) {
            payer = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * The page's language. Default: the gateway's.
         *
         * @param given the language; the country in it does not matter
         * @return this builder
         */
        public Builder language(Locale given) {
            language = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * What the hosted page offers, by the gateway's codes. Default: all that the account has.
         *
         * @param codes for example {@code knet}, or {@code -amex} to take it away; at most 64
         * @return this builder
         */
        public Builder methods(String... codes) {
            methods = List.of(codes);
            return this;
        }

        /**
         * A discount for some cards; with it, less than the amount may be taken. Default: none.
         *
         * @param given the discount; at most 64
         * @return this builder
         */
        public Builder discount(PaymentOptions.Discount given) {
            discounts.add(Objects.requireNonNull(given, "given"));
            return this;
        }

        /**
         * Lets the payer choose the amount, on the hosted page. Default: the amount is fixed.
         *
         * @param least the smallest amount
         * @param most the largest
         * @return this builder
         */
        public Builder donation(Money least, Money most) {
            donation = new PaymentOptions.Donation(least, most);
            return this;
        }

        /**
         * Takes some cards only, on the hosted page. Default: all.
         *
         * @param prefixes the first digits of the cards, comma separated
         * @param title what the payer reads
         * @return this builder
         */
        public Builder cardFilter(String prefixes, String title) {
            cardFilter = new PaymentOptions.CardFilter(prefixes, title);
            return this;
        }

        /**
         * Something that the merchant wants to have back with the payment. No personal data and no card data belong here.
         *
         * @param name 1 to 64 characters; at most 9 names
         * @param value 1 to 255 characters
         * @return this builder
         */
        public Builder metadata(String name, String value) {
            metadata.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Where the goods go. Default: not said.
         *
         * @param given the addressee
         * @return this builder
         */
        public Builder shipping(Customer given) {
            shipping = Objects.requireNonNull(given, "given");
            return this;
        }

        /**
         * Wishes the card to be saved, so that the payer may choose it again. Default: not saved.
         *
         * @return this builder
         */
        public Builder saveCard() {
            saving = new PaymentOptions.Saving(null, false);
            return this;
        }

        /**
         * Wishes the card to be saved for what is agreed with the payer.
         *
         * @param plan what is agreed
         * @return this builder
         */
        public Builder saveCard(CardPlan plan) {
            saving = new PaymentOptions.Saving(Objects.requireNonNull(plan, "plan"), false);
            return this;
        }

        /**
         * Lets the payer decide on the page whether the card is saved.
         *
         * @return this builder
         */
        public Builder offerToSaveCard() {
            saving = new PaymentOptions.Saving(null, true);
            return this;
        }

        /**
         * Makes the order.
         *
         * @return the order
         * @throws InvalidInputException if a part is missing, of another form, or does not go with another
         */
        public PaymentOrder build() {
            return new PaymentOrder(
                    cartId,
                    amount,
                    there("description", description),
                    there("customer", customer),
                    contractId,
                    mode,
                    method,
                    new PaymentOptions(
                            payer, language, methods, discounts, donation, cardFilter, metadata, shipping, saving));
        }

        private static <T> T there(String field, @Nullable T value) {
            if (value == null) {
                throw new InvalidInputException(field, "is missing", "every order has one");
            }
            return value;
        }
    }
}
