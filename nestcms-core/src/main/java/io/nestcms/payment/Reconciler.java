package io.nestcms.payment;

import io.nestcms.payment.PaymentLifecycle.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles payments whose end is open, by asking the gateway: answers that got lost, notifications that never came, pages
 * that nobody paid, failures that were none. Call {@link #runOnce(int)} every few seconds, from as many nodes as you like: a
 * node claims a payment before it asks.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final Payments payments;
    private final PaymentGateway gateway;
    private final PaymentWrites writes;
    private final PaymentTimings timings;
    private volatile ReconcilerSnapshot snapshot = new ReconcilerSnapshot(0, 0, 0, 0, null);

    Reconciler(Payments payments, PaymentGateway gateway, PaymentWrites writes, PaymentTimings timings) {
        this.payments = payments;
        this.gateway = gateway;
        this.writes = writes;
        this.timings = timings;
    }

    /**
     * What one run did.
     *
     * @param checked how many payments it looked at
     * @param moved how many got another status
     * @param failed how many could not be looked at because something was broken; they stay due
     * @since 0.1
     */
    public record Run(int checked, int moved, int failed) {}

    /**
     * Looks at the payments that are due. Repeatable; a broken store's exceptions for a single payment are logged and the
     * payment stays due.
     *
     * @param limit at most how many payments, at least 1
     * @return what it did
     */
    public Run runOnce(int limit) {
        int checked = 0;
        int moved = 0;
        int failed = 0;
        Instant now = writes.now();
        for (Payment payment : writes.store().due(now, limit)) {
            try {
                Optional<Payment> mine = claim(payment);
                if (mine.isPresent()) {
                    moved += check(mine.get()).status() == payment.status() ? 0 : 1;
                    checked++;
                }
            } catch (RuntimeException broken) {
                failed++;
                LOG.error("Payment {} could not be reconciled; it stays due", payment.id(), broken);
            }
        }
        Run run = new Run(checked, moved, failed);
        count(run, now);
        return run;
    }

    private synchronized void count(Run run, Instant at) {
        snapshot = snapshot.plus(run, at);
    }

    /**
     * What this reconciler did so far, on this node. Keep one reconciler and these are the sums since the start.
     *
     * @return the sums over all finished runs
     */
    public ReconcilerSnapshot snapshot() {
        return snapshot;
    }

    /**
     * The payments that are due now, of all nodes. Reads them from the store: for monitoring every few seconds, not for every
     * request.
     *
     * @param limit count no further than this, at least 1
     * @return how many and since when
     */
    public DueBacklog backlog(int limit) {
        List<Payment> due = writes.store().due(writes.now(), limit);
        return new DueBacklog(
                due.size(), due.isEmpty() ? null : due.get(0).watch().checkAt());
    }

    /** Puts the next check off, by a write that only one node wins. */
    private Optional<Payment> claim(Payment payment) {
        Draft draft = new Draft(payment, writes.now());
        Attempt attempt = payment.gateway().attempt();
        if (payment.status() == PaymentStatus.CREATED && attempt != null && !attempt.isRunning(draft.now())) {
            draft.move(
                    Signal.NO_ANSWER,
                    "the call's lease ran out",
                    null,
                    new PaymentEvent.PaymentOutcomeUnknown(payment.id(), draft.now()));
        }
        FollowUps.expire(draft);
        draft.watch(
                draft.now().plus(timings.attemptLease()), draft.before().watch().checks());
        Payment next = draft.payment();
        if (!writes.store().replace(next, draft.entries())) {
            return Optional.empty();
        }
        writes.remember(next);
        writes.announce();
        return Optional.of(next);
    }

    private Payment check(Payment payment) {
        // an answer proves what was so when we asked, however long it takes until it is written
        Instant asked = writes.now();
        GatewayOutcome<List<GatewayTransaction>> outcome = payments.ask(() -> transactions(payment));
        return writes.update(payment, draft -> {
                    boolean isAnswered = outcome instanceof GatewayOutcome.Accepted;
                    if (outcome instanceof GatewayOutcome.Accepted<List<GatewayTransaction>> answer) {
                        settle(draft, answer.value(), asked);
                    }
                    if (draft.status() == draft.before().status()) {
                        Watching.again(draft, timings, isAnswered);
                    } else {
                        Watching.after(draft, timings);
                    }
                    return draft.status();
                })
                .payment();
    }

    /** The cart's transactions; a known reference is asked for by name when the cart does not show it. */
    private GatewayOutcome<List<GatewayTransaction>> transactions(Payment payment) {
        GatewayOutcome<List<GatewayTransaction>> cart =
                gateway.findByCart(payment.order().cartId());
        TransactionRef ref = payment.gateway().ref();
        if (ref == null
                || !(cart instanceof GatewayOutcome.Accepted<List<GatewayTransaction>> answered)
                || answered.value().stream().anyMatch(it -> it.ref().equals(ref))) {
            return cart;
        }
        return gateway.findByReference(ref)
                .fold(
                        accepted -> new GatewayOutcome.Accepted<>(java.util.stream.Stream.concat(
                                        answered.value().stream(), java.util.stream.Stream.of(accepted.value()))
                                .toList()),
                        rejected -> cart,
                        notSent -> new GatewayOutcome.NotSent<>(notSent.cause(), notSent.retryAfter()),
                        indeterminate -> new GatewayOutcome.Indeterminate<>(indeterminate.detail()));
    }

    private void settle(Draft draft, List<GatewayTransaction> transactions, Instant asked) {
        boolean conclusive = isConclusive(draft, asked);
        Cart.apply(draft, transactions, conclusive);
        FollowUps.conclude(draft, timings, asked);
        PaymentStatus status = draft.status();
        // any sign of money, or anything that we do not understand, keeps us from concluding that there is none
        if (status != draft.before().status() || !transactions.stream().allMatch(Cart::isWithoutMoney)) {
            return;
        }
        if (status == PaymentStatus.UNKNOWN && conclusive) {
            draft.move(Signal.ABSENT, "the gateway took nothing", null);
            draft.concludeAttempt();
        } else if (status == PaymentStatus.INITIATED
                && !asked.isBefore(draft.since().plus(timings.pageLife()))) {
            draft.move(
                    Signal.TIMED_OUT,
                    "the payer never paid",
                    draft.gateway().ref(),
                    new PaymentEvent.PaymentTimedOut(
                            draft.before().id(), draft.now(), draft.gateway().ref()));
        }
    }

    /**
     * Whether the gateway's ignorance has become proof: the latest moment at which the call can have left is long past. A page
     * that the call may have made was never handed out, so nobody can pay on it.
     */
    private boolean isConclusive(Draft draft, Instant asked) {
        Attempt attempt = draft.gateway().attempt();
        Instant sentBy = attempt == null ? draft.since() : attempt.leaseUntil();
        return !asked.isBefore(sentBy.plus(timings.absenceAfter()));
    }
}
