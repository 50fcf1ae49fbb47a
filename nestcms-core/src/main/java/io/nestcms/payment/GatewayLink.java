package io.nestcms.payment;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What ties a payment to the gateway.
 *
 * @param ref the gateway's name for the latest transaction of the payment, or {@code null} before there is one
 * @param page where the payer goes on, or {@code null} when there is no page or its address was lost
 * @param attempt the announced and not yet concluded call to the gateway, or {@code null}
 * @param attempts how many calls to start the payment were announced so far
 * @since 0.1
 */
public record GatewayLink(
        @Nullable TransactionRef ref,
        @Nullable URI page,
        @Nullable Attempt attempt,
        int attempts) {
    /** No tie yet. */
    static final GatewayLink NONE = new GatewayLink(null, null, null, 0);
}
