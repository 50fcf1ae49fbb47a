package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rule that everything else rests on: whatever happens to members while a majority lives, a write that was
 * acknowledged by a majority is there at the end, once. Steps: {@code -Dtestkit.chaos.steps=300}, 25 by default.
 */
class ReplicaSetChaosTest {
    private static final Logger log = LoggerFactory.getLogger(ReplicaSetChaosTest.class);
    private static final int WRITERS = 3;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicLongArray counted = new AtomicLongArray(WRITERS);
    private final AtomicLongArray unanswered = new AtomicLongArray(WRITERS);
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Test
    void membersFailAtRandom_majorityWritesAreThereOnce() throws Exception {
        int steps = Integer.getInteger("testkit.chaos.steps", 25);
        Random random = new Random(steps);
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
        try (ReplicaSet set = ReplicaSet.builder()
                        .secondaries(4)
                        .stepDownAfter(Duration.ofMillis(100))
                        .start();
                MongoClient client = MongoClients.create(set.uri("w=majority&timeoutMS=120000"))) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(pool.submit(() -> write(rows, writer)));
            }
            for (int step = 0; step < steps; step++) {
                int enough = acknowledged.size() + 5;
                disturb(set, random);
                Awaitility.await().atMost(LONG).until(() -> acknowledged.size() >= enough);
            }
            stopped.set(true);
            for (Future<?> writer : writers) {
                writer.get(120, TimeUnit.SECONDS);
            }
            heal(set);
            set.awaitReplicated(LONG);
            for (ReplicaMember member : set.members()) {
                check(member);
            }
            int taken =
                    set.members().stream().mapToInt(ReplicaMember::rolledBack).sum();
            log.info("{} steps, {} acknowledged inserts, {} entries rolled back", steps, acknowledged.size(), taken);
        } finally {
            stopped.set(true);
            pool.shutdownNow();
        }
    }

    /** A write that ends in an exception may have been applied: it counts as neither there nor not there. */
    private void write(MongoCollection<Document> rows, int writer) {
        for (int i = 0; !stopped.get(); i++) {
            String id = writer + "-" + i;
            try {
                rows.insertOne(new Document("_id", id));
                acknowledged.add(id);
            } catch (MongoException unknown) {
                log.info(
                        "insert {} without an answer: {}",
                        id,
                        unknown.getClass().getSimpleName());
            }
            try {
                rows.updateOne(
                        Filters.eq("_id", "counter-" + writer), Updates.inc("n", 1L), new UpdateOptions().upsert(true));
                counted.incrementAndGet(writer);
            } catch (MongoException unknown) {
                unanswered.incrementAndGet(writer);
            }
        }
    }

    private static void heal(ReplicaSet set) {
        set.members().forEach(member -> member.restart().rejoin().resume().lag(Duration.ZERO));
        if (set.members().stream().noneMatch(ReplicaMember::isPrimary)) {
            set.electAny();
        }
    }

    /** Never more than one member out, of five: any election finds its majority. */
    private static void disturb(ReplicaSet set, Random random) {
        heal(set);
        ReplicaMember primary = set.primary();
        ReplicaMember other = set.secondaries().get(random.nextInt(4));
        switch (random.nextInt(8)) {
            case 0 -> set.handOver(other);
            case 1 -> {
                primary.kill();
                set.electAny();
            }
            case 2 -> {
                // it goes on taking writes that nobody will copy
                primary.isolate();
                set.electAny();
            }
            case 3 -> other.kill();
            case 4 -> other.pause();
            case 5 -> other.lag(Duration.ofMillis(random.nextInt(30)));
            case 6 -> {
                set.stepDown();
                set.electAny();
            }
            default -> primary.dropConnections();
        }
    }

    private void check(ReplicaMember member) {
        String uri = "mongodb://127.0.0.1:" + member.port() + "/?directConnection=true";
        try (MongoClient direct = MongoClients.create(uri)) {
            MongoCollection<Document> rows =
                    direct.getDatabase("shop").getCollection("rows").withReadPreference(ReadPreference.nearest());
            Set<String> found = new HashSet<>();
            rows.find().forEach(row -> found.add(row.getString("_id")));
            assertThat(acknowledged.stream().filter(id -> !found.contains(id)).toList())
                    .as("lost on member %d", member.index())
                    .isEmpty();
            for (int i = 0; i < WRITERS; i++) {
                Document counter = rows.find(Filters.eq("_id", "counter-" + i)).first();
                assertThat(counter.getLong("n"))
                        .as("counter %d", i)
                        .isBetween(counted.get(i), counted.get(i) + unanswered.get(i));
            }
        }
    }
}
