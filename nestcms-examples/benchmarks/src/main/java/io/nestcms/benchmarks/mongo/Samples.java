package io.nestcms.benchmarks.mongo;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractTerms;
import io.nestcms.cms.contract.Instalment;
import io.nestcms.cms.contract.Party;
import io.nestcms.cms.contract.Worker;
import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.Watch;
import io.nestcms.payment.store.OutboxEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Contracts of ten payments each, over two years that are past; every sixth payment was given back in part. */
final class Samples {
    static final int PER_CONTRACT = 10;
    private static final Currency KWD = Currency.getInstance("KWD");
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final Duration TWO_YEARS = Duration.ofDays(730);

    private Samples() {}

    static Contract contract(int number) {
        Money amount = Money.ofMinorUnits(2_500_000, KWD);
        ContractTerms terms = new ContractTerms(
                "A web site",
                new Party("client-" + number % 100, "Huda", "huda" + number % 100 + "@example.test", null, null),
                "organisation-" + number % 10,
                "project-" + number % 50,
                List.of(new Worker("e" + number % 20, 6_667), new Worker("f" + number % 20, 3_333)),
                amount,
                List.of(new Instalment(amount, LocalDate.parse("2026-12-01"))),
                250);
        Instant at = START.plusSeconds(number);
        return new Contract(new ContractId("c" + number), terms, ContractStatus.ACTIVE, 1, at, at);
    }

    /** A payment as it is when the money has moved. Moments are spread evenly, whatever the number of payments. */
    static Payment payment(int number) {
        // the golden ratio's fraction fills an interval evenly at every length of the sequence
        double share = number * 0.6180339887498949 % 1;
        Instant at = START.plusMillis((long) (share * TWO_YEARS.toMillis()));
        Money amount = Money.ofMinorUnits(100_001 + number % 1_000, KWD);
        TransactionRef ref = new TransactionRef("TST" + number);
        List<LedgerEntry> entries = new ArrayList<>();
        entries.add(entry(ref, null, TransactionKind.SALE, amount, at));
        if (number % 6 == 0) {
            Money part = Money.ofMinorUnits(5_003, KWD);
            entries.add(entry(
                    new TransactionRef("TSR" + number), ref, TransactionKind.REFUND, part, at.plusSeconds(86_400)));
        }
        return payment("p" + number, "c" + number / PER_CONTRACT, at, amount, ref, entries);
    }

    private static LedgerEntry entry(
            TransactionRef ref, @Nullable TransactionRef parent, TransactionKind kind, Money amount, Instant at) {
        return new LedgerEntry(
                ref,
                parent,
                null,
                kind,
                TransactionState.APPROVED,
                null,
                amount,
                amount,
                "G1",
                "Authorised",
                at,
                at,
                at);
    }

    private static Payment payment(
            String id, String contractId, Instant at, Money amount, TransactionRef ref, List<LedgerEntry> entries) {
        PaymentOrder order = new PaymentOrder(
                new CartId("cart-" + id),
                amount,
                "Website, a milestone",
                new Customer("Huda Salem", "huda@example.test", "+96512345678", "1 Street", "City", "KW"),
                contractId,
                ChargeMode.SALE);
        Attempt attempt = Attempt.ready(1, order.cartId(), null, amount, at)
                .sending(at, at.plusSeconds(60), amount, amount)
                .linked(AttemptState.ANSWERED, ref, null);
        return Payment.builder(
                        new PaymentId(id),
                        order,
                        new IdempotencyClaim(new IdempotencyKey("shop", "key-" + id), "fingerprint-" + id))
                .attempts(List.of(attempt))
                .entries(entries)
                .history(List.of(
                        new HistoryEntry(at, PaymentStatus.CREATED, "created", null),
                        new HistoryEntry(at, PaymentStatus.INITIATED, "started", ref),
                        new HistoryEntry(at, PaymentStatus.SUCCEEDED, "authorised", ref)))
                .watch(Watch.at(null, 1))
                .revision(new Revision(1, 1, at, at))
                .build();
    }

    static List<OutboxEntry> events(Payment payment, int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(number -> OutboxEntry.of(
                        new PaymentEvent.PaymentStatusChanged(
                                payment.id(),
                                payment.revision().createdAt(),
                                PaymentStatus.CREATED,
                                PaymentStatus.INITIATED),
                        number))
                .toList();
    }
}
