package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ConnectionString;
import com.mongodb.DuplicateKeyException;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Accumulators;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndReplaceOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexModel;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import com.mongodb.client.model.changestream.OperationType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedMongoTest {
    private static EmbeddedMongo node;
    private static MongoClient client;
    private MongoCollection<Document> payments;

    @BeforeAll
    static void start() {
        node = EmbeddedMongo.builder().start();
        client = MongoClients.create(node.uri());
    }

    @AfterAll
    static void stop() {
        client.close();
        node.close();
    }

    @BeforeEach
    void empty() {
        payments = client.getDatabase("shop").getCollection("payments");
        payments.drop();
    }

    @Test
    void insertFindReplace_byIdAndVersion() {
        payments.insertOne(new Document("_id", "p1").append("version", 1L).append("status", "CREATED"));

        Document next = new Document("_id", "p1").append("version", 2L).append("status", "INITIATED");
        assertThat(payments.replaceOne(idAndVersion("p1", 1L), next).getModifiedCount())
                .isEqualTo(1);
        assertThat(payments.replaceOne(idAndVersion("p1", 1L), next).getMatchedCount())
                .isZero();
        Document returned = payments.findOneAndReplace(
                idAndVersion("p1", 2L),
                new Document("version", 3L),
                new FindOneAndReplaceOptions().returnDocument(ReturnDocument.AFTER));
        assertThat(returned).isEqualTo(new Document("_id", "p1").append("version", 3L));
        assertThat(payments.findOneAndReplace(idAndVersion("p1", 2L), new Document("version", 9L)))
                .isNull();
    }

    private static org.bson.conversions.Bson idAndVersion(String id, long version) {
        return Filters.and(Filters.eq("_id", id), Filters.eq("version", version));
    }

    @Test
    void compareAndSet_manyThreads_noneLost() throws Exception {
        payments.insertOne(new Document("_id", "p1").append("version", 0L));
        AtomicInteger won = new AtomicInteger();
        race(8, () -> {
            for (int i = 0; i < 50; i++) {
                long version = payments.find(Filters.eq("_id", "p1")).first().getLong("version");
                won.addAndGet((int) payments.replaceOne(
                                idAndVersion("p1", version), new Document("_id", "p1").append("version", version + 1))
                        .getModifiedCount());
            }
            return null;
        });
        assertThat(payments.find().first().getLong("version")).isEqualTo(won.get());
        assertThat(won.get()).isGreaterThanOrEqualTo(50);
    }

    @Test
    void uniqueIndex_racingInserts_oneWins() throws Exception {
        payments.createIndex(Indexes.ascending("cartId"), new IndexOptions().unique(true));
        for (int round = 0; round < 20; round++) {
            String cart = "cart-" + round;
            AtomicInteger won = new AtomicInteger();
            AtomicInteger refused = new AtomicInteger();
            race(16, () -> {
                try {
                    payments.insertOne(new Document("cartId", cart));
                    won.incrementAndGet();
                } catch (MongoWriteException e) {
                    assertThat(e.getError().getCategory()).isEqualTo(ErrorCategory.DUPLICATE_KEY);
                    refused.incrementAndGet();
                }
                return null;
            });
            assertThat(won).hasValue(1);
            assertThat(refused).hasValue(15);
        }
        assertThat(payments.countDocuments()).isEqualTo(20);
    }

    @Test
    void uniqueIndex_updateIntoTakenKey_refusedAndUnchanged() {
        payments.createIndex(Indexes.ascending("cartId"), new IndexOptions().unique(true));
        payments.insertMany(List.of(doc(1, "cartId", "a"), doc(2, "cartId", "b")));

        assertThatThrownBy(() -> payments.updateOne(Filters.eq("_id", 2), Updates.set("cartId", "a")))
                .isInstanceOf(MongoWriteException.class)
                .hasMessageContaining("E11000");
        assertThat(payments.find(Filters.eq("cartId", "b")).first().getInteger("_id"))
                .isEqualTo(2);
        // a document may keep its own key
        assertThat(payments.replaceOne(
                                Filters.eq("_id", 2), doc(2, "cartId", "b").append("x", 1))
                        .getModifiedCount())
                .isEqualTo(1);
    }

    @Test
    void uniqueIndex_compoundAndSparse() {
        payments.createIndex(Indexes.ascending("profile", "key"), new IndexOptions().unique(true));
        payments.createIndex(
                Indexes.ascending("tranRef"), new IndexOptions().unique(true).sparse(true));
        payments.insertMany(List.of(
                doc(1, "profile", "a").append("key", "k"),
                doc(2, "profile", "b").append("key", "k")));

        assertThatThrownBy(() -> payments.insertOne(doc(3, "profile", "a").append("key", "k")))
                .isInstanceOf(MongoWriteException.class);
        payments.updateOne(Filters.eq("_id", 1), Updates.set("tranRef", "T1"));
        assertThatThrownBy(() -> payments.updateOne(Filters.eq("_id", 2), Updates.set("tranRef", "T1")))
                .isInstanceOf(MongoWriteException.class);
    }

    @Test
    void outbox_pushPullAndArrayFilters() {
        payments.insertOne(doc(1, "outbox", List.of(new Document("id", "e1").append("tries", 0))));

        payments.updateOne(Filters.eq("_id", 1), Updates.push("outbox", new Document("id", "e2").append("tries", 0)));
        payments.updateOne(
                Filters.eq("_id", 1),
                Updates.inc("outbox.$[e].tries", 1),
                new UpdateOptions().arrayFilters(List.of(Filters.eq("e.id", "e2"))));
        payments.updateOne(
                Filters.and(Filters.eq("_id", 1), Filters.eq("outbox.id", "e1")),
                Updates.set("outbox.$.cause", "late"));
        payments.updateOne(Filters.eq("_id", 1), Updates.combine(Updates.unset("none"), Updates.set("seen", true)));
        assertThat(payments.find().first().getList("outbox", Document.class))
                .containsExactly(
                        new Document("id", "e1").append("tries", 0).append("cause", "late"),
                        new Document("id", "e2").append("tries", 1));

        payments.updateOne(Filters.eq("_id", 1), Updates.pull("outbox", new Document("id", "e1")));
        assertThat(payments.find(Filters.eq("outbox.id", "e1")).first()).isNull();
        assertThat(payments.find(Filters.eq("outbox.id", "e2")).first()).isNotNull();
    }

    @Test
    void findOneAndUpdate_claimsInOrderOfDueTime_eachOnce() throws Exception {
        payments.createIndex(Indexes.ascending("status", "dueAt"));
        List<Document> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            rows.add(doc(i, "status", "DUE").append("dueAt", new Date(1_000L * ((i * 37) % 200))));
        }
        payments.insertMany(rows);
        List<Integer> claimed = java.util.Collections.synchronizedList(new ArrayList<>());
        race(4, () -> {
            while (true) {
                Document row = payments.findOneAndUpdate(
                        Filters.and(Filters.eq("status", "DUE"), Filters.lte("dueAt", new Date(150_000))),
                        Updates.set("status", "TAKEN"),
                        new FindOneAndUpdateOptions().sort(Sorts.ascending("dueAt")));
                if (row == null) {
                    return null;
                }
                claimed.add((int) (row.getDate("dueAt").getTime() / 1000));
            }
        });
        assertThat(claimed).hasSize(151).doesNotHaveDuplicates();
        assertThat(payments.countDocuments(Filters.eq("status", "DUE"))).isEqualTo(49);
        // a single claimer sees the due times in order
        payments.updateMany(new Document(), Updates.set("status", "DUE"));
        for (int i = 0; i < 5; i++) {
            Document row = payments.findOneAndUpdate(
                    Filters.eq("status", "DUE"),
                    Updates.set("status", "TAKEN"),
                    new FindOneAndUpdateOptions().sort(Sorts.descending("dueAt")));
            assertThat(row.getDate("dueAt")).isEqualTo(new Date(1_000L * (199 - i)));
        }
    }

    @Test
    void upsert_race_insertsOne() throws Exception {
        race(
                16,
                () -> payments.updateOne(
                        Filters.eq("_id", "counter"), Updates.inc("n", 1), new UpdateOptions().upsert(true)));
        assertThat(payments.find().into(new ArrayList<>()))
                .containsExactly(new Document("_id", "counter").append("n", 16));
        payments.replaceOne(
                Filters.eq("_id", "new"), new Document("_id", "new").append("a", 1), new ReplaceOptions().upsert(true));
        assertThat(payments.countDocuments()).isEqualTo(2);
    }

    @Test
    void find_sortLimitSkipProjectionAndCursor() {
        List<Document> rows = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            rows.add(doc(i, "n", 2_499 - i));
        }
        payments.insertMany(rows);

        assertThat(payments.find()
                        .sort(Sorts.ascending("n"))
                        .skip(10)
                        .limit(3)
                        .projection(Projections.fields(Projections.include("n"), Projections.excludeId())))
                .containsExactly(new Document("n", 10), new Document("n", 11), new Document("n", 12));
        assertThat(payments.find().batchSize(100).into(new ArrayList<>())).hasSize(2_500);
        assertThat(payments.find().into(new ArrayList<>())).hasSize(2_500);
        assertThat(payments.aggregate(List.of(Aggregates.match(Filters.gte("n", 100))))
                        .into(new ArrayList<>()))
                .hasSize(2_400);
        assertThat(payments.countDocuments(Filters.lt("n", 100))).isEqualTo(100);
        assertThat(payments.estimatedDocumentCount()).isEqualTo(2_500);
    }

    @Test
    void aggregate_groupSumsDecimalExactly() {
        payments.insertMany(List.of(
                doc(1, "currency", "KWD").append("amount", new Decimal128(new BigDecimal("250.001"))),
                doc(2, "currency", "KWD").append("amount", new Decimal128(new BigDecimal("0.002"))),
                doc(3, "currency", "JOD").append("amount", new Decimal128(new BigDecimal("1.500")))));

        List<Document> sums = payments.aggregate(List.of(
                        Aggregates.match(Filters.eq("currency", "KWD")),
                        Aggregates.group("$currency", Accumulators.sum("total", "$amount"))))
                .into(new ArrayList<>());

        assertThat(sums)
                .containsExactly(new Document("_id", "KWD").append("total", new Decimal128(new BigDecimal("250.003"))));
    }

    @Test
    void orderedBulk_stopsAtFirstErrorAndCountsRight() {
        payments.insertOne(doc(1, "n", 0));
        assertThatThrownBy(() -> payments.bulkWrite(List.of(
                        new InsertOneModel<>(doc(2, "n", 0)),
                        new InsertOneModel<>(doc(1, "n", 0)),
                        new InsertOneModel<>(doc(3, "n", 0)))))
                .isInstanceOfSatisfying(MongoBulkWriteException.class, e -> {
                    assertThat(e.getWriteResult().getInsertedCount()).isEqualTo(1);
                    assertThat(e.getWriteErrors()).hasSize(1);
                });
        assertThatThrownBy(() -> payments.bulkWrite(List.of(
                        new UpdateOneModel<>(Filters.eq("_id", 1), Updates.set("n", 1)),
                        new UpdateOneModel<>(Filters.eq("_id", 2), Updates.set("_id", 9)),
                        new UpdateOneModel<>(Filters.eq("_id", 2), Updates.set("n", 2)))))
                .isInstanceOfSatisfying(
                        MongoBulkWriteException.class,
                        e -> assertThat(e.getWriteResult().getModifiedCount()).isEqualTo(1));
        assertThat(payments.find(Filters.eq("_id", 2)).first().getInteger("n")).isZero();
        assertThatThrownBy(() -> payments.bulkWrite(
                        List.of(
                                new InsertOneModel<>(doc(1, "n", 0)),
                                new InsertOneModel<>(doc(4, "n", 0)),
                                new DeleteOneModel<>(Filters.eq("_id", 2))),
                        new BulkWriteOptions().ordered(false)))
                .isInstanceOfSatisfying(MongoBulkWriteException.class, e -> {
                    assertThat(e.getWriteResult().getInsertedCount()).isEqualTo(1);
                    assertThat(e.getWriteResult().getDeletedCount()).isEqualTo(1);
                });
    }

    @Test
    void sessions_readYourWritesAndRetryableWritesAreOn() {
        try (ClientSession session = client.startSession()) {
            payments.insertOne(session, doc(1, "n", 1));
            assertThat(payments.find(session, Filters.eq("_id", 1)).first()).isNotNull();
            assertThat(session.getOperationTime()).isNotNull();
        }
        payments.withWriteConcern(WriteConcern.MAJORITY.withJournal(true)).insertOne(doc(2, "n", 1));
        payments.withWriteConcern(WriteConcern.UNACKNOWLEDGED).insertOne(doc(3, "n", 1));
        assertThat(payments.countDocuments(Filters.in("_id", 1, 2, 3))).isBetween(2L, 3L);
    }

    @Test
    void retryableWrite_sentTwice_appliedOnce() {
        payments.insertOne(doc(1, "n", 0));
        Document update = new Document("update", "payments")
                .append(
                        "updates",
                        List.of(new Document("q", new Document("_id", 1))
                                .append("u", new Document("$inc", new Document("n", 1)))))
                .append("lsid", new Document("id", new org.bson.types.Binary((byte) 4, new byte[16])))
                .append("txnNumber", 7L);
        RawCommands raw = new RawCommands(node.port());
        Document first = raw.run("shop", update);
        Document second = raw.run("shop", update);

        assertThat(first.getInteger("nModified")).isEqualTo(1);
        assertThat(second.getInteger("nModified")).isEqualTo(1);
        assertThat(payments.find().first().getInteger("n")).isEqualTo(1);
        assertThat(raw.run("shop", new Document(update).append("txnNumber", 6L)).getInteger("code"))
                .isEqualTo(225);
    }

    @Test
    void guard_refusesWhatItCannotDo() {
        payments.insertOne(doc(1, "n", 1));
        try (ClientSession session = client.startSession()) {
            session.startTransaction();
            assertThatThrownBy(() -> payments.insertOne(session, doc(2, "n", 1)))
                    .isInstanceOf(MongoCommandException.class)
                    .hasMessageContaining("transactions");
            session.abortTransaction();
        }
        refused(
                () -> payments.find(Filters.eq("n", Decimal128.parse("1234567890.1234567")))
                        .first(),
                "decimals");
        refused(() -> client.getDatabase("shop").runCommand(new Document("dbStats", 1)), "dbStats");
        refused(
                () -> payments.updateOne(Filters.eq("_id", 1), List.of(new Document("$set", new Document("n", 2)))),
                "pipeline");
        refused(
                () -> payments.createIndex(
                        Indexes.ascending("n"), new IndexOptions().partialFilterExpression(Filters.exists("n"))),
                "partialFilterExpression");
        refused(() -> payments.createIndex(Indexes.text("n")), "index of kind");
        refused(
                () -> payments.find()
                        .collation(Collation.builder().locale("en").build())
                        .first(),
                "collation");
        refused(() -> payments.find().hint(Indexes.ascending("n")).first(), "hint");
        refused(() -> payments.find(Filters.jsonSchema(new Document())).first(), "$jsonSchema");
        refused(() -> payments.updateOne(Filters.eq("_id", 1), Updates.bitwiseAnd("n", 1)), "$bit");
        refused(() -> payments.aggregate(List.of(new Document("$out", "x"))).toCollection(), "$out");
        refused(() -> client.getDatabase("shop").runCommand(new Document("compact", "payments")), "compact");
        refused(
                () -> client.getDatabase("shop")
                        .createCollection(
                                "v",
                                new com.mongodb.client.model.CreateCollectionOptions()
                                        .validationOptions(new com.mongodb.client.model.ValidationOptions()
                                                .validator(Filters.exists("a")))),
                "validator");
        assertThat(payments.find().first()).isEqualTo(doc(1, "n", 1));
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String named) {
        assertThatThrownBy(call).isInstanceOf(com.mongodb.MongoException.class).hasMessageContaining(named);
    }

    @Test
    void changeStream_tellsWhatIsOnDisk() {
        try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream =
                payments.watch().cursor()) {
            assertThat(stream.tryNext()).isNull();
            payments.insertOne(doc(1, "n", 1));
            payments.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
            payments.deleteOne(Filters.eq("_id", 1));
            assertThat(stream.next().getFullDocument()).isEqualTo(doc(1, "n", 1));
            assertThat(stream.next().getUpdateDescription().getUpdatedFields()).isEqualTo(BsonDocument.parse("{n: 2}"));
            assertThat(stream.next().getOperationType()).isEqualTo(OperationType.DELETE);
            BsonDocument token = stream.getResumeToken();
            payments.insertOne(doc(2, "n", 1));
            try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> resumed =
                    payments.watch().resumeAfter(token).cursor()) {
                assertThat(resumed.next().getFullDocument()).isEqualTo(doc(2, "n", 1));
            }
        }
    }

    @Test
    void createIndex_sameNameOtherKeys_refused() {
        payments.createIndex(Indexes.ascending("a"), new IndexOptions().name("x"));
        payments.createIndex(Indexes.ascending("a"), new IndexOptions().name("x"));
        assertThatThrownBy(() -> payments.createIndex(Indexes.ascending("b"), new IndexOptions().name("x")))
                .isInstanceOf(MongoCommandException.class);
        assertThatThrownBy(() -> payments.createIndex(
                        Indexes.ascending("a"), new IndexOptions().name("x").unique(true)))
                .isInstanceOf(MongoCommandException.class);
        assertThat(payments.listIndexes().into(new ArrayList<>())).hasSize(2);
    }

    @Test
    void createIndexes_oneFails_noneIsMade() {
        payments.insertMany(List.of(doc(1, "a", 1), doc(2, "a", 1)));
        assertThatThrownBy(() -> payments.createIndexes(List.of(
                        new IndexModel(Indexes.ascending("b")),
                        new IndexModel(Indexes.ascending("a"), new IndexOptions().unique(true)))))
                .isInstanceOf(DuplicateKeyException.class);
        assertThat(payments.listIndexes().into(new ArrayList<>())).hasSize(1);
        assertThat(payments.createIndex(Indexes.ascending("b"))).isEqualTo("b_1");
    }

    @Test
    void droppedConnection_writeAppliedOnceOrNot_neverTwice() throws Exception {
        payments.insertOne(doc(1, "n", 0));
        try (TcpProxy proxy = new TcpProxy(node.port());
                MongoClient dropped = MongoClients.create(MongoClientSettings.builder()
                        .applyConnectionString(new ConnectionString(
                                "mongodb://127.0.0.1:" + proxy.port() + "/?directConnection=true&timeoutMS=60000"))
                        .applyToServerSettings(server -> server.minHeartbeatFrequency(10, TimeUnit.MILLISECONDS))
                        .build())) {
            MongoCollection<Document> rows = dropped.getDatabase("shop").getCollection("payments");
            AtomicInteger acknowledged = new AtomicInteger();
            ExecutorService pool = Executors.newFixedThreadPool(3);
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                writers.add(pool.submit(() -> {
                    for (int n = 0; n < 60; n++) {
                        rows.updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
                        acknowledged.incrementAndGet();
                    }
                }));
            }
            while (writers.stream().anyMatch(writer -> !writer.isDone())) {
                int seen = acknowledged.get();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> acknowledged.get() >= seen + 10
                                || writers.stream().allMatch(Future::isDone));
                proxy.reset();
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            pool.shutdown();
        }
        assertThat(payments.find().first().getInteger("n")).isEqualTo(180);
    }

    @Test
    void hotDocument_readersNeverSeeHalfAnUpdate() throws Exception {
        payments.insertOne(doc(1, "a", 0).append("b", 0).append("c", new Document("d", 0)));
        AtomicInteger torn = new AtomicInteger();
        ExecutorService writer = Executors.newSingleThreadExecutor();
        Future<?> writes = writer.submit(() -> {
            for (int i = 1; i <= 1_000; i++) {
                payments.updateOne(
                        Filters.eq("_id", 1),
                        Updates.combine(Updates.set("a", i), Updates.set("b", i), Updates.set("c.d", i)));
            }
        });
        while (!writes.isDone()) {
            Document seen = payments.find().first();
            boolean whole = seen.getInteger("a").equals(seen.getInteger("b"))
                    && seen.getInteger("a").equals(seen.get("c", Document.class).getInteger("d"));
            torn.addAndGet(whole ? 0 : 1);
        }
        writes.get();
        writer.shutdown();
        assertThat(torn).hasValue(0);
    }

    @Test
    void dates_keepMilliseconds() {
        Date at = Date.from(Instant.parse("2026-11-22T10:15:30.123Z"));
        payments.insertOne(doc(1, "at", at));
        assertThat(payments.find(Filters.eq("at", at)).first().getDate("at")).isEqualTo(at);
    }

    static Document doc(int id, String field, Object value) {
        return new Document("_id", id).append(field, value);
    }

    static void race(int threads, Callable<?> action) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    barrier.await();
                    return action.call();
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
