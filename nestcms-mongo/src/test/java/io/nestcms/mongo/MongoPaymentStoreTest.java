package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.everyEvent;
import static io.nestcms.payment.contract.Samples.full;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import io.nestcms.payment.Insertion;
import io.nestcms.payment.OutboxBatch;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStore;
import io.nestcms.payment.contract.OutboxContract;
import io.nestcms.payment.contract.PaymentStoreContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoPaymentStoreTest {
    private final String database = TestMongo.freshDatabase();
    private final PaymentStore store =
            NestMongo.using(TestMongo.client(), database).payments();

    private MongoCollection<Document> documents() {
        return TestMongo.client().getDatabase(database).getCollection("payments");
    }

    @Nested
    class AsStore extends PaymentStoreContract {
        @Override
        protected PaymentStore store() {
            return store;
        }
    }

    @Nested
    class AsOutbox extends OutboxContract {
        @Override
        protected PaymentStore store() {
            return store;
        }
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
        assertThat(documents().find().first().getInteger("v")).isEqualTo(1);
    }

    @Test
    void replace_fieldsOfALaterBuild_areKept() {
        Payment first = payment("a");
        store.insert(first, List.of());
        documents()
                .updateOne(
                        new Document(),
                        Document.parse("{$set: {colour: 'red', 'order.customer.title': 'Dr', 'gateway.lane': 7}}"));

        assertThat(store.replace(full(first), List.of())).isTrue();

        Document stored = documents().find().first();
        assertThat(stored.getString("colour")).isEqualTo("red");
        assertThat(stored.getEmbedded(List.of("order", "customer", "title"), String.class))
                .isEqualTo("Dr");
        assertThat(stored.getEmbedded(List.of("gateway", "lane"), Integer.class))
                .isEqualTo(7);
    }

    @Test
    void replace_optionalPartsGone_areGone() {
        Payment first = payment("a");
        Payment second = full(first);
        store.insert(first, List.of());
        store.replace(second, List.of());
        Payment third = new Payment(
                second.id(),
                first.order(),
                second.claim(),
                second.status(),
                first.gateway(),
                second.moves(),
                second.followUps(),
                second.disputed(),
                second.history(),
                first.watch(),
                dueAt(second, null).revision());

        assertThat(store.replace(third, List.of())).isTrue();

        assertThat(store.find(first.id())).contains(third);
    }

    @Test
    void find_formatOfALaterBuild_isRefused_andWorkersPassItBy() {
        Payment first = payment("a");
        store.insert(first, entries(first, 1, 1));
        store.replace(dueAt(first, NOON), List.of());
        documents().updateOne(new Document(), Document.parse("{$set: {v: 2}}"));

        assertThatThrownBy(() -> store.find(first.id()))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("payments/a has format version 2");
        assertThat(store.due(NOON.plusSeconds(9), 10)).isEmpty();
        assertThat(store.outbox().claim("w", NOON.plusSeconds(9), Duration.ofSeconds(1)))
                .isEmpty();
    }

    @Test
    void find_brokenField_namesRecordAndFieldButNoValue() {
        store.insert(payment("a"), List.of());
        documents().updateOne(new Document(), Document.parse("{$set: {status: 'SECRET'}}"));

        assertThatThrownBy(() -> store.find(new PaymentId("a")))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("payments/a: field status")
                .hasMessageNotContaining("SECRET");
    }

    @Test
    void claim_workerDiedAfterItsLastDelivery_findsNothingAndTidiesUp() {
        Payment payment = payment("a");
        store.insert(payment, entries(payment, 1, 1));
        OutboxBatch batch = store.outbox()
                .claim("dead", NOON.plusSeconds(2), Duration.ofSeconds(1))
                .orElseThrow();
        store.outbox().delivered(batch, batch.entries().get(0));

        assertThat(store.outbox().claim("w", NOON.plusSeconds(9), Duration.ofSeconds(1)))
                .isEmpty();
        assertThat(documents().find().first()).doesNotContainKey("outboxNextAt");
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
