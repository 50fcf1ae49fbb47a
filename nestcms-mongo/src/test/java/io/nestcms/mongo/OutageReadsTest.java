package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cache.MemoryCache;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.contract.ContractSamples;
import io.nestcms.mongo.ReadAnswer.Origin;
import io.nestcms.payment.Payment;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaMember;
import io.nestcms.testkit.ReplicaSet;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is still read when the primary, or a server on the way, does not answer. */
@ExtendWith(RefusalCheck.class)
class OutageReadsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final ReplicaSet set = ReplicaSet.builder()
            .secondaries(2)
            .electAfter(Duration.ofMillis(200))
            .start();

    @AfterEach
    void stop() {
        pool.shutdownNow();
        set.close();
        assertThat(set.refusals()).isEmpty();
    }

    /** With time-outs that are short enough for an outage, connecting may take more than one try on a busy machine. */
    private static NestMongo connected(Supplier<NestMongo.Builder> builder) {
        return Awaitility.await()
                .atMost(LONG)
                .ignoreExceptionsInstanceOf(DatabaseUnavailableException.class)
                .until(() -> builder.get().build(), Objects::nonNull);
    }

    /** Stale reads are asked for again while the machine is too busy to open a connection in time. */
    private static <T> T eventually(Callable<T> read) {
        return Awaitility.await()
                .atMost(LONG)
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsInstanceOf(DatabaseUnavailableException.class)
                .until(read, Objects::nonNull);
    }

    private NestMongo.Builder builder() {
        return NestMongo.builder(MongoSettings.builder(set.uri())
                .serverSelectionTimeout(Duration.ofMillis(300))
                .heartbeat(Duration.ofMillis(500))
                .build());
    }

    /** Leaves one secondary, which can elect nobody. */
    private void killThePrimary() {
        set.awaitReplicated(LONG);
        set.secondaries().get(0).kill();
        set.primary().kill();
    }

    @Test
    void findPayment_primaryGone_takesOnlyWhatIsAllowed_alsoBehindAnOpenBreaker() {
        try (NestMongo mongo =
                connected(() -> builder().breakers(CircuitBreakers.builder().build()))) {
            Payment payment = payment("a");
            mongo.payments().insert(payment, List.of());
            assertThat(eventually(() -> mongo.findPayment(payment.id(), ReadFallback.none())))
                    .isEqualTo(new ReadAnswer<>(Optional.of(payment), Origin.AS_ASKED));
            killThePrimary();

            assertThatThrownBy(() -> mongo.findPayment(payment.id(), ReadFallback.none()))
                    .isInstanceOf(DatabaseUnavailableException.class);
            assertThat(eventually(() -> mongo.findPayment(
                            payment.id(), ReadFallback.<Payment>none().orStaleServer())))
                    .isEqualTo(new ReadAnswer<>(Optional.of(payment), Origin.STALE_SERVER));
            assertThat(mongo.findPayment(
                            payment.id(),
                            ReadFallback.<Payment>none()
                                    .orKept(() -> Optional.of(payment("kept")))
                                    .orStaleServer()))
                    .isEqualTo(new ReadAnswer<>(Optional.of(payment("kept")), Origin.KEPT))
                    .matches(ReadAnswer::isStale);
            Awaitility.await()
                    .atMost(LONG)
                    .untilAsserted(
                            () -> assertThatThrownBy(() -> mongo.payments().find(payment.id()))
                                    .hasMessageContaining("database-read is open"));
            assertThat(eventually(() -> mongo.findPayment(
                                    payment.id(), ReadFallback.<Payment>none().orStaleServer()))
                            .origin())
                    .isEqualTo(Origin.STALE_SERVER);
            assertThat(mongo.splitter().counts().staleReads()).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void aggregations_primaryGone_giveTheLastRowsOrThoseOfASecondary() {
        try (NestMongo mongo = connected(
                () -> builder().cache(MemoryCache.create(100, Duration.ofMinutes(10)), Duration.ofMinutes(1)))) {
            mongo.contracts().insert(ContractSamples.draft("c", "org", ContractSamples.NOON));
            var kept = mongo.aggregations()
                    .statements(ContractQuery.newest(10))
                    .keptFor(Duration.ofMinutes(1))
                    .orStale();
            var neverAsked = mongo.aggregations().statements(ContractQuery.newest(20));
            var before = mongo.aggregations().answer(kept);
            assertThat(before.origin()).isEqualTo(Origin.AS_ASKED);
            killThePrimary();
            mongo.aggregations().invalidate(Aggregation.CONTRACTS);

            assertThat(mongo.aggregations().answer(kept)).isEqualTo(new ReadAnswer<>(before.value(), Origin.KEPT));
            assertThatThrownBy(() -> mongo.aggregations().run(neverAsked))
                    .isInstanceOf(DatabaseUnavailableException.class);
            assertThat(eventually(() -> mongo.aggregations().answer(neverAsked.orStale())))
                    .isEqualTo(new ReadAnswer<>(before.value(), Origin.STALE_SERVER));
            assertThat(eventually(() -> mongo.turnover().turnover(YearMonth.of(2026, 1), YearMonth.of(2026, 2))))
                    .isEmpty();
        }
    }

    @Test
    void aggregations_invalidatedAndTheSecondariesLag_neverKeepTheOldRows() {
        try (NestMongo mongo = connected(
                () -> builder().cache(MemoryCache.create(100, Duration.ofMinutes(10)), Duration.ofMinutes(1)))) {
            var asked =
                    mongo.aggregations().statements(ContractQuery.newest(10)).keptFor(Duration.ofMinutes(1));
            set.secondaries().forEach(member -> member.lag(Duration.ofMillis(150)));
            for (int n = 1; n <= 5; n++) {
                mongo.contracts().insert(ContractSamples.draft("c" + n, "org", ContractSamples.NOON));
                mongo.aggregations().invalidate(Aggregation.CONTRACTS);
                assertThat(mongo.aggregations().run(asked)).hasSize(n);
                assertThat(mongo.aggregations().answer(asked).origin()).isEqualTo(Origin.CACHE);
            }
        }
    }

    @Test
    void hedgedRead_slowServer_isAnsweredByAnother() {
        try (NestMongo mongo = connected(() -> builder().hedging(pool, 50))) {
            Payment payment = payment("a");
            mongo.payments().insert(payment, List.of());
            set.awaitReplicated(LONG);
            ReadPurpose hedged = ReadPurpose.staleUpTo(Duration.ofMinutes(1)).hedged();
            for (int n = 0; n < 60; n++) {
                eventually(() -> readHedged(mongo, hedged));
            }
            ReplicaMember slow = set.secondaries().get(0);
            slow.fail(FailCommand.of("find").times(1000).delay(Duration.ofMillis(450)));

            Awaitility.await().atMost(LONG).until(() -> {
                eventually(() -> readHedged(mongo, hedged));
                return mongo.splitter().counts().hedgesWon() >= 3;
            });

            assertThat(mongo.splitter().counts().hedges())
                    .isLessThanOrEqualTo(mongo.splitter().counts().spreadReads() / 2 + 1);
        }
    }

    private static org.bson.Document readHedged(NestMongo mongo, ReadPurpose purpose) {
        return mongo.splitter()
                .read(
                        purpose,
                        (database, session) -> database.getCollection("payments")
                                .find(session, com.mongodb.client.model.Filters.eq("_id", "a"))
                                .first());
    }
}
