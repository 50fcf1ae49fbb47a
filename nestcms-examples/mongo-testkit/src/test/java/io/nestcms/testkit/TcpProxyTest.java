package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.MongoSocketReadTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private EmbeddedMongo node;
    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        node = EmbeddedMongo.builder().start();
        proxy = new TcpProxy(node.port());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        node.close();
    }

    private MongoClient client(String options) {
        return MongoClients.create("mongodb://127.0.0.1:" + proxy.port() + "/?directConnection=true" + options);
    }

    /** Looks for the server again at once, where the driver's default is half a second. */
    private MongoClient eagerClient() {
        return MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(
                        new ConnectionString("mongodb://127.0.0.1:" + proxy.port() + "/?directConnection=true"))
                .applyToServerSettings(server -> server.minHeartbeatFrequency(10, TimeUnit.MILLISECONDS))
                .build());
    }

    private static MongoCollection<Document> rows(MongoClient client) {
        return client.getDatabase("shop").getCollection("rows");
    }

    @Test
    void untouched_passesEverything() {
        try (MongoClient client = client("")) {
            rows(client).insertOne(new Document("_id", 1).append("text", "x".repeat(1_000_000)));
            assertThat(rows(client).find().first().getString("text")).hasSize(1_000_000);
            assertThat(proxy.passed(TcpProxy.Direction.REQUEST)).isGreaterThan(1_000_000);
            assertThat(proxy.passed(TcpProxy.Direction.REPLY)).isGreaterThan(1_000_000);
            assertThat(proxy.connections()).isPositive();
        }
    }

    @Test
    void replyCutAtAnyByte_retriedAndAppliedOnce() {
        try (MongoClient client = eagerClient()) {
            rows(client).insertOne(new Document("_id", 1).append("n", 0));
            for (int cut = 0; cut < 40; cut += 3) {
                proxy.cutAfter(TcpProxy.Direction.REPLY, cut);
                rows(client).updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
            }
            assertThat(rows(client).find().first().getInteger("n")).isEqualTo(14);
        }
    }

    @Test
    void requestCut_neverApplied_withoutRetry() {
        try (MongoClient client = client("&retryWrites=false&heartbeatFrequencyMS=60000")) {
            rows(client).insertOne(new Document("_id", 1).append("n", 0));
            proxy.cutAfter(TcpProxy.Direction.REQUEST, 10);
            assertThatThrownBy(() -> rows(client).updateOne(Filters.eq("_id", 1), Updates.inc("n", 1)))
                    .isInstanceOf(MongoException.class);
            assertThat(rows(client).find().first().getInteger("n")).isZero();
        }
    }

    @Test
    void swallowedReply_clientTimesOut_writeIsThere() {
        try (MongoClient client = client("&retryWrites=false&socketTimeoutMS=3000")) {
            rows(client).insertOne(new Document("_id", 1).append("n", 0));
            proxy.swallow(TcpProxy.Direction.REPLY, true);
            assertThatThrownBy(() -> rows(client).updateOne(Filters.eq("_id", 1), Updates.inc("n", 1)))
                    .isInstanceOf(MongoSocketReadTimeoutException.class);
            proxy.swallow(TcpProxy.Direction.REPLY, false).reset();
            assertThat(rows(client).find().first().getInteger("n")).isEqualTo(1);
        }
    }

    @Test
    void delayedReply_comesWhenTheDelayEnds() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (MongoClient client = client("")) {
            rows(client).insertOne(new Document("_id", 1));
            long before = proxy.passed(TcpProxy.Direction.REQUEST);
            proxy.delay(TcpProxy.Direction.REPLY, Duration.ofHours(1));
            Future<Document> read = pool.submit(() -> rows(client).find().first());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> proxy.passed(TcpProxy.Direction.REQUEST) > before);
            assertThat(read.isDone()).isFalse();
            proxy.delay(TcpProxy.Direction.REPLY, Duration.ZERO);
            assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(new Document("_id", 1));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void refusedAndDown_thenUpAgain() throws IOException {
        try (MongoClient client = client("&serverSelectionTimeoutMS=3000&connectTimeoutMS=3000")) {
            rows(client).insertOne(new Document("_id", 1));
            proxy.refuse(true).reset();
            assertThatThrownBy(() -> rows(client).find().first()).isInstanceOf(MongoException.class);
            proxy.refuse(false);
            awaitRead(client);
            proxy.down();
            assertThatThrownBy(() -> rows(client).find().first()).isInstanceOf(MongoException.class);
            proxy.up();
            awaitRead(client);
        }
    }

    private static void awaitRead(MongoClient client) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(MongoException.class)
                .untilAsserted(() -> assertThat(rows(client).find().first()).isNotNull());
    }

    @Test
    void blackHoledPrimary_electionAndRetry_boundedByTheClientsTimeout() throws IOException {
        try (ReplicaSet set = ReplicaSet.builder().start();
                TcpProxy first = new TcpProxy(set.members().get(0).port())) {
            ReplicaMember old = set.members().get(0).advertise("127.0.0.1:" + first.port());
            String seeds = "127.0.0.1:" + set.members().get(1).port();
            try (MongoClient client = MongoClients.create(
                    "mongodb://" + seeds + "/?replicaSet=rs0&socketTimeoutMS=3000&connectTimeoutMS=3000")) {
                rows(client).insertOne(new Document("_id", 1).append("n", 0));
                set.awaitReplicated(Duration.ofSeconds(30));
                first.blackHole(true);
                old.isolate();
                set.elect(set.members().get(1));
                rows(client).updateOne(Filters.eq("_id", 1), Updates.inc("n", 1));
                assertThat(rows(client).find().first().getInteger("n")).isEqualTo(1);
                assertThat(List.of(old.isPrimary(), set.members().get(1).isPrimary()))
                        .containsOnly(true);
            }
        }
    }
}
