package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ReadPreference;
import com.mongodb.Tag;
import com.mongodb.TagSet;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import io.nestcms.payment.Insertion;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaMember;
import io.nestcms.testkit.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What holds while members of the set lag, die and change roles. */
class ReplicaSetFailoverTest {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSetFailoverTest.class);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ReplicaSet set = ReplicaSet.builder()
            .secondaries(3)
            .electAfter(Duration.ofMillis(200))
            .start();
    private final MongoClient client = MongoClients.create(MongoSettings.builder(set.uri())
            .heartbeat(Duration.ofMillis(500))
            .serverSelectionTimeout(Duration.ofSeconds(30))
            .build()
            .client());

    @AfterEach
    void stop() {
        client.close();
        set.close();
        assertThat(set.refusals()).isEmpty();
    }

    private static Long add(ReadWriteSplitter splitter, ReadScope scope, int id) {
        return splitter.write(scope, (database, session) -> {
            Document after = database.getCollection("c")
                    .findOneAndUpdate(
                            session,
                            Filters.eq("_id", id),
                            Document.parse("{$inc: {n: {$numberLong: '1'}}}"),
                            new com.mongodb.client.model.FindOneAndUpdateOptions()
                                    .upsert(true)
                                    .returnDocument(com.mongodb.client.model.ReturnDocument.AFTER));
            return after.getLong("n");
        });
    }

    private static long read(ReadWriteSplitter splitter, ReadPurpose purpose, int id) {
        Document found = splitter.read(
                purpose,
                (database, session) -> database.getCollection("c")
                        .find(session, Filters.eq("_id", id))
                        .first());
        return found == null ? 0 : found.getLong("n");
    }

    @Test
    void scope_laggingSecondaries_neverSeesTheOldValue() {
        ReadWriteSplitter splitter = ReadWriteSplitter.builder(client, "test")
                .patience(Duration.ofSeconds(20))
                .build();
        set.secondaries().get(0).lag(Duration.ofMillis(400));
        set.secondaries().get(1).lag(Duration.ofMillis(200));
        for (int round = 0; round < 12; round++) {
            ReadScope scope = ReadScope.begin();
            Long written = add(splitter, scope, 1);

            assertThat(read(splitter, ReadPurpose.within(scope), 1)).isEqualTo(written);
            assertThat(read(splitter, ReadPurpose.within(ReadScope.resume(scope.token())), 1))
                    .isEqualTo(written);
        }
        assertThat(splitter.counts().fallbacks()).isZero();
    }

    @Test
    void staleRead_withinItsBound_seesTheOldValue_beyondItNever() {
        ReplicaMember stale = set.secondaries().get(0).tags(Map.of("use", "stale"));
        AtomicLong nanos = new AtomicLong();
        ReadWriteSplitter splitter = ReadWriteSplitter.builder(client, "test")
                .spread(ReadPreference.secondaryPreferred(new TagSet(new Tag("use", "stale"))))
                .patience(Duration.ofMillis(300))
                .nanoTime(nanos::get)
                .build();
        add(splitter, ReadScope.begin(), 1);
        set.awaitReplicated(LONG);
        Awaitility.await()
                .atMost(LONG)
                .until(() -> client.getClusterDescription().getServerDescriptions().stream()
                        .anyMatch(server -> server.getTagSet().iterator().hasNext()));
        stale.pause();
        nanos.addAndGet(Duration.ofMillis(100).toNanos());
        add(splitter, ReadScope.begin(), 1);

        assertThat(read(splitter, ReadPurpose.staleUpTo(Duration.ofSeconds(1)), 1))
                .as("the value from before, which is 100 ms old")
                .isEqualTo(1);
        nanos.addAndGet(Duration.ofMillis(950).toNanos());
        assertThat(read(splitter, ReadPurpose.staleUpTo(Duration.ofSeconds(1)), 1))
                .as("the write is 950 ms old and the point before it is 1050 ms old")
                .isEqualTo(2);
        assertThat(splitter.counts().fallbacks()).isEqualTo(1);
    }

    @Test
    void deathsAndElectionsUnderLoad_loseNoWriteAndShowNoOldValue() throws Exception {
        ReadWriteSplitter splitter = ReadWriteSplitter.builder(client, "test").build();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        AtomicLong worst = new AtomicLong();
        AtomicInteger readErrors = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(16);
        try {
            List<Future<Long>> writers = new ArrayList<>();
            List<Future<?>> readers = new ArrayList<>();
            for (int n = 0; n < 8; n++) {
                int id = n;
                writers.add(pool.submit(() -> {
                    ReadScope scope = ReadScope.begin();
                    long acknowledged = 0;
                    while (!over.get()) {
                        long start = System.nanoTime();
                        long written = add(splitter, scope, id);
                        worst.accumulateAndGet(System.nanoTime() - start, Math::max);
                        acknowledged++;
                        assertThat(written).isEqualTo(acknowledged);
                        assertThat(read(splitter, ReadPurpose.within(scope), id))
                                .isEqualTo(acknowledged);
                        done.incrementAndGet();
                    }
                    return acknowledged;
                }));
                readers.add(pool.submit(() -> {
                    while (!over.get()) {
                        try {
                            read(splitter, ReadPurpose.staleUpTo(Duration.ofSeconds(30)), id);
                        } catch (RuntimeException failed) {
                            LOG.warn("a read failed", failed);
                            readErrors.incrementAndGet();
                        }
                    }
                }));
            }
            chaos(done);
            over.set(true);
            for (int n = 0; n < 8; n++) {
                long acknowledged = writers.get(n).get();
                assertThat(read(splitter, ReadPurpose.fresh(), n)).isEqualTo(acknowledged);
                readers.get(n).get();
            }
        } finally {
            over.set(true);
            pool.shutdownNow();
        }
        LOG.info(
                "{} acknowledged writes, worst {} ms; {}",
                done.get(),
                Duration.ofNanos(worst.get()).toMillis(),
                splitter.counts());
        assertThat(readErrors).hasValue(0);
    }

    private void chaos(AtomicInteger done) {
        progress(done);
        for (int n = 0; n < 3; n++) {
            ReplicaMember victim = set.secondaries().get(n % set.secondaries().size());
            victim.kill();
            progress(done);
            victim.restart();
            progress(done);
        }
        for (int n = 0; n < 6; n++) {
            set.handOver(set.secondaries().get(0));
            progress(done);
        }
        ReplicaMember primary = set.primary();
        primary.kill();
        progress(done);
        primary.restart();
        progress(done);
    }

    private static void progress(AtomicInteger done) {
        int target = done.get() + 16;
        Awaitility.await().atMost(LONG).until(() -> done.get() >= target);
    }

    @Test
    void insert_replyLost_isAppliedOnce() {
        NestMongo mongo = NestMongo.using(client, "test");
        Payment payment = payment("a");
        set.primary().fail(FailCommand.of("insert").times(1).connection(FailCommand.Connection.LOST_AFTER));

        assertThat(mongo.payments().insert(payment, entries(payment, 1, 2))).isInstanceOf(Insertion.Inserted.class);
        assertThat(mongo.payments().find(payment.id())).contains(payment);
    }

    @Test
    void insert_everyReplyLost_isUnknownAndTheCallerReadsAgain() {
        NestMongo mongo = NestMongo.using(client, "test");
        Payment payment = payment("a");
        set.primary().fail(FailCommand.of("insert").times(2).connection(FailCommand.Connection.LOST_AFTER));

        assertThatThrownBy(() -> mongo.payments().insert(payment, List.of()))
                .isInstanceOf(DatabaseUnavailableException.class)
                .hasMessageContaining("may or may not have been written");
        assertThat(mongo.payments().find(payment.id())).contains(payment);
        assertThat(mongo.payments().insert(payment, List.of())).isEqualTo(new Insertion.KeyTaken(payment));
    }

    @Test
    void write_frozenPrimary_endsUnknownInBoundedTime_andTheScopeGoesOn() {
        MongoSettings settings = MongoSettings.builder(set.uri())
                .readTimeout(Duration.ofMillis(500))
                .serverSelectionTimeout(Duration.ofSeconds(1))
                .heartbeat(Duration.ofMillis(500))
                .build();
        try (MongoClient impatient = MongoClients.create(settings.client())) {
            ReadWriteSplitter splitter =
                    ReadWriteSplitter.builder(impatient, "test").build();
            ReadScope scope = ReadScope.begin();
            add(ReadWriteSplitter.builder(client, "test").build(), scope, 1);
            ReplicaMember frozen = set.primary().freeze();

            org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                    LONG,
                    () -> assertThatThrownBy(() -> add(splitter, scope, 1))
                            .isInstanceOf(DatabaseUnavailableException.class)
                            .hasMessageContaining("may or may not have been applied"));

            frozen.thaw();
            Awaitility.await()
                    .atMost(LONG)
                    .ignoreExceptionsInstanceOf(DatabaseUnavailableException.class)
                    .untilAsserted(() -> assertThat(read(splitter, ReadPurpose.within(scope), 1))
                            .isBetween(1L, 2L));
        }
    }

    @Test
    void breakers_primaryGone_failFastAndSecondariesStillRead() {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        MongoSettings settings = MongoSettings.builder(set.uri())
                .serverSelectionTimeout(Duration.ofMillis(50))
                .heartbeat(Duration.ofMillis(500))
                .build();
        try (NestMongo mongo = NestMongo.builder(settings).breakers(breakers).build()) {
            ReadScope scope = ReadScope.begin();
            add(mongo.splitter(), scope, 1);
            set.awaitReplicated(LONG);
            set.members().get(3).kill();
            set.members().get(2).kill();
            set.members().get(0).kill();
            Payment payment = payment("a");

            Awaitility.await()
                    .atMost(LONG)
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> mongo.payments().insert(payment, List.of()))
                            .isInstanceOf(DatabaseUnavailableException.class)
                            .hasMessageContaining("database-write is open"));
            assertThat(read(mongo.splitter(), ReadPurpose.within(scope), 1)).isEqualTo(1);
            assertThatThrownBy(() -> mongo.payments().find(new PaymentId("a")))
                    .isInstanceOf(DatabaseUnavailableException.class);
        }
    }
}
