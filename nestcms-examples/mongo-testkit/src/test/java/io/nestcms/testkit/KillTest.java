package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node is killed while four clients write. Rounds: {@code -Dtestkit.kill.rounds=50}, 3 by default. */
class KillTest {
    private static final Logger log = LoggerFactory.getLogger(KillTest.class);
    private static final int WRITERS = 4;

    @TempDir
    Path directory;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicLongArray counted = new AtomicLongArray(WRITERS);
    private final AtomicLong errors = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Test
    void killedWhileWriting_nothingAcknowledgedIsLostNothingAppliedTwice() throws Exception {
        int rounds = Integer.getInteger("testkit.kill.rounds", 3);
        Random random = new Random(rounds);
        NodeProcess node = NodeProcess.start(directory, 0, 200_000);
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
        // with a deadline for the whole operation the driver repeats a write until the node is back
        try (MongoClient client = MongoClients.create(node.uri("&timeoutMS=60000"))) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            rows.createIndex(Indexes.ascending("key"), new IndexOptions().unique(true));
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(pool.submit(() -> write(rows, writer)));
            }
            for (int round = 0; round < rounds; round++) {
                int enough = acknowledged.size() + 50 + random.nextInt(300);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> acknowledged.size() >= enough || errors.get() > 0);
                node.kill();
                node = NodeProcess.start(directory, node.port(), 200_000);
                checkAcknowledged(rows);
            }
            stopped.set(true);
            for (Future<?> writer : writers) {
                writer.get(90, TimeUnit.SECONDS);
            }
            checkAcknowledged(rows);
            for (int i = 0; i < WRITERS; i++) {
                Document counter = rows.find(Filters.eq("_id", "counter-" + i)).first();
                assertThat(counter.getLong("n")).as("counter %d", i).isEqualTo(counted.get(i));
            }
            assertThatThrownBy(() -> rows.insertOne(new Document("key", "0-0")))
                    .isInstanceOf(MongoWriteException.class);
            assertThat(errors).hasValue(0);
            log.info("{} kills, {} acknowledged inserts, none lost", rounds, acknowledged.size());
        } finally {
            stopped.set(true);
            pool.shutdownNow();
            node.close();
        }
    }

    private void write(MongoCollection<Document> rows, int writer) {
        try {
            for (long i = 0; !stopped.get(); i++) {
                String key = writer + "-" + i;
                rows.insertOne(new Document("_id", key).append("key", key).append("text", "x".repeat(100)));
                acknowledged.add(key);
                rows.updateOne(
                        Filters.eq("_id", "counter-" + writer),
                        Updates.combine(Updates.inc("n", 1L), Updates.set("key", "counter-" + writer)),
                        new UpdateOptions().upsert(true));
                counted.incrementAndGet(writer);
            }
        } catch (RuntimeException e) {
            errors.incrementAndGet();
            throw e;
        }
    }

    private void checkAcknowledged(MongoCollection<Document> rows) {
        Set<String> before = Set.copyOf(acknowledged);
        Set<String> found = ConcurrentHashMap.newKeySet();
        rows.find().forEach(row -> found.add(row.getString("_id")));
        List<String> lost = before.stream().filter(key -> !found.contains(key)).toList();
        assertThat(lost).isEmpty();
    }
}
