package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.Tag;
import com.mongodb.TagSet;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import com.mongodb.client.model.changestream.FullDocument;
import com.mongodb.client.model.changestream.OperationType;
import com.mongodb.connection.ServerDescription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaSetTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private ReplicaSet set;
    private MongoClient client;
    private MongoCollection<Document> rows;

    @BeforeEach
    void start() {
        set = ReplicaSet.builder().secondaries(3).start();
        client = MongoClients.create(set.uri("localThresholdMS=10000"));
        rows = client.getDatabase("shop").getCollection("rows");
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
        assertThat(set.refusals()).isEmpty();
    }

    private MongoCollection<Document> onSecondaries() {
        return rows.withReadPreference(ReadPreference.secondary());
    }

    private static Document one() {
        return new Document("_id", 1).append("n", 0);
    }

    private void seed() {
        rows.withWriteConcern(WriteConcern.W3).insertOne(one());
        set.awaitReplicated(LONG);
    }

    @Test
    void routing_writesToThePrimaryReadsByPreference() {
        seed();
        for (int i = 0; i < 150; i++) {
            onSecondaries().find(Filters.eq("_id", 1)).first();
            rows.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
            rows.find().first();
        }
        assertThat(set.primary().commands("update")).isEqualTo(150);
        assertThat(set.primary().commands("find")).isEqualTo(150);
        assertThat(set.secondaries()).allSatisfy(member -> {
            assertThat(member.commands("find")).isBetween(20L, 90L);
            assertThat(member.commands("update")).isZero();
        });
    }

    @Test
    void tags_routeToTheTaggedMember() {
        seed();
        ReplicaMember reports = set.members().get(2).tags(Map.of("use", "reports"));
        awaitDescription(reports, description -> !description.getTagSet().equals(new TagSet()));
        for (int i = 0; i < 20; i++) {
            rows.withReadPreference(ReadPreference.secondary(new TagSet(new Tag("use", "reports"))))
                    .find()
                    .first();
        }
        assertThat(reports.commands("find")).isEqualTo(20);
    }

    private void awaitDescription(ReplicaMember member, java.util.function.Predicate<ServerDescription> condition) {
        Awaitility.await()
                .atMost(LONG)
                .until(() -> client.getClusterDescription().getServerDescriptions().stream()
                        .filter(each -> each.getAddress().toString().equals(member.address()))
                        .anyMatch(condition));
    }

    @Test
    void laggingSecondaries_serveTheOldValue_exceptInACausalSession() {
        seed();
        set.secondaries().forEach(ReplicaMember::pause);
        rows.withWriteConcern(WriteConcern.W1).updateOne(Filters.eq("_id", 1), Updates.set("n", 1));
        assertThat(onSecondaries().find().first().getInteger("n")).isZero();

        try (ClientSession session = client.startSession(
                ClientSessionOptions.builder().causallyConsistent(true).build())) {
            rows.updateOne(session, Filters.eq("_id", 1), Updates.set("n", 2));
            set.secondaries()
                    .forEach(member -> member.lag(Duration.ofMillis(50)).resume());
            assertThat(onSecondaries().find(session).first().getInteger("n")).isEqualTo(2);
        }
        // another client goes on where this one was
        set.secondaries().forEach(member -> member.lag(Duration.ofMillis(200)));
        try (ClientSession first = client.startSession();
                ClientSession second = client.startSession()) {
            rows.updateOne(first, Filters.eq("_id", 1), Updates.set("n", 3));
            second.advanceClusterTime(first.getClusterTime());
            second.advanceOperationTime(first.getOperationTime());
            assertThat(onSecondaries().find(second).first().getInteger("n")).isEqualTo(3);
        }
    }

    @Test
    void writeConcern_waitsForTheMajorityOrTimesOut() {
        seed();
        rows.withWriteConcern(WriteConcern.MAJORITY).updateOne(Filters.eq("_id", 1), Updates.set("n", 1));
        long holders = set.members().stream()
                .filter(member -> directly(member).find().first().getInteger("n") == 1)
                .count();
        assertThat(holders).isGreaterThanOrEqualTo(3);

        set.members().get(1).pause();
        set.members().get(2).pause();
        assertThatThrownBy(() -> rows.withWriteConcern(WriteConcern.MAJORITY.withWTimeout(50, TimeUnit.MILLISECONDS))
                        .updateOne(Filters.eq("_id", 1), Updates.set("n", 2)))
                .isInstanceOf(MongoWriteConcernException.class);
        assertThat(rows.find().first().getInteger("n")).isEqualTo(2);
    }

    private final List<MongoClient> direct = new ArrayList<>();

    private MongoCollection<Document> directly(ReplicaMember member) {
        MongoClient own = MongoClients.create("mongodb://127.0.0.1:" + member.port() + "/?directConnection=true");
        direct.add(own);
        return own.getDatabase("shop").getCollection("rows").withReadPreference(ReadPreference.nearest());
    }

    @AfterEach
    void closeDirect() {
        direct.forEach(MongoClient::close);
    }

    @Test
    void majorityRead_isToldOnlyWhenCommitted() throws Exception {
        seed();
        set.secondaries().forEach(ReplicaMember::pause);
        rows.withWriteConcern(WriteConcern.W1).updateOne(Filters.eq("_id", 1), Updates.set("n", 1));
        ExecutorService pool = Executors.newSingleThreadExecutor();
        Future<Document> read = pool.submit(
                () -> rows.withReadConcern(ReadConcern.MAJORITY).find().first());
        Awaitility.await().atMost(LONG).until(() -> set.primary().commands("find") > 0);
        assertThat(read.isDone()).isFalse();
        set.secondaries().forEach(ReplicaMember::resume);
        assertThat(read.get(60, TimeUnit.SECONDS).getInteger("n")).isEqualTo(1);
        pool.shutdown();
    }

    @Test
    void plannedElections_underWriters_everyIncrementOnce() throws Exception {
        seed();
        // within its time a driver tries more than once more: one writer may meet two elections
        MongoClient patient = MongoClients.create(set.uri("localThresholdMS=10000&timeoutMS=60000"));
        MongoCollection<Document> counted = patient.getDatabase("shop").getCollection("rows");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(pool.submit(() -> {
                while (!stop.get()) {
                    counted.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
                    acknowledged.incrementAndGet();
                }
            }));
        }
        for (int round = 1; round <= 6; round++) {
            int enough = acknowledged.get() + 20;
            Awaitility.await().atMost(LONG).until(() -> acknowledged.get() >= enough);
            set.handOver(set.members().get(round % 4));
        }
        stop.set(true);
        for (Future<?> writer : writers) {
            writer.get(60, TimeUnit.SECONDS);
        }
        pool.shutdown();
        patient.close();
        assertThat(rows.find().first().getInteger("n")).isEqualTo(acknowledged.get());
        set.awaitReplicated(LONG);
        assertThat(set.members()).allSatisfy(member -> {
            assertThat(directly(member).find().first().getInteger("n")).isEqualTo(acknowledged.get());
            assertThat(member.rolledBack()).isZero();
        });
    }

    @Test
    void killedPrimary_anotherIsElected_majorityWritesStay() {
        seed();
        rows.createIndex(Indexes.ascending("key"), new IndexOptions().unique(true));
        MongoCollection<Document> safe = rows.withWriteConcern(WriteConcern.MAJORITY);
        for (int i = 10; i < 30; i++) {
            safe.insertOne(new Document("_id", i).append("key", i));
        }
        ReplicaMember old = set.primary();
        old.kill();
        assertThatThrownBy(() -> set.primary()).isInstanceOf(IllegalStateException.class);
        ReplicaMember elected = set.electAny();

        safe.insertOne(new Document("_id", 30).append("key", 30));
        assertThat(elected).isNotSameAs(old);
        assertThat(rows.countDocuments()).isEqualTo(22);
        assertThatThrownBy(() -> rows.insertOne(new Document("_id", 31).append("key", 30)))
                .isInstanceOf(MongoException.class)
                .hasMessageContaining("E11000");
        old.restart();
        set.awaitReplicated(LONG);
        assertThat(directly(old).countDocuments()).isEqualTo(22);
    }

    @Test
    void secondariesKilledInTurn_readsGoOn() throws Exception {
        seed();
        MongoCollection<Document> reads = rows.withReadPreference(ReadPreference.secondaryPreferred());
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(pool.submit(() -> {
                while (!stop.get()) {
                    assertThat(reads.find(Filters.eq("_id", 1)).first()).isNotNull();
                    done.incrementAndGet();
                }
            }));
        }
        for (ReplicaMember member : set.secondaries()) {
            int enough = done.get() + 50;
            Awaitility.await().atMost(LONG).until(() -> done.get() >= enough);
            member.kill();
        }
        int enough = done.get() + 50;
        Awaitility.await().atMost(LONG).until(() -> done.get() >= enough);
        stop.set(true);
        for (Future<?> reader : readers) {
            reader.get(60, TimeUnit.SECONDS);
        }
        pool.shutdown();
        assertThat(set.secondaries()).isEmpty();
    }

    @Test
    void rollback_unreplicatedWriteIsGone_majorityWriteStays() {
        seed();
        rows.withWriteConcern(WriteConcern.MAJORITY).updateOne(Filters.eq("_id", 1), Updates.set("n", 1));
        set.awaitReplicated(LONG);
        ReplicaMember old = set.primary();
        set.secondaries().forEach(ReplicaMember::pause);
        rows.withWriteConcern(WriteConcern.W1).updateOne(Filters.eq("_id", 1), Updates.set("n", 99));
        rows.withWriteConcern(WriteConcern.W1).insertOne(new Document("_id", 2));
        old.isolate();
        set.elect(set.members().get(1));
        set.members().forEach(ReplicaMember::resume);
        old.rejoin();
        set.awaitReplicated(LONG);

        assertThat(old.rolledBack()).isEqualTo(2);
        assertThat(directly(old).find().into(new ArrayList<>())).containsExactly(new Document("_id", 1).append("n", 1));
        assertThat(rows.find().into(new ArrayList<>())).containsExactly(new Document("_id", 1).append("n", 1));
    }

    @Test
    void stalePrimary_isNotBelievedBesideANewerOne() {
        seed();
        ReplicaMember stale = set.primary().isolate();
        ReplicaMember fresh = set.members().get(1);
        set.elect(fresh);
        awaitDescription(fresh, ServerDescription::isPrimary);

        for (int i = 0; i < 20; i++) {
            rows.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
        }
        assertThat(stale.isPrimary()).isTrue();
        assertThat(stale.commands("update")).isZero();
        assertThat(fresh.commands("update")).isEqualTo(20);
        assertThatThrownBy(() -> directly(stale)
                        .withWriteConcern(WriteConcern.MAJORITY.withWTimeout(50, TimeUnit.MILLISECONDS))
                        .updateOne(Filters.eq("_id", 1), Updates.set("n", -1)))
                .isInstanceOf(MongoWriteConcernException.class);
        stale.rejoin();
        set.awaitReplicated(LONG);
        assertThat(stale.isPrimary()).isFalse();
        assertThat(directly(stale).find().first().getInteger("n")).isEqualTo(20);
    }

    @Test
    void election_withoutAMajority_refused() {
        seed();
        set.members().get(0).kill();
        set.members().get(1).kill();
        assertThatThrownBy(() -> set.elect(set.members().get(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2 votes of 4");
        set.members().get(0).restart();
        set.elect(set.members().get(2));
        assertThat(set.primary()).isSameAs(set.members().get(2));
    }

    @Test
    void electAfter_electsByItself() {
        try (ReplicaSet own =
                        ReplicaSet.builder().electAfter(Duration.ofMillis(30)).start();
                MongoClient its = MongoClients.create(own.uri("w=majority"))) {
            its.getDatabase("shop").getCollection("rows").insertOne(one());
            own.primary().kill();
            its.getDatabase("shop").getCollection("rows").insertOne(new Document("_id", 2));
            assertThat(its.getDatabase("shop").getCollection("rows").countDocuments())
                    .isEqualTo(2);
        }
    }

    @Test
    void failCommand_oneFailureIsRetriedUnseenTheSecondIsSeen() {
        seed();
        ReplicaMember primary = set.primary().fail(FailCommand.of("update").error(91));
        rows.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
        assertThat(primary.commands("update")).isEqualTo(2);

        primary.fail(FailCommand.of("update").error(91).times(2));
        assertThatThrownBy(() -> rows.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1)))
                .isInstanceOf(MongoException.class);
        assertThat(rows.find().first().getInteger("n")).isEqualTo(1);
    }

    @Test
    void replyLostAfterTheWriteWasApplied_retriedAndAppliedOnce() {
        seed();
        set.primary().fail(FailCommand.of("update").connection(FailCommand.Connection.LOST_AFTER));
        rows.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
        assertThat(rows.find().first().getInteger("n")).isEqualTo(1);
        assertThat(set.primary().commands("update")).isEqualTo(2);

        try (MongoClient plain = MongoClients.create(set.uri("retryWrites=false"))) {
            set.primary().fail(FailCommand.of("update").connection(FailCommand.Connection.LOST_AFTER));
            MongoCollection<Document> unprotected = plain.getDatabase("shop").getCollection("rows");
            assertThatThrownBy(() -> unprotected.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1)))
                    .isInstanceOf(MongoException.class);
            assertThat(unprotected.find().first().getInteger("n")).isEqualTo(2);
        }
    }

    @Test
    void failCommand_overTheWire() {
        seed();
        client.getDatabase("admin")
                .runCommand(new Document("configureFailPoint", "failCommand")
                        .append("mode", new Document("times", 1))
                        .append("data", new Document("failCommands", List.of("find")).append("errorCode", 96)));
        assertThatThrownBy(() -> rows.find().first()).isInstanceOf(MongoException.class);
        assertThat(rows.find().first()).isEqualTo(one());
    }

    @Test
    void frozenPrimary_clientDeadlineHolds() {
        seed();
        try (MongoClient hurried = MongoClients.create(set.uri("timeoutMS=300"))) {
            MongoCollection<Document> own = hurried.getDatabase("shop").getCollection("rows");
            assertThat(own.find().first()).isEqualTo(one());
            set.primary().freeze();
            assertThatThrownBy(() -> own.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1)))
                    .isInstanceOf(com.mongodb.MongoOperationTimeoutException.class);
            set.primary().thaw();
        }
    }

    @Test
    void changeStream_tellsCommittedChangesInOrder_overElections() {
        rows.insertOne(one());
        List<ChangeStreamDocument<Document>> events = new ArrayList<>();
        try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream =
                rows.watch().fullDocument(FullDocument.UPDATE_LOOKUP).cursor()) {
            rows.insertOne(new Document("_id", 2).append("a", new Document("b", 1)));
            rows.updateOne(
                    Filters.eq("_id", 2),
                    Updates.combine(Updates.set("a.b", 2), Updates.set("c", 3), Updates.unset("d")));
            rows.replaceOne(Filters.eq("_id", 2), new Document("_id", 2).append("z", 1));
            rows.findOneAndUpdate(Filters.eq("_id", 1), Updates.inc("n", 5));
            set.handOver(set.members().get(2));
            rows.deleteOne(Filters.eq("_id", 2));
            while (events.size() < 5) {
                events.add(stream.next());
            }
        }
        assertThat(events)
                .extracting(ChangeStreamDocument::getOperationType)
                .containsExactly(
                        OperationType.INSERT,
                        OperationType.UPDATE,
                        OperationType.REPLACE,
                        OperationType.UPDATE,
                        OperationType.DELETE);
        assertThat(events.get(1).getUpdateDescription().getUpdatedFields())
                .isEqualTo(BsonDocument.parse("{'a.b': 2, c: 3}"));
        assertThat(events.get(1).getFullDocument())
                .isEqualTo(
                        new Document("_id", 2).append("a", new Document("b", 2)).append("c", 3));
        assertThat(events.get(3).getDocumentKey()).isEqualTo(BsonDocument.parse("{_id: 1}"));
        assertThat(events.get(4).getNamespace().getFullName()).isEqualTo("shop.rows");
    }

    @Test
    void changeStream_overAKilledPrimary_missesAndRepeatsNothing() throws Exception {
        MongoCollection<Document> safe = rows.withWriteConcern(WriteConcern.MAJORITY);
        safe.insertOne(new Document("_id", -1));
        List<Integer> told = java.util.Collections.synchronizedList(new ArrayList<>());
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream = client.getDatabase("shop")
                .watch(List.of(Aggregates.match(Filters.eq("operationType", "insert"))))
                .cursor()) {
            Future<?> reader = pool.submit(() -> {
                while (told.size() < 60) {
                    told.add(stream.next().getFullDocument().getInteger("_id"));
                }
            });
            for (int i = 0; i < 60; i++) {
                if (i == 30) {
                    set.primary().kill();
                    set.electAny();
                }
                safe.insertOne(new Document("_id", i));
            }
            reader.get(60, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            expected.add(i);
        }
        assertThat(told).isEqualTo(expected);
    }

    @Test
    void changeStream_resumesAfterATokenAndHidesTheUncommitted() {
        rows.insertOne(one());
        BsonDocument token;
        try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream =
                rows.watch().cursor()) {
            rows.insertOne(new Document("_id", 2));
            token = stream.next().getResumeToken();
        }
        rows.insertMany(List.of(new Document("_id", 3), new Document("_id", 4)));
        try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream =
                rows.watch().resumeAfter(token).batchSize(1).cursor()) {
            assertThat(stream.next().getFullDocument().getInteger("_id")).isEqualTo(3);
            token = stream.next().getResumeToken();
            set.secondaries().forEach(ReplicaMember::pause);
            rows.withWriteConcern(WriteConcern.W1).insertOne(new Document("_id", 5));
            assertThat(stream.tryNext()).isNull();
            set.secondaries().forEach(ReplicaMember::resume);
            assertThat(stream.next().getFullDocument().getInteger("_id")).isEqualTo(5);
        }
        try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream =
                rows.watch().resumeAfter(token).cursor()) {
            assertThat(stream.next().getFullDocument().getInteger("_id")).isEqualTo(5);
        }
    }
}
