package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.entriesOf;
import static io.nestcms.payment.contract.Samples.everyEvent;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.contract.DeliveryContract;
import io.nestcms.payment.contract.MovingClock;
import io.nestcms.payment.contract.OutboxContract;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.EventContent;
import io.nestcms.payment.store.FailedDelivery;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoOutboxTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final String database = TestMongo.freshDatabase();
    private final PaymentStore store =
            NestMongo.using(TestMongo.client(), database).payments();
    private final Outbox outbox = store.outbox();
    private final MovingClock clock = new MovingClock(NOON.plusSeconds(60));
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @Nested
    class AsOutbox extends OutboxContract {
        @Override
        protected PaymentStore store() {
            return store;
        }
    }

    @Nested
    class AsDelivery extends DeliveryContract {
        @Override
        protected PaymentStore store() {
            return store;
        }
    }

    private MongoCollection<Document> documents() {
        return TestMongo.client().getDatabase(database).getCollection("payments");
    }

    private void change(String id, String update) {
        assertThat(documents()
                        .updateOne(new Document("_id", id), Document.parse(update))
                        .getModifiedCount())
                .isEqualTo(1);
    }

    private void record(String name, int events) {
        Payment payment = payment(name);
        store.insert(payment, entries(payment, 1, events));
    }

    private OutboxRelay relay(String... names) {
        OutboxRelay relay = OutboxRelay.builder(outbox).clock(clock).build();
        for (String name : names) {
            relay.onEnvelopes(name, PaymentEvent.class, envelope -> heard.add(name + " " + envelope.id()));
        }
        return relay;
    }

    private Optional<OutboxBatch> claim(Set<String> listeners) {
        return outbox.claim(OutboxClaim.of("w", listeners, clock.instant(), Duration.ofSeconds(30)));
    }

    @Test
    void everyTypeThatIsWritten_isKnown() {
        Payment payment = payment("a");
        store.insert(payment, entriesOf(everyEvent(payment.id())));

        assertThat(documents().find().first().getList("outbox", Document.class))
                .extracting(it -> it.get("event", Document.class).getString("type"))
                .containsAll(EventDocuments.types());
    }

    @Test
    void claim_workerDiedAfterItsLastDelivery_findsNothingAndTidiesUp() {
        record("a", 1);
        OutboxBatch batch = claim(Set.of("crm")).orElseThrow();
        outbox.remove(batch, batch.entries().get(0), clock.instant());

        assertThat(claim(Set.of("crm"))).isEmpty();
        assertThat(documents().find().first()).doesNotContainKey("outboxNextAt");
    }

    // ---- documents of the first format

    @Test
    void firstFormat_waitingEvents_areReadWithTheirFailuresAsTheBuss_andGoOn() {
        record("a", 2);
        change("a", "{$set: {v: 1, 'outbox.0.attempts': 11, 'outbox.0.cause': 'old', 'outbox.1.attempts': 0}}");
        assertThat(claim(Set.of()).orElseThrow().entries()).satisfies(entries -> {
            assertThat(entries.get(0).failed())
                    .containsExactly(new FailedDelivery("bus", 11, "old", java.time.Instant.EPOCH));
            assertThat(entries.get(1).failed()).isEmpty();
        });
        clock.advance(Duration.ofSeconds(30));
        OutboxRelay relay = relay("receipts").on("bus", PaymentEvent.class, event -> {
            throw new IllegalStateException();
        });

        relay.runOnce();

        assertThat(heard).containsExactly("receipts a/1", "receipts a/2");
        assertThat(outbox.buried(10)).singleElement().satisfies(it -> {
            assertThat(it.listener()).isEqualTo("bus");
            assertThat(it.attempts()).isEqualTo(12);
        });
        assertThat(documents().find().first().getList("outbox", Document.class))
                .singleElement()
                .satisfies(it -> assertThat(it).doesNotContainKeys("attempts", "cause"));
    }

    @Test
    void firstFormat_buriedEvents_areTheBuss_andAreReplayed() {
        record("a", 1);
        Document entry =
                documents().find().first().getList("outbox", Document.class).get(0);
        documents()
                .updateOne(
                        new Document(),
                        new Document(
                                        "$set",
                                        new Document("v", 1)
                                                .append("outbox", List.of())
                                                .append(
                                                        "buried",
                                                        List.of(entry.append("attempts", 12)
                                                                .append("cause", "x"))))
                                .append("$unset", new Document("outboxNextAt", "")));

        assertThat(outbox.buried(10)).singleElement().satisfies(it -> {
            assertThat(it.listener()).isEqualTo("bus");
            assertThat(it.attempts()).isEqualTo(12);
            assertThat(it.content()).isInstanceOf(EventContent.Known.class);
        });
        assertThat(outbox.replay(new PaymentId("a"), "a/1", clock.instant())).isTrue();
        relay("bus", "receipts").runOnce();
        assertThat(heard).containsExactly("bus a/1");
    }

    // ---- what cannot be read

    @Test
    void typeOfANewerVersion_isLeftForItAlone_andKeptAsItIsThroughBurialAndReplay() {
        record("a", 2);
        change("a", "{$set: {'outbox.0.event.type': 'splitPaid', 'outbox.0.event.parts': [{to: 'x', n: 7}]}}");
        Document verbatim = documents()
                .find()
                .first()
                .getList("outbox", Document.class)
                .get(0)
                .get("event", Document.class);
        OutboxRelay relay = relay("receipts");

        relay.runOnce();
        assertThat(claim(Set.of("receipts"))).as("no more to do here").isEmpty();
        assertThat(outbox.unreadable(10))
                .singleElement()
                .satisfies(it -> assertThat(it.content())
                        .isEqualTo(new EventContent.Unreadable(
                                "splitPaid", true, "this version knows no type splitPaid")));
        assertThat(documents().countDocuments(Document.parse("{'outboxLeft.for': '!splitPaid'}")))
                .as("how a newer node finds it")
                .isEqualTo(1);
        clock.advance(DAY);
        relay.runOnce();

        assertThat(heard).containsExactly("receipts a/2");
        assertThat(outbox.buried(10)).singleElement().satisfies(it -> {
            assertThat(it.listener()).isNull();
            assertThat(((EventContent.Unreadable) it.content()).type()).isEqualTo("splitPaid");
        });
        assertThat(outbox.replay(new PaymentId("a"), "a/1", clock.instant())).isTrue();
        assertThat(documents().find().first().getList("outbox", Document.class).get(0))
                .isEqualTo(new Document("id", "a/1")
                        .append("seq", 1L)
                        .append("event", verbatim)
                        .append("done", List.of()));
    }

    @Test
    void typeThatThisVersionKnows_leftByAnOlderOne_isHadAtOnce() {
        record("a", 1);
        OutboxBatch batch = claim(Set.of("receipts")).orElseThrow();
        outbox.release(
                batch,
                new io.nestcms.payment.store.OutboxRest(
                        1,
                        null,
                        Set.of(),
                        List.of(new EventContent.Unreadable("statusChanged", true, "x")),
                        clock.instant().plus(DAY)));

        relay("receipts").runOnce();

        assertThat(heard).containsExactly("receipts a/1");
    }

    @Test
    void damagedEvents_harmNobody_areListed_andBuriedAfterADay() {
        List<String> damages = List.of(
                "{$set: {'outbox.0.event': 'SECRET'}}",
                "{$unset: {'outbox.0.event': 1}}",
                "{$unset: {'outbox.0.event.at': 1}}",
                "{$set: {'outbox.0.event.at': 'SECRET'}}",
                "{$unset: {'outbox.0.event.type': 1}}",
                "{$set: {'outbox.0.event.type': 7}}",
                "{$set: {'outbox.0.event.type': 'SECRET\\nx'}}",
                "{$set: {'outbox.0.event.from': 'SECRET'}}",
                "{$set: {'outbox.0.event': {type: 'succeeded', at: {$numberLong: '5'}, cartId: 'c', tranRef: ''}}}",
                "{$set: {'outbox.0.event': {type: 'captured', at: {$numberLong: '5'}, tranRef: 'x', amount: {}}}}");
        for (int n = 0; n < damages.size(); n++) {
            record("bad" + n, 2);
            change("bad" + n, damages.get(n));
        }
        record("good", 2);
        OutboxRelay relay = relay("receipts");

        relay.runOnce();

        assertThat(heard).containsExactly("receipts good/1", "receipts good/2");
        assertThat(outbox.unreadable(100)).hasSameSizeAs(damages).allSatisfy(it -> {
            assertThat(it.id()).endsWith("/1");
            assertThat(((EventContent.Unreadable) it.content()).cause()).doesNotContain("\n");
        });
        clock.advance(DAY);
        relay.runOnce();
        assertThat(heard).hasSize(2 + damages.size());
        assertThat(outbox.buried(100)).hasSameSizeAs(damages);
        assertThat(outbox.unreadable(100)).isEmpty();
        assertThat(outbox.backlog().payments() + outbox.backlog().left()).isZero();
        for (int n = 0; n < damages.size(); n++) {
            assertThat(outbox.replay(new PaymentId("bad" + n), "bad" + n + "/1", clock.instant()))
                    .isTrue();
        }
        assertThat(documents().countDocuments(Document.parse("{'outbox.event': 'SECRET'}")))
                .as("verbatim")
                .isEqualTo(1);
        assertThat(documents().countDocuments(Document.parse("{'outbox.event.type': 7}")))
                .isEqualTo(1);
    }

    @Test
    void whatIsNoEntryAtAll_isPutAside_andTheRestGoesOut() {
        List<String> damages = List.of(
                "{$set: {'outbox.0': 'SECRET'}}",
                "{$unset: {'outbox.0.id': 1}}",
                "{$set: {'outbox.0.id': 7}}",
                "{$set: {'outbox.0': 5}}");
        for (int n = 0; n < damages.size(); n++) {
            record("bad" + n, 2);
            change("bad" + n, damages.get(n));
        }
        record("text", 1);
        change("text", "{$set: {outbox: 'SECRET'}}");
        record("none", 1);
        change("none", "{$unset: {outbox: 1}}");

        relay("receipts").runOnce();

        assertThat(heard).hasSameSizeAs(damages).allMatch(it -> it.endsWith("/2"));
        assertThat(outbox.buried(100)).hasSize(damages.size() + 1).allSatisfy(it -> {
            assertThat(it.content()).isInstanceOf(EventContent.Unreadable.class);
            assertThat(it.id()).endsWith("/?");
        });
        assertThat(documents().countDocuments(Document.parse("{'buried.raw.event': 'SECRET'}")))
                .isEqualTo(2);
        Payment payment = store.find(new PaymentId("text")).orElseThrow();
        assertThat(store.replace(dueAt(payment, NOON), entries(payment, 2, 1))).isTrue();
        assertThat(claim(Set.of("receipts")).orElseThrow().entries())
                .extracting(WaitingEvent::id)
                .containsExactly("text/2");
    }

    @Test
    void progressThatCannotBeRead_countsAsNotCome() {
        record("a", 1);
        change("a", "{$set: {'outbox.0.done': 7, 'outbox.0.failed': [3, {}, {listener: 'crm'}], 'outbox.0.seq': 'x'}}");

        assertThat(claim(Set.of("receipts")).orElseThrow().entries())
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.done()).isEmpty();
                    assertThat(it.failed()).extracting(FailedDelivery::listener).containsExactly("crm");
                    assertThat(it.isFor("receipts")).isTrue();
                });
    }

    @Test
    void listenerOfAFormatToCome_isNotGivenUp() {
        TestMongo.client()
                .getDatabase(database)
                .getCollection(MongoOutbox.LISTENERS)
                .insertOne(Document.parse("{_id: 'crm', v: 9, seen: {at: 'x'}}"));
        OutboxRelay relay = relay("receipts");
        record("a", 1);
        relay.runOnce();
        clock.advance(DAY);

        relay.runOnce();

        assertThat(heard).containsExactly("receipts a/1");
        assertThat(outbox.buried(10)).isEmpty();
    }
}
