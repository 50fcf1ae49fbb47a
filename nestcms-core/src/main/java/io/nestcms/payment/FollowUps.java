package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules of captures, voids and refunds: what may be asked for, and which of the gateway's transactions it became. */
final class FollowUps {
    private static final Set<PaymentStatus> REFUNDABLE =
            Set.of(PaymentStatus.SUCCEEDED, PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED);
    private static final Set<PaymentStatus> CAPTURABLE = Set.of(PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURED);

    private FollowUps() {}

    /** Why the follow-up is not possible now, or null when it is. */
    static @Nullable PaymentRefusal refusal(Draft draft, TransactionKind kind, Money amount) {
        if (draft.followUps().stream()
                .anyMatch(it -> it.state() == FollowUpState.SENDING || it.state() == FollowUpState.UNKNOWN)) {
            // one at a time: two of the same amount could not be told apart in the gateway's books
            return PaymentRefusal.IN_PROGRESS;
        }
        if (!isAllowed(draft, kind)) {
            return PaymentRefusal.NOT_ALLOWED;
        }
        if (!amount.currency().equals(draft.before().order().amount().currency())) {
            return PaymentRefusal.CURRENCY_MISMATCH;
        }
        boolean fits = amount.isPositive() && amount.compareTo(left(draft, kind)) <= 0;
        return !fits || origin(draft, kind, amount).isEmpty() ? PaymentRefusal.TOO_MUCH : null;
    }

    private static boolean isAllowed(Draft draft, TransactionKind kind) {
        return switch (kind) {
            case REFUND -> REFUNDABLE.contains(draft.status());
            case CAPTURE -> CAPTURABLE.contains(draft.status());
            case VOID -> draft.status() == PaymentStatus.AUTHORIZED;
            default -> false;
        };
    }

    /** How much may still be asked for; what is under way counts as done. */
    static Money left(Draft draft, TransactionKind kind) {
        Payment payment = draft.before();
        Money whole = kind == TransactionKind.REFUND
                ? payment.taken()
                : payment.sum(TransactionKind.AUTHORIZATION)
                        .minus(payment.sum(TransactionKind.RELEASE))
                        .minus(kind == TransactionKind.VOID ? none(payment) : payment.sum(TransactionKind.VOID));
        Money left = whole.minus(payment.sum(kind));
        for (FollowUp open : draft.followUps()) {
            left = open.kind() == kind && open.state().isOpen() ? left.minus(open.amount()) : left;
        }
        return left;
    }

    private static Money none(Payment payment) {
        return Money.zero(payment.order().amount().currency());
    }

    /** The transaction that the follow-up is of: a refund of a held payment is of a capture, never of the hold. */
    static Optional<TransactionRef> origin(Draft draft, TransactionKind kind, Money amount) {
        return draft.moves().stream()
                .filter(it ->
                        isOrigin(it.kind(), kind) && leftOf(it, draft, kind).compareTo(amount) >= 0)
                .map(MoneyMove::ref)
                .findFirst();
    }

    /** The gateway takes no more of one transaction than that transaction moved, whatever the others leave. */
    private static Money leftOf(MoneyMove origin, Draft draft, TransactionKind kind) {
        Money left = origin.amount();
        for (FollowUp other : draft.followUps()) {
            boolean counts = other.state().isOpen() || other.state() == FollowUpState.DONE;
            left = counts && other.kind() == kind && other.of().equals(origin.ref())
                    ? left.minus(other.amount())
                    : left;
        }
        return left;
    }

    private static boolean isOrigin(TransactionKind origin, TransactionKind kind) {
        return kind == TransactionKind.REFUND
                ? origin == TransactionKind.SALE
                        || origin == TransactionKind.PAYMENT_REQUEST
                        || origin == TransactionKind.CAPTURE
                : origin == TransactionKind.AUTHORIZATION;
    }

    /** Finds the open follow-up that the transaction is the result of, and notes the result. */
    static void match(Draft draft, GatewayTransaction transaction) {
        for (FollowUp open : List.copyOf(draft.followUps())) {
            if (open.state().isOpen() && isResult(draft, open, transaction)) {
                draft.replace(open, result(open, transaction));
                return;
            }
        }
    }

    /** Notes the answer to the call itself: it is this follow-up's, whatever it names as its origin. */
    static void answered(Draft draft, FollowUp open, GatewayTransaction transaction) {
        boolean fits = transaction.kind() == open.kind()
                && open.amount().equals(amount(transaction))
                && draft.before().order().cartId().equals(transaction.cartId())
                && draft.followUps().stream().noneMatch(it -> transaction.ref().equals(it.ref()));
        if (fits) {
            draft.replace(open, result(open, transaction));
        }
    }

    private static @Nullable Money amount(GatewayTransaction transaction) {
        return transaction.charged() == null ? transaction.cartAmount() : transaction.charged();
    }

    private static FollowUp result(FollowUp open, GatewayTransaction transaction) {
        return switch (transaction.state()) {
            case APPROVED -> open.named(FollowUpState.DONE, transaction.ref());
            case PENDING, ON_HOLD -> open.named(FollowUpState.PENDING, transaction.ref());
            case DECLINED, ERROR, EXPIRED, CANCELLED, VOIDED ->
                open.refused(transaction.ref(), transaction.message() == null ? "declined" : transaction.message());
            case OPEN, UNRECOGNISED -> open;
        };
    }

    private static boolean isResult(Draft draft, FollowUp open, GatewayTransaction transaction) {
        if (transaction.kind() != open.kind()) {
            return false;
        }
        if (transaction.ref().equals(open.ref())) {
            return true;
        }
        return open.ref() == null
                && open.amount().equals(amount(transaction))
                && (transaction.previousRef() == null
                        || transaction.previousRef().equals(open.of()))
                && !isOfAnother(draft, transaction.ref())
                && isNotOlder(open, transaction.at());
    }

    private static boolean isOfAnother(Draft draft, TransactionRef ref) {
        return draft.before().moves().stream().anyMatch(it -> it.ref().equals(ref))
                || draft.followUps().stream().anyMatch(it -> ref.equals(it.ref()));
    }

    /** Our clock and the gateway's may differ by a little. */
    private static boolean isNotOlder(FollowUp open, @Nullable Instant at) {
        return at == null || !at.isBefore(open.startedAt().minus(Duration.ofMinutes(5)));
    }

    /** A call whose lease ran out may have been made. */
    static void expire(Draft draft) {
        for (FollowUp open : List.copyOf(draft.followUps())) {
            if (open.state() == FollowUpState.SENDING && !draft.now().isBefore(open.leaseUntil())) {
                draft.replace(open, open.in(FollowUpState.UNKNOWN));
            }
        }
    }

    /** The gateway's books do not show it, long after it can last have been sent. */
    static void conclude(Draft draft, PaymentTimings timings, Instant asked) {
        for (FollowUp open : List.copyOf(draft.followUps())) {
            if (open.state() == FollowUpState.UNKNOWN
                    && !asked.isBefore(open.leaseUntil().plus(timings.absenceAfter()))) {
                // money of this kind and amount moved since we asked and is nobody else's: never send that again
                draft.replace(
                        open,
                        unclaimed(draft, open)
                                .map(move -> open.named(FollowUpState.DONE, move.ref()))
                                .orElseGet(() -> open.in(FollowUpState.NOT_SENT)));
            }
        }
    }

    private static Optional<MoneyMove> unclaimed(Draft draft, FollowUp open) {
        return draft.moves().stream()
                .filter(it -> it.kind() == open.kind()
                        && it.amount().equals(open.amount())
                        && !it.recordedAt().isBefore(open.startedAt())
                        && draft.followUps().stream()
                                .noneMatch(other -> it.ref().equals(other.ref())))
                .findFirst();
    }
}
