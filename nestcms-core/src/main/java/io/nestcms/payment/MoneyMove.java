package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.Objects;

/**
 * Money that provably moved: an approved transaction of the gateway, counted once by its reference.
 *
 * @param ref the gateway's name for the transaction
 * @param kind what it was
 * @param amount how much moved
 * @param recordedAt when we learned of it
 * @since 0.1
 */
public record MoneyMove(TransactionRef ref, TransactionKind kind, Money amount, Instant recordedAt) {
    /**
     * Checks that nothing is missing.
     *
     * @param ref the gateway's name for the transaction
     * @param kind what it was
     * @param amount how much moved
     * @param recordedAt when we learned of it
     */
    public MoneyMove {
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(recordedAt, "recordedAt");
    }
}
