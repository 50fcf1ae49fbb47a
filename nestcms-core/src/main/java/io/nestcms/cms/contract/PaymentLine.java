package io.nestcms.cms.contract;

import io.nestcms.money.Money;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Objects;

/**
 * What a payment of a contract brought.
 *
 * @param id the payment
 * @param status where it stands
 * @param createdAt when it was created
 * @param taken how much was taken
 * @param refunded how much of it was given back
 * @since 0.1
 */
public record PaymentLine(PaymentId id, PaymentStatus status, Instant createdAt, Money taken, Money refunded) {
    /**
     * Checks that nothing is missing.
     *
     * @param id the payment
     * @param status where it stands
     * @param createdAt when it was created
     * @param taken how much was taken
     * @param refunded how much was given back
     */
    public PaymentLine {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(taken, "taken");
        Objects.requireNonNull(refunded, "refunded");
    }

    /**
     * The line of a payment.
     *
     * @param payment the payment
     * @return what it brought
     */
    public static PaymentLine of(Payment payment) {
        return of(
                payment.id(),
                payment.status(),
                payment.revision().createdAt(),
                payment.order().amount().currency(),
                payment.moves());
    }

    /**
     * The line of a payment of which only some parts were read.
     *
     * @param id the payment
     * @param status where it stands
     * @param createdAt when it was created
     * @param currency the order's currency
     * @param moves the money that moved
     * @return what it brought
     */
    public static PaymentLine of(
            PaymentId id, PaymentStatus status, Instant createdAt, Currency currency, List<MoneyMove> moves) {
        Money taken = Money.zero(currency);
        Money refunded = taken;
        for (MoneyMove move : moves) {
            switch (move.kind()) {
                case SALE, CAPTURE -> taken = taken.plus(move.amount());
                case REFUND -> refunded = refunded.plus(move.amount());
                default -> {
                    // holding money and letting it go moves none
                }
            }
        }
        return new PaymentLine(id, status, createdAt, taken, refunded);
    }
}
