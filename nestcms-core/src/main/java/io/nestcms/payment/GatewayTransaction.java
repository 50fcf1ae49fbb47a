package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One transaction as the gateway reports it, in our terms.
 *
 * <p>Immutable and safe for use by many threads. Holds no card data.
 *
 * @param ref the gateway's name for it
 * @param previousRef the transaction that it follows up, or {@code null}
 * @param kind what it is
 * @param state how it stands
 * @param cartId the cart that it belongs to, or {@code null} when the gateway did not say
 * @param cartAmount what was asked for, or {@code null} when the gateway did not say
 * @param charged what was moved, or {@code null} while nothing is
 * @param code the gateway's result code, or {@code null}; for the merchant, not for the payer
 * @param message the gateway's words, or {@code null}; for the merchant, not for the payer
 * @param at when the gateway decided, or {@code null} while it has not
 * @since 0.1
 */
public record GatewayTransaction(
        TransactionRef ref,
        @Nullable TransactionRef previousRef,
        TransactionKind kind,
        TransactionState state,
        @Nullable CartId cartId,
        @Nullable Money cartAmount,
        @Nullable Money charged,
        @Nullable String code,
        @Nullable String message,
        @Nullable Instant at) {
    /**
     * Checks that what a transaction cannot be without is there.
     *
     * @param ref the gateway's name for it
     * @param previousRef the transaction that it follows up, or {@code null}
     * @param kind what it is
     * @param state how it stands
     * @param cartId the cart, or {@code null}
     * @param cartAmount what was asked for, or {@code null}
     * @param charged what was moved, or {@code null}
     * @param code the result code, or {@code null}
     * @param message the gateway's words, or {@code null}
     * @param at when the gateway decided, or {@code null}
     */
    public GatewayTransaction {
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(state, "state");
    }
}
