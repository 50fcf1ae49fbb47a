package io.nestcms.payment.service;

import io.nestcms.payment.Attempt;
import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Mismatch;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/** The person who decides what nobody can prove, with the gateway's true books at hand. Decides nothing that is still moving. */
final class Clerk {
    private final SimulatedGateway gateway;
    private final Random random;

    Clerk(SimulatedGateway gateway, Random random) {
        this.gateway = gateway;
        this.random = random;
    }

    void decide(Payments payments) {
        for (Payment payment : payments.undecided(100)) {
            decision(payment).ifPresent(it -> payments.resolve(payment.id(), it, "Amal"));
        }
    }

    private Optional<Resolution> decision(Payment payment) {
        for (Mismatch mismatch : payment.ledger().mismatches()) {
            Optional<Resolution> decision = about(mismatch.entry());
            if (decision.isPresent()) {
                return decision;
            }
        }
        for (FollowUp followUp : payment.followUps()) {
            if (followUp.undecided() && !isMoving(followUp.cartId())) {
                return Optional.of(done(followUp.cartId())
                        .<Resolution>map(ref -> new Resolution.WasDone(followUp.cartId(), ref))
                        .orElseGet(() -> new Resolution.WasNotDone(followUp.cartId())));
            }
        }
        Attempt attempt = payment.attempt();
        boolean lost = payment.status() == PaymentStatus.UNKNOWN
                && payment.watch().slow()
                && !isMoving(attempt.cartId())
                && gateway.books.values().stream().noneMatch(it -> it.cart.equals(attempt.cartId()) && it.isApproved());
        return lost ? Optional.of(new Resolution.TookNothing(attempt.cartId())) : Optional.empty();
    }

    private boolean isMoving(CartId cart) {
        return gateway.agenda.stream().anyMatch(it -> it.cart().equals(cart));
    }

    private Optional<TransactionRef> done(CartId cart) {
        return gateway.books.values().stream()
                .filter(it -> it.cart.equals(cart) && it.isApproved())
                .map(it -> it.ref)
                .findFirst();
    }

    private Optional<Resolution> about(LedgerEntry entry) {
        SimulatedGateway.Entry booked = Objects.requireNonNull(gateway.books.get(entry.ref()));
        if (booked.isGarbage || booked.kind == TransactionKind.VOID) {
            return Optional.of(new Resolution.Keep(entry.ref()));
        }
        if (SimulatedGateway.hasVanished(booked)) {
            return Optional.of(new Resolution.AcceptAsPaid(entry.ref()));
        }
        if (entry.moved() == null) {
            return Optional.empty(); // it will be readable by and by
        }
        boolean ours = entry.moved().currency().equals(booked.order.amount().currency());
        List<Resolution> choices = List.of(
                new Resolution.Keep(entry.ref()),
                new Resolution.GiveBack(entry.ref()),
                new Resolution.AcceptAsPaid(entry.ref()));
        return Optional.of(choices.get(random.nextInt(ours ? 3 : 2)));
    }
}
