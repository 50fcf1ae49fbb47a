package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the ledger. Immutable: a change is a new entry under the same reference.
 *
 * @param ref the gateway's name for it
 * @param previous the transaction it follows, or {@code null}
 * @param order what was asked
 * @param page the name in the address of the payer's page, or {@code null} when there is none
 * @param createdAt when it was asked
 * @param expiresAt when the page closes, or {@code null} when there is none
 * @param challenged the card that waits for the payer's confirmation, or {@code null}
 * @param agreed what the payer agreed to pay when it is not the order's amount, or {@code null}
 * @param result how it stands, or {@code null} while unpaid
 */
record Transaction(
        String ref,
        @Nullable String previous,
        Order order,
        @Nullable String page,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Card challenged,
        @Nullable BigDecimal agreed,
        @Nullable Result result) {

    Transaction challenged(Card card, Instant until) {
        return new Transaction(ref, previous, order, page, createdAt, until, card, agreed, result);
    }

    Transaction as(TranType type, Instant until) {
        return new Transaction(ref, previous, order.as(type), page, createdAt, until, challenged, agreed, result);
    }

    /** The same without a time to end. */
    Transaction lasting() {
        return new Transaction(ref, previous, order, page, createdAt, null, challenged, agreed, result);
    }

    /** The payer owes another amount than the order says. */
    Transaction agreeing(BigDecimal total) {
        BigDecimal other = total.compareTo(order.amount()) == 0 ? null : total;
        return new Transaction(ref, previous, order, page, createdAt, expiresAt, challenged, other, result);
    }

    /** What the payer is asked for. */
    BigDecimal due() {
        return agreed == null ? order.amount() : agreed;
    }

    Transaction settled(Result outcome) {
        return new Transaction(ref, previous, order, page, createdAt, expiresAt, null, agreed, outcome);
    }

    boolean isOpen() {
        return result == null;
    }

    boolean has(Status status) {
        return result != null && result.status() == status;
    }

    boolean isExpiredAt(Instant now) {
        boolean waits = result == null || isPromised();
        return expiresAt != null && waits && !now.isBefore(expiresAt);
    }

    /** The payer has a reference to pay with, elsewhere. */
    boolean isPromised() {
        return has(Status.P)
                && result != null
                && result.card() != null
                && result.card().isElsewhere();
    }

    /** What was charged: a sale or a capture that was authorised. */
    boolean isCharge() {
        return has(Status.A) && (order.type() == TranType.SALE || order.type() == TranType.CAPTURE);
    }

    BigDecimal amount() {
        return result == null ? due() : result.total();
    }
}
