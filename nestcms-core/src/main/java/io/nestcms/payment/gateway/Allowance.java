package io.nestcms.payment.gateway;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.util.Objects;

/**
 * How much a gateway may take for an order and still have done what was asked for: less with a card discount, more with a
 * donation. Anything outside is a mismatch.
 *
 * @param least the least; not above {@code most}, of the same currency
 * @param most the most
 * @since 0.1
 */
public record Allowance(Money least, Money most) {
    /**
     * Checks the order of the two.
     *
     * @param least the least
     * @param most the most
     * @throws InvalidInputException if the least is above the most
     */
    public Allowance {
        Objects.requireNonNull(least, "least");
        Objects.requireNonNull(most, "most");
        if (least.compareTo(most) > 0) {
            throw new InvalidInputException("least", "is above the most", "not above " + most);
        }
    }

    /**
     * No more and no less.
     *
     * @param amount what is to be taken
     * @return the allowance of exactly that
     */
    public static Allowance exactly(Money amount) {
        return new Allowance(amount, amount);
    }
}
