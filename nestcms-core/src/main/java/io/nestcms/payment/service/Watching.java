package io.nestcms.payment.service;

import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When a payment is looked at next, from where it stands and from how often the gateway has answered for it since. */
final class Watching {
    /** How often something is asked about that is settled and of which the gateway may still say more. */
    private static final int LESSONS = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Watching.class);

    private final PaymentTimings timings;
    private final Predicate<TransactionKind> isShown;
    private final boolean givesBack;

    /**
     * Plans by these.
     *
     * @param isShown whether the gateway is known to show a kind of follow-up under its own cart
     * @param givesBack whether what was charged again is given back by itself
     */
    Watching(PaymentTimings timings, Predicate<TransactionKind> isShown, boolean givesBack) {
        this.timings = timings;
        this.isShown = kind -> isKnown(isShown, kind);
        this.givesBack = givesBack;
    }

    /** A plan must not cost the write that it is part of: what cannot be read now is asked about. */
    private static boolean isKnown(Predicate<TransactionKind> isShown, TransactionKind kind) {
        try {
            return isShown.test(kind);
        } catch (Throwable broken) {
            LOG.warn("What the gateway was seen to show cannot be read; it is asked again", broken);
            return false;
        }
    }

    /** Plans the first check after something changed. */
    void after(Draft draft) {
        plan(draft, 0);
    }

    /** Plans the check that follows one which was answered and changed nothing. */
    void again(Draft draft) {
        plan(draft, draft.before().watch().checks() + 1);
    }

    /** The same question again after a short while; it was not answered and does not count. */
    static Watch soon(Draft draft, Duration wait) {
        Watch planned = draft.before().watch();
        return new Watch(draft.clock().plus(wait), planned.checks(), planned.slow());
    }

    private void plan(Draft draft, int checks) {
        Instant fast = fast(draft, checks);
        Instant lateSince = lateSince(draft);
        boolean waits = lateSince != null || !draft.ledger().mismatches().isEmpty() || waitsForAPerson(draft);
        if (fast != null || !waits) {
            draft.watch(Watch.at(fast, checks));
            return;
        }
        if (!draft.before().watch().slow() && lateSince != null) {
            draft.record(new PaymentEvent.PaymentOverdue(draft.id(), draft.now(), draft.status(), lateSince));
        }
        draft.watch(new Watch(draft.clock().plus(PaymentTimings.SLOW_LANE), checks, true));
    }

    private static boolean waitsForAPerson(Draft draft) {
        return draft.followUps().stream().anyMatch(FollowUp::undecided);
    }

    /** Since when something is as it is that is older than its kind takes, and that nobody was told about; null when nothing is. */
    private @Nullable Instant lateSince(Draft draft) {
        if (isLate(draft)) {
            return draft.since();
        }
        return draft.openFollowUps().stream()
                .filter(it -> !it.undecided() && isLate(it, draft.clock()))
                .map(FollowUp::startedAt)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** Older than its kind takes. */
    private boolean isLate(Draft draft) {
        Duration age = switch (draft.status()) {
            case PROCESSING -> timings.pendingAge();
            case UNKNOWN -> timings.unknownAge();
            default -> null;
        };
        return age != null && !draft.clock().isBefore(draft.since().plus(age));
    }

    /** Counted from its announcement: when its call ended may not be known. */
    private boolean isLate(FollowUp open, Instant now) {
        Duration age = switch (open.state()) {
            case PENDING -> timings.pendingAge();
            // others are asked about until they are proved, or left to a person
            case UNKNOWN -> open.undecided() ? timings.unknownAge() : null;
            default -> null;
        };
        return age != null && !now.isBefore(open.startedAt().plus(age));
    }

    private @Nullable Instant fast(Draft draft, int checks) {
        return Stream.of(
                        Stream.ofNullable(isLate(draft) ? null : byStatus(draft, checks)),
                        draft.openFollowUps().stream()
                                .filter(it -> !isLate(it, draft.clock()))
                                .map(it -> byFollowUp(it, draft.clock(), checks)),
                        Stream.ofNullable(lesson(draft, checks)),
                        Stream.ofNullable(rest(draft, checks)),
                        Stream.ofNullable(surplus(draft, checks)))
                .flatMap(each -> each)
                .min(Instant::compareTo)
                .orElse(null);
    }

    private Instant byFollowUp(FollowUp open, Instant now, int checks) {
        return switch (open.state()) {
            case SENDING -> open.leaseUntil();
            case UNKNOWN -> unknown(now, open.underWayUntil(), checks);
            default -> now.plus(timings.backoff(timings.openQueryAfter(), checks));
        };
    }

    /** Ever more seldom, and once at the moment from which absence may be proof. */
    private Instant unknown(Instant now, Instant underWayUntil, int checks) {
        Instant planned = now.plus(timings.backoff(timings.unknownQueryAfter(), checks));
        Instant proof = underWayUntil.plus(timings.absenceAfter());
        return now.isBefore(proof) && planned.isAfter(proof) ? proof : planned;
    }

    /** What was done is looked for under its own cart, until the gateway has been seen to show it there. */
    private @Nullable Instant lesson(Draft draft, int checks) {
        boolean open = checks < LESSONS
                && draft.followUps().stream()
                        .anyMatch(it -> it.state() == FollowUpState.DONE && !isShown.test(it.kind()));
        return open ? draft.clock().plus(timings.backoff(timings.openQueryAfter(), checks)) : null;
    }

    /** Of something that was not told, or not as held: what it is of, and how much of that is left, the gateway alone knows. */
    private @Nullable Instant rest(Draft draft, int checks) {
        boolean open = checks < LESSONS
                && draft.entries().values().stream().anyMatch(it -> it.isApproved() && isBeforeItsParent(draft, it));
        return open ? draft.clock().plus(timings.backoff(timings.openQueryAfter(), checks)) : null;
    }

    private static boolean isBeforeItsParent(Draft draft, LedgerEntry entry) {
        TransactionRef ref = entry.parent();
        if (ref == null) {
            return false;
        }
        LedgerEntry parent = draft.entries().get(ref);
        boolean capture = draft.ledger().role(entry.ref()) == Ledger.Role.CAPTURE;
        return parent == null || (capture && (parent.isPending() || parent.isFailed()));
    }

    private @Nullable Instant surplus(Draft draft, int checks) {
        return Surplus.of(draft.ledger(), draft.entries().values(), draft.followUps(), givesBack)
                        .isEmpty()
                ? null
                : draft.clock().plus(timings.backoff(timings.unknownQueryAfter(), checks));
    }

    private @Nullable Instant byStatus(Draft draft, int checks) {
        Instant now = draft.clock();
        Attempt attempt = draft.attempt();
        return switch (draft.status()) {
            case CREATED -> {
                if (attempt.state() == AttemptState.SENDING) {
                    yield attempt.leaseUntil();
                }
                // an earlier attempt may turn out to be paid while the next has not been sent
                yield draft.attempts().size() > 1 ? late(draft, timings.lateChecks()) : null;
            }
            case UNKNOWN -> unknown(now, attempt.underWayUntil(), checks);
            case PROCESSING ->
                draft.ledger().mismatches().isEmpty() || hasPending(draft)
                        ? now.plus(timings.backoff(timings.openQueryAfter(), checks))
                        : null;
            case INITIATED -> open(draft, checks);
            case FAILED, EXPIRED, CANCELLED -> attempt.sends() == 0 ? null : late(draft, timings.lateChecks());
            case SUCCEEDED, AUTHORIZED, CAPTURED, VOIDED, PARTIALLY_REFUNDED, REFUNDED ->
                mayBeChargedAgain(draft) ? late(draft, timings.lateChecks()) : null;
        };
    }

    /** After several sends or attempts, or with a transaction whose end is not known, more may come to light, although it is paid. */
    private static boolean mayBeChargedAgain(Draft draft) {
        Attempt attempt = draft.attempt();
        List<LedgerEntry> roots = draft.entries().values().stream()
                .filter(it -> draft.ledger().role(it.ref()).isRoot())
                .toList();
        return draft.attempts().size() > 1
                || attempt.sends() > 1
                || attempt.state() != AttemptState.ANSWERED
                || attempt.ref() == null
                || draft.ledger().entry(attempt.ref()).isEmpty()
                || roots.size() > 1
                || roots.stream()
                        .anyMatch(
                                it -> it.state() == TransactionState.OPEN || it.state() == TransactionState.UNANSWERED)
                || draft.entries().values().stream().anyMatch(LedgerEntry::isPending);
    }

    private static boolean hasPending(Draft draft) {
        return draft.entries().values().stream()
                .anyMatch(it -> it.isPending() && !draft.ledger().role(it.ref()).isFollowUp());
    }

    static Duration pageLife(PaymentOrder order, PaymentTimings timings) {
        return Objects.requireNonNullElse(order.method().pageLife(), timings.pageLife());
    }

    /** Ever more seldom, and once when the page's life is over. */
    private Instant open(Draft draft, int checks) {
        Instant now = draft.clock();
        Instant planned = now.plus(timings.backoff(timings.openQueryAfter(), checks));
        Instant end = draft.since().plus(pageLife(draft.order(), timings));
        return planned.isAfter(end) && now.isBefore(end) ? end : planned;
    }

    /** The first of the moments that is still to come. Counted from the status, so that extra checks use none of them up. */
    private static @Nullable Instant late(Draft draft, List<Duration> waits) {
        return waits.stream()
                .map(wait -> draft.since().plus(wait))
                .filter(at -> at.isAfter(draft.clock()))
                .min(Instant::compareTo)
                .orElse(null);
    }
}
