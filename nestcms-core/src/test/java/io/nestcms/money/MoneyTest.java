package io.nestcms.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.math.BigDecimal;
import java.util.Currency;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
    @ParameterizedTest
    @CsvSource({
        "KWD, 250, 250.000", "BHD, 1.5, 1.500", "OMR, 0.001, 0.001", "JOD, 12.500, 12.500", "IQD, 7.25, 7.250",
        "LYD, 3, 3.000", "TND, 0.1, 0.100", "JPY, 1200, 1200", "JPY, 1200.00, 1200", "SAR, 250.0, 250.00",
        "AED, 0.01, 0.01", "CLF, 1.2345, 1.2345", "EGP, -3.1, -3.10"
    })
    void of_anyWrittenForm_hasTheCurrenciesDecimals(String currency, String written, String wire) {
        assertThat(Money.of(written, currency).amountText()).isEqualTo(wire);
    }

    @ParameterizedTest
    @CsvSource({"KWD, 1.0005", "SAR, 1.005", "JPY, 1.5", "CLF, 0.00001"})
    void of_moreDecimalsThanTheCurrencyHas_isRefusedNotRounded(String currency, String written) {
        assertThatThrownBy(() -> Money.of(written, currency))
                .isInstanceOfSatisfying(InvalidInputException.class, refusal -> {
                    assertThat(refusal.field()).isEqualTo("amount");
                    assertThat(refusal.problem()).endsWith("decimals");
                    assertThat(refusal.rule()).startsWith(currency + " takes at most");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "1,000", "1e3", "+1", "NaN", "0x10", "1.", ".5", "١٢", "1 ", "99999999999999999"})
    void of_notADecimalNumber_isRefused(String written) {
        assertThatThrownBy(() -> Money.of(written, "KWD")).isInstanceOf(InvalidInputException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kwd", "KW", "ZZZ", "XXX", "XAU", "KWD "})
    void of_currencyThatMoneyIsNotPaidIn_isRefused(String code) {
        assertThatThrownBy(() -> Money.of("1", code))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo("currency"));
    }

    @Test
    void new_hostileExponent_isRefusedAtOnce() {
        Currency dinar = Currency.getInstance("KWD");

        assertThatThrownBy(() -> new Money(new BigDecimal("1e2000000000"), dinar))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Money(new BigDecimal("1e-2000000000"), dinar))
                .isInstanceOf(InvalidInputException.class);
        assertThat(new Money(new BigDecimal("0e-2000000000"), dinar)).isEqualTo(Money.zero(dinar));
    }

    @Test
    void plus_twoCurrencies_isRefused() {
        Money dinars = Money.parse("KWD 1.000");

        assertThatThrownBy(() -> dinars.plus(Money.parse("SAR 1.00"))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> dinars.compareTo(Money.parse("SAR 1.00"))).isInstanceOf(InvalidInputException.class);
    }

    @Property
    void parse_ofToString_isTheSameMoney_overEveryCurrency(
            @ForAll("currencies") Currency currency,
            @ForAll @LongRange(min = -999_999_999_999L, max = 999_999_999_999L) long units) {
        Money money = Money.ofMinorUnits(units, currency);

        assertThat(Money.parse(money.toString())).isEqualTo(money);
        assertThat(money.minorUnits()).isEqualTo(units);
        assertThat(money.amount().scale()).isEqualTo(currency.getDefaultFractionDigits());
    }

    @Property
    void minus_afterPlus_losesNoMinorUnit(
            @ForAll("currencies") Currency currency,
            @ForAll @LongRange(min = -999_999_999_999L, max = 999_999_999_999L) long one,
            @ForAll @LongRange(min = -999_999_999_999L, max = 999_999_999_999L) long other) {
        Money left = Money.ofMinorUnits(one, currency);
        Money right = Money.ofMinorUnits(other, currency);

        assertThat(left.plus(right).minus(right)).isEqualTo(left);
        assertThat(left.plus(right).minorUnits()).isEqualTo(one + other);
    }

    @Provide
    Arbitrary<Currency> currencies() {
        return Arbitraries.of(Currency.getAvailableCurrencies().stream()
                .filter(currency -> currency.getDefaultFractionDigits() >= 0)
                .sorted((a, b) -> a.getCurrencyCode().compareTo(b.getCurrencyCode()))
                .toList());
    }
}
