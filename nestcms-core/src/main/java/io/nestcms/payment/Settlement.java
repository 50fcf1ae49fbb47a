package io.nestcms.payment;

import io.nestcms.money.Money;
import io.nestcms.payment.PaymentLifecycle.Signal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Applies what the gateway says of a transaction to a payment: the only place where an answer becomes a status. Applying
 * the same transaction again changes nothing.
 */
final class Settlement {
    private final Draft draft;
    private final PaymentId id;
    private final PaymentOrder order;

    Settlement(Draft draft) {
        this.draft = draft;
        this.id = draft.before().id();
        this.order = draft.before().order();
    }

    /** Applies the transaction; gives the first thing in which it differs from the order, or null when it agrees. */
    @Nullable PaymentRefusal apply(GatewayTransaction transaction) {
        if (transaction.cartId() != null && !transaction.cartId().equals(order.cartId())) {
            // not ours: nothing of it goes on our record
            return PaymentRefusal.CART_MISMATCH;
        }
        if (isRecorded(transaction)) {
            return null;
        }
        return transaction.kind().isPayment() ? payment(transaction) : followUp(transaction);
    }

    private @Nullable PaymentRefusal payment(GatewayTransaction transaction) {
        TransactionRef ref = transaction.ref();
        switch (transaction.state()) {
            case APPROVED -> {
                return approved(transaction);
            }
            case PENDING, ON_HOLD ->
                linked(
                        ref,
                        draft.move(
                                Signal.PENDING,
                                transaction.state() == TransactionState.ON_HOLD ? "on hold" : "pending",
                                ref,
                                new PaymentEvent.PaymentProcessing(id, draft.now(), ref)));
            case DECLINED, ERROR -> linked(ref, fail(ref, transaction));
            case EXPIRED ->
                linked(
                        ref,
                        draft.move(
                                Signal.EXPIRED,
                                "expired at the gateway",
                                ref,
                                new PaymentEvent.PaymentTimedOut(id, draft.now(), ref)));
            case CANCELLED ->
                linked(
                        ref,
                        draft.move(
                                Signal.CANCELLED,
                                "cancelled by the payer",
                                ref,
                                new PaymentEvent.PaymentCancelled(id, draft.now(), ref)));
            case VOIDED ->
                linked(
                        ref,
                        draft.move(Signal.VOIDED, "voided", ref, new PaymentEvent.PaymentVoided(id, draft.now(), ref)));
            case OPEN, UNRECOGNISED -> {
                // says nothing about money; the reconciler asks again
            }
        }
        return null;
    }

    private boolean fail(TransactionRef ref, GatewayTransaction transaction) {
        String reason = Objects.requireNonNullElse(transaction.message(), "declined");
        return draft.move(
                Signal.DECLINED,
                transaction.state() == TransactionState.ERROR ? "error at the gateway" : "declined",
                ref,
                new PaymentEvent.PaymentFailed(id, draft.now(), ref, transaction.code(), reason));
    }

    private @Nullable PaymentRefusal approved(GatewayTransaction transaction) {
        PaymentRefusal difference = difference(transaction);
        if (difference != null) {
            return dispute(transaction, difference);
        }
        TransactionRef ref = transaction.ref();
        Money amount = order.amount();
        if (draft.moves().stream().anyMatch(move -> move.kind().isPayment())) {
            draft.moved(ref, transaction.kind(), amount);
            draft.record(new PaymentEvent.PaymentChargedAgain(id, draft.now(), ref, amount));
            return null;
        }
        boolean held = transaction.kind() == TransactionKind.AUTHORIZATION;
        boolean moved = held
                ? draft.move(
                        Signal.AUTHORISED,
                        "authorised",
                        ref,
                        new PaymentEvent.PaymentAuthorized(id, draft.now(), ref, amount))
                : draft.move(
                        Signal.APPROVED,
                        "approved",
                        ref,
                        new PaymentEvent.PaymentSucceeded(id, draft.now(), order.cartId(), ref, amount));
        if (moved) {
            draft.moved(ref, transaction.kind(), amount);
        }
        linked(ref, moved);
        return null;
    }

    /** Amount and currency, asked for and charged, must be there and equal the order's: a missing one is a difference. */
    private @Nullable PaymentRefusal difference(GatewayTransaction transaction) {
        if (transaction.cartId() == null) {
            return PaymentRefusal.CART_MISMATCH;
        }
        for (Money money : new Money[] {transaction.cartAmount(), transaction.charged()}) {
            if (money == null) {
                return PaymentRefusal.AMOUNT_MISMATCH;
            }
            if (!money.currency().equals(order.amount().currency())) {
                return PaymentRefusal.CURRENCY_MISMATCH;
            }
            if (!money.equals(order.amount())) {
                return PaymentRefusal.AMOUNT_MISMATCH;
            }
        }
        return null;
    }

    private @Nullable PaymentRefusal followUp(GatewayTransaction transaction) {
        FollowUps.match(draft, transaction);
        if (transaction.state() != TransactionState.APPROVED) {
            return null;
        }
        Money amount = transaction.charged();
        if (amount == null) {
            return dispute(transaction, PaymentRefusal.AMOUNT_MISMATCH);
        }
        if (!amount.currency().equals(order.amount().currency())) {
            return dispute(transaction, PaymentRefusal.CURRENCY_MISMATCH);
        }
        return switch (transaction.kind()) {
            case CAPTURE -> captured(transaction, amount);
            case REFUND -> refunded(transaction, amount);
            case VOID -> voided(transaction.ref(), amount);
            case RELEASE -> released(transaction.ref(), TransactionKind.RELEASE, amount);
            case SALE, AUTHORIZATION, PAYMENT_REQUEST, REGISTRATION, UNRECOGNISED -> null;
        };
    }

    private @Nullable PaymentRefusal voided(TransactionRef ref, Money amount) {
        PaymentEvent event = new PaymentEvent.PaymentVoided(id, draft.now(), ref);
        if (!draft.move(Signal.VOIDED, "voided", ref, event)) {
            // what a capture had left of the hold
            return released(ref, TransactionKind.VOID, amount);
        }
        draft.moved(ref, TransactionKind.VOID, amount);
        return null;
    }

    private @Nullable PaymentRefusal released(TransactionRef ref, TransactionKind kind, Money amount) {
        draft.moved(ref, kind, amount);
        draft.record(new PaymentEvent.PaymentReleased(id, draft.now(), ref, amount));
        return null;
    }

    private @Nullable PaymentRefusal captured(GatewayTransaction transaction, Money amount) {
        TransactionRef ref = transaction.ref();
        if (sum(TransactionKind.CAPTURE).plus(amount).compareTo(order.amount()) > 0) {
            dispute(transaction, PaymentRefusal.AMOUNT_MISMATCH);
        }
        draft.moved(ref, TransactionKind.CAPTURE, amount);
        PaymentEvent event = new PaymentEvent.PaymentCaptured(id, draft.now(), ref, amount);
        if (!draft.move(Signal.CAPTURED, "captured", ref, event)) {
            draft.record(event);
        }
        return null;
    }

    private @Nullable PaymentRefusal refunded(GatewayTransaction transaction, Money amount) {
        TransactionRef ref = transaction.ref();
        Money paid = sum(TransactionKind.SALE)
                .plus(sum(TransactionKind.PAYMENT_REQUEST))
                .plus(sum(TransactionKind.CAPTURE));
        Money total = sum(TransactionKind.REFUND).plus(amount);
        if (total.compareTo(paid) > 0) {
            dispute(transaction, PaymentRefusal.AMOUNT_MISMATCH);
        }
        draft.moved(ref, TransactionKind.REFUND, amount);
        PaymentEvent event = new PaymentEvent.PaymentRefunded(id, draft.now(), ref, amount, total);
        boolean all = total.compareTo(paid) >= 0;
        if (!draft.move(
                all ? Signal.ALL_REFUNDED : Signal.PART_REFUNDED, all ? "refunded" : "refunded in part", ref, event)) {
            draft.record(event);
        }
        return null;
    }

    private Money sum(TransactionKind kind) {
        Money sum = Money.zero(order.amount().currency());
        for (MoneyMove move : draft.moves()) {
            if (move.kind() == kind) {
                sum = sum.plus(move.amount());
            }
        }
        return sum;
    }

    private PaymentRefusal dispute(GatewayTransaction transaction, PaymentRefusal difference) {
        if (draft.dispute(transaction.ref())) {
            draft.record(new PaymentEvent.PaymentMismatch(
                    id, draft.now(), transaction.ref(), difference.name().toLowerCase(java.util.Locale.ROOT)));
        }
        return difference;
    }

    private boolean isRecorded(GatewayTransaction transaction) {
        return transaction.state() == TransactionState.APPROVED
                && draft.moves().stream()
                        .anyMatch(move -> move.ref().equals(transaction.ref()) && move.kind() == transaction.kind());
    }

    private void linked(TransactionRef ref, boolean moved) {
        if (moved) {
            draft.link(ref, draft.gateway().page());
            draft.concludeAttempt();
        }
    }
}
