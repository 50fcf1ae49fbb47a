package io.nestcms.payment;

import io.nestcms.money.Money;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a verified notification of the gateway claims. A hint: it names a transaction, and the gateway's answer to a query
 * decides. Made by the gateway's module from a verified webhook only.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param cartId the cart that it speaks of
 * @param ref the transaction that it speaks of
 * @param kind what it says the transaction is
 * @param cartAmount the amount it claims, or {@code null} when it has none (the browser's return)
 * @since 0.1
 */
public record GatewayNotification(
        CartId cartId,
        TransactionRef ref,
        TransactionKind kind,
        @Nullable Money cartAmount) {
    /**
     * Checks that nothing but the amount is missing.
     *
     * @param cartId the cart
     * @param ref the transaction
     * @param kind what it says the transaction is
     * @param cartAmount the amount it claims, or {@code null}
     */
    public GatewayNotification {
        Objects.requireNonNull(cartId, "cartId");
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(kind, "kind");
    }
}
