package io.nestcms.cms.contract;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.time.LocalDate;
import java.util.Objects;

/**
 * A part of a contract's amount and the day by which it is to be paid.
 *
 * @param amount how much; above zero
 * @param dueOn by when
 * @since 0.1
 */
public record Instalment(Money amount, LocalDate dueOn) {
    /**
     * Checks both.
     *
     * @param amount how much
     * @param dueOn by when
     * @throws InvalidInputException if the amount is not above zero
     */
    public Instalment {
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(dueOn, "dueOn");
        if (!amount.isPositive()) {
            throw new InvalidInputException("instalment.amount", "is not above zero", "at least one minor unit");
        }
    }
}
