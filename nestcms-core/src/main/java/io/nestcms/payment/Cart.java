package io.nestcms.payment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All that the gateway says of one cart, applied in the order in which it makes sense. */
final class Cart {
    private static final Set<TransactionState> MONEY = Set.of(TransactionState.APPROVED, TransactionState.VOIDED);
    private static final Set<TransactionState> WAITING = Set.of(TransactionState.PENDING, TransactionState.ON_HOLD);
    private static final Set<TransactionState> OVER = Set.of(
            TransactionState.DECLINED, TransactionState.ERROR, TransactionState.EXPIRED, TransactionState.CANCELLED);

    private Cart() {}

    /**
     * Applies the transactions: those that moved money first, then what followed them up. A try that failed decides only
     * when none succeeded and none is still running, and then the last one does.
     *
     * @param conclusive whether all that the gateway will ever know of the latest attempt is among the transactions
     */
    static Optional<PaymentRefusal> apply(Draft draft, List<GatewayTransaction> transactions, boolean conclusive) {
        List<GatewayTransaction> payments = new ArrayList<>();
        List<GatewayTransaction> followUps = new ArrayList<>();
        for (GatewayTransaction transaction : transactions) {
            (transaction.kind().isPayment() ? payments : followUps).add(transaction);
        }
        payments.sort(byTime());
        followUps.sort(byTime());

        List<GatewayTransaction> deciding = in(payments, MONEY);
        if (deciding.isEmpty()) {
            deciding = last(in(payments, WAITING));
        }
        if (deciding.isEmpty() && payments.stream().noneMatch(it -> isRunning(draft, it))) {
            deciding = last(in(payments, OVER).stream()
                    .filter(it -> (conclusive && draft.gateway().ref() == null) || isOfLatestAttempt(draft, it))
                    .toList());
        }
        Settlement settlement = new Settlement(draft);
        @Nullable PaymentRefusal refusal = null;
        for (GatewayTransaction transaction :
                Stream.concat(deciding.stream(), followUps.stream()).toList()) {
            PaymentRefusal difference = settlement.apply(transaction);
            refusal = refusal == null ? difference : refusal;
        }
        return Optional.ofNullable(refusal);
    }

    /** The payer may still be on this page; pages of lost attempts were never handed out and do not count. */
    private static boolean isRunning(Draft draft, GatewayTransaction transaction) {
        return transaction.state() == TransactionState.OPEN
                && transaction.ref().equals(draft.gateway().ref());
    }

    /** The end of a page that an earlier, lost attempt left behind says nothing about the payment. */
    private static boolean isOfLatestAttempt(Draft draft, GatewayTransaction transaction) {
        TransactionRef ref = draft.gateway().ref();
        return draft.gateway().attempts() <= 1
                || transaction.ref().equals(ref)
                || (ref != null && ref.equals(transaction.previousRef()));
    }

    /** Whether the transaction is a payment that came to nothing, or has not come to anything. */
    static boolean isWithoutMoney(GatewayTransaction transaction) {
        return transaction.kind().isPayment()
                && (transaction.state() == TransactionState.OPEN || OVER.contains(transaction.state()));
    }

    private static List<GatewayTransaction> in(List<GatewayTransaction> payments, Set<TransactionState> states) {
        return payments.stream().filter(it -> states.contains(it.state())).toList();
    }

    private static List<GatewayTransaction> last(List<GatewayTransaction> payments) {
        return payments.isEmpty() ? payments : List.of(payments.get(payments.size() - 1));
    }

    private static Comparator<GatewayTransaction> byTime() {
        return Comparator.comparing(it -> it.at() == null ? Instant.MAX : it.at());
    }
}
