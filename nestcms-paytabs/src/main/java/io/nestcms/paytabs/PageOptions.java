package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.PaymentOptions;
import io.nestcms.payment.gateway.Allowance;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How PayTabs' hosted page looks and what it offers. Made by a {@link Builder}; what is not set is as the profile says.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class PageOptions {
    static final PageOptions DEFAULTS = builder().build();

    private final Builder parts;

    private PageOptions(Builder parts) {
        this.parts = parts;
    }

    /**
     * Begins.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    Builder parts() {
        return parts;
    }

    /** The same without what only a page on which the payer chooses can offer. */
    PageOptions withoutChoice() {
        Builder copy = parts.copy();
        copy.methods = List.of();
        copy.cardFilter = null;
        copy.cardFilterTitle = null;
        copy.donation = false;
        copy.donationLeast = null;
        copy.donationMost = null;
        copy.showSaveCard = false;
        return new PageOptions(copy);
    }

    /** The same with another life. */
    PageOptions living(Duration life) {
        Builder copy = parts.copy();
        copy.timeToLive = life;
        return new PageOptions(copy);
    }

    /** The same with what an order wishes; its wish stands over the gateway's setting. */
    PageOptions with(PaymentOptions wishes) {
        Builder copy = parts.copy();
        if (!wishes.methods().isEmpty()) {
            copy.methods = wishes.methods();
        }
        Locale language = wishes.language();
        for (Language spoken : Language.values()) {
            copy.language = language != null && spoken.wire().equals(language.getLanguage()) ? spoken : copy.language;
        }
        if (!wishes.discounts().isEmpty()) {
            copy.discounts = wishes.discounts().stream()
                    .map(it -> new CardDiscount(it.cards(), it.amount(), it.percent(), it.title()))
                    .toList();
        }
        PaymentOptions.Donation donation = wishes.donation();
        if (donation != null) {
            copy.donation(donation.least(), donation.most());
        }
        PaymentOptions.CardFilter filter = wishes.cardFilter();
        if (filter != null) {
            copy.cardFilter(filter.prefixes(), filter.title());
        }
        PaymentOptions.Saving saving = wishes.saving();
        copy.showSaveCard = copy.showSaveCard || (saving != null && saving.payerDecides());
        return new PageOptions(copy);
    }

    /** What may be taken for an amount: the lowest of its discounts, the most of its donation. */
    Allowance allowance(Money amount) {
        Money least = amount;
        for (CardDiscount discount : parts.discounts) {
            Money less = discount.of(amount);
            least = less.compareTo(least) < 0 ? less : least;
        }
        Money most = amount;
        if (parts.donation) {
            Money donated = parts.donationMost == null ? amount : parts.donationMost;
            Money lowest = parts.donationLeast == null ? amount : parts.donationLeast;
            boolean same = donated.currency().equals(amount.currency());
            most = same && donated.compareTo(most) > 0 ? donated : most;
            least = same && lowest.compareTo(least) < 0 ? lowest : least;
        }
        return new Allowance(least, most);
    }

    /**
     * The page's languages.
     *
     * @since 0.1
     */
    public enum Language {
        /** English. */
        EN,
        /** Arabic. */
        AR,
        /** Turkish. */
        TR;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Collects the options. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private static final Pattern METHOD = Pattern.compile("-?[a-z0-9]{1,32}");
        private static final Pattern FILTER = Pattern.compile("[0-9,]{1,255}");

        List<String> methods = List.of();

        @Nullable Language language;

        @Nullable Duration timeToLive;

        int configId;

        @Nullable Currency altCurrency;

        boolean hideShipping;
        boolean showSaveCard;
        boolean returnUsingGet;
        boolean ownResultPage;

        @Nullable String cardFilter;

        @Nullable String cardFilterTitle;

        List<CardDiscount> discounts = List.of();
        boolean donation;

        @Nullable Money donationLeast;

        @Nullable Money donationMost;

        @Nullable Frame frame;

        private Builder() {}

        /**
         * The payment methods on offer, by PayTabs' codes; all that the profile has by default. A code with a leading
         * minus is taken away instead. Codes that this version does not know are sent as they are.
         *
         * @param codes for example {@code knet} or {@code -amex}; 1 to 64 of them
         * @return this
         * @throws InvalidInputException if a code is of another form or there is none
         */
        public Builder methods(String... codes) {
            Limits.number("payment_methods", codes.length, 1, 64);
            for (String code : codes) {
                Limits.matching("payment_methods", code, METHOD, "a code such as knet, or -knet");
            }
            this.methods = List.of(codes);
            return this;
        }

        /**
         * The page's language.
         *
         * @param pageLanguage the language
         * @return this
         */
        public Builder language(Language pageLanguage) {
            this.language = Objects.requireNonNull(pageLanguage, "pageLanguage");
            return this;
        }

        /**
         * How long the page can be paid on; 20 minutes by PayTabs' default.
         *
         * @param time whole minutes, 1 to 525600
         * @return this
         * @throws InvalidInputException if the time is out of range or not in whole minutes
         */
        public Builder timeToLive(Duration time) {
            if (time.toMinutes() < 1 || time.toDays() > 365 || !time.equals(Duration.ofMinutes(time.toMinutes()))) {
                throw new InvalidInputException("paypage_ttl", "is out of range", "whole minutes, 1 or more");
            }
            this.timeToLive = time;
            return this;
        }

        /**
         * The page's theme.
         *
         * @param id as the dashboard shows it; above zero
         * @return this
         * @throws InvalidInputException if the number is not above zero
         */
        public Builder configId(int id) {
            this.configId = Limits.number("config_id", id, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * A second currency to show the amount in.
         *
         * @param currency the currency
         * @return this
         */
        public Builder altCurrency(Currency currency) {
            this.altCurrency = Objects.requireNonNull(currency, "currency");
            return this;
        }

        /**
         * Leaves the shipping address out.
         *
         * @return this
         */
        public Builder hideShipping() {
            this.hideShipping = true;
            return this;
        }

        /**
         * Lets the payer decide whether the card is saved.
         *
         * @return this
         */
        public Builder showSaveCard() {
            this.showSaveCard = true;
            return this;
        }

        /**
         * Lets the browser come back with GET instead of POST.
         *
         * @return this
         */
        public Builder returnUsingGet() {
            this.returnUsingGet = true;
            return this;
        }

        /**
         * Lets PayTabs show a result page of its own, whatever return address profile and request have.
         *
         * @return this
         */
        public Builder ownResultPage() {
            this.ownResultPage = true;
            return this;
        }

        /**
         * Takes some cards only. Not for recurring payments.
         *
         * @param prefixes the first digits of the cards, comma separated, at most 255 characters
         * @param title what the payer reads; 1 to 255 characters
         * @return this
         * @throws InvalidInputException if one is of another form
         */
        public Builder cardFilter(String prefixes, String title) {
            this.cardFilter = Limits.matching("card_filter", prefixes, FILTER, "digits and commas, at most 255");
            this.cardFilterTitle = Limits.text("card_filter_title", title, 1, 255);
            return this;
        }

        /**
         * Discounts for some cards; the amount charged can then differ from the amount asked for.
         *
         * @param some 1 to 64 discounts
         * @return this
         * @throws InvalidInputException if there is none
         */
        public Builder discounts(CardDiscount... some) {
            Limits.number("card_discounts", some.length, 1, 64);
            this.discounts = new ArrayList<>(List.of(some));
            return this;
        }

        /**
         * Lets the payer choose the amount.
         *
         * @param least the smallest amount
         * @param most the largest amount, in the same currency
         * @return this
         * @throws InvalidInputException if an amount is out of range, the currencies differ, or the order is wrong
         */
        public Builder donation(Money least, Money most) {
            Limits.amount("cart_min", least);
            Limits.amount("cart_max", most);
            if (least.compareTo(most) > 0) {
                throw new InvalidInputException("cart_max", "is too small", "not below cart_min");
            }
            this.donation = true;
            this.donationLeast = least;
            this.donationMost = most;
            return this;
        }

        /**
         * Shows the page within one of the merchant's. Apple Pay, Samsung Pay, PayPal, KNET and UnionPay cannot be
         * shown so.
         *
         * @param how how the frame behaves
         * @return this
         */
        public Builder framed(Frame how) {
            this.frame = Objects.requireNonNull(how, "how");
            return this;
        }

        /**
         * Makes the options.
         *
         * @return the options
         */
        public PageOptions build() {
            return new PageOptions(copy());
        }

        Builder copy() {
            Builder copy = new Builder();
            copy.methods = methods;
            copy.language = language;
            copy.timeToLive = timeToLive;
            copy.configId = configId;
            copy.altCurrency = altCurrency;
            copy.hideShipping = hideShipping;
            copy.showSaveCard = showSaveCard;
            copy.returnUsingGet = returnUsingGet;
            copy.ownResultPage = ownResultPage;
            copy.cardFilter = cardFilter;
            copy.cardFilterTitle = cardFilterTitle;
            copy.discounts = List.copyOf(discounts);
            copy.donation = donation;
            copy.donationLeast = donationLeast;
            copy.donationMost = donationMost;
            copy.frame = frame;
            return copy;
        }
    }

    /**
     * How a page within a page behaves.
     *
     * @param returnTo what of the browser goes to the return address
     * @param fullPage whether the frame shows the whole page instead of the bare form
     * @param messageTarget the HTTPS origin that a script message with the result goes to, together with {@link
     *     Builder#ownResultPage()}, or {@code null}
     * @since 0.1
     */
    public record Frame(
            Return returnTo, boolean fullPage, @Nullable URI messageTarget) {
        /**
         * Checks the target.
         *
         * @param returnTo what goes to the return address
         * @param fullPage whether the frame shows the whole page
         * @param messageTarget an HTTPS origin, or {@code null}
         * @throws InvalidInputException if the target is not an HTTPS origin
         */
        public Frame {
            Objects.requireNonNull(returnTo, "returnTo");
            if (messageTarget != null) {
                Limits.url("framed_message_target", messageTarget);
                boolean bare = messageTarget.getRawPath().isEmpty() && messageTarget.getRawQuery() == null;
                if (!bare || !Limits.isHttps(messageTarget)) {
                    throw new InvalidInputException("framed_message_target", "is no HTTPS origin", "https://host");
                }
            }
        }

        /** What of the browser goes to the return address. */
        public enum Return {
            /** The frame itself. */
            FRAME,
            /** The page around the frame. */
            PARENT,
            /** The whole window. */
            TOP
        }
    }
}
