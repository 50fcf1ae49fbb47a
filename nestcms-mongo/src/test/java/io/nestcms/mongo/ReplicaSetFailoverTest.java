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
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.store.Insertion;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaMember;
import io.nestcms.testkit.ReplicaSet;
import io.nestcms.testkit.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
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
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What holds while members of the set lag, die and change roles. */
@ExtendWith(RefusalCheck.class)
class ReplicaSetFailoverTest {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSetFailoverTest.class);
    /** So long that only a hang takes longer, on a busy machine too: what is bounded by time says so itself. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final int PAIRS = 8;

    private final ReplicaSet set = ReplicaSet.builder()
            .secondaries(3)
            .electAfter(Duration.ofMillis(200))
            .start();
    private final MongoClient client = MongoClients.create(MongoSettings.builder(set.uri())
            .heartbeat(Duration.ofMillis(500))
            .serverSelectionTimeout(LONG)
            .connectTimeout(LONG)
            .readTimeout(LONG)
            .waitQueueTimeout(LONG)
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
                .patience(Duration.ofSeconds(5))
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
    void lagOf400Milliseconds_scopeNeverSeesTheOldValue_staleReadDoesWithinItsBound() {
        Duration bound = Duration.ofSeconds(30);
        set.secondaries().get(0).tags(Map.of("use", "lagging")).lag(Duration.ofMillis(400));
        Awaitility.await()
                .atMost(LONG)
                .until(() -> client.getClusterDescription().getServerDescriptions().stream()
                        .anyMatch(server -> server.getTagSet().iterator().hasNext()));
        ReadWriteSplitter splitter = ReadWriteSplitter.builder(client, "test")
                .spread(ReadPreference.secondaryPreferred(new TagSet(new Tag("use", "lagging"))))
                .patience(Duration.ofSeconds(60))
                .build();
        List<Long> acknowledgedAt = new ArrayList<>(List.of(System.nanoTime()));
        int old = 0;
        // on a machine that stops for longer than the lag a round may see the new value: not every one does
        for (int round = 0; round < 12 || (old == 0 && round < 200); round++) {
            ReadScope scope = ReadScope.begin();
            long written = add(splitter, scope, 1);
            acknowledgedAt.add(System.nanoTime());
            long asked = System.nanoTime();
            long stale = read(splitter, ReadPurpose.staleUpTo(bound), 1);
            if (stale < written) {
                old++;
                assertThat(acknowledgedAt.get((int) stale + 1))
                        .as("what is not seen was acknowledged less than the bound ago")
                        .isGreaterThan(asked - bound.toNanos());
            }
            assertThat(read(splitter, ReadPurpose.within(scope), 1)).isEqualTo(written);
        }
        LOG.info("{} of {} stale reads saw the old value, no read in a scope did", old, acknowledgedAt.size() - 1);
        assertThat(old).isPositive();
        assertThat(splitter.counts().fallbacks()).isZero();
    }

    /** What one pair of a writer and a reader has done, and what was wrong with it. */
    private static final class Pair {
        private final AtomicLong writes = new AtomicLong();
        private final AtomicLong reads = new AtomicLong();
        private final AtomicInteger unknown = new AtomicInteger();
        private final AtomicInteger wrongReads = new AtomicInteger();
        private final AtomicInteger readErrors = new AtomicInteger();
        private final AtomicLong worstWrite = new AtomicLong();
        private final AtomicLong worstRead = new AtomicLong();
    }

    @Test
    void deathsAndElectionsUnderLoad_loseNoWriteAndShowNoOldValue() throws Exception {
        ReadWriteSplitter splitter = ReadWriteSplitter.builder(client, "test").build();
        AtomicBoolean over = new AtomicBoolean();
        List<Pair> pairs = new ArrayList<>();
        List<Future<Long>> writers = new ArrayList<>();
        List<Future<?>> readers = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(2 * PAIRS);
        try {
            for (int n = 0; n < PAIRS; n++) {
                int id = n;
                Pair pair = new Pair();
                pairs.add(pair);
                writers.add(pool.submit(() -> writeUntil(over, splitter, id, pair)));
                readers.add(pool.submit(() -> readUntil(over, splitter, id, pair)));
            }
            chaos(pairs);
            over.set(true);
            for (int n = 0; n < PAIRS; n++) {
                long acknowledged = writers.get(n).get();
                readers.get(n).get();
                assertThat(read(splitter, ReadPurpose.fresh(), n))
                        .as("acknowledged writes of writer %d", n)
                        .isEqualTo(acknowledged);
            }
        } finally {
            over.set(true);
            pool.shutdownNow();
        }
        LOG.info(
                "{} acknowledged writes, {} without an answer, worst pause of a write {} ms, of a read {} ms; {}",
                pairs.stream().mapToLong(pair -> pair.writes.get()).sum(),
                pairs.stream().mapToInt(pair -> pair.unknown.get()).sum(),
                worst(pairs.stream().mapToLong(pair -> pair.worstWrite.get())),
                worst(pairs.stream().mapToLong(pair -> pair.worstRead.get())),
                splitter.counts());
        assertThat(pairs).allSatisfy(pair -> {
            assertThat(pair.wrongReads).as("wrong reads in a scope").hasValue(0);
            assertThat(pair.readErrors).as("reads that failed").hasValue(0);
        });
    }

    private static long worst(java.util.stream.LongStream nanos) {
        return Duration.ofNanos(nanos.max().orElse(0)).toMillis();
    }

    /** Adds one at a time and reads it back in the scope; returns how much must be there at the end. */
    private static long writeUntil(AtomicBoolean over, ReadWriteSplitter splitter, int id, Pair pair) {
        ReadScope scope = ReadScope.begin();
        long there = 0;
        while (!over.get()) {
            long start = System.nanoTime();
            boolean answered = true;
            try {
                there++;
                if (add(splitter, scope, id) != there) {
                    pair.wrongReads.incrementAndGet();
                }
            } catch (DatabaseUnavailableException unknown) {
                answered = false;
                pair.unknown.incrementAndGet();
            }
            pair.worstWrite.accumulateAndGet(System.nanoTime() - start, Math::max);
            long seen = read(splitter, ReadPurpose.within(scope), id);
            // a write without an answer was applied or not; which of the two is decided by this read
            if (!answered && seen == there - 1) {
                there = seen;
            }
            if (seen != there) {
                pair.wrongReads.incrementAndGet();
            }
            pair.writes.incrementAndGet();
        }
        return there;
    }

    private static void readUntil(AtomicBoolean over, ReadWriteSplitter splitter, int id, Pair pair) {
        while (!over.get()) {
            long start = System.nanoTime();
            try {
                read(splitter, ReadPurpose.staleUpTo(Duration.ofSeconds(30)), id);
            } catch (RuntimeException failed) {
                LOG.warn("a read failed", failed);
                pair.readErrors.incrementAndGet();
            }
            pair.worstRead.accumulateAndGet(System.nanoTime() - start, Math::max);
            pair.reads.incrementAndGet();
        }
    }

    private void chaos(List<Pair> pairs) {
        progress(pairs);
        for (int n = 0; n < 3; n++) {
            ReplicaMember victim = set.secondaries().get(n % set.secondaries().size());
            victim.kill();
            progress(pairs);
            victim.restart();
            progress(pairs);
        }
        for (int n = 0; n < 6; n++) {
            set.handOver(set.secondaries().get(0));
            progress(pairs);
        }
        ReplicaMember primary = set.primary();
        primary.kill();
        progress(pairs);
        primary.restart();
        progress(pairs);
    }

    /**
     * Until every writer and every reader has done something that began after now. So none of them meets two elections in
     * one call, however slowly the machine runs, and no limit of time is needed.
     */
    private static void progress(List<Pair> pairs) {
        List<long[]> before = pairs.stream()
                .map(pair -> new long[] {pair.writes.get(), pair.reads.get()})
                .toList();
        Awaitility.await().atMost(LONG).until(() -> {
            for (int n = 0; n < pairs.size(); n++) {
                Pair pair = pairs.get(n);
                boolean failed = pair.wrongReads.get() + pair.readErrors.get() > 0;
                if (!failed && (pair.writes.get() < before.get(n)[0] + 2 || pair.reads.get() < before.get(n)[1] + 2)) {
                    return false;
                }
            }
            return true;
        });
    }

    @Test
    void blackHoledPrimary_writeEndsInBoundedTime_andSucceedsOnceAnotherIsElected() throws Exception {
        ReplicaMember old = set.primary();
        try (TcpProxy proxy = new TcpProxy(old.port())) {
            old.advertise("127.0.0.1:" + proxy.port());
            String seeds = "mongodb://127.0.0.1:" + set.secondaries().get(0).port() + "/?replicaSet=rs0";
            MongoSettings settings = MongoSettings.builder(seeds)
                    .connectTimeout(Duration.ofMillis(500))
                    .readTimeout(Duration.ofSeconds(2))
                    .serverSelectionTimeout(Duration.ofSeconds(2))
                    .heartbeat(Duration.ofMillis(500))
                    .build();
            try (MongoClient impatient = MongoClients.create(settings.client())) {
                ReadWriteSplitter splitter =
                        ReadWriteSplitter.builder(impatient, "test").build();
                ReadScope scope = ReadScope.begin();
                // on a slow machine a time limit may be hit without any fault: not what is asked here
                Awaitility.await()
                        .atMost(LONG)
                        .ignoreExceptionsInstanceOf(DatabaseUnavailableException.class)
                        .until(() -> add(splitter, scope, 1) > 0);
                long before = read(ReadWriteSplitter.builder(client, "test").build(), ReadPurpose.fresh(), 1);
                proxy.blackHole(true);
                long start = System.nanoTime();
                // two attempts, each at most a selection, a connection and a reply; and then half a minute for the
                // machine
                org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(40),
                        () -> assertThatThrownBy(() -> add(splitter, scope, 1))
                                .isInstanceOf(DatabaseUnavailableException.class));
                LOG.info("a write to a black hole ended after {} ms", (System.nanoTime() - start) / 1_000_000);

                old.isolate();
                set.elect(set.secondaries().get(1));
                start = System.nanoTime();
                Awaitility.await()
                        .atMost(LONG)
                        .ignoreExceptionsInstanceOf(DatabaseUnavailableException.class)
                        .until(() -> add(splitter, scope, 1) > 0);
                LOG.info("a write succeeded {} ms after the election", (System.nanoTime() - start) / 1_000_000);
                assertThat(read(splitter, ReadPurpose.within(scope), 1))
                        .as("what was acknowledged, and what was without an answer or not")
                        .isGreaterThan(before);
            }
        }
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
            assertThat(eventually(() -> read(splitter, ReadPurpose.fresh(), 1))).isEqualTo(1);
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

    /** What a client does that has not yet found the servers. */
    private static <T> T eventually(Callable<T> work) {
        return Awaitility.await()
                .atMost(LONG)
                .ignoreExceptionsInstanceOf(DatabaseUnavailableException.class)
                .until(work, Objects::nonNull);
    }

    @Test
    void breakers_primaryGone_failFastAndSecondariesStillRead() {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        MongoSettings settings = MongoSettings.builder(set.uri())
                .serverSelectionTimeout(Duration.ofMillis(200))
                .heartbeat(Duration.ofMillis(500))
                .build();
        try (NestMongo mongo =
                eventually(() -> NestMongo.builder(settings).breakers(breakers).build())) {
            ReadScope scope = ReadScope.begin();
            assertThat(eventually(() -> add(mongo.splitter(), scope, 1))).isPositive();
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
            assertThat(read(mongo.splitter(), ReadPurpose.within(scope), 1)).isPositive();
            assertThatThrownBy(() -> mongo.payments().find(new PaymentId("a")))
                    .isInstanceOf(DatabaseUnavailableException.class);
        }
    }
}
