package io.nestcms.money;

import io.nestcms.failure.InvalidInputException;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * An amount in one ISO 4217 currency, exact to its minor unit. The scale is always the currency's: {@code KWD 12.500},
 * {@code SAR 12.50}, {@code JPY 12}. Nothing is ever rounded: an amount with more decimals than its currency has is
 * refused, and so is arithmetic over two currencies.
 *
 * <p>Immutable and safe for use by many threads. Equal when currency and amount are equal; since the scale is fixed,
 * {@code 12.5} and {@code 12.50} riyals are one value.
 *
 * @param amount the amount; after construction its scale is the currency's. Between -10^15 and 10^15, both excluded
 * @param currency the currency; one with minor units defined, so not {@code XXX} or {@code XAU}
 * @since 0.1
 */
public record Money(BigDecimal amount, Currency currency) implements Comparable<Money> {
    private static final BigDecimal LIMIT = BigDecimal.TEN.pow(15);
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,16}(\\.[0-9]{1,8})?");

    /**
     * Checks the amount against the currency and fixes its scale.
     *
     * @param amount the amount, with at most as many decimals as the currency has
     * @param currency the currency
     * @throws InvalidInputException if the currency has no minor unit, the amount has more decimals than the currency,
     *     or the amount is out of range
     */
    public Money {
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(currency, "currency");
        int digits = currency.getDefaultFractionDigits();
        if (digits < 0) {
            throw new InvalidInputException("currency", "has no minor unit", "use a currency that money is paid in");
        }
        // compared before any rescaling: a hostile exponent must not make us build a number of a billion digits
        if (amount.signum() != 0 && amount.precision() - (long) amount.scale() > 16) {
            throw outOfRange();
        }
        // looked at closely only where there are more digits than the currency has: most amounts come with just as many
        int decimals = amount.signum() == 0 || amount.scale() <= digits
                ? 0
                : Math.max(0, amount.stripTrailingZeros().scale());
        if (decimals > digits) {
            throw new InvalidInputException(
                    "amount",
                    "has " + decimals + " decimals",
                    currency.getCurrencyCode() + " takes at most " + digits + "; amounts are never rounded");
        }
        if (amount.abs().compareTo(LIMIT) >= 0) {
            throw outOfRange();
        }
        amount = amount.setScale(digits);
    }

    private static InvalidInputException outOfRange() {
        return new InvalidInputException("amount", "is out of range", "less than 10^15 in size");
    }

    /**
     * Money from an amount and a currency code as they stand in a request.
     *
     * @param amount digits with an optional sign and decimals, no exponent and no separators, for example {@code
     *     250.000}
     * @param currency an ISO 4217 code in capitals, for example {@code KWD}
     * @return the money
     * @throws InvalidInputException if either is not of that form, the code is unknown, or the amount does not fit the
     *     currency
     */
    public static Money of(String amount, String currency) {
        Objects.requireNonNull(amount, "amount");
        Currency known = currencyOf(currency);
        if (!DECIMAL.matcher(amount).matches()) {
            throw new InvalidInputException(
                    "amount", "is not a decimal number", "digits with an optional point, for example 250.000");
        }
        return new Money(new BigDecimal(amount), known);
    }

    /**
     * Money from its one-line form, the reverse of {@link #toString()}.
     *
     * @param text code, one space, amount, for example {@code KWD 250.000}
     * @return the money
     * @throws InvalidInputException if the text is not of that form or not a possible amount
     */
    public static Money parse(String text) {
        Objects.requireNonNull(text, "text");
        int space = text.indexOf(' ');
        if (space < 0) {
            throw new InvalidInputException("money", "has no currency", "code, space, amount: KWD 250.000");
        }
        return of(text.substring(space + 1), text.substring(0, space));
    }

    /**
     * No money.
     *
     * @param currency the currency
     * @return zero in that currency
     */
    public static Money zero(Currency currency) {
        return new Money(BigDecimal.ZERO, currency);
    }

    /**
     * Money from a count of minor units, the reverse of {@link #minorUnits()}.
     *
     * @param units how many fils, halalas, cents
     * @param currency the currency
     * @return the money
     */
    public static Money ofMinorUnits(long units, Currency currency) {
        return new Money(BigDecimal.valueOf(units, Math.max(0, currency.getDefaultFractionDigits())), currency);
    }

    private static Currency currencyOf(String code) {
        Objects.requireNonNull(code, "currency");
        try {
            return Currency.getInstance(code);
        } catch (IllegalArgumentException unknown) {
            throw new InvalidInputException(
                    "currency", "is not known", "an ISO 4217 code in capitals, for example KWD");
        }
    }

    /**
     * The sum of two amounts.
     *
     * @param other money in the same currency
     * @return the sum
     * @throws InvalidInputException if the currencies differ or the sum is out of range
     */
    public Money plus(Money other) {
        return new Money(amount.add(sameCurrency(other).amount), currency);
    }

    /**
     * The difference of two amounts; may be negative.
     *
     * @param other money in the same currency
     * @return this less the other
     * @throws InvalidInputException if the currencies differ or the difference is out of range
     */
    public Money minus(Money other) {
        return new Money(amount.subtract(sameCurrency(other).amount), currency);
    }

    /**
     * Whether there is any money, more than nothing.
     *
     * @return true above zero
     */
    public boolean isPositive() {
        return amount.signum() > 0;
    }

    /**
     * The amount in minor units: 12.500 dinars are 12500 fils.
     *
     * @return the count
     */
    public long minorUnits() {
        return amount.unscaledValue().longValueExact();
    }

    /**
     * The amount as it goes over the wire: plain digits with exactly the currency's decimals.
     *
     * @return for example {@code 250.000}
     */
    public String amountText() {
        return amount.toPlainString();
    }

    /**
     * The currency's ISO 4217 code.
     *
     * @return for example {@code KWD}
     */
    public String currencyCode() {
        return currency.getCurrencyCode();
    }

    /**
     * Compares the amounts of one currency.
     *
     * @throws InvalidInputException if the currencies differ
     */
    @Override
    public int compareTo(Money other) {
        return amount.compareTo(sameCurrency(other).amount);
    }

    /**
     * The one-line form that {@link #parse(String)} reads.
     *
     * @return for example {@code KWD 250.000}
     */
    @Override
    public String toString() {
        return currencyCode() + " " + amountText();
    }

    private Money sameCurrency(Money other) {
        if (!currency.equals(other.currency)) {
            throw new InvalidInputException(
                    "currency", "is " + other.currencyCode(), "must be " + currencyCode() + " like the other amount");
        }
        return other;
    }
}
