package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.approved;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.everyEvent;
import static io.nestcms.payment.contract.Samples.full;
import static io.nestcms.payment.contract.Samples.payment;
import static io.nestcms.payment.contract.Samples.shown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.contract.DamagedRecordsContract;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.PaymentStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(RefusalCheck.class)
class MongoPaymentStoreTest {
    private final String database = TestMongo.freshDatabase();
    private final PaymentStore store =
            NestMongo.using(TestMongo.client(), database).payments();

    private MongoCollection<Document> documents() {
        return TestMongo.client().getDatabase(database).getCollection("payments");
    }

    @Nested
    class AsStore extends DamagedRecordsContract {
        private final PaymentStore other =
                NestMongo.using(TestMongo.client(), database).payments();

        @Override
        protected PaymentStore store() {
            return store;
        }

        @Override
        protected PaymentStore otherNode() {
            return other;
        }

        @Override
        protected void damage(PaymentId id) {
            set(id, "{$set: {fingerprint: 7}}");
        }

        @Override
        protected void repair(PaymentId id) {
            set(id, "{$set: {fingerprint: 'f-" + id + "'}}");
        }
    }

    private boolean set(PaymentId id, String update) {
        return documents()
                        .updateOne(new Document("_id", id.value()), Document.parse(update))
                        .getMatchedCount()
                == 1;
    }

    @Test
    void samples_haveEveryKindOfEvent() {
        assertThat(everyEvent(new PaymentId("a")).stream().map(Object::getClass))
                .as("a new kind of event needs a stored form and a sample")
                .contains(PaymentEvent.class.getPermittedSubclasses());
    }

    @Test
    void insert_amounts_areDecimals() {
        store.insert(payment("a"), List.of());

        Document amount =
                documents().find().first().get("order", Document.class).get("amount", Document.class);
        assertThat(amount.get("amount")).isEqualTo(Decimal128.parse("250.000"));
        assertThat(documents().find().first().getInteger("v")).isEqualTo(2);
    }

    @Test
    void replace_fieldsOfALaterBuild_areKept() {
        Payment first = payment("a");
        store.insert(first, List.of());
        documents()
                .updateOne(
                        new Document(),
                        Document.parse("{$set: {colour: 'red', 'order.customer.title': 'Dr', 'order.lane': 7}}"));

        assertThat(store.replace(full(first), List.of())).isTrue();

        Document stored = documents().find().first();
        assertThat(stored.getString("colour")).isEqualTo("red");
        assertThat(stored.getEmbedded(List.of("order", "customer", "title"), String.class))
                .isEqualTo("Dr");
        assertThat(stored.getEmbedded(List.of("order", "lane"), Integer.class)).isEqualTo(7);
    }

    @Test
    void replace_optionalPartsGone_areGone() {
        Payment first = payment("a");
        Payment second = full(first);
        store.insert(first, List.of());
        store.replace(second, List.of());
        Payment third = Payment.builder(second.id(), first.order(), second.claim())
                .attempts(first.attempts())
                .history(second.history())
                .revision(dueAt(second, null).revision())
                .build();

        assertThat(store.replace(third, List.of())).isTrue();

        assertThat(store.find(first.id())).contains(third);
        assertThat(documents().find().first())
                .doesNotContainKeys("checkAt", "slowCheckAt", "slow", "refs", "undecidedSince", "claimUntil");
    }

    /** Each way in which a record can be unreadable: the others are given, and the log and the answer name no value. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{$set: {v: 3}}",
                "{$set: {fingerprint: 7}}",
                "{$unset: {attempts: ''}}",
                "{$set: {attempts: []}}",
                "{$set: {attempts: 'SECRET'}}",
                "{$set: {'attempts.0.state': 'SECRET'}}",
                "{$set: {'order.mode': 'SECRET'}}",
                "{$set: {'order.description': ''}}",
                "{$set: {'order.amount.amount': {$numberDecimal: '-1'}}}",
                "{$set: {'attempts.0.least': {amount: {$numberDecimal: '1.00'}, currency: 'SAR'}}}",
                "{$set: {cartId: 'no cart'}}",
                "{$set: {history: [7]}}"
            })
    void claimDue_oneUnreadable_isSetAsideAndTheOthersAreGiven(String damage) {
        for (int n = 0; n < 5; n++) {
            Payment first = payment("p" + n);
            store.insert(first, List.of());
            Payment paid = shown(
                    first, approved("T" + n, TransactionKind.SALE, first.order().amount(), NOON));
            store.replace(paid, List.of());
            store.replace(dueAt(paid, NOON), List.of());
        }
        assertThat(set(new PaymentId("p2"), damage)).isTrue();

        List<DuePayment> claimed = store.claimDue(false, NOON, Duration.ofSeconds(30), 10);

        assertThat(claimed)
                .filteredOn(DuePayment.Found.class::isInstance)
                .extracting(one -> ((DuePayment.Found) one).payment().id().value())
                .containsExactlyInAnyOrder("p0", "p1", "p3", "p4");
        assertThat(store.unreadable(10)).singleElement().satisfies(record -> {
            assertThat(record.id()).isEqualTo("p2");
            assertThat(record.cause()).contains("payments/p2").doesNotContain("SECRET");
        });
        assertThat(store.list(PaymentQuery.newest(10)).items()).hasSize(4);
        assertThatThrownBy(() -> store.find(new PaymentId("p2"))).isInstanceOf(NestMongoException.class);
    }

    @Test
    void claimDue_setAsideByAnOlderReader_isForThisOne() {
        Payment due = dueAt(payment("a"), NOON);
        store.insert(payment("a"), List.of());
        store.replace(due, List.of());
        set(due.id(), "{$set: {setAside: {until: 9223372036854775807, by: 1, cause: 'too new'}}}");

        assertThat(store.claimDue(false, NOON, Duration.ofSeconds(30), 10)).containsExactly(new DuePayment.Found(due));
        assertThat(store.unreadable(10)).isEmpty();
    }

    @Test
    void claimDue_nodeWithoutTheKey_keepsItFromOthersForItsLeaseOnly() {
        NamedKey key = NamedKey.of("k", new byte[32]);
        byte[] lookup = new byte[32];
        lookup[0] = 1;
        PaymentStore sealing = NestMongo.builder(TestMongo.client(), database)
                .fieldCipher(FieldCipher.builder(key, NamedKey.of("l", lookup)).build())
                .build()
                .payments();
        Payment due = dueAt(payment("a"), NOON);
        sealing.insert(payment("a"), List.of());
        sealing.replace(due, List.of());

        assertThat(store.claimDue(false, NOON, Duration.ofSeconds(30), 10))
                .singleElement()
                .isInstanceOf(DuePayment.Unreadable.class);

        assertThat(store.unreadable(10)).hasSize(1);
        assertThat(sealing.claimDue(false, NOON.plusSeconds(30), Duration.ofSeconds(30), 10))
                .containsExactly(new DuePayment.Found(due));
        assertThat(sealing.unreadable(10)).isEmpty();
    }

    @Test
    void find_formatOfALaterBuild_isRefused_andWorkersPassItBy() {
        Payment first = payment("a");
        store.insert(first, entries(first, 1, 1));
        store.replace(dueAt(first, NOON), List.of());
        documents().updateOne(new Document(), Document.parse("{$set: {v: 3}}"));

        assertThatThrownBy(() -> store.find(first.id()))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("payments/a has format version 3");
        assertThat(store.claimDue(false, NOON.plusSeconds(9), Duration.ofSeconds(1), 10))
                .singleElement()
                .isInstanceOf(DuePayment.Unreadable.class);
        assertThat(store.outbox().claim(OutboxClaim.of("w", Set.of("crm"), NOON.plusSeconds(9), Duration.ofSeconds(1))))
                .isEmpty();
    }

    @Test
    void find_brokenField_namesRecordAndFieldButNoValue() {
        store.insert(payment("a"), List.of());
        documents().updateOne(new Document(), Document.parse("{$set: {'order.mode': 'SECRET'}}"));

        assertThatThrownBy(() -> store.find(new PaymentId("a")))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("payments/a.order: field mode")
                .hasMessageNotContaining("SECRET");
    }

    @Test
    void race_insertThenReplace_manyRoundsHaveOneWinnerEach() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 25; round++) {
                int r = round;
                List<Callable<Insertion>> inserts = new ArrayList<>();
                for (int n = 0; n < 8; n++) {
                    Payment one = payment("p" + r + "-" + n, "shop", "k" + r, "c" + r, NOON);
                    inserts.add(() -> store.insert(one, entries(one, 1, 1)));
                }
                List<Insertion> ends = new ArrayList<>();
                for (Future<Insertion> end : pool.invokeAll(inserts)) {
                    ends.add(end.get());
                }
                assertThat(ends)
                        .filteredOn(Insertion.Inserted.class::isInstance)
                        .hasSize(1);
                assertThat(ends)
                        .filteredOn(Insertion.KeyTaken.class::isInstance)
                        .hasSize(7);
                Payment won =
                        store.findByCart(new io.nestcms.payment.CartId("c" + r)).orElseThrow();
                List<Callable<Boolean>> replacements = new ArrayList<>();
                for (int n = 0; n < 8; n++) {
                    Payment next = dueAt(won, NOON.plusSeconds(n));
                    replacements.add(() -> store.replace(next, entries(won, 2, 1)));
                }
                int winners = 0;
                for (Future<Boolean> end : pool.invokeAll(replacements)) {
                    winners += end.get() ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(documents().countDocuments()).isEqualTo(25);
        assertThat(documents().countDocuments(Document.parse("{outbox: {$size: 2}}")))
                .isEqualTo(25);
    }
}
