package io.nestcms.payment.service;

import io.nestcms.payment.Attempt;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Decision;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.Watch;
import io.nestcms.payment.store.OutboxEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The next version of a payment in the making, together with the events that will be written with it. What the changed parts
 * come to is the {@link Ledger}'s to say; a changed status gets its line in the history and its event by itself.
 */
final class Draft {
    private final Payment before;
    private final Instant now;
    private final Instant clock;
    private final List<PaymentEvent> events = new ArrayList<>();
    private final List<Attempt> attempts;
    private final List<FollowUp> followUps;
    private final Map<TransactionRef, LedgerEntry> entries = new LinkedHashMap<>();
    private final List<Decision> decisions;
    private final List<HistoryEntry> history;
    private Watch watch;
    private @Nullable Instant paidAt;
    private @Nullable Ledger ledger;
    private String why = "changed";
    private @Nullable TransactionRef because;

    Draft(Payment before, Instant clock) {
        this.before = before;
        this.clock = clock;
        // a clock that steps back must not turn our history around
        Instant updated = before.revision().updatedAt();
        this.now = clock.isBefore(updated) ? updated : clock;
        this.attempts = new ArrayList<>(before.attempts());
        this.followUps = new ArrayList<>(before.followUps());
        before.entries().forEach(entry -> entries.put(entry.ref(), entry));
        this.decisions = new ArrayList<>(before.decisions());
        this.history = new ArrayList<>(before.history());
        this.watch = before.watch();
        this.paidAt = before.paidAt();
        this.ledger = before.ledger();
    }

    Payment before() {
        return before;
    }

    PaymentId id() {
        return before.id();
    }

    PaymentOrder order() {
        return before.order();
    }

    /** For what goes on record: never before what is on record already. */
    Instant now() {
        return now;
    }

    /** For what is planned: the clock as it is, so that one that was once ahead delays nothing. */
    Instant clock() {
        return clock;
    }

    /** What the parts come to as they are now. */
    Ledger ledger() {
        Ledger sums = ledger;
        if (sums == null) {
            sums = Ledger.of(order(), attempts, followUps, List.copyOf(entries.values()), decisions);
            ledger = sums;
        }
        return sums;
    }

    PaymentStatus status() {
        return ledger().status();
    }

    /** Why the status will have changed, if it does: the last reason given stands. */
    void because(String reason, @Nullable TransactionRef ref) {
        why = reason;
        because = ref;
    }

    void record(PaymentEvent event) {
        if (event instanceof PaymentEvent.PaymentSucceeded && paidAt == null) {
            paidAt = now;
        }
        events.add(event);
    }

    /** Whether the order was ever told as paid, in this write or before. */
    boolean isToldAsPaid() {
        return paidAt != null;
    }

    /** Whether an event of this write tells that the transaction took or holds money. */
    boolean hasToldOf(TransactionRef ref) {
        return events.stream()
                .anyMatch(it -> (it instanceof PaymentEvent.PaymentSucceeded succeeded
                                && succeeded.tranRef().equals(ref))
                        || (it instanceof PaymentEvent.PaymentAuthorized authorized
                                && authorized.tranRef().equals(ref)));
    }

    // ---- attempts

    List<Attempt> attempts() {
        return attempts;
    }

    Attempt attempt() {
        return attempts.get(attempts.size() - 1);
    }

    Optional<Attempt> attempt(@Nullable CartId cartId) {
        return attempts.stream().filter(it -> it.cartId().equals(cartId)).findFirst();
    }

    void put(Attempt attempt) {
        if (attempt.number() > attempts.size()) {
            attempts.add(attempt);
        } else {
            attempts.set(attempt.number() - 1, attempt);
        }
        ledger = null;
    }

    // ---- follow-ups

    List<FollowUp> followUps() {
        return followUps;
    }

    List<FollowUp> followUps(IdempotencyKey key) {
        return followUps.stream().filter(it -> it.key().equals(key)).toList();
    }

    Optional<FollowUp> followUp(CartId cartId) {
        return followUps.stream().filter(it -> it.cartId().equals(cartId)).findFirst();
    }

    /** Puts a follow-up on record, in place of the one with the same cart. */
    void put(FollowUp followUp) {
        for (int i = 0; i < followUps.size(); i++) {
            if (followUps.get(i).cartId().equals(followUp.cartId())) {
                followUps.set(i, followUp);
                ledger = null;
                return;
            }
        }
        followUps.add(followUp);
        ledger = null;
    }

    /** Follow-ups whose outcome is open. */
    List<FollowUp> openFollowUps() {
        return followUps.stream().filter(it -> it.state().isOpen()).toList();
    }

    // ---- what the gateway showed, what people decided

    Map<TransactionRef, LedgerEntry> entries() {
        return entries;
    }

    void put(LedgerEntry entry) {
        entries.put(entry.ref(), entry);
        ledger = null;
    }

    void decide(Decision decision) {
        decisions.add(decision);
        ledger = null;
    }

    void watch(Watch plan) {
        watch = plan;
    }

    Watch watch() {
        return watch;
    }

    /** When the payment entered its present status. */
    Instant since() {
        return last().status() == status() ? last().at() : now;
    }

    private HistoryEntry last() {
        return Objects.requireNonNull(history.get(history.size() - 1));
    }

    /** Tells of a changed status; the last thing that is done to a draft. */
    void finish() {
        PaymentStatus from = last().status();
        if (status() != from) {
            events.add(new PaymentEvent.PaymentStatusChanged(before.id(), now, from, status()));
            history.add(new HistoryEntry(now, status(), why, because));
        }
    }

    boolean isChanged() {
        return !events.isEmpty()
                || !attempts.equals(before.attempts())
                || !followUps.equals(before.followUps())
                || !List.copyOf(entries.values()).equals(before.entries())
                || decisions.size() != before.decisions().size()
                || !watch.equals(before.watch());
    }

    /** The next version. */
    Payment payment() {
        Revision revision = before.revision();
        return before.toBuilder()
                .attempts(attempts)
                .followUps(followUps)
                .entries(List.copyOf(entries.values()))
                .decisions(decisions)
                .history(history)
                .watch(watch)
                .paidAt(paidAt)
                .revision(new Revision(
                        revision.version() + 1, revision.events() + events.size(), revision.createdAt(), now))
                .build();
    }

    /** The events, numbered on from those before. */
    List<OutboxEntry> outbox() {
        List<OutboxEntry> outbox = new ArrayList<>();
        long sequence = before.revision().events();
        for (PaymentEvent event : events) {
            outbox.add(OutboxEntry.of(event, ++sequence));
        }
        return outbox;
    }
}
