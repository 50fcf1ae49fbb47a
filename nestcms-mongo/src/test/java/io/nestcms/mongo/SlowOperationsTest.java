package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import io.nestcms.mongo.SlowOperation.Cause;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class SlowOperationsTest {
    private final List<SlowOperation> heard = new CopyOnWriteArrayList<>();
    private final ReplicaSet set = ReplicaSet.builder().secondaries(0).start();
    private final MongoClient client = MongoClients.create(client());

    private MongoClientSettings client() {
        MongoClientSettings.Builder settings = MongoClientSettings.builder(MongoSettings.builder(set.uri())
                .maxPoolSize(1)
                .waitQueueTimeout(Duration.ofSeconds(60))
                .readTimeout(Duration.ofSeconds(60))
                .build()
                .client());
        new SlowOperations(Duration.ofMillis(400), heard::add).accept(settings);
        return settings.build();
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
    }

    private void slowFind(String field) {
        set.primary().fail(FailCommand.of("find").times(1).delay(Duration.ofMillis(1200)));
        client.getDatabase("test")
                .getCollection("payments")
                .find(Filters.and(Filters.eq(field, "SECRET"), Filters.gt("n", 1)))
                .first();
    }

    @Test
    void find_byFieldsWithoutIndex_namesThem() {
        slowFind("colour");

        assertThat(heard)
                .filteredOn(slow -> slow.operation().equals("find payments"))
                .singleElement()
                .satisfies(slow -> {
                    assertThat(slow.cause()).isEqualTo(Cause.NO_INDEX);
                    assertThat(slow.advice()).contains("[colour, n]");
                    assertThat(slow.toString()).doesNotContain("SECRET");
                    assertThat(slow.took()).isGreaterThanOrEqualTo(Duration.ofMillis(400));
                    assertThat(slow.server()).isEqualTo(set.primary().address());
                });
    }

    @Test
    void find_byAnIndex_isTheServers() {
        slowFind("cartId");

        assertThat(heard)
                .filteredOn(slow -> slow.operation().equals("find payments"))
                .extracting(SlowOperation::cause)
                .containsExactly(Cause.SERVER);
    }

    @Test
    void poolOfOne_twoOperations_tellsOfTheWait() throws Exception {
        set.primary().fail(FailCommand.of("find").times(2).delay(Duration.ofMillis(1200)));
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<Document> one = pool.submit(
                    () -> client.getDatabase("test").getCollection("c").find().first());
            Future<Document> other = pool.submit(
                    () -> client.getDatabase("test").getCollection("c").find().first());
            one.get();
            other.get();
        } finally {
            pool.shutdownNow();
        }

        assertThat(heard).extracting(SlowOperation::cause).contains(Cause.POOL_WAIT);
    }
}
