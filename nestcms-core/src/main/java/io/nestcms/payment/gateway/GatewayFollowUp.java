package io.nestcms.payment.gateway;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import java.util.Objects;

/**
 * A capture, void or refund that a gateway is asked for.
 *
 * @param order the order that was paid
 * @param cartId the name by which the gateway can be asked about this follow-up, and about nothing else
 * @param kind {@link TransactionKind#CAPTURE}, {@link TransactionKind#VOID} or {@link TransactionKind#REFUND}
 * @param amount how much
 * @param of the transaction that it concerns
 * @since 0.1
 */
public record GatewayFollowUp(
        PaymentOrder order, CartId cartId, TransactionKind kind, Money amount, TransactionRef of) {
    /**
     * Checks that nothing is missing.
     *
     * @param order the order that was paid
     * @param cartId its name at the gateway
     * @param kind what is asked for
     * @param amount how much
     * @param of the transaction that it concerns
     */
    public GatewayFollowUp {
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(cartId, "cartId");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(of, "of");
    }
}
