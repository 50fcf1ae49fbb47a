package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.gateway.Rejection;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A gateway with a ledger of its own that answers as it is told; records every call. */
final class ScriptedGateway implements PaymentGateway {
    final List<String> calls = new ArrayList<>();
    final List<GatewayTransaction> ledger = new ArrayList<>();
    final Deque<Function<GatewayCharge, GatewayOutcome<Initiation>>> next = new ArrayDeque<>();

    final Deque<Function<GatewayFollowUp, GatewayOutcome<GatewayTransaction>>> nextFollowUp = new ArrayDeque<>();

    @Nullable Duration unavailable;

    @Nullable Allowance allowance;

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
    public synchronized Allowance allowance(PaymentOrder order) {
        return allowance == null ? Allowance.exactly(order.amount()) : allowance;
    }

    @Override
    public synchronized GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
        calls.add("initiate " + charge.cartId());
        return next.isEmpty() ? page(charge) : next.poll().apply(charge);
    }

    /** Makes an unpaid page. */
    synchronized GatewayOutcome<Initiation> page(GatewayCharge charge) {
        TransactionRef ref = ref();
        ledger.add(transaction(ref, charge, TransactionState.OPEN));
        return new GatewayOutcome.Accepted<>(
                new Initiation.HostedPage(ref, URI.create("https://gateway.test/page/" + ref)));
    }

    /** Charges at once. */
    synchronized GatewayTransaction charge(GatewayCharge charge) {
        GatewayTransaction charged = transaction(ref(), charge, TransactionState.APPROVED);
        ledger.add(charged);
        return charged;
    }

    /** Charges at once, as for the payment's first attempt. */
    synchronized GatewayTransaction charge(Payment payment) {
        return charge(new GatewayCharge(payment.order(), payment.order().cartId()));
    }

    /** Turns the latest transaction of the cart. */
    synchronized GatewayTransaction turn(Payment payment, TransactionState state) {
        CartId cart = payment.attempt().cartId();
        for (int i = ledger.size() - 1; i >= 0; i--) {
            GatewayTransaction old = ledger.get(i);
            if (cart.equals(old.cartId())) {
                GatewayTransaction turned = transaction(old.ref(), new GatewayCharge(payment.order(), cart), state);
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
                null,
                kind,
                state,
                old.cartId(),
                amount,
                amount,
                "1",
                state.name(),
                clock.instant()));
    }

    synchronized TransactionRef ref() {
        return new TransactionRef("TST" + ++numbers);
    }

    GatewayTransaction transaction(TransactionRef ref, GatewayCharge charge, TransactionState state) {
        PaymentOrder order = charge.order();
        boolean decided = state != TransactionState.OPEN;
        TransactionKind kind =
                order.mode() == ChargeMode.AUTHORIZE ? TransactionKind.AUTHORIZATION : TransactionKind.SALE;
        return new GatewayTransaction(
                ref,
                null,
                null,
                kind,
                state,
                charge.cartId(),
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
                null,
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
    public synchronized GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
        calls.add(followUp.kind() + " " + followUp.amount() + " of " + followUp.of());
        return nextFollowUp.isEmpty()
                ? answer(followUp, TransactionState.APPROVED)
                : nextFollowUp.poll().apply(followUp);
    }

    /** Books it. */
    synchronized GatewayOutcome<GatewayTransaction> answer(GatewayFollowUp followUp, TransactionState state) {
        GatewayTransaction booked = new GatewayTransaction(
                ref(),
                followUp.of(),
                null,
                followUp.kind(),
                state,
                followUp.cartId(),
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
