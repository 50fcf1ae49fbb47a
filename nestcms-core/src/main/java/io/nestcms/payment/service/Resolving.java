package io.nestcms.payment.service;

import io.nestcms.payment.Attempt;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Decision;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.util.Optional;

/** What a person's decision does to a payment. */
final class Resolving {
    private Resolving() {}

    /** Applies the decision; false when there is nothing of the kind to decide. */
    static boolean apply(Draft draft, Decision decision) {
        boolean known = draft.before().decisions().stream()
                .anyMatch(it -> it.resolution().equals(decision.resolution()));
        if (!act(draft, decision.resolution())) {
            // what was sent again since, and is unknown again, is decided anew
            return known;
        }
        draft.decide(decision);
        draft.record(new PaymentEvent.PaymentResolved(draft.id(), draft.now(), decision.resolution(), decision.by()));
        draft.because("decided by a person", null);
        outcome(draft, decision.resolution());
        Settlement.paid(draft);
        return true;
    }

    private static boolean act(Draft draft, Resolution resolution) {
        if (resolution instanceof Resolution.AcceptAsPaid accept) {
            return differs(draft, accept.ref());
        }
        if (resolution instanceof Resolution.GiveBack giveBack) {
            return differs(draft, giveBack.ref());
        }
        if (resolution instanceof Resolution.Keep keep) {
            return differs(draft, keep.ref());
        }
        if (resolution instanceof Resolution.WasDone done) {
            return followUp(draft, done.followUp())
                    .filter(it -> mayBe(draft, it, done.ref()))
                    .map(it -> {
                        draft.put(it.named(FollowUpState.DONE, done.ref()));
                        return true;
                    })
                    .orElse(false);
        }
        if (resolution instanceof Resolution.WasNotDone notDone) {
            return followUp(draft, notDone.followUp())
                    .map(it -> {
                        draft.put(it.in(FollowUpState.NOT_SENT));
                        return true;
                    })
                    .orElse(false);
        }
        return tookNothing(draft, ((Resolution.TookNothing) resolution).attempt());
    }

    private static boolean differs(Draft draft, TransactionRef ref) {
        return draft.ledger().mismatches().stream()
                .anyMatch(it -> it.entry().ref().equals(ref));
    }

    /** Nobody decides about a call that may still be under way. */
    private static Optional<FollowUp> followUp(Draft draft, CartId cartId) {
        return draft.followUp(cartId).filter(it -> it.state() == FollowUpState.UNKNOWN && it.undecided());
    }

    /** A reference that is known as something else, or came to nothing, is not this one: its money would count nowhere. */
    private static boolean mayBe(Draft draft, FollowUp followUp, TransactionRef ref) {
        boolean free = draft.followUps().stream()
                        .noneMatch(it -> !it.cartId().equals(followUp.cartId()) && ref.equals(it.ref()))
                && draft.attempts().stream().noneMatch(it -> ref.equals(it.ref()));
        LedgerEntry shown = draft.entries().get(ref);
        if (shown == null || !free) {
            return free;
        }
        Ledger.Role role = draft.ledger().role(ref);
        boolean kind = switch (followUp.kind()) {
            case CAPTURE -> role == Ledger.Role.CAPTURE;
            case VOID -> role == Ledger.Role.RELEASE;
            default -> role == Ledger.Role.REFUND;
        };
        boolean whole = shown.moved() == null || shown.moved().equals(followUp.amount());
        return kind && whole && !shown.isFailed() && shown.state() != TransactionState.VOIDED;
    }

    private static boolean tookNothing(Draft draft, CartId cartId) {
        Optional<Attempt> attempt = draft.attempt(cartId)
                .filter(it -> it.number() == draft.attempt().number())
                .filter(it -> draft.status() == PaymentStatus.UNKNOWN);
        attempt.ifPresent(it -> draft.put(it.refused("a person decided that it took nothing")));
        return attempt.isPresent();
    }

    /** A payment that the decision pays, or ends, is told of as any other. */
    private static void outcome(Draft draft, Resolution resolution) {
        if (resolution instanceof Resolution.WasDone done) {
            draft.followUp(done.followUp()).ifPresent(it -> done(draft, it, done.ref()));
            return;
        }
        PaymentStatus before = draft.before().status();
        if (draft.status() == before) {
            return;
        }
        if (draft.status() == PaymentStatus.FAILED) {
            draft.record(new PaymentEvent.PaymentFailed(
                    draft.id(), draft.now(), draft.attempt().ref(), null, "decided by a person"));
        } else if (resolution instanceof Resolution.AcceptAsPaid accept && hadMoney(draft, accept.ref())) {
            draft.record(new PaymentEvent.PaymentChargedAgain(
                    draft.id(), draft.now(), accept.ref(), draft.ledger().taken()));
        } else if (resolution instanceof Resolution.AcceptAsPaid accept
                && draft.ledger().taken().isPositive()
                && !draft.before().taken().isPositive()) {
            draft.record(new PaymentEvent.PaymentSucceeded(
                    draft.id(),
                    draft.now(),
                    draft.order().cartId(),
                    accept.ref(),
                    draft.ledger().taken()));
        } else if (resolution instanceof Resolution.AcceptAsPaid accept && draft.status() == PaymentStatus.AUTHORIZED) {
            draft.record(new PaymentEvent.PaymentAuthorized(
                    draft.id(), draft.now(), accept.ref(), draft.ledger().held()));
        }
    }

    /** Whether something else has paid the order before, be it undone since. */
    private static boolean hadMoney(Draft draft, TransactionRef but) {
        boolean wasPaid = draft.before().history().stream()
                .map(HistoryEntry::status)
                .anyMatch(it -> it == PaymentStatus.SUCCEEDED
                        || it == PaymentStatus.CAPTURED
                        || it == PaymentStatus.PARTIALLY_REFUNDED
                        || it == PaymentStatus.REFUNDED);
        return wasPaid
                || draft.entries().values().stream()
                        .filter(it -> it.isApproved() && !it.ref().equals(but))
                        .filter(it -> draft.ledger().role(it.ref()) == Ledger.Role.CHARGE)
                        .anyMatch(it -> draft.ledger().decision(it.ref()).isEmpty()
                                && draft.ledger().mismatches().stream()
                                        .noneMatch(other -> other.entry().ref().equals(it.ref())));
    }

    private static void done(Draft draft, FollowUp it, TransactionRef ref) {
        if (draft.before().ledger().entry(ref).filter(LedgerEntry::isApproved).isPresent()) {
            return;
        }
        draft.record(
                switch (it.kind()) {
                    case CAPTURE -> new PaymentEvent.PaymentCaptured(draft.id(), draft.now(), ref, it.amount());
                    case VOID -> new PaymentEvent.PaymentVoided(draft.id(), draft.now(), ref);
                    default ->
                        new PaymentEvent.PaymentRefunded(
                                draft.id(),
                                draft.now(),
                                ref,
                                it.amount(),
                                draft.ledger().refunded());
                });
    }
}
