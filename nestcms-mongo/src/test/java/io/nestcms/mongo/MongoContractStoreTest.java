package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractEvent.ContractRevised;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.contract.ContractTerms;
import io.nestcms.cms.contract.Instalment;
import io.nestcms.cms.contract.Party;
import io.nestcms.cms.contract.Worker;
import io.nestcms.cms.contract.contract.BillingContract;
import io.nestcms.cms.contract.contract.ContractOutboxContract;
import io.nestcms.cms.contract.contract.ContractSamples;
import io.nestcms.cms.contract.contract.ContractStoreContract;
import io.nestcms.cms.earning.EarningGroup;
import io.nestcms.cms.earning.Earnings;
import io.nestcms.cms.earning.PlainTurnover;
import io.nestcms.cms.earning.TurnoverStore;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.NoticeClaim;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.Payment;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.PaymentStore;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import org.bson.Document;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(RefusalCheck.class)
class MongoContractStoreTest extends ContractStoreContract {
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);
    private final NestMongo sealed = NestMongo.builder(TestMongo.client(), database)
            .fieldCipher(FieldCipher.builder(NamedKey.of("k", new byte[32]), NamedKey.of("l", secret()))
                    .build())
            .build();

    private static byte[] secret() {
        byte[] secret = new byte[32];
        secret[0] = 1;
        return secret;
    }

    @Override
    protected ContractStore store() {
        return mongo.contracts();
    }

    @Override
    protected PaymentStore payments() {
        return mongo.payments();
    }

    @Nested
    class Billed extends BillingContract {
        @Override
        protected ContractStore store() {
            return sealed.contracts();
        }

        @Override
        protected PaymentStore payments() {
            return sealed.payments();
        }
    }

    @Test
    void client_isStoredSealed() {
        sealed.contracts().insert(ContractSamples.draft("c", "org", ContractSamples.NOON));

        String stored = TestMongo.client()
                .getDatabase(database)
                .getCollection("contracts")
                .find()
                .first()
                .toJson();

        assertThat(stored)
                .contains("client-1")
                .doesNotContain("Huda")
                .doesNotContain("huda@")
                .doesNotContain("96550");
        assertThat(sealed.contracts().find(new ContractId("c")))
                .map(contract -> contract.terms().client().name())
                .hasValue("Huda");
    }

    @Nested
    class AsOutbox extends ContractOutboxContract {
        @Override
        protected ContractStore store() {
            return mongo.contracts();
        }
    }

    @Test
    void replace_documentOfABuildWithoutEvents_getsItsFirst() {
        Contract first = ContractSamples.draft("c", "org", ContractSamples.NOON);
        store().insert(first);
        TestMongo.client()
                .getDatabase(database)
                .getCollection("contracts")
                .updateOne(new Document(), Document.parse("{$unset: {events: ''}}"));
        Notice<ContractEvent> notice =
                new Notice<>("c/2", "c", first.updatedAt(), new ContractRevised(first.id(), first.updatedAt()));

        store().replace(
                        new Contract(
                                first.id(), first.terms(), first.status(), 2, first.createdAt(), first.updatedAt()),
                        List.of(notice));

        assertThat(store().outbox().claim(ContractSamples.NOON, Duration.ofSeconds(1)))
                .map(NoticeClaim::notices)
                .hasValue(List.of(notice));
    }

    @Test
    void replace_fieldOfALaterBuild_isKept() {
        Contract first = ContractSamples.draft("c", "org", ContractSamples.NOON);
        store().insert(first);
        var documents = TestMongo.client().getDatabase(database).getCollection("contracts");
        documents.updateOne(new Document(), Document.parse("{$set: {colour: 'red'}}"));

        store().replace(new Contract(
                first.id(), first.terms(), ContractStatus.OFFERED, 2, first.createdAt(), first.updatedAt()));

        assertThat(documents.find().first().getString("colour")).isEqualTo("red");
    }

    /** The pipelines against the plain computation, on random contracts and payments. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void pipelines_randomData_equalThePlainWay(long seed) {
        Random random = new Random(seed);
        List<String> currencies = List.of("KWD", "SAR", "JPY");
        Instant start = Instant.parse("2026-01-31T23:00:00Z");
        int contracts = 1 + random.nextInt(8);
        for (int n = 0; n < contracts; n++) {
            mongo.contracts().insert(randomContract("c" + n, currencies.get(random.nextInt(3)), start, random));
        }
        for (int n = 0; n < 60; n++) {
            List<MoneyMove> moves = new ArrayList<>();
            Currency currency = Currency.getInstance(currencies.get(random.nextInt(3)));
            for (int m = random.nextInt(4); m > 0; m--) {
                moves.add(new MoneyMove(
                        new TransactionRef("T" + n + "-" + m),
                        TransactionKind.values()[random.nextInt(TransactionKind.values().length)],
                        Money.ofMinorUnits(1 + random.nextLong(999_999_999_999L), currency),
                        start.plusSeconds(random.nextInt(90 * 86_400))));
            }
            Payment payment = ContractSamples.payment(
                    "p" + n, "c" + random.nextInt(contracts + 1), start.plusNanos(random.nextInt()), moves);
            mongo.payments().insert(payment, List.of());
        }
        YearMonth first = YearMonth.of(2026, 1 + random.nextInt(3));
        Earnings plain = new Earnings(new PlainTurnover(mongo.payments(), mongo.contracts()));
        Earnings fast = new Earnings(mongo.turnover());

        for (EarningGroup group : EarningGroup.values()) {
            assertThat(fast.of(group, first, first.plusMonths(1)))
                    .isEqualTo(plain.of(group, first, first.plusMonths(1)));
        }
        assertThat(fast.of(EarningGroup.ORGANISATION, YearMonth.of(2026, 1), YearMonth.of(2026, 5)))
                .isNotEmpty();
        List<Payment> all = mongo.payments()
                .list(io.nestcms.payment.PaymentQuery.newest(200))
                .items();
        for (ContractStatement statement : mongo.contracts().statements(ContractQuery.newest(200))) {
            ContractId id = statement.contract().id();
            List<Payment> ofContract = all.stream()
                    .filter(payment -> id.value().equals(payment.order().contractId()))
                    .toList();
            assertThat(statement).isEqualTo(ContractStatement.of(statement.contract(), ofContract));
        }
    }

    @Test
    void earnings_ofMoreThanMoneyCanHold_areRefusedAsInThePlainWay() {
        mongo.contracts().insert(ContractSamples.draft("c", "org", ContractSamples.NOON));
        for (String id : List.of("a", "b")) {
            MoneyMove half = ContractSamples.move(
                    "T" + id, TransactionKind.SALE, "SAR 600000000000000.00", ContractSamples.NOON);
            mongo.payments().insert(ContractSamples.payment(id, "c", ContractSamples.NOON, List.of(half)), List.of());
        }
        YearMonth month = YearMonth.from(ContractSamples.NOON.atOffset(ZoneOffset.UTC));

        for (TurnoverStore way : List.of(mongo.turnover(), new PlainTurnover(mongo.payments(), mongo.contracts()))) {
            assertThatThrownBy(() -> new Earnings(way).of(EarningGroup.ORGANISATION, month, month))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("amount is out of range");
        }
    }

    private static Contract randomContract(String id, String currency, Instant at, Random random) {
        int share = 1 + random.nextInt(9_998);
        Money amount = Money.ofMinorUnits(1 + random.nextInt(1_000_000), Currency.getInstance(currency));
        ContractTerms terms = new ContractTerms(
                "t",
                new Party("client", "Huda", "huda@example.test", null, null),
                "org" + random.nextInt(2),
                random.nextBoolean() ? null : "project" + random.nextInt(2),
                List.of(new Worker("e" + random.nextInt(3), share), new Worker("f", 10_000 - share)),
                amount,
                List.of(new Instalment(amount, LocalDate.EPOCH)),
                random.nextInt(10_001));
        return new Contract(new ContractId(id), terms, ContractStatus.ACTIVE, 1, at, at);
    }
}
