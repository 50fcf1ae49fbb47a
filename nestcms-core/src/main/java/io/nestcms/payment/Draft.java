package io.nestcms.payment;

import io.nestcms.money.Money;
import io.nestcms.payment.PaymentLifecycle.Signal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The next version of a payment in the making, together with the events that will be written with it. */
final class Draft {
    private final Payment before;
    private final Instant now;
    private final List<PaymentEvent> events = new ArrayList<>();
    private final List<HistoryEntry> history;
    private final List<MoneyMove> moves;
    private final List<FollowUp> followUps;
    private final List<TransactionRef> disputed;
    private PaymentStatus status;
    private GatewayLink gateway;
    private Watch watch;

    Draft(Payment before, Instant now) {
        this.before = before;
        // a clock that steps back must not turn our history around
        this.now =
                now.isBefore(before.revision().updatedAt()) ? before.revision().updatedAt() : now;
        this.history = new ArrayList<>(before.history());
        this.moves = new ArrayList<>(before.moves());
        this.followUps = new ArrayList<>(before.followUps());
        this.disputed = new ArrayList<>(before.disputed());
        this.status = before.status();
        this.gateway = before.gateway();
        this.watch = before.watch();
    }

    Payment before() {
        return before;
    }

    Instant now() {
        return now;
    }

    PaymentStatus status() {
        return status;
    }

    GatewayLink gateway() {
        return gateway;
    }

    List<MoneyMove> moves() {
        return moves;
    }

    /** Moves the status if the lifecycle allows; the given events go out before the one that tells of the change. */
    boolean move(Signal signal, String why, @Nullable TransactionRef ref, PaymentEvent... first) {
        Optional<PaymentStatus> next = PaymentLifecycle.next(status, signal);
        if (next.isEmpty()) {
            return false;
        }
        events.addAll(List.of(first));
        events.add(new PaymentEvent.PaymentStatusChanged(before.id(), now, status, next.get()));
        history.add(new HistoryEntry(now, next.get(), why, ref));
        status = next.get();
        watch = Watch.OFF;
        return true;
    }

    void record(PaymentEvent event) {
        events.add(event);
    }

    void attempt(Duration lease) {
        int number = gateway.attempts() + 1;
        Instant until = now.plus(lease);
        gateway = new GatewayLink(gateway.ref(), gateway.page(), new Attempt(number, now, until), number);
        watch = new Watch(until, 0);
    }

    void concludeAttempt() {
        gateway = new GatewayLink(gateway.ref(), gateway.page(), null, gateway.attempts());
    }

    void link(TransactionRef ref, @Nullable URI page) {
        gateway = new GatewayLink(ref, page, gateway.attempt(), gateway.attempts());
    }

    void watch(@Nullable Instant checkAt, int checks) {
        watch = new Watch(checkAt, checks);
    }

    void moved(TransactionRef ref, TransactionKind kind, Money amount) {
        moves.add(new MoneyMove(ref, kind, amount, now));
    }

    List<FollowUp> followUps() {
        return followUps;
    }

    /** Puts a follow-up on record, in place of the one with the same key. */
    void put(FollowUp followUp) {
        followUps.removeIf(other -> other.key().equals(followUp.key()));
        followUps.add(followUp);
    }

    void replace(FollowUp old, FollowUp next) {
        followUps.set(followUps.indexOf(old), next);
    }

    /** Notes that the transaction differs from the order; true the first time. */
    boolean dispute(TransactionRef ref) {
        return !disputed.contains(ref) && disputed.add(ref);
    }

    boolean isChanged() {
        return !events.isEmpty()
                || status != before.status()
                || !gateway.equals(before.gateway())
                || !watch.equals(before.watch())
                || moves.size() != before.moves().size()
                || !followUps.equals(before.followUps())
                || disputed.size() != before.disputed().size();
    }

    /** The next version. */
    Payment payment() {
        Revision revision = before.revision();
        return new Payment(
                before.id(),
                before.order(),
                before.claim(),
                status,
                gateway,
                moves,
                followUps,
                disputed,
                history,
                watch,
                new Revision(revision.version() + 1, revision.events() + events.size(), revision.createdAt(), now));
    }

    /** The events, numbered on from those before. */
    List<OutboxEntry> entries() {
        List<OutboxEntry> entries = new ArrayList<>();
        long sequence = before.revision().events();
        for (PaymentEvent event : events) {
            entries.add(OutboxEntry.of(event, ++sequence));
        }
        return entries;
    }

    /** When the payment entered its present status. */
    Instant since() {
        return Objects.requireNonNull(history.get(history.size() - 1)).at();
    }
}
