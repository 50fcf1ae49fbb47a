package io.nestcms.payment.gateway;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.CardPlan;
import org.jspecify.annotations.Nullable;

/**
 * Which payment in the row of those with a saved card this is.
 *
 * @param number the how manieth with the card, the one that saved it included; from 1
 * @param plan what was agreed when it was saved, or {@code null} when nothing was
 * @since 0.1
 */
public record CardUse(int number, @Nullable CardPlan plan) {
    /**
     * Checks the number.
     *
     * @param number the how manieth; from 1
     * @param plan what was agreed, or {@code null}
     * @throws InvalidInputException if the number is below 1
     */
    public CardUse {
        if (number < 1) {
            throw new InvalidInputException("use", "is below 1", "1 and more");
        }
    }
}
