package io.nestcms.payment.gateway;

import io.nestcms.payment.CartId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentSecret;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway is asked to take.
 *
 * @param order what is to be paid and by whom
 * @param cartId the name by which the gateway can be asked about this attempt, and about no other
 * @param secret what pays by itself, for ways that need it, or {@code null}; for this call only, and for no log
 * @param use how often the saved card is used with this payment and by what plan, or {@code null} when that is not known
 * @param within how long the call may take at most with all its tries, or {@code null} for the gateway's own limit
 * @since 0.1
 */
public record GatewayCharge(
        PaymentOrder order,
        CartId cartId,
        @Nullable PaymentSecret secret,
        @Nullable CardUse use,
        @Nullable Duration within) {
    /**
     * A charge that needs nothing but the order.
     *
     * @param order what is to be paid
     * @param cartId the attempt's name at the gateway
     */
    public GatewayCharge(PaymentOrder order, CartId cartId) {
        this(order, cartId, null, null, null);
    }

    /**
     * Checks that order and cart are there.
     *
     * @param order what is to be paid
     * @param cartId the attempt's name at the gateway
     * @param secret what pays by itself, or {@code null}
     * @param use the use of a saved card, or {@code null}
     * @param within how long the call may take, or {@code null}
     */
    public GatewayCharge {
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(cartId, "cartId");
    }
}
