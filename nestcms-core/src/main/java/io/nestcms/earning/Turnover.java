package io.nestcms.earning;

import io.nestcms.contract.Contract;
import io.nestcms.money.Money;
import java.time.YearMonth;
import java.util.Objects;

/**
 * What moved for one contract in one month (UTC) and currency.
 *
 * @param contract the contract
 * @param month the month in which the money moved, by our record
 * @param taken how much was taken
 * @param refunded how much was given back
 * @since 0.1
 */
public record Turnover(Contract contract, YearMonth month, Money taken, Money refunded) {
    /**
     * Checks that nothing is missing.
     *
     * @param contract the contract
     * @param month the month
     * @param taken how much was taken
     * @param refunded how much was given back
     */
    public Turnover {
        Objects.requireNonNull(contract, "contract");
        Objects.requireNonNull(month, "month");
        Objects.requireNonNull(taken, "taken");
        Objects.requireNonNull(refunded, "refunded");
    }
}
