package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.health.Health;
import io.nestcms.payment.Payment;
import io.nestcms.payment.store.Insertion;
import io.nestcms.system.HealthStatus;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaSet;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A start without the right to make indexes, and one while the database is away. */
@ExtendWith(RefusalCheck.class)
class IndexPolicyTest {
    private static final int UNAUTHORIZED = 13;

    private final ReplicaSet set = ReplicaSet.builder().secondaries(0).start();

    @AfterEach
    void stop() {
        set.close();
    }

    private NestMongo.Builder builder() {
        return NestMongo.builder(MongoSettings.builder(set.uri())
                .serverSelectionTimeout(Duration.ofMillis(300))
                .heartbeat(Duration.ofMillis(500))
                .build());
    }

    private void mayNotMakeIndexes() {
        set.primary().fail(FailCommand.of("createIndexes").times(1_000).error(UNAUTHORIZED));
    }

    @Test
    void noRightToMakeThem_thereAlready_startsWithCheck() throws Exception {
        builder().build().close();
        mayNotMakeIndexes();

        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("this user may not")
                .hasMessageContaining("IndexPolicy.CHECK");
        try (NestMongo mongo = builder().indexes(IndexPolicy.CHECK).build()) {
            assertThat(mongo.payments().insert(payment("a"), List.of())).isInstanceOf(Insertion.Inserted.class);
            assertThat(mongo.health().look()).isEqualTo(Health.up());
        }
    }

    @Test
    void missing_stopsCheck_andIsToldByCheckLater_andNotByNone() throws Exception {
        assertThatThrownBy(() -> builder().indexes(IndexPolicy.CHECK).build())
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("is missing");
        try (NestMongo later = builder().indexes(IndexPolicy.CHECK_LATER).build();
                NestMongo none = builder().indexes(IndexPolicy.NONE).build()) {
            assertThat(later.health().look().status()).isEqualTo(HealthStatus.DEGRADED);
            assertThat(later.health().look().detail()).contains("payments.key", "payments.cart");
            assertThat(later.payments().insert(payment("a"), List.of())).isInstanceOf(Insertion.Inserted.class);
            assertThat(none.health().look()).isEqualTo(Health.up());
        }
    }

    @Test
    void lazyStart_databaseAway_startsAndInsertsNothingBeforeTheIndexesAreThere() throws Exception {
        set.primary().kill();
        assertThatThrownBy(() -> builder().build()).isInstanceOf(DatabaseUnavailableException.class);
        try (NestMongo mongo = builder().lazyStart().build()) {
            Payment payment = payment("a");
            assertThat(mongo.health().look().status()).isEqualTo(HealthStatus.DOWN);
            assertThatThrownBy(() -> mongo.payments().insert(payment, List.of()))
                    .isInstanceOf(DatabaseUnavailableException.class);
            set.members().get(0).restart();
            set.elect(set.members().get(0));
            mayNotMakeIndexes();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () -> assertThat(mongo.health().look().detail()).contains("this user may not"));
            assertThatThrownBy(() -> mongo.payments().insert(payment, List.of()))
                    .hasMessageContaining("this user may not");
            set.primary().failNothing();

            assertThat(mongo.payments().insert(payment, List.of())).isInstanceOf(Insertion.Inserted.class);

            assertThat(mongo.indexReport().missing()).isEmpty();
            assertThat(mongo.health().look()).isEqualTo(Health.up());
        }
    }
}
