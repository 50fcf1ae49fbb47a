package io.nestcms.mongo;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.draft;
import static io.nestcms.cms.contract.contract.ContractSamples.move;
import static io.nestcms.cms.contract.contract.ContractSamples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.cache.MemoryCache;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.event.EventBus;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.ReadAnswer.Origin;
import io.nestcms.payment.PaymentEvent.PaymentInitiated;
import io.nestcms.payment.PaymentEvent.PaymentStatusChanged;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class AggregationsTest {
    private static final YearMonth FIRST = YearMonth.of(2026, 1);
    private static final YearMonth LAST = YearMonth.of(2026, 12);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.builder(TestMongo.client(), database)
            .cache(MemoryCache.create(100, Duration.ofMinutes(10), nanos::get), Duration.ofMinutes(1))
            .onAggregation(new MongoMeters(registry, Clock.systemUTC()).ofAggregations())
            .build();
    private final Aggregations aggregations = mongo.aggregations();
    private final Aggregation<ContractStatement> page = aggregations
            .statements(ContractQuery.newest(10).ofOrganisation("org"))
            .keptFor(Duration.ofMinutes(1));

    private void pay(String id) {
        mongo.payments()
                .insert(
                        payment(id, "c", NOON, List.of(move("T" + id, TransactionKind.SALE, "KWD 100.000", NOON))),
                        List.of());
    }

    @Test
    void statements_kept_untilAPaymentsEvent() {
        mongo.contracts().insert(draft("c", "org", NOON));
        EventBus bus = EventBus.builder().build();
        aggregations.invalidateOn(bus);
        assertThat(aggregations.answer(page).origin()).isEqualTo(Origin.AS_ASKED);
        pay("a");
        assertThat(aggregations.answer(page).origin()).isEqualTo(Origin.CACHE);

        bus.publish(new PaymentInitiated(new PaymentId("a"), NOON, new TransactionRef("T")));

        assertThat(aggregations.answer(page))
                .isEqualTo(new ReadAnswer<>(
                        mongo.contracts().statements(ContractQuery.newest(10).ofOrganisation("org")), Origin.AS_ASKED));
        assertThat(aggregations.run(page).get(0).payments()).hasSize(1);
        bus.close();
    }

    @Test
    void turnover_kept_untilMoneyMoved() {
        mongo.contracts().insert(draft("c", "org", NOON));
        EventBus bus = EventBus.builder().build();
        aggregations.invalidateOn(bus);
        assertThat(mongo.turnover().turnover(FIRST, LAST)).isEmpty();
        pay("a");
        bus.publish(new PaymentInitiated(new PaymentId("a"), NOON, new TransactionRef("T")));
        assertThat(mongo.turnover().turnover(FIRST, LAST))
                .as("an event that moves no money")
                .isEmpty();

        bus.publish(
                new PaymentStatusChanged(new PaymentId("a"), NOON, PaymentStatus.PROCESSING, PaymentStatus.SUCCEEDED));

        assertThat(mongo.turnover().turnover(FIRST, LAST)).hasSize(1);
        assertThat(registry.get("nestcms.mongo.aggregation")
                        .tag("name", "turnover")
                        .tag("origin", "cache")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("nestcms.mongo.aggregation")
                        .tag("name", "turnover")
                        .tag("origin", "as_asked")
                        .timer()
                        .count())
                .isEqualTo(2);
        bus.close();
    }

    @Test
    void exactStatement_isNeverKept() {
        mongo.contracts().insert(draft("c", "org", NOON));
        assertThat(mongo.contracts()
                        .statement(draft("c", "org", NOON).id())
                        .orElseThrow()
                        .payments())
                .isEmpty();
        pay("a");
        assertThat(mongo.contracts()
                        .statement(draft("c", "org", NOON).id())
                        .orElseThrow()
                        .payments())
                .hasSize(1);
    }

    @Test
    void ownPipeline_hasTypedRows_andTellsWhichIndexIsMissing() {
        var things = TestMongo.client().getDatabase(database).getCollection("things");
        things.insertMany(List.of(
                Document.parse("{kind: 'a', n: 1, owner: 'x'}"),
                Document.parse("{kind: 'a', n: 2, owner: 'x'}"),
                Document.parse("{kind: 'b', n: 3, owner: 'x'}")));
        Aggregation<Integer> sum = Aggregation.of(
                "sum",
                "things",
                List.of(
                        Document.parse("{$match: {n: {$gte: 1}, kind: 'a'}}"),
                        Document.parse("{$sort: {n: 1}}"),
                        Document.parse(
                                "{$lookup: {from: 'payments', localField: 'owner', foreignField: 'owner', as: 'p'}}"),
                        Document.parse("{$group: {_id: null, n: {$sum: '$n'}}}")),
                row -> row.getInteger("n"));

        assertThat(aggregations.run(sum)).containsExactly(3);
        QueryPlan before = aggregations.explain(sum);
        assertThat(before.known()).isTrue();
        assertThat(before.scansAll()).isTrue();
        assertThat(before.advice())
                .containsExactly(
                        "make an index on things with the keys [kind, n]",
                        "make an index on payments with the keys [owner]: a $lookup asks for it");
        things.createIndex(Document.parse("{kind: 1, n: 1}"));

        QueryPlan after = aggregations.explain(sum);

        assertThat(after.scansAll()).isFalse();
        assertThat(after.indexes()).containsExactly("kind_1_n_1");
    }

    @Test
    void ownAggregationsOfThisModule_needNoAdvice() {
        for (Aggregation<?> each : List.of(
                page,
                aggregations.statement(draft("c", "org", NOON).id()),
                aggregations.statements(ContractQuery.newest(5)),
                aggregations.turnover(FIRST, LAST))) {
            assertThat(aggregations.explain(each).advice()).as(each.name()).isEmpty();
        }
    }

    @Test
    void keptFor_notAboveZero_isRefused() {
        assertThatThrownBy(() -> page.keptFor(Duration.ZERO)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> ReadPurpose.fresh().hedged()).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> NestMongo.builder(TestMongo.client(), "x").hedging(Runnable::run, 5))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("hedging");
    }
}
