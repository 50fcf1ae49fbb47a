package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What one cart cost the payer. Captures, voids, releases and refunds belong to the cart of the payment that they follow, whatever cart
 * id they carry themselves.
 *
 * @param cartId the merchant's name for the payment
 * @param charges how many sales and captures were authorised: more than one sale is a double charge
 * @param charged their sum
 * @param refunds how many refunds were authorised
 * @param refunded their sum
 * @param authorised the sum of authorised holds, captured or not
 * @param transactions how many transactions the cart has, whatever became of them
 * @param voided the sum of what was charged and then voided, before it was settled
 * @since 0.1
 */
public record CartTotals(
        String cartId,
        int charges,
        BigDecimal charged,
        int refunds,
        BigDecimal refunded,
        BigDecimal authorised,
        int transactions,
        BigDecimal voided) {

    static CartTotals of(String cartId, List<Transaction> all) {
        List<Transaction> charges = all.stream().filter(Transaction::isCharge).toList();
        List<Transaction> refunds = authorised(all, t -> t.order().type() == TranType.REFUND);
        Set<String> charged = charges.stream().map(Transaction::ref).collect(Collectors.toSet());
        return new CartTotals(
                cartId,
                charges.size(),
                sum(charges),
                refunds.size(),
                sum(refunds),
                sum(authorised(all, t -> t.order().type() == TranType.AUTH)),
                all.size(),
                sum(authorised(all, t -> t.order().type() == TranType.VOID && charged.contains(t.previous()))));
    }

    private static List<Transaction> authorised(List<Transaction> all, Predicate<Transaction> kind) {
        return all.stream().filter(t -> t.has(Status.A) && kind.test(t)).toList();
    }

    private static BigDecimal sum(List<Transaction> transactions) {
        return transactions.stream().map(Transaction::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
