package io.nestcms.cms.contract;

import io.nestcms.money.Money;
import io.nestcms.payment.Payment;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A contract with what was paid of it. Payments in another currency than the contract's are listed and not counted.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param contract the contract
 * @param payments its payments, oldest first
 * @param paid what is paid and was not given back
 * @param outstanding what is still to be paid; below zero when too much was
 * @since 0.1
 */
public record ContractStatement(Contract contract, List<PaymentLine> payments, Money paid, Money outstanding) {
    /**
     * Copies the payments.
     *
     * @param contract the contract
     * @param payments its payments
     * @param paid what is paid
     * @param outstanding what is still to be paid
     */
    public ContractStatement {
        Objects.requireNonNull(contract, "contract");
        payments = List.copyOf(payments);
        Objects.requireNonNull(paid, "paid");
        Objects.requireNonNull(outstanding, "outstanding");
    }

    /**
     * The plain way from a contract and its payments.
     *
     * @param contract the contract
     * @param payments all its payments, in any order
     * @return the statement
     */
    public static ContractStatement of(Contract contract, List<Payment> payments) {
        return ofLines(contract, payments.stream().map(PaymentLine::of).toList());
    }

    /**
     * A statement from lines.
     *
     * @param contract the contract
     * @param lines the lines of all its payments, in any order
     * @return the statement
     */
    public static ContractStatement ofLines(Contract contract, List<PaymentLine> lines) {
        Money amount = contract.terms().amount();
        Money paid = Money.zero(amount.currency());
        for (PaymentLine line : lines) {
            if (line.taken().currency().equals(amount.currency())) {
                paid = paid.plus(line.taken()).minus(line.refunded());
            }
        }
        List<PaymentLine> oldestFirst = lines.stream()
                .sorted(Comparator.comparing(PaymentLine::createdAt)
                        .thenComparing(line -> line.id().value()))
                .toList();
        return new ContractStatement(contract, oldestFirst, paid, amount.minus(paid));
    }

    /**
     * How many instalments are paid in full, counted from the first.
     *
     * @return 0 to all of them
     */
    public int instalmentsPaid() {
        Money left = paid;
        int count = 0;
        for (Instalment instalment : contract.terms().instalments()) {
            left = left.minus(instalment.amount());
            if (left.amount().signum() < 0) {
                return count;
            }
            count++;
        }
        return count;
    }
}
