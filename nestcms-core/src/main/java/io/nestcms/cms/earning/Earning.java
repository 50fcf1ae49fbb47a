package io.nestcms.cms.earning;

import io.nestcms.money.Money;
import java.time.YearMonth;
import java.util.Objects;

/**
 * What one employee, project or organisation earned in a month and a currency.
 *
 * @param earner the id of the employee, project or organisation
 * @param month the month, in UTC
 * @param taken its part of what was taken
 * @param refunded its part of what was given back
 * @param commission its part of what the organisation keeps
 * @since 0.1
 */
public record Earning(String earner, YearMonth month, Money taken, Money refunded, Money commission) {
    /**
     * Checks that nothing is missing.
     *
     * @param earner who
     * @param month the month
     * @param taken its part of what was taken
     * @param refunded its part of what was given back
     * @param commission its part of the commission
     */
    public Earning {
        Objects.requireNonNull(earner, "earner");
        Objects.requireNonNull(month, "month");
        Objects.requireNonNull(taken, "taken");
        Objects.requireNonNull(refunded, "refunded");
        Objects.requireNonNull(commission, "commission");
    }

    /**
     * What is left.
     *
     * @return taken, less refunded, less commission; may be below zero
     */
    public Money net() {
        return taken.minus(refunded).minus(commission);
    }
}
