package io.nestcms.payment.gateway;

import io.nestcms.payment.CartId;
import io.nestcms.payment.PaymentOrder;
import java.util.Objects;

/**
 * What a gateway is asked to take.
 *
 * @param order what is to be paid and by whom
 * @param cartId the name by which the gateway can be asked about this attempt, and about no other
 * @since 0.1
 */
public record GatewayCharge(PaymentOrder order, CartId cartId) {
    /**
     * Checks that both are there.
     *
     * @param order what is to be paid
     * @param cartId the attempt's name at the gateway
     */
    public GatewayCharge {
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(cartId, "cartId");
    }
}
