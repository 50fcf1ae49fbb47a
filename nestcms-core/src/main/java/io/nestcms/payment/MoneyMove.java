package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.Objects;

/**
 * Money that moved and was not undone: what reports add up. Derived from the {@linkplain LedgerEntry ledger}; what was voided
 * is in none.
 *
 * @param ref the gateway's name for the transaction
 * @param kind {@link TransactionKind#SALE}, {@link TransactionKind#CAPTURE}, {@link TransactionKind#REFUND}, or
 *     {@link TransactionKind#AUTHORIZATION} for what is still held
 * @param amount how much moved, less what was voided of it; above zero
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
