package io.nestcms.payment.gateway;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a verified notification of the gateway claims. A hint: it names a transaction, and the gateway's answer to a query
 * decides. Made by the gateway's module from a verified webhook only.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param ref the transaction that it speaks of
 * @param previousRef the transaction that this one follows up, or {@code null}; finds the payment of a capture, void or refund
 *     that was made elsewhere
 * @param cartId the cart that it speaks of, or {@code null} when it names none that could be ours
 * @param kind what it says the transaction is
 * @param state how it says that the transaction stands, or {@code null} when it does not say
 * @param cartAmount the amount it claims, or {@code null} when it has none (the browser's return)
 * @since 0.1
 */
public record GatewayNotification(
        TransactionRef ref,
        @Nullable TransactionRef previousRef,
        @Nullable CartId cartId,
        TransactionKind kind,
        @Nullable TransactionState state,
        @Nullable Money cartAmount) {
    /**
     * Checks that what cannot be missing is there.
     *
     * @param ref the transaction
     * @param previousRef the transaction that it follows up, or {@code null}
     * @param cartId the cart, or {@code null}
     * @param kind what it says the transaction is
     * @param state how it says that it stands, or {@code null}
     * @param cartAmount the amount it claims, or {@code null}
     */
    public GatewayNotification {
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(kind, "kind");
    }
}
