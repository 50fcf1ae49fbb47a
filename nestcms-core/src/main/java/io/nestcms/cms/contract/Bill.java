package io.nestcms.cms.contract;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.PaymentId;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of an instalment. It is written before the payment is made, so that a second node, and the same one after a crash,
 * make the same payment and no other.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param instalment which, counted from 1
 * @param amount what is asked for: what was left of the instalment when it fell due; zero when nothing was
 * @param plannedAt when it was written
 * @param payment the payment that was made of it, or {@code null} as long as there is none
 * @param overdueAt when it was told that its day has passed, or {@code null}
 * @param paidAt when it was told that the instalment is paid, or {@code null}
 * @since 0.1
 */
public record Bill(
        int instalment,
        Money amount,
        Instant plannedAt,
        @Nullable PaymentId payment,
        @Nullable Instant overdueAt,
        @Nullable Instant paidAt) {
    /**
     * Checks the number and that nothing is missing.
     *
     * @param instalment which
     * @param amount what is asked for
     * @param plannedAt when it was written
     * @param payment the payment, or {@code null}
     * @param overdueAt when it was told overdue, or {@code null}
     * @param paidAt when it was told paid, or {@code null}
     * @throws InvalidInputException if the number is not above zero
     */
    public Bill {
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(plannedAt, "plannedAt");
        if (instalment < 1) {
            throw new InvalidInputException("instalment", "is " + instalment, "counted from 1");
        }
    }

    static Bill planned(int instalment, Money amount, Instant now) {
        return new Bill(instalment, amount, now, null, null, null);
    }

    /** Planned, not paid, and without a payment although something is asked for. */
    boolean lacksPayment() {
        return payment == null && paidAt == null && amount.isPositive();
    }

    Bill madeInto(PaymentId made) {
        return new Bill(instalment, amount, plannedAt, made, overdueAt, paidAt);
    }

    Bill overdue(Instant now) {
        return new Bill(instalment, amount, plannedAt, payment, now, paidAt);
    }

    Bill paid(Instant now) {
        return new Bill(instalment, amount, plannedAt, payment, overdueAt, now);
    }
}
