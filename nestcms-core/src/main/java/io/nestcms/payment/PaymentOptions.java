package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an order may say beyond amount and payer: how the page is to be, what the merchant wants to have back with it, and whether the
 * card is to be saved. What is not said is as the gateway is set up. Set on {@link PaymentOrder.Builder}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param payer the merchant's own name for who pays, 1 to 64 characters, under which saved cards are listed, or {@code null}
 * @param language the page's language, or {@code null}; one that the gateway's page does not speak is left to the gateway
 * @param methods the gateway's codes of what the page offers, each with a leading minus to take it away; empty for all
 * @param discounts discounts for some cards; with one, less may be taken
 * @param donation within what the payer chooses the amount, or {@code null}
 * @param cardFilter which cards the page takes, or {@code null} for all
 * @param metadata what the merchant wants to have back: up to 9 names of 1 to 64 characters with values of 1 to 255
 * @param shipping where the goods go, or {@code null}
 * @param saving whether and for what the card is to be saved, or {@code null} for not
 * @since 0.1
 */
public record PaymentOptions(
        @Nullable String payer,
        @Nullable Locale language,
        List<String> methods,
        List<Discount> discounts,
        @Nullable Donation donation,
        @Nullable CardFilter cardFilter,
        Map<String, String> metadata,
        @Nullable Customer shipping,
        @Nullable Saving saving) {
    /** Nothing said. */
    public static final PaymentOptions NONE =
            new PaymentOptions(null, null, List.of(), List.of(), null, null, Map.of(), null, null);

    private static final int MOST_METADATA = 9;
    private static final int MOST_OF_A_LIST = 64;
    private static final int NAME = 64;
    private static final int VALUE = 255;
    private static final Pattern METHOD = Pattern.compile("-?[a-z0-9]{1,32}");

    /**
     * Checks and copies every part.
     *
     * @param payer the merchant's name for who pays, or {@code null}
     * @param language the page's language, or {@code null}
     * @param methods what the page offers
     * @param discounts discounts for some cards
     * @param donation within what the payer chooses, or {@code null}
     * @param cardFilter which cards are taken, or {@code null}
     * @param metadata what the merchant wants to have back
     * @param shipping where the goods go, or {@code null}
     * @param saving for what the card is to be saved, or {@code null}
     * @throws InvalidInputException if a part is of another form or there are too many
     */
    public PaymentOptions {
        if (payer != null) {
            Field.text("payer", payer, 1, NAME);
        }
        few("methods", methods.size(), MOST_OF_A_LIST);
        methods.forEach(code -> Field.matching("methods", code, METHOD, "a code such as knet, or -knet"));
        few("discounts", discounts.size(), MOST_OF_A_LIST);
        few("metadata", metadata.size(), MOST_METADATA);
        metadata.forEach((name, value) -> {
            Field.text("metadata", name, 1, NAME);
            Field.text("metadata." + name, value, 1, VALUE);
        });
        methods = List.copyOf(methods);
        discounts = List.copyOf(discounts);
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    private static void few(String field, int count, int most) {
        if (count > most) {
            throw new InvalidInputException(field, "are " + count, "at most " + most);
        }
    }

    /** Refuses what speaks of money of another currency than the order's. */
    void check(Money amount) {
        discounts.forEach(each -> same("discounts", each.amount(), amount));
        if (donation != null) {
            same("donation", donation.least(), amount);
        }
        if (saving != null && saving.plan() != null) {
            same("plan.most", saving.plan().most(), amount);
        }
    }

    private static void same(String field, @Nullable Money other, Money amount) {
        if (other != null && !other.currency().equals(amount.currency())) {
            throw new InvalidInputException(field, "is in another currency", "that of the amount");
        }
    }

    /**
     * A discount for some cards: an amount, or a percentage.
     *
     * @param cards the first 4 to 10 digits of the cards, comma separated, at most 255 characters
     * @param amount how much less, or {@code null}
     * @param percent the percentage, above 0 and at most 100, or {@code null}
     * @param title what the payer reads; 1 to 255 characters
     */
    public record Discount(
            String cards, @Nullable Money amount, @Nullable BigDecimal percent, String title) {
        private static final Pattern CARDS = Pattern.compile("[0-9]{4,10}(,[0-9]{4,10})*");
        private static final BigDecimal WHOLE = BigDecimal.valueOf(100);

        /**
         * Checks every part.
         *
         * @param cards the first digits
         * @param amount how much less, or {@code null}
         * @param percent the percentage, or {@code null}
         * @param title what the payer reads
         * @throws InvalidInputException if a part is of another form, or not exactly one of amount and percentage is there
         */
        public Discount {
            Field.text("discount.cards", cards, 4, VALUE);
            Field.matching("discount.cards", cards, CARDS, "prefixes of 4 to 10 digits, comma separated");
            Field.text("discount.title", title, 1, VALUE);
            if ((amount == null) == (percent == null)) {
                throw new InvalidInputException("discount.amount", "is not clear", "either an amount or a percentage");
            }
            if (amount != null && !amount.isPositive()) {
                throw new InvalidInputException("discount.amount", "is not above zero", "at least one minor unit");
            }
            if (percent != null && (percent.signum() <= 0 || percent.compareTo(WHOLE) > 0)) {
                throw new InvalidInputException("discount.percent", "is out of range", "above 0, at most 100");
            }
        }
    }

    /**
     * The payer chooses how much.
     *
     * @param least the smallest amount; above zero
     * @param most the largest, of the same currency
     */
    public record Donation(Money least, Money most) {
        /**
         * Checks the two.
         *
         * @param least the smallest amount
         * @param most the largest
         * @throws InvalidInputException if the least is not above zero or above the most, or the currencies differ
         */
        public Donation {
            if (!least.isPositive() || least.compareTo(most) > 0) {
                throw new InvalidInputException("donation", "is out of order", "above zero, the least first");
            }
        }
    }

    /**
     * The cards that the page takes.
     *
     * @param prefixes the first digits of the cards, comma separated, at most 255 characters
     * @param title what the payer reads; 1 to 255 characters
     */
    public record CardFilter(String prefixes, String title) {
        private static final Pattern PREFIXES = Pattern.compile("[0-9,]{1,255}");

        /**
         * Checks both.
         *
         * @param prefixes the first digits
         * @param title what the payer reads
         * @throws InvalidInputException if one is of another form
         */
        public CardFilter {
            Field.matching("cardFilter.prefixes", prefixes, PREFIXES, "digits and commas, at most 255");
            Field.text("cardFilter.title", title, 1, VALUE);
        }
    }

    /**
     * The wish to save the card that pays. Whether the gateway did so, {@code SavedCards} knows once the payment is settled.
     *
     * @param plan what is agreed for later payments, or {@code null} for nothing but that the payer may choose it again
     * @param payerDecides whether the page asks the payer; else the merchant's terms have done so
     */
    public record Saving(@Nullable CardPlan plan, boolean payerDecides) {}

    /**
     * How much and which, and nobody's name.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "PaymentOptions[" + Objects.toString(language, "-") + ", metadata " + metadata.keySet() + ", saving "
                + (saving != null) + "]";
    }
}
