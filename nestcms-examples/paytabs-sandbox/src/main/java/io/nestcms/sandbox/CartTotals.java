package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.util.List;

/**
 * What one cart cost the payer.
 *
 * @param cartId the merchant's name for the payment
 * @param charges how many sales and captures were authorised: more than one sale is a double charge
 * @param charged their sum
 * @param refunds how many refunds were authorised
 * @param refunded their sum
 * @param authorised the sum of authorised holds, captured or not
 * @param transactions how many transactions the cart has, whatever became of them
 * @since 0.1
 */
public record CartTotals(
        String cartId,
        int charges,
        BigDecimal charged,
        int refunds,
        BigDecimal refunded,
        BigDecimal authorised,
        int transactions) {

    static CartTotals of(String cartId, List<Transaction> all) {
        List<Transaction> charges = all.stream().filter(Transaction::isCharge).toList();
        List<Transaction> refunds = authorised(all, TranType.REFUND);
        return new CartTotals(
                cartId,
                charges.size(),
                sum(charges),
                refunds.size(),
                sum(refunds),
                sum(authorised(all, TranType.AUTH)),
                all.size());
    }

    private static List<Transaction> authorised(List<Transaction> all, TranType type) {
        return all.stream()
                .filter(t -> t.order().type() == type && t.has(Status.A))
                .toList();
    }

    private static BigDecimal sum(List<Transaction> transactions) {
        return transactions.stream().map(Transaction::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
