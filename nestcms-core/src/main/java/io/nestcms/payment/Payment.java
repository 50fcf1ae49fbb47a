package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A payment, as it was recorded at one moment. {@code Payments} makes and moves them; a {@link PaymentStore} keeps them.
 * The public constructor is there for stores.
 *
 * <p>Immutable and safe for use by many threads. {@link #toString()} shows no personal data.
 *
 * @param id our name for it
 * @param order what is to be paid and by whom; never changes
 * @param claim the idempotency key that it was created under
 * @param status where it stands
 * @param gateway what ties it to the gateway
 * @param moves the money that provably moved, each transaction once, oldest first
 * @param followUps the captures, voids and refunds that were asked for here, oldest first
 * @param disputed transactions whose cart, amount or currency differed from the order: never settled on, always visible
 * @param history every status it had, oldest first
 * @param watch when the reconciler looks at it next
 * @param revision version, event count and times of this record
 * @since 0.1
 */
public record Payment(
        PaymentId id,
        PaymentOrder order,
        IdempotencyClaim claim,
        PaymentStatus status,
        GatewayLink gateway,
        List<MoneyMove> moves,
        List<FollowUp> followUps,
        List<TransactionRef> disputed,
        List<HistoryEntry> history,
        Watch watch,
        Revision revision) {
    /**
     * Checks that nothing is missing and copies the lists.
     *
     * @param id our name for it
     * @param order what is to be paid
     * @param claim the idempotency key
     * @param status where it stands
     * @param gateway what ties it to the gateway
     * @param moves the money that moved
     * @param followUps what was asked for afterwards
     * @param disputed transactions that differed from the order
     * @param history every status it had
     * @param watch when the reconciler looks next
     * @param revision version, event count and times
     */
    public Payment {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(claim, "claim");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(gateway, "gateway");
        moves = List.copyOf(moves);
        followUps = List.copyOf(followUps);
        disputed = List.copyOf(disputed);
        history = List.copyOf(history);
        Objects.requireNonNull(watch, "watch");
        Objects.requireNonNull(revision, "revision");
    }

    /** A payment on its first day. */
    static Payment created(PaymentId id, PaymentOrder order, IdempotencyClaim claim, Instant now) {
        HistoryEntry entry = new HistoryEntry(now, PaymentStatus.CREATED, "created", null);
        return new Payment(
                id,
                order,
                claim,
                PaymentStatus.CREATED,
                GatewayLink.NONE,
                List.of(),
                List.of(),
                List.of(),
                List.of(entry),
                Watch.OFF,
                new Revision(1, 1, now, now));
    }

    /**
     * The payment as it was when it was created: what a repeated creation with the same key gives.
     *
     * @return the first record of this payment
     */
    public Payment asCreated() {
        return created(id, order, claim, revision.createdAt());
    }

    /**
     * How much was given back so far.
     *
     * @return the sum of all refunds
     */
    public Money refunded() {
        return sum(TransactionKind.REFUND);
    }

    /**
     * How much was taken, before refunds: the sale, or what was captured of a hold.
     *
     * @return the sum
     */
    public Money taken() {
        return sum(TransactionKind.SALE)
                .plus(sum(TransactionKind.PAYMENT_REQUEST))
                .plus(sum(TransactionKind.CAPTURE));
    }

    /**
     * How much of one kind moved.
     *
     * @param kind the kind of transaction
     * @return the sum, in the order's currency
     */
    public Money sum(TransactionKind kind) {
        Money sum = Money.zero(order.amount().currency());
        for (MoneyMove move : moves) {
            if (move.kind() == kind) {
                sum = sum.plus(move.amount());
            }
        }
        return sum;
    }

    /**
     * Id, status and version only.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "Payment[" + id + " " + status + " v" + revision.version() + "]";
    }
}
