package io.nestcms.cms.earning;

import io.nestcms.cms.contract.Contract;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.time.YearMonth;
import java.util.Objects;

/**
 * What moved for one contract in one month (UTC) and currency.
 *
 * @param contract the contract
 * @param month the month in which the money moved, by our record
 * @param taken how much was taken
 * @param refunded how much was given back, in the same currency
 * @since 0.1
 */
public record Turnover(Contract contract, YearMonth month, Money taken, Money refunded) {
    /**
     * Checks that nothing is missing and that the currency is one.
     *
     * @param contract the contract
     * @param month the month
     * @param taken how much was taken
     * @param refunded how much was given back
     * @throws InvalidInputException if the currencies differ
     */
    public Turnover {
        Objects.requireNonNull(contract, "contract");
        Objects.requireNonNull(month, "month");
        Objects.requireNonNull(taken, "taken");
        Objects.requireNonNull(refunded, "refunded");
        if (!refunded.currency().equals(taken.currency())) {
            throw new InvalidInputException(
                    "refunded",
                    "is in " + refunded.currencyCode(),
                    "in " + taken.currencyCode() + " as what was taken");
        }
    }
}
