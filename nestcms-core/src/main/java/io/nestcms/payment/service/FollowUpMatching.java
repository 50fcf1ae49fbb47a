package io.nestcms.payment.service;

import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the gateway's transactions a capture, a void or a refund became. It concludes by proof only: seen under its own cart,
 * or provably not there. Amounts that happen to agree prove nothing, and neither does any clock of the gateway's.
 */
final class FollowUpMatching {
    private FollowUpMatching() {}

    /** Notes the result of every open follow-up that the ledger shows. */
    static void match(Draft draft) {
        for (FollowUp open : List.copyOf(draft.openFollowUps())) {
            find(draft, open).ifPresent(entry -> note(draft, open, entry));
        }
    }

    private static Optional<LedgerEntry> find(Draft draft, FollowUp open) {
        List<LedgerEntry> its = draft.entries().values().stream()
                .filter(it -> it.ref().equals(open.ref()) || open.cartId().equals(it.cartId()))
                .toList();
        Optional<LedgerEntry> done =
                its.stream().filter(LedgerEntry::isApproved).findFirst();
        if (done.isPresent()) {
            return done;
        }
        // sent again after proof, it may have been refused once and be pending now
        Optional<LedgerEntry> pending =
                its.stream().filter(it -> !it.isFailed()).findFirst();
        if (pending.isPresent()) {
            return pending;
        }
        return its.isEmpty() ? releaseOfTheWhole(draft, open) : its.stream().reduce((one, later) -> later);
    }

    /**
     * A hold can be undone once only: when nothing is left of it, the void has come about, whoever made it. What was known before
     * ours was asked for is not it.
     */
    private static Optional<LedgerEntry> releaseOfTheWhole(Draft draft, FollowUp open) {
        boolean whole = open.kind() == TransactionKind.VOID
                && !draft.ledger().pays(open.of())
                && draft.ledger()
                        .entry(open.of())
                        .filter(LedgerEntry::isApproved)
                        .isPresent();
        return whole
                ? draft.entries().values().stream()
                        .filter(it -> it.isApproved()
                                && open.of().equals(it.parent())
                                && draft.ledger().role(it.ref()) == Ledger.Role.RELEASE
                                && open.amount().equals(it.moved())
                                && !it.seenAt().isBefore(open.startedAt())
                                && !isOfAnother(draft, open, it))
                        .reduce((one, later) -> later)
                : Optional.empty();
    }

    private static void note(Draft draft, FollowUp open, LedgerEntry entry) {
        FollowUp next = result(open, entry);
        if (next.equals(open)) {
            return;
        }
        draft.put(next);
        if (next.state() == FollowUpState.REFUSED) {
            draft.record(refused(draft, next));
        }
    }

    static PaymentEvent refused(Draft draft, FollowUp refused) {
        String reason = refused.reason() == null ? "refused" : refused.reason();
        return new PaymentEvent.FollowUpRefused(
                draft.id(), draft.now(), refused.cartId(), refused.kind(), refused.amount(), reason);
    }

    private static FollowUp result(FollowUp open, LedgerEntry entry) {
        return switch (entry.state()) {
            case APPROVED -> open.named(FollowUpState.DONE, entry.ref());
            case PENDING, ON_HOLD -> open.named(FollowUpState.PENDING, entry.ref());
            case DECLINED, ERROR, EXPIRED, CANCELLED, VOIDED ->
                open.refused(entry.ref(), entry.message() == null ? "declined" : entry.message());
            case UNANSWERED ->
                open.state() == FollowUpState.PENDING ? open : open.named(FollowUpState.UNKNOWN, entry.ref());
            case OPEN, UNRECOGNISED -> open;
        };
    }

    private static boolean isOfAnother(Draft draft, FollowUp open, LedgerEntry entry) {
        return draft.followUps().stream()
                .filter(it -> !it.cartId().equals(open.cartId()))
                .anyMatch(it -> entry.ref().equals(it.ref()) || it.cartId().equals(entry.cartId()));
    }

    /** A call whose lease ran out may have been made. */
    static void expire(Draft draft) {
        for (FollowUp open : List.copyOf(draft.openFollowUps())) {
            if (open.state() == FollowUpState.SENDING && !draft.clock().isBefore(open.leaseUntil())) {
                draft.put(open.in(FollowUpState.UNKNOWN));
            }
        }
    }

    /**
     * The gateway does not show it under its own cart, well after its call ended. That is proof where the gateway has been seen to
     * show one that was done, and where nothing unexplained could be it; elsewhere a person decides.
     *
     * @param asked when the gateway was asked, by our clock
     * @param absent the follow-ups whose own cart was answered for and is empty
     * @param shows the kinds that this gateway has been seen to show under their own cart
     */
    static void conclude(
            Draft draft, PaymentTimings timings, Instant asked, List<FollowUp> absent, Set<TransactionKind> shows) {
        for (FollowUp open : List.copyOf(draft.openFollowUps())) {
            boolean over = open.state() == FollowUpState.UNKNOWN
                    && !asked.isBefore(open.underWayUntil().plus(timings.absenceAfter()));
            if (!over) {
                continue;
            }
            boolean isAbsent = absent.stream().anyMatch(it -> it.cartId().equals(open.cartId()) && it.isSameCall(open));
            if (isAbsent && shows.contains(open.kind()) && open.ref() == null && !mayBeUnexplained(draft, open)) {
                draft.put(open.in(FollowUpState.NOT_SENT));
            } else if (!open.undecided()) {
                draft.put(open.leftToAPerson());
                draft.record(new PaymentEvent.FollowUpUndecided(
                        draft.id(), draft.now(), open.cartId(), open.kind(), open.amount()));
            }
        }
    }

    /** Money that moved since, that is nobody else's, and that could be it. */
    private static boolean mayBeUnexplained(Draft draft, FollowUp open) {
        return draft.entries().values().stream()
                .filter(it -> it.isApproved() || it.isPending() || it.state() == TransactionState.UNRECOGNISED)
                .filter(it -> !it.seenAt().isBefore(open.startedAt()) || it.state() == TransactionState.UNRECOGNISED)
                .filter(it -> couldBe(draft.ledger().role(it.ref()), open.kind()))
                .filter(it -> it.moved() == null || open.amount().equals(it.moved()))
                .anyMatch(it -> !isOfAnother(draft, open, it));
    }

    private static boolean couldBe(Ledger.Role role, TransactionKind kind) {
        return switch (role) {
            case CAPTURE -> kind == TransactionKind.CAPTURE;
            case REFUND -> kind == TransactionKind.REFUND;
            case RELEASE -> kind == TransactionKind.VOID;
            case UNCLEAR -> true;
            case CHARGE, HOLD, REQUEST, NOTHING -> false;
        };
    }
}
