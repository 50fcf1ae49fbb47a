package io.nestcms.payment;

import io.nestcms.money.Money;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A gateway with a ledger of its own that answers as it is told; records every call. */
final class ScriptedGateway implements PaymentGateway {
    final List<String> calls = new ArrayList<>();
    final List<GatewayTransaction> ledger = new ArrayList<>();
    final Deque<Function<Payment, GatewayOutcome<Initiation>>> next = new ArrayDeque<>();

    final Deque<BiFunction<Payment, FollowUp, GatewayOutcome<GatewayTransaction>>> nextFollowUp = new ArrayDeque<>();

    @Nullable Duration unavailable;

    @Nullable GatewayOutcome<?> queryFailure;

    /** Runs between the answer to a question about a cart and its arrival. */
    Runnable afterAnswer = () -> {};

    private final Clock clock;
    private int numbers;

    ScriptedGateway(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public synchronized Optional<Duration> unavailableFor() {
        return Optional.ofNullable(unavailable);
    }

    @Override
    public synchronized GatewayOutcome<Initiation> initiate(Payment payment) {
        calls.add("initiate " + payment.order().cartId());
        return next.isEmpty() ? page(payment) : next.poll().apply(payment);
    }

    /** Makes an unpaid page. */
    synchronized GatewayOutcome<Initiation> page(Payment payment) {
        TransactionRef ref = ref();
        ledger.add(transaction(ref, payment.order(), TransactionState.OPEN));
        return new GatewayOutcome.Accepted<>(
                new Initiation.HostedPage(ref, URI.create("https://gateway.test/page/" + ref)));
    }

    /** Charges at once. */
    synchronized GatewayTransaction charge(Payment payment) {
        GatewayTransaction charged = transaction(ref(), payment.order(), TransactionState.APPROVED);
        ledger.add(charged);
        return charged;
    }

    /** Turns the latest transaction of the cart. */
    synchronized GatewayTransaction turn(Payment payment, TransactionState state) {
        for (int i = ledger.size() - 1; i >= 0; i--) {
            GatewayTransaction old = ledger.get(i);
            if (payment.order().cartId().equals(old.cartId())) {
                GatewayTransaction turned = transaction(old.ref(), payment.order(), state);
                ledger.set(i, turned);
                return turned;
            }
        }
        throw new AssertionError("no transaction of " + payment.order().cartId());
    }

    /** Turns the latest follow-up of the cart. */
    synchronized void turn(Payment payment, TransactionState state, TransactionKind kind, Money amount) {
        GatewayTransaction old = ledger.remove(ledger.size() - 1);
        ledger.add(new GatewayTransaction(
                old.ref(),
                old.previousRef(),
                kind,
                state,
                payment.order().cartId(),
                amount,
                amount,
                "1",
                state.name(),
                clock.instant()));
    }

    synchronized TransactionRef ref() {
        return new TransactionRef("TST" + ++numbers);
    }

    GatewayTransaction transaction(TransactionRef ref, PaymentOrder order, TransactionState state) {
        boolean decided = state != TransactionState.OPEN;
        TransactionKind kind =
                order.mode() == ChargeMode.AUTHORIZE ? TransactionKind.AUTHORIZATION : TransactionKind.SALE;
        return new GatewayTransaction(
                ref,
                null,
                kind,
                state,
                order.cartId(),
                order.amount(),
                decided ? order.amount() : null,
                decided ? "G1" : null,
                decided ? state.name() : null,
                decided ? clock.instant() : null);
    }

    synchronized void followUp(TransactionRef previous, PaymentOrder order, TransactionKind kind, Money amount) {
        ledger.add(new GatewayTransaction(
                ref(),
                previous,
                kind,
                TransactionState.APPROVED,
                order.cartId(),
                amount,
                amount,
                "G1",
                "ok",
                clock.instant()));
    }

    @Override
    public synchronized GatewayOutcome<GatewayTransaction> followUp(Payment payment, FollowUp followUp) {
        calls.add(followUp.kind() + " " + followUp.amount() + " of " + followUp.of());
        return nextFollowUp.isEmpty()
                ? answer(payment, followUp, TransactionState.APPROVED)
                : nextFollowUp.poll().apply(payment, followUp);
    }

    /** Books it. */
    synchronized GatewayOutcome<GatewayTransaction> answer(Payment payment, FollowUp followUp, TransactionState state) {
        GatewayTransaction booked = new GatewayTransaction(
                ref(),
                followUp.of(),
                followUp.kind(),
                state,
                payment.order().cartId(),
                followUp.amount(),
                followUp.amount(),
                "1",
                state.name(),
                clock.instant());
        ledger.add(booked);
        return new GatewayOutcome.Accepted<>(booked);
    }

    @Override
    @SuppressWarnings("unchecked")
    public synchronized GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
        calls.add("cart " + cartId);
        if (queryFailure != null) {
            return (GatewayOutcome<List<GatewayTransaction>>) queryFailure;
        }
        List<GatewayTransaction> known =
                ledger.stream().filter(it -> cartId.equals(it.cartId())).toList();
        afterAnswer.run();
        return new GatewayOutcome.Accepted<>(known);
    }

    @Override
    @SuppressWarnings("unchecked")
    public synchronized GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
        calls.add("ref " + ref);
        if (queryFailure != null) {
            return (GatewayOutcome<GatewayTransaction>) queryFailure;
        }
        return ledger.stream()
                .filter(it -> it.ref().equals(ref))
                .findFirst()
                .<GatewayOutcome<GatewayTransaction>>map(GatewayOutcome.Accepted::new)
                .orElseGet(() -> new GatewayOutcome.Rejected<>(new Rejection("2", "unknown", null)));
    }
}
