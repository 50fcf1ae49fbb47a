package io.nestcms.contract.contract;

import io.nestcms.contract.Contract;
import io.nestcms.contract.ContractId;
import io.nestcms.contract.ContractStatus;
import io.nestcms.contract.ContractTerms;
import io.nestcms.contract.Instalment;
import io.nestcms.contract.Worker;
import io.nestcms.money.Money;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.GatewayLink;
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
import io.nestcms.payment.Watch;
import java.time.Instant;
import java.time.LocalDate;
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
                "client-1",
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

    /** A payment of a contract, with the money that moved. */
    public static Payment payment(String id, String contractId, Instant createdAt, List<MoneyMove> moves) {
        Money amount = moves.isEmpty() ? Money.parse("KWD 1.000") : moves.get(0).amount();
        return new Payment(
                new PaymentId(id),
                new PaymentOrder(
                        new io.nestcms.payment.CartId("cart-" + id),
                        amount,
                        "Instalment",
                        new Customer("Huda", "huda@example.test", null, null, null, null),
                        contractId,
                        ChargeMode.SALE),
                new IdempotencyClaim(new IdempotencyKey("shop", "key-" + id), "f"),
                moves.isEmpty() ? PaymentStatus.CREATED : PaymentStatus.SUCCEEDED,
                new GatewayLink(null, null, null, 0),
                moves,
                List.of(),
                List.of(),
                List.of(new HistoryEntry(createdAt, PaymentStatus.CREATED, "created", null)),
                new Watch(null, 0),
                new Revision(1, 1, createdAt, createdAt));
    }

    /** Money that moved. */
    public static MoneyMove move(String ref, TransactionKind kind, String money, Instant at) {
        return new MoneyMove(new TransactionRef(ref), kind, Money.parse(money), at);
    }
}
