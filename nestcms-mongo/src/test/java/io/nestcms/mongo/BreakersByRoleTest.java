package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.model.Filters;
import io.nestcms.payment.Payment;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is slow, or missing on our own side, opens only what goes through it. */
@ExtendWith(RefusalCheck.class)
class BreakersByRoleTest {
    private final CircuitBreakers breakers = CircuitBreakers.builder().build();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    private BreakerState state(String breaker) {
        return breakers.find(breaker).orElseThrow().state();
    }

    private List<Throwable> failuresOf(int callers, int each, Callable<?> call) throws InterruptedException {
        List<Future<?>> running = new ArrayList<>();
        for (int n = 0; n < callers; n++) {
            running.add(pool.submit(() -> {
                for (int i = 0; i < each; i++) {
                    call.call();
                }
                return null;
            }));
        }
        List<Throwable> failures = new ArrayList<>();
        for (Future<?> one : running) {
            try {
                one.get();
            } catch (ExecutionException failed) {
                failures.add(failed.getCause());
            }
        }
        return failures;
    }

    @Test
    void scopedReads_allSecondariesSlow_areAnsweredByThePrimary_andItsReadsGoOn() throws InterruptedException {
        try (ReplicaSet set = ReplicaSet.builder().secondaries(3).start();
                NestMongo mongo = NestMongo.builder(MongoSettings.of(set.uri(), "test"))
                        .breakers(breakers)
                        .build()) {
            Payment payment = payment("a");
            mongo.payments().insert(payment, List.of());
            set.awaitReplicated(Duration.ofMinutes(1));
            set.secondaries()
                    .forEach(member ->
                            member.fail(FailCommand.of("find").times(1_000_000).delay(Duration.ofSeconds(3))));

            assertThat(failuresOf(10, 40, () -> {
                        assertThat(readWithin(mongo, ReadScope.begin())).isNotNull();
                        assertThat(mongo.payments().find(payment.id())).contains(payment);
                        return null;
                    }))
                    .isEmpty();

            assertThat(state("database-spread-read")).isNotEqualTo(BreakerState.CLOSED);
            assertThat(state("database-read")).isEqualTo(BreakerState.CLOSED);
            assertThat(state("database-report")).isEqualTo(BreakerState.CLOSED);
        }
    }

    private static Document readWithin(NestMongo mongo, ReadScope scope) {
        return mongo.splitter()
                .read(
                        ReadPurpose.within(scope),
                        (database, session) -> database.getCollection("payments")
                                .find(session, Filters.eq("_id", "a"))
                                .first());
    }

    @Test
    void fullPool_isNamed_andOpensNothing() throws InterruptedException {
        try (ReplicaSet set = ReplicaSet.builder().secondaries(0).start();
                NestMongo mongo = NestMongo.builder(MongoSettings.builder(set.uri())
                                .maxPoolSize(2)
                                .waitQueueTimeout(Duration.ofMillis(50))
                                .build())
                        .breakers(breakers)
                        .build()) {
            Payment payment = payment("a");
            mongo.payments().insert(payment, List.of());
            set.primary().fail(FailCommand.of("find").times(1_000_000).delay(Duration.ofMillis(300)));

            List<Throwable> reads = failuresOf(30, 1, () -> mongo.payments().find(payment.id()));
            List<Throwable> scoped = failuresOf(30, 1, () -> readWithin(mongo, ReadScope.begin()));

            assertThat(reads)
                    .hasSizeGreaterThan(20)
                    .allSatisfy(failure -> assertThat(failure)
                            .isInstanceOf(ConnectionPoolFullException.class)
                            .hasMessage("payment a was not read: the connection pool is full, all connections were in"
                                    + " use until the time to wait was over"));
            assertThat(scoped)
                    .isNotEmpty()
                    .allSatisfy(failure -> assertThat(failure).isInstanceOf(ConnectionPoolFullException.class));
            assertThat(breakers.list()).allSatisfy(it -> assertThat(it.state()).isEqualTo(BreakerState.CLOSED));
            set.primary().failNothing();
            assertThat(mongo.payments().find(payment.id())).contains(payment);
        }
    }
}
