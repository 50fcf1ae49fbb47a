package io.nestcms.cms.contract.contract;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractTerms;
import io.nestcms.cms.contract.Instalment;
import io.nestcms.cms.contract.Party;
import io.nestcms.cms.contract.Worker;
import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.contract.Samples;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;

/** Contracts and their payments for the contract tests. */
public final class ContractSamples {
    /** The moment at which the samples were made. */
    public static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");

    private ContractSamples() {}

    /** Terms for 300 dinars in two instalments. */
    public static ContractTerms terms(String organisation) {
        return new ContractTerms(
                "A web site",
                new Party("client-1", "Huda", "huda@example.test", "+96550000000", "KW"),
                organisation,
                "project-1",
                List.of(new Worker("e1", 6_667), new Worker("e2", 3_333)),
                Money.parse("KWD 300.000"),
                List.of(
                        new Instalment(Money.parse("KWD 100.000"), LocalDate.parse("2026-12-01")),
                        new Instalment(Money.parse("KWD 200.000"), LocalDate.parse("2027-01-01"))),
                250);
    }

    /** A draft. */
    public static Contract draft(String id, String organisation, Instant createdAt) {
        return new Contract(new ContractId(id), terms(organisation), ContractStatus.DRAFT, 1, createdAt, createdAt);
    }

    /** A payment of a contract, whose ledger has the given transactions; any amount of them is one that was allowed. */
    public static Payment payment(String id, String contractId, Instant createdAt, List<MoneyMove> transactions) {
        List<Money> amounts = transactions.isEmpty()
                ? List.of(Money.parse("KWD 1.000"))
                : transactions.stream().map(MoneyMove::amount).toList();
        PaymentOrder order = new PaymentOrder(
                new CartId("cart-" + id),
                amounts.get(0),
                "Instalment",
                new Customer("Huda", "huda@example.test", null, null, null, null),
                contractId,
                ChargeMode.SALE);
        Attempt attempt = Attempt.ready(1, order.cartId(), null, order.amount(), createdAt)
                .sending(createdAt, createdAt.plusSeconds(60), Collections.min(amounts), Collections.max(amounts));
        return Payment.builder(
                        new PaymentId(id), order, new IdempotencyClaim(new IdempotencyKey("shop", "key-" + id), "f"))
                .attempts(List.of(attempt))
                .entries(transactions.stream()
                        .map(it -> Samples.approved(it.ref().value(), it.kind(), it.amount(), it.recordedAt()))
                        .toList())
                .history(List.of(new HistoryEntry(createdAt, PaymentStatus.CREATED, "created", null)))
                .revision(new Revision(1, 1, createdAt, createdAt))
                .build();
    }

    /** A transaction in which money moved. */
    public static MoneyMove move(String ref, TransactionKind kind, String money, Instant at) {
        return new MoneyMove(new TransactionRef(ref), kind, Money.parse(money), at);
    }
}
