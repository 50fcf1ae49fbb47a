package io.nestcms.payment.service;

import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.store.DueBacklog;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.report.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles payments whose end is open, by asking the gateway: answers that got lost, notifications that never came, pages
 * that nobody paid, failures that were none. Call {@link #runOnce(int)} every second or so, from as many threads and nodes as you
 * like: each takes payments that nobody else has, those that have waited longest first.
 *
 * <p>A check that the gateway does not answer neither counts nor stretches the wait: once it answers again all that is overdue is
 * asked about, at the rate that is set. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    /** When a check that was not answered is made again. */
    private static final Duration UNANSWERED = Duration.ofSeconds(5);
    /** After so many checks in a row without an answer the rest of a run is left for later. */
    private static final int MOST_UNANSWERED = 3;

    private final Payments payments;
    private final PaymentGateway gateway;
    private final GatewayCalls calls;
    private final PaymentWrites writes;
    private final Watching watching;
    private final PaymentTimings timings;
    private final ReconcilerSettings settings;
    private final Pace pace;
    private final Pace slowPace;
    private volatile ReconcilerSnapshot snapshot = new ReconcilerSnapshot(0, 0, 0, 0, null);

    Reconciler(
            Payments payments,
            PaymentGateway gateway,
            GatewayCalls calls,
            PaymentWrites writes,
            Watching watching,
            PaymentTimings timings,
            ReconcilerSettings settings) {
        this.payments = payments;
        this.gateway = gateway;
        this.calls = calls;
        this.writes = writes;
        this.watching = watching;
        this.timings = timings;
        this.settings = settings;
        this.pace = new Pace(settings.perSecond(), writes.now());
        this.slowPace = new Pace(settings.perSecond() / 10, writes.now());
    }

    /**
     * What one run did.
     *
     * @param checked how many payments it looked at and got an answer for
     * @param moved how many got another status
     * @param failed how many could not be looked at because something was broken; they stay due
     * @since 0.1
     */
    public record Run(int checked, int moved, int failed) {}

    /** Counts one run over all its threads. */
    private static final class Tally {
        private final AtomicInteger left;
        private final AtomicInteger checked = new AtomicInteger();
        private final AtomicInteger moved = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private final AtomicInteger unanswered = new AtomicInteger();

        Tally(int limit) {
            this.left = new AtomicInteger(limit);
        }

        boolean takesAnother() {
            return unanswered.get() < MOST_UNANSWERED && left.getAndDecrement() > 0;
        }
    }

    /**
     * Looks at the payments that are due, as many as the limit and the set rate allow. Repeatable; what is broken about a single
     * payment is logged, and that payment stays due.
     *
     * @param limit at most how many payments, at least 1
     * @return what it did
     */
    public Run runOnce(int limit) {
        Instant now = writes.now();
        Tally tally = new Tally(limit);
        // while no query would be let through, everything keeps its place
        if (gateway.queriesUnavailableFor().isEmpty()) {
            work(tally, true);
            together(tally);
        }
        Run run = new Run(tally.checked.get(), tally.moved.get(), tally.failed.get());
        count(run, now);
        return run;
    }

    private void together(Tally tally) {
        int others = settings.concurrency() - 1;
        CountDownLatch ended = new CountDownLatch(others);
        for (int i = 0; i < others; i++) {
            try {
                settings.executor().execute(() -> {
                    try {
                        work(tally, false);
                    } finally {
                        ended.countDown();
                    }
                });
            } catch (Throwable full) {
                // whoever cannot help leaves it to the others
                ended.countDown();
            }
        }
        work(tally, false);
        try {
            ended.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Tally tally, boolean slow) {
        Pace its = slow ? slowPace : pace;
        while (its.allows(writes.now()) && !Thread.currentThread().isInterrupted() && tally.takesAnother()) {
            List<DuePayment> due = writes.store().claimDue(slow, writes.now(), timings.attemptLease(), 1);
            if (due.isEmpty()) {
                return;
            }
            its.asked(look(due.get(0), tally));
        }
    }

    /** Looks at one; gives how many questions that took. */
    private int look(DuePayment due, Tally tally) {
        if (due instanceof DuePayment.Unreadable unreadable) {
            tally.failed.incrementAndGet();
            LOG.error(
                    "Record {} cannot be read and is left alone for a day: {}",
                    unreadable.record().id(),
                    unreadable.record().cause());
            return 0;
        }
        Payment payment = ((DuePayment.Found) due).payment();
        try {
            return check(payment, tally);
        } catch (Throwable broken) {
            tally.failed.incrementAndGet();
            Reports.failed(LOG, "It stays due and could not be reconciled: payment", payment.id(), broken);
            return 1;
        }
    }

    private int check(Payment payment, Tally tally) {
        // an answer proves what was so when we asked, however long it takes until it is written
        Instant asked = writes.now();
        Answers answers = new Answers();
        ask(payment, answers);
        if (answers.isMissing) {
            unanswered(payment, answers, tally);
            return answers.questions;
        }
        tally.unanswered.set(0);
        pace.answered();
        learn(payment, answers);
        PaymentWrites.Written<Boolean> written = writes.update(payment, draft -> {
            expire(draft);
            settle(draft, answers, asked);
            boolean moved = draft.status() != draft.before().status()
                    || !draft.followUps().equals(draft.before().followUps());
            if (moved) {
                watching.after(draft);
            } else {
                watching.again(draft);
            }
            return moved;
        });
        tally.checked.incrementAndGet();
        if (written.payment().status() != payment.status()) {
            tally.moved.incrementAndGet();
        }
        payments.giveBack(written.payment());
        return answers.questions;
    }

    /** Keeps its place among those that are due; what our own clock alone tells is put on record all the same. */
    private void unanswered(Payment payment, Answers answers, Tally tally) {
        tally.unanswered.addAndGet(answers.isTurnedAway ? MOST_UNANSWERED : 1);
        if (answers.isThrottled) {
            pace.slower();
            slowPace.slower();
        }
        Draft preview = new Draft(payment, writes.now());
        expire(preview);
        if (preview.isChanged()) {
            writes.update(payment, draft -> {
                expire(draft);
                draft.watch(Watching.soon(draft, UNANSWERED));
                return true;
            });
        } else {
            writes.store().putOff(payment.id(), writes.now().plus(UNANSWERED));
        }
    }

    private static void expire(Draft draft) {
        Attempt attempt = draft.attempt();
        if (attempt.state() == AttemptState.SENDING && !attempt.isRunning(draft.clock())) {
            draft.put(attempt.in(AttemptState.UNKNOWN));
            Payments.lost(draft);
            draft.because("the call's lease ran out", null);
        }
        FollowUpMatching.expire(draft);
    }

    // ---- asking

    /** What the gateway said to each question of one check. */
    private static final class Answers {
        private final Map<CartId, List<GatewayTransaction>> carts = new LinkedHashMap<>();
        private final List<GatewayTransaction> single = new ArrayList<>();
        private int questions;
        private boolean isMissing;
        private boolean isTurnedAway;
        private boolean isThrottled;

        List<GatewayTransaction> all() {
            Map<TransactionRef, GatewayTransaction> all = new LinkedHashMap<>();
            carts.values().forEach(list -> list.forEach(it -> all.put(it.ref(), it)));
            single.forEach(it -> all.put(it.ref(), it));
            return List.copyOf(all.values());
        }

        boolean has(TransactionRef ref) {
            return all().stream().anyMatch(it -> it.ref().equals(ref));
        }

        void missing(GatewayOutcome<?> outcome) {
            isMissing = true;
            if (outcome instanceof GatewayOutcome.NotSent<?> notSent) {
                isTurnedAway = true;
                isThrottled = notSent.cause() == GatewayOutcome.NotSent.Cause.THROTTLED;
            }
        }
    }

    /** The carts whose answer may change something, then what they do not show and we know by name. */
    private void ask(Payment payment, Answers answers) {
        for (CartId cart : carts(payment)) {
            GatewayOutcome<List<GatewayTransaction>> outcome = calls.findByCart(cart);
            answers.questions++;
            if (!(outcome instanceof GatewayOutcome.Accepted<List<GatewayTransaction>> accepted)) {
                answers.missing(outcome);
                return;
            }
            answers.carts.put(cart, accepted.value());
        }
        for (TransactionRef ref : refs(payment)) {
            if (answers.has(ref)) {
                continue;
            }
            GatewayOutcome<GatewayTransaction> outcome = calls.findByReference(ref);
            answers.questions++;
            if (outcome instanceof GatewayOutcome.Accepted<GatewayTransaction> accepted) {
                answers.single.add(accepted.value());
            } else if (!(outcome instanceof GatewayOutcome.Rejected)) {
                answers.missing(outcome);
                return;
            }
        }
    }

    private Set<CartId> carts(Payment payment) {
        Set<CartId> carts = new LinkedHashSet<>();
        List<Attempt> attempts = payment.attempts();
        for (int i = attempts.size() - 1; i >= 0; i--) {
            carts.add(attempts.get(i).cartId());
        }
        for (FollowUp followUp : payment.followUps()) {
            if (followUp.state().isOpen() || isLesson(followUp)) {
                carts.add(followUp.cartId());
            }
        }
        return carts;
    }

    private boolean isLesson(FollowUp followUp) {
        return followUp.state() == FollowUpState.DONE
                && followUp.ref() != null
                && !writes.store().evidence().isShown(gateway.profile(), followUp.kind());
    }

    private static Set<TransactionRef> refs(Payment payment) {
        Set<TransactionRef> refs = new LinkedHashSet<>();
        if (payment.ref() != null) {
            refs.add(payment.ref());
        }
        payment.followUps().stream()
                .filter(it -> it.state().isOpen() && it.ref() != null)
                .forEach(it -> refs.add(it.ref()));
        payment.entries().stream().filter(it -> it.isPending()).forEach(it -> refs.add(it.ref()));
        return refs;
    }

    /** A follow-up that we know was done, found under its own cart, shows that this gateway can be asked so. */
    private void learn(Payment payment, Answers answers) {
        for (FollowUp done : payment.followUps()) {
            boolean shown = done.state() == FollowUpState.DONE
                    && answers.carts.getOrDefault(done.cartId(), List.of()).stream()
                            .anyMatch(it -> it.ref().equals(done.ref()));
            if (shown && isLesson(done)) {
                writes.store().evidence().shown(gateway.profile(), done.kind());
            }
        }
    }

    // ---- concluding

    private void settle(Draft draft, Answers answers, Instant asked) {
        Settlement.apply(draft, answers.all());
        List<FollowUp> absent = draft.openFollowUps().stream()
                .filter(it -> answers.carts.containsKey(it.cartId())
                        && answers.carts.get(it.cartId()).isEmpty())
                .toList();
        FollowUpMatching.conclude(draft, timings, asked, absent, shows());
        conclude(draft, answers.carts.get(draft.attempt().cartId()), asked);
    }

    private Set<TransactionKind> shows() {
        Set<TransactionKind> shows = EnumSet.noneOf(TransactionKind.class);
        for (TransactionKind kind : List.of(TransactionKind.CAPTURE, TransactionKind.VOID, TransactionKind.REFUND)) {
            if (writes.store().evidence().isShown(gateway.profile(), kind)) {
                shows.add(kind);
            }
        }
        return shows;
    }

    /** Nothing was taken and nothing will be: proof for a call of unknown outcome, and the end of a page that nobody paid. */
    private void conclude(Draft draft, @Nullable List<GatewayTransaction> shown, Instant asked) {
        // any sign of money, or anything that we do not understand, keeps us from concluding that there is none
        if (shown == null || !shown.stream().allMatch(it -> isWithoutMoney(it) || isDecided(draft, it))) {
            return;
        }
        Attempt attempt = draft.attempt();
        if (draft.status() == PaymentStatus.UNKNOWN
                && attempt.state() == AttemptState.UNKNOWN
                && !asked.isBefore(attempt.underWayUntil().plus(timings.absenceAfter()))) {
            absent(draft, attempt, shown);
        } else if (draft.status() == PaymentStatus.INITIATED
                && !asked.isBefore(draft.since().plus(Watching.pageLife(draft.order(), timings)))) {
            draft.put(attempt.in(AttemptState.LAPSED));
            draft.record(new PaymentEvent.PaymentTimedOut(draft.id(), draft.now(), attempt.ref()));
            draft.because("the payer never paid", attempt.ref());
        }
    }

    /**
     * Whatever page the call may have made was never handed out, so nobody can pay on it. A try that ended is how the attempt
     * ended; without one it may be sent again, unless its way to pay is one for which that proves nothing.
     */
    private void absent(Draft draft, Attempt attempt, List<GatewayTransaction> shown) {
        PaymentMethod method = draft.order().method();
        Optional<GatewayTransaction> ended = shown.stream()
                .filter(it -> it.state() != TransactionState.OPEN)
                .max(Comparator.comparing(it -> it.at() == null ? Instant.MAX : it.at()));
        if (ended.isPresent() && draft.entries().containsKey(ended.get().ref())) {
            draft.put(attempt.linked(AttemptState.ANSWERED, ended.get().ref(), null));
            Settlement.ended(draft);
        } else if (method.isProvenByAbsence() && !(method.isDirect() && isOpen(shown))) {
            draft.put(attempt.in(AttemptState.READY));
            draft.because("the gateway took nothing", null);
        }
    }

    /** Where the call itself takes the money, one that is open may still be on its way to the bank. */
    private static boolean isOpen(List<GatewayTransaction> shown) {
        return shown.stream().anyMatch(it -> it.state() == TransactionState.OPEN);
    }

    /** What a person has decided about keeps nothing open any more. */
    private static boolean isDecided(Draft draft, GatewayTransaction transaction) {
        return draft.ledger().decision(transaction.ref()).isPresent();
    }

    private static boolean isWithoutMoney(GatewayTransaction transaction) {
        return transaction.kind().isPayment()
                && switch (transaction.state()) {
                    case OPEN, DECLINED, ERROR, EXPIRED, CANCELLED -> true;
                    case APPROVED, ON_HOLD, PENDING, VOIDED, UNANSWERED, UNRECOGNISED -> false;
                };
    }

    // ---- what it says of itself

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
        return writes.store().backlog(writes.now(), limit);
    }
}
