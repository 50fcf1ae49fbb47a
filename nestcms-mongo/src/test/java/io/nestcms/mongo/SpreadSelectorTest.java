package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.connection.ServerDescription;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.payment.contract.Samples;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaMember;
import io.nestcms.testkit.ReplicaSet;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class SpreadSelectorTest {
    private final ReplicaSet set = ReplicaSet.builder().secondaries(3).start();
    private final SpreadSelector selector = new SpreadSelector(Duration.ofSeconds(10), new SplittableRandom(7));
    private final MongoClient client = MongoClients.create(MongoClientSettings.builder(MongoSettings.builder(set.uri())
                    .heartbeat(Duration.ofMillis(500))
                    .build()
                    .client())
            .applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(selector))
            .applyToClusterSettings(cluster -> cluster.serverSelector(selector))
            // what the driver itself would leave out is not the matter here
            .applyToClusterSettings(cluster -> cluster.localThreshold(10, java.util.concurrent.TimeUnit.SECONDS))
            .build());
    private final MongoCollection<Document> rows =
            client.getDatabase("test").getCollection("c").withReadPreference(ReadPreference.secondaryPreferred());

    @BeforeEach
    void everySecondaryIsKnown() {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> client.getClusterDescription().getServerDescriptions().stream()
                                .filter(ServerDescription::isSecondary)
                                .count()
                        == 3);
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
    }

    private void read(int times) {
        for (int n = 0; n < times; n++) {
            rows.find().first();
        }
    }

    @Test
    void reads_equalSecondaries_areSpreadEvenly() {
        rows.insertOne(new Document());

        // shares follow what the servers took: in a round in which the machine did not stall they are even
        Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            Map<ReplicaMember, Long> before = set.secondaries().stream()
                    .collect(Collectors.toMap(Function.identity(), member -> member.commands("find")));
            read(300);
            assertThat(before)
                    .allSatisfy((member, finds) ->
                            assertThat(member.commands("find") - finds).isBetween(60L, 140L));
        });
        assertThat(set.primary().commands("find")).isZero();
    }

    @Test
    void reads_slowSecondary_getsFewButSome() {
        rows.insertOne(new Document());
        ReplicaMember slow = set.secondaries().get(1);
        slow.fail(FailCommand.of("find").times(1_000_000).delay(Duration.ofMillis(150)));

        read(300);

        assertThat(slow.commands("find")).isBetween(1L, 60L);
        assertThat(set.primary().commands("find")).isZero();
    }

    @Test
    void reads_laggingSecondary_getsNone() {
        rows.insertOne(new Document());
        set.awaitReplicated(Duration.ofSeconds(30));
        ReplicaMember lagging = set.secondaries().get(2).reportBehind(Duration.ofSeconds(60));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            long before = lagging.commands("find");
            read(20);
            return lagging.commands("find") == before;
        });
        long before = lagging.commands("find");

        read(100);

        assertThat(lagging.commands("find")).isEqualTo(before);
    }

    @Test
    void reads_allSecondariesLag_goToThePrimary() {
        selector.cluster(client::getClusterDescription);
        rows.insertOne(new Document());
        set.awaitReplicated(Duration.ofSeconds(30));
        set.secondaries().forEach(member -> member.reportBehind(Duration.ofSeconds(60)));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            long before = finds();
            read(20);
            return finds() == before;
        });
        long before = finds();

        read(300);

        assertThat(finds()).isEqualTo(before);
        assertThat(set.primary().commands("find")).isGreaterThanOrEqualTo(300);
    }

    private long finds() {
        return set.secondaries().stream()
                .mapToLong(member -> member.commands("find"))
                .sum();
    }

    @Test
    void share_bySlowness() {
        assertThat(SpreadSelector.share(1, 1)).isEqualTo(1);
        assertThat(SpreadSelector.share(7.1, 1)).isEqualTo(0.5);
        assertThat(SpreadSelector.share(24.1, 1)).isEqualTo(1.0 / 16);
    }

    @Test
    void meters_poolCommandsRoutesAndOutbox_areThere() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MongoMeters meters = new MongoMeters(registry, Clock.fixed(Samples.NOON.plusSeconds(90), ZoneOffset.UTC));
        try (NestMongo mongo = NestMongo.builder(MongoSettings.of(set.uri(), "test"))
                .client(meters.ofClient())
                .build()) {
            meters.bind(mongo.splitter());
            meters.bind(mongo.payments().outbox());
            mongo.payments().insert(Samples.payment("a"), Samples.entries(Samples.payment("a"), 1, 2));
            mongo.splitter()
                    .read(
                            ReadPurpose.report(),
                            (database, session) ->
                                    database.getCollection("payments").countDocuments(session));

            assertThat(registry.get("nestcms.outbox.payments").gauge().value()).isEqualTo(1);
            assertThat(registry.get("nestcms.outbox.age").gauge().value()).isEqualTo(90);
            assertThat(registry.get("nestcms.outbox.buried").gauge().value()).isZero();
            assertThat(registry.get("nestcms.mongo.splitter")
                            .tag("route", "read_spread")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("mongodb.driver.commands")
                            .tag("command", "insert")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.find("mongodb.driver.pool.size").gauges()).isNotEmpty();
        }
    }
}
