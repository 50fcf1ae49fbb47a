package io.nestcms.payment.gateway;

import io.nestcms.money.Money;
import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CartId;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One transaction as the gateway reports it, in our terms. One that cannot be read is reported too, with the kind and the state
 * {@code UNRECOGNISED} and, where not even its name is readable, a reference made from what is there: it harms no other, and
 * somebody is told.
 *
 * <p>Immutable and safe for use by many threads. Holds no card data.
 *
 * @param ref the gateway's name for it
 * @param previousRef the transaction that it follows up, or {@code null}
 * @param asked what was asked for, where the gateway says that, or {@code null}
 * @param kind what it became
 * @param state how it stands
 * @param cartId the cart that the gateway shows it under, or {@code null} when it did not say
 * @param cartAmount what was asked for, or {@code null} when the gateway did not say
 * @param charged what was taken, held or given back, or {@code null} while nothing is
 * @param code the gateway's result code, or {@code null}; for the merchant, not for the payer
 * @param message the gateway's words, or {@code null}; for the merchant, not for the payer
 * @param at when the gateway decided, by its clock, or {@code null} while it has not
 * @param card the card that the gateway saved with it, or {@code null}
 * @since 0.1
 */
public record GatewayTransaction(
        TransactionRef ref,
        @Nullable TransactionRef previousRef,
        @Nullable TransactionKind asked,
        TransactionKind kind,
        TransactionState state,
        @Nullable CartId cartId,
        @Nullable Money cartAmount,
        @Nullable Money charged,
        @Nullable String code,
        @Nullable String message,
        @Nullable Instant at,
        @Nullable CardOnFile card) {
    /**
     * One with which no card was saved.
     *
     * @param ref the gateway's name for it
     * @param previousRef the transaction that it follows up, or {@code null}
     * @param asked what was asked for, or {@code null}
     * @param kind what it became
     * @param state how it stands
     * @param cartId the cart, or {@code null}
     * @param cartAmount what was asked for, or {@code null}
     * @param charged what was moved, or {@code null}
     * @param code the result code, or {@code null}
     * @param message the gateway's words, or {@code null}
     * @param at when the gateway decided, or {@code null}
     */
    public GatewayTransaction(
            TransactionRef ref,
            @Nullable TransactionRef previousRef,
            @Nullable TransactionKind asked,
            TransactionKind kind,
            TransactionState state,
            @Nullable CartId cartId,
            @Nullable Money cartAmount,
            @Nullable Money charged,
            @Nullable String code,
            @Nullable String message,
            @Nullable Instant at) {
        this(ref, previousRef, asked, kind, state, cartId, cartAmount, charged, code, message, at, null);
    }

    /**
     * Checks that what a transaction cannot be without is there.
     *
     * @param ref the gateway's name for it
     * @param previousRef the transaction that it follows up, or {@code null}
     * @param asked what was asked for, or {@code null}
     * @param kind what it became
     * @param state how it stands
     * @param cartId the cart, or {@code null}
     * @param cartAmount what was asked for, or {@code null}
     * @param charged what was moved, or {@code null}
     * @param code the result code, or {@code null}
     * @param message the gateway's words, or {@code null}
     * @param at when the gateway decided, or {@code null}
     * @param card the saved card, or {@code null}
     */
    public GatewayTransaction {
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(state, "state");
    }

    /**
     * The same transaction, shown under a cart.
     *
     * @param cart the cart, or {@code null}
     * @return a copy
     */
    public GatewayTransaction in(@Nullable CartId cart) {
        return new GatewayTransaction(
                ref, previousRef, asked, kind, state, cart, cartAmount, charged, code, message, at, card);
    }

    /**
     * What the ledger keeps of it.
     *
     * @param now when we learned of it
     * @return the entry
     */
    public LedgerEntry entry(Instant now) {
        return new LedgerEntry(
                ref,
                ref.equals(previousRef) ? null : previousRef,
                asked,
                kind,
                state,
                cartId,
                cartAmount,
                charged,
                code,
                message,
                at,
                now,
                now);
    }
}
