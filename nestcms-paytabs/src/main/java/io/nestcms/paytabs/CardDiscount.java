package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Less to pay with some cards. Either an amount or a share.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param cards the first 4 to 10 digits of the cards, comma separated, at most 255 characters
 * @param amount how much less, or {@code null}
 * @param percent how much less, above 0 and at most 100, or {@code null}
 * @param title what the payer reads; 1 to 255 characters
 * @since 0.1
 */
public record CardDiscount(
        String cards, @Nullable Money amount, @Nullable BigDecimal percent, String title) {
    private static final Pattern CARDS = Pattern.compile("[0-9]{4,10}(,[0-9]{4,10})*");

    /**
     * Checks every part.
     *
     * @param cards the first digits of the cards
     * @param amount how much less, or {@code null}
     * @param percent how much less, or {@code null}
     * @param title what the payer reads
     * @throws InvalidInputException if a part is of another form, or not exactly one of amount and percent is there
     */
    public CardDiscount {
        Limits.text("discount_cards", cards, 4, 255);
        Limits.matching("discount_cards", cards, CARDS, "prefixes of 4 to 10 digits, comma separated");
        Limits.text("discount_title", title, 1, 255);
        if ((amount == null) == (percent == null)) {
            throw new InvalidInputException("discount_amount", "is not clear", "either an amount or a percentage");
        }
        if (amount != null) {
            Limits.amount("discount_amount", amount);
        }
        if (percent != null && (percent.signum() <= 0 || percent.compareTo(BigDecimal.valueOf(100)) > 0)) {
            throw new InvalidInputException("discount_percent", "is out of range", "above 0, at most 100");
        }
    }

    /**
     * An amount less.
     *
     * @param cards the first 4 to 10 digits of the cards, comma separated
     * @param amount how much less
     * @param title what the payer reads
     * @return the discount
     * @throws InvalidInputException if a part is of another form
     */
    public static CardDiscount of(String cards, Money amount, String title) {
        return new CardDiscount(cards, amount, null, title);
    }

    /**
     * A share less.
     *
     * @param cards the first 4 to 10 digits of the cards, comma separated
     * @param percent how much less; above 0, at most 100
     * @param title what the payer reads
     * @return the discount
     * @throws InvalidInputException if a part is of another form
     */
    public static CardDiscount of(String cards, BigDecimal percent, String title) {
        return new CardDiscount(cards, null, percent, title);
    }

    /** What is left to pay of an amount; PayTabs' rounding is not published, so a share goes down to a whole minor unit. */
    Money of(Money whole) {
        Money zero = Money.zero(whole.currency());
        if (amount != null) {
            boolean fits = amount.currency().equals(whole.currency()) && amount.compareTo(whole) < 0;
            return fits ? whole.minus(amount) : zero;
        }
        BigDecimal share = Objects.requireNonNull(percent).movePointLeft(2);
        long less = BigDecimal.valueOf(whole.minorUnits())
                .multiply(share)
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
        return whole.minus(Money.ofMinorUnits(less, whole.currency()));
    }
}
