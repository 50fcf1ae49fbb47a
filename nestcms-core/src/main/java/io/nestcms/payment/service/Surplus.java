package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Money that does not belong here and is to be given back by itself: what was charged again, where the shop wants that, and what
 * a person decided to give back.
 *
 * @param kind a refund of what was taken, a void of what is held
 * @param of the transaction
 * @param amount what is left of it
 * @param key under which it goes back: one for each transaction, so that it is given back once
 */
record Surplus(TransactionKind kind, TransactionRef of, Money amount, IdempotencyKey key) {
    private static final String SCOPE = "nestcms";

    /** What is left to give back and has not been asked for, or was provably not sent. */
    static List<Surplus> of(
            Ledger ledger, Collection<LedgerEntry> entries, List<FollowUp> followUps, boolean chargedAgain) {
        Set<TransactionRef> unwanted = new LinkedHashSet<>();
        if (chargedAgain) {
            entries.stream()
                    .filter(it -> ledger.role(it.ref()).isRoot() && pays(ledger, it, entries))
                    .sorted(Comparator.comparing(LedgerEntry::changedAt)
                            .thenComparing(it -> it.ref().value()))
                    .skip(1)
                    .forEach(it -> {
                        unwanted.add(it.ref());
                        captures(ledger, it, entries).forEach(capture -> unwanted.add(capture.ref()));
                    });
        }
        entries.stream()
                .map(LedgerEntry::ref)
                .filter(it -> ledger.decision(it)
                        .filter(Resolution.GiveBack.class::isInstance)
                        .isPresent())
                .forEach(unwanted::add);
        if (unwanted.isEmpty()) {
            return List.of();
        }
        List<Surplus> surplus = new ArrayList<>();
        for (TransactionKind kind : List.of(TransactionKind.REFUND, TransactionKind.VOID)) {
            Map<TransactionRef, Money> left = ledger.leftByTransaction(kind);
            for (TransactionRef of : unwanted) {
                IdempotencyKey key = new IdempotencyKey(SCOPE, "give-back-" + of.value());
                Money amount = left.get(of);
                boolean asked =
                        followUps.stream().anyMatch(it -> it.key().equals(key) && it.state() != FollowUpState.NOT_SENT);
                boolean captured =
                        kind == TransactionKind.VOID && entries.stream().anyMatch(it -> isCaptureOf(ledger, it, of));
                if (amount != null && !asked && !captured) {
                    surplus.add(new Surplus(kind, of, amount, key));
                }
            }
        }
        return surplus;
    }

    private static boolean pays(Ledger ledger, LedgerEntry root, Collection<LedgerEntry> entries) {
        return ledger.pays(root.ref())
                || captures(ledger, root, entries).anyMatch(capture -> ledger.pays(capture.ref()));
    }

    private static Stream<LedgerEntry> captures(Ledger ledger, LedgerEntry of, Collection<LedgerEntry> entries) {
        return entries.stream().filter(it -> isCaptureOf(ledger, it, of.ref()));
    }

    private static boolean isCaptureOf(Ledger ledger, LedgerEntry entry, TransactionRef of) {
        return of.equals(entry.parent()) && ledger.role(entry.ref()) == Ledger.Role.CAPTURE && entry.isApproved();
    }
}
