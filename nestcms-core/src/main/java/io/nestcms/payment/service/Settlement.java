package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Mismatch;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.GatewayTransaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts what the gateway says on a payment's ledger and tells what that changes: the only way by which an answer reaches a record.
 * The same news again, in any order, change nothing.
 */
final class Settlement {
    /** As many tries that came to nothing are kept of one payment; what moved money always is. */
    private static final int MOST_IDLE_ENTRIES = 200;

    private final Draft draft;
    private final Ledger before;
    private final PaymentId id;
    private @Nullable PaymentRefusal refusal;

    private Settlement(Draft draft, Ledger before) {
        this.draft = draft;
        this.before = before;
        this.id = draft.id();
    }

    /** Applies the transactions; gives the first thing in which one differs from the order, or empty. */
    static Optional<PaymentRefusal> apply(Draft draft, List<GatewayTransaction> told) {
        return new Settlement(draft, draft.ledger()).apply(told);
    }

    /** Tells how a payment ended whose last attempt was found to have come to nothing. */
    static void ended(Draft draft) {
        new Settlement(draft, draft.before().ledger()).ending();
    }

    /** Tells of an order that has become paid, if nothing told of it so far. */
    static void paid(Draft draft) {
        new Settlement(draft, draft.before().ledger()).paidAfterAll();
    }

    private Optional<PaymentRefusal> apply(List<GatewayTransaction> told) {
        List<Change> changes = new ArrayList<>();
        for (GatewayTransaction transaction : admitted(told)) {
            LedgerEntry old = draft.entries().get(transaction.ref());
            LedgerEntry now = transaction.entry(draft.now());
            LedgerEntry next = old == null ? now : old.with(now);
            if (!next.equals(old) && (old != null || isWorthKeeping(next))) {
                draft.put(next);
                // what a person said was done, and the gateway shows now, is no news
                changes.add(new Change(before.entry(next.ref()).orElse(old), next));
            }
        }
        changes.forEach(this::link);
        FollowUpMatching.match(draft);
        tell(changes);
        refuse(told);
        return Optional.ofNullable(refusal);
    }

    /** What an entry was, if it was there, and what it is. */
    private record Change(@Nullable LedgerEntry old, LedgerEntry now) {
        boolean became(TransactionState state) {
            return now.state() == state && (old == null || old.state() != state);
        }
    }

    private boolean isWorthKeeping(LedgerEntry entry) {
        boolean idle = entry.isFailed() || entry.state() == TransactionState.OPEN;
        return !idle || draft.entries().size() < MOST_IDLE_ENTRIES;
    }

    /** Those that are this payment's, the ones that others hang under first. */
    private List<GatewayTransaction> admitted(List<GatewayTransaction> told) {
        Set<CartId> carts = new HashSet<>(draft.before().carts());
        draft.attempts().forEach(it -> carts.add(it.cartId()));
        draft.followUps().forEach(it -> carts.add(it.cartId()));
        Set<TransactionRef> known = new HashSet<>(draft.before().refs());
        known.addAll(draft.entries().keySet());
        List<GatewayTransaction> left = new ArrayList<>(told);
        left.sort(Comparator.comparing((GatewayTransaction it) -> it.previousRef() != null)
                .thenComparing(it -> it.at() == null ? Instant.MAX : it.at()));
        List<GatewayTransaction> admitted = new ArrayList<>();
        boolean found = true;
        while (found) {
            List<GatewayTransaction> now =
                    left.stream().filter(it -> isOurs(it, carts, known)).toList();
            found = !now.isEmpty();
            now.forEach(it -> known.add(it.ref()));
            admitted.addAll(now);
            left.removeAll(now);
        }
        if (!left.isEmpty()) {
            // of another cart: nothing of it goes on our record
            refusal = PaymentRefusal.CART_MISMATCH;
        }
        return admitted;
    }

    private static boolean isOurs(GatewayTransaction told, Set<CartId> carts, Set<TransactionRef> known) {
        CartId cart = told.cartId();
        TransactionRef previous = told.previousRef();
        return (cart != null && carts.contains(cart))
                || (previous != null && known.contains(previous))
                || (cart == null && known.contains(told.ref()));
    }

    /** An attempt whose transaction tells how it ended is answered. */
    private void link(Change change) {
        LedgerEntry entry = change.now();
        Optional<Attempt> found = draft.attempt(entry.cartId());
        if (found.isEmpty()
                || draft.ledger().role(entry.ref()).isFollowUp()
                || entry.state() == TransactionState.OPEN) {
            return;
        }
        Attempt attempt = found.get();
        boolean its = entry.ref().equals(attempt.ref())
                || (attempt.ref() != null && attempt.ref().equals(entry.parent()))
                || attempt.sends() <= 1;
        boolean endsIt = entry.isFailed() || entry.state() == TransactionState.UNANSWERED;
        boolean decides = endsIt ? its && !isRunning(attempt) : entry.state() != TransactionState.UNRECOGNISED;
        if (decides && attempt.state() != AttemptState.ANSWERED) {
            // a page that was handed out stays known by its own name, whatever else shows up in its cart
            boolean beside = attempt.ref() != null && !attempt.ref().equals(entry.parent());
            TransactionRef ref = beside ? attempt.ref() : entry.ref();
            draft.put(attempt.linked(AttemptState.ANSWERED, Objects.requireNonNull(ref), attempt.page()));
        }
    }

    /** The payer may still be on this page, whatever became of another try. */
    private boolean isRunning(Attempt attempt) {
        LedgerEntry page = attempt.ref() == null ? null : draft.entries().get(attempt.ref());
        return page != null && page.state() == TransactionState.OPEN;
    }

    // ---- what is told of it

    private void tell(List<Change> changes) {
        changes.forEach(this::tell);
        paidAfterAll();
        ending();
        for (Mismatch mismatch : draft.ledger().mismatches()) {
            boolean known = before.mismatches().stream()
                    .anyMatch(it -> it.entry().ref().equals(mismatch.entry().ref()));
            if (!known) {
                differs(mismatch.entry().ref(), mismatch.difference());
            }
        }
    }

    /**
     * An order that is paid in a way that no single transaction tells of: by its capture beside another charge, or by what was left
     * when another was undone. Who delivers on {@link PaymentEvent.PaymentSucceeded} hears of it all the same, and once.
     */
    private void paidAfterAll() {
        if (draft.order().mode() != ChargeMode.SALE
                || draft.isToldAsPaid()
                || !draft.ledger().taken().isPositive()) {
            return;
        }
        Ledger after = draft.ledger();
        draft.entries().keySet().stream()
                .filter(it -> after.role(it) != Ledger.Role.HOLD && after.pays(it))
                .findFirst()
                .ifPresent(ref -> succeeded(ref, after.taken(), "paid"));
    }

    /** What was told and differs is refused each time it is told; on record it goes once. */
    private void refuse(List<GatewayTransaction> told) {
        for (Mismatch mismatch : draft.ledger().mismatches()) {
            boolean isTold = told.stream()
                    .anyMatch(it -> it.ref().equals(mismatch.entry().ref()));
            if (isTold && refusal == null) {
                refusal = switch (mismatch.difference()) {
                    case AMOUNT -> PaymentRefusal.AMOUNT_MISMATCH;
                    case CURRENCY -> PaymentRefusal.CURRENCY_MISMATCH;
                    case PARENT, UNREADABLE -> null;
                };
            }
        }
    }

    private void differs(TransactionRef ref, Mismatch.Difference difference) {
        draft.record(new PaymentEvent.PaymentMismatch(
                id, draft.now(), ref, difference.name().toLowerCase(Locale.ROOT)));
        draft.because("differs from the order", ref);
    }

    private void tell(Change change) {
        Ledger after = draft.ledger();
        TransactionRef ref = change.now().ref();
        if (after.mismatches().stream().anyMatch(it -> it.entry().ref().equals(ref))) {
            return;
        }
        Ledger.Role role = after.role(ref);
        Money amount = change.now().moved();
        if (change.became(TransactionState.VOIDED) && (role.isRoot() || role == Ledger.Role.CAPTURE)) {
            released(ref, amount);
        } else if (change.became(TransactionState.APPROVED)) {
            switch (role) {
                case CHARGE, REQUEST -> charged(change.now(), amount, false);
                case HOLD -> charged(change.now(), amount, true);
                case CAPTURE -> captured(change.now(), amount);
                case REFUND -> refunded(change.now(), amount);
                case RELEASE -> released(ref, amount);
                case NOTHING, UNCLEAR -> {
                    // no money moved
                }
            }
        } else if (change.now().isPending()
                && !role.isFollowUp()
                && after.status() == PaymentStatus.PROCESSING
                && before.status() != PaymentStatus.PROCESSING) {
            draft.record(new PaymentEvent.PaymentProcessing(id, draft.now(), ref));
            draft.because(change.now().state() == TransactionState.ON_HOLD ? "on hold" : "pending", ref);
        }
    }

    private void charged(LedgerEntry entry, @Nullable Money given, boolean held) {
        TransactionRef ref = entry.ref();
        Money amount = Objects.requireNonNullElse(given, draft.order().amount());
        if (hadMoney(entry) || (!held && draft.isToldAsPaid())) {
            draft.record(new PaymentEvent.PaymentChargedAgain(id, draft.now(), ref, amount));
            draft.because("charged again", ref);
        } else if (held) {
            // one whose captures are known already holds nothing any more
            if (draft.ledger().pays(ref)) {
                draft.record(new PaymentEvent.PaymentAuthorized(id, draft.now(), ref, amount));
                draft.because("authorised", ref);
            }
        } else {
            succeeded(ref, amount, "approved");
        }
    }

    private void succeeded(TransactionRef ref, Money amount, String why) {
        draft.record(
                new PaymentEvent.PaymentSucceeded(id, draft.now(), draft.order().cartId(), ref, amount));
        draft.because(why, ref);
    }

    /** Whether another transaction has taken or held money for this payment, be it undone since. */
    private boolean hadMoney(LedgerEntry but) {
        return draft.entries().values().stream()
                        .filter(it -> !it.ref().equals(but.ref()) && !it.ref().equals(but.parent()))
                        .filter(it -> !draft.ledger().role(it.ref()).isFollowUp())
                        .filter(it -> it.isApproved() || it.state() == TransactionState.VOIDED)
                        .filter(it -> !isSetAside(it))
                        .filter(it -> draft.ledger().mismatches().stream()
                                .noneMatch(other -> other.entry().ref().equals(it.ref())))
                        .anyMatch(it -> isTold(it.ref()))
                || hadCaptured(but);
    }

    /** Of a hold that was told late, its capture may have paid before. */
    private boolean hadCaptured(LedgerEntry but) {
        return before.moves().stream()
                .filter(it -> it.kind() == TransactionKind.CAPTURE)
                .map(it -> before.entry(it.ref()).orElseThrow())
                .anyMatch(it -> !it.ref().equals(but.ref())
                        && !but.ref().equals(it.parent())
                        && !Objects.equals(it.parent(), but.parent()));
    }

    /** What a person decided does not pay the order was never told as its payment. */
    private boolean isSetAside(LedgerEntry entry) {
        return draft.ledger()
                .decision(entry.ref())
                .filter(it -> !(it instanceof Resolution.AcceptAsPaid))
                .isPresent();
    }

    /** One that had been undone before we heard of it never paid. */
    private boolean wasPaid() {
        return draft.before().history().stream()
                .map(HistoryEntry::status)
                .anyMatch(it -> it == PaymentStatus.SUCCEEDED
                        || it == PaymentStatus.AUTHORIZED
                        || it == PaymentStatus.CAPTURED
                        || it == PaymentStatus.PARTIALLY_REFUNDED
                        || it == PaymentStatus.REFUNDED);
    }

    /** Of two that are told at once the first one pays. */
    private boolean isTold(TransactionRef ref) {
        return before.entry(ref)
                        .filter(it -> it.isApproved() || (it.state() == TransactionState.VOIDED && wasPaid()))
                        .isPresent()
                || draft.hasToldOf(ref);
    }

    private void captured(LedgerEntry entry, @Nullable Money given) {
        TransactionRef ref = entry.ref();
        Ledger after = draft.ledger();
        Money amount = Objects.requireNonNullElse(given, draft.order().amount());
        if (draft.order().mode() == ChargeMode.SALE && !before.taken().isPositive() && !draft.isToldAsPaid()) {
            if (hadMoney(entry)) {
                draft.record(new PaymentEvent.PaymentChargedAgain(id, draft.now(), ref, amount));
                draft.because("charged again", ref);
            } else {
                succeeded(ref, after.taken(), "captured");
            }
            return;
        }
        draft.record(new PaymentEvent.PaymentCaptured(id, draft.now(), ref, amount));
        draft.because("captured", ref);
        if (after.taken().compareTo(draft.order().amount()) > 0 && !hadMoneyBesides(entry)) {
            differs(ref, Mismatch.Difference.AMOUNT);
        }
    }

    private boolean hadMoneyBesides(LedgerEntry capture) {
        return draft.entries().values().stream()
                .anyMatch(it -> it.isApproved()
                        && !draft.ledger().role(it.ref()).isFollowUp()
                        && !it.ref().equals(capture.parent()));
    }

    private void refunded(LedgerEntry entry, @Nullable Money given) {
        TransactionRef ref = entry.ref();
        Ledger after = draft.ledger();
        Money amount = Objects.requireNonNullElse(given, draft.order().amount());
        draft.record(new PaymentEvent.PaymentRefunded(id, draft.now(), ref, amount, after.refunded()));
        boolean all = after.refunded().compareTo(after.taken()) >= 0;
        draft.because(all ? "refunded" : "refunded in part", ref);
        boolean known =
                after.entry(Objects.requireNonNullElse(entry.parent(), ref)).isPresent();
        if (known
                && after.refunded().compareTo(after.taken()) > 0
                && after.taken().isPositive()) {
            differs(ref, Mismatch.Difference.AMOUNT);
        }
    }

    private void released(TransactionRef ref, @Nullable Money amount) {
        if (draft.status() == PaymentStatus.VOIDED || amount == null) {
            draft.record(new PaymentEvent.PaymentVoided(id, draft.now(), ref));
            draft.because("voided", ref);
        } else {
            draft.record(new PaymentEvent.PaymentReleased(id, draft.now(), ref, amount));
            draft.because("released in part", ref);
        }
    }

    /** The payment came to nothing: the transaction that ended it says why. */
    private void ending() {
        PaymentStatus status = draft.status();
        if (status == before.status()) {
            return;
        }
        Optional<LedgerEntry> end = draft.ledger().end();
        TransactionRef ref = end.map(LedgerEntry::ref).orElse(draft.attempt().ref());
        switch (status) {
            case FAILED -> {
                boolean error = end.map(LedgerEntry::state).orElse(TransactionState.DECLINED) == TransactionState.ERROR;
                draft.record(new PaymentEvent.PaymentFailed(
                        id,
                        draft.now(),
                        ref,
                        end.map(LedgerEntry::code).orElse(null),
                        end.map(LedgerEntry::message).orElse("declined")));
                draft.because(error ? "error at the gateway" : "declined", ref);
            }
            case EXPIRED -> {
                draft.record(new PaymentEvent.PaymentTimedOut(id, draft.now(), ref));
                draft.because("expired at the gateway", ref);
            }
            case CANCELLED -> {
                draft.record(new PaymentEvent.PaymentCancelled(id, draft.now(), Objects.requireNonNull(ref)));
                draft.because("cancelled by the payer", ref);
            }
            case UNKNOWN -> {
                draft.record(new PaymentEvent.PaymentOutcomeUnknown(id, draft.now()));
                draft.because("the gateway had no answer itself", ref);
            }
            default -> {
                // told with the transaction
            }
        }
    }
}
