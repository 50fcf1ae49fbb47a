package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiryTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path directory;

    @Test
    void ttlIndex_deletesWhatIsOlder_durably() {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        try (EmbeddedMongo node = EmbeddedMongo.builder()
                        .dataDirectory(directory)
                        .clock(clock)
                        .start();
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> keys = client.getDatabase("shop").getCollection("keys");
            keys.createIndex(Indexes.ascending("at"), new IndexOptions().expireAfter(60L, TimeUnit.SECONDS));
            keys.insertMany(List.of(
                    at(1, Date.from(NOW.minusSeconds(61))),
                    at(2, Date.from(NOW.minusSeconds(59))),
                    at(3, "no date"),
                    at(4, null),
                    at(5, List.of(Date.from(NOW.minusSeconds(90)), Date.from(NOW)))));

            assertThat(node.expireDocuments()).isEqualTo(2);
            assertThat(node.expireDocuments()).isZero();
            assertThat(keys.distinct("_id", Integer.class)).containsExactlyInAnyOrder(2, 3, 4);
        }
        try (EmbeddedMongo node =
                EmbeddedMongo.builder().dataDirectory(directory).clock(clock).start()) {
            assertThat(node.recovery().documents()).isEqualTo(3);
            assertThat(node.expireDocuments()).isZero();
        }
    }

    @Test
    void sweeper_runsByItself() {
        try (EmbeddedMongo node = EmbeddedMongo.builder()
                        .expireEvery(Duration.ofMillis(20))
                        .start();
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> keys = client.getDatabase("shop").getCollection("keys");
            keys.createIndex(Indexes.ascending("at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
            keys.insertOne(at(1, Date.from(NOW.minusSeconds(1_000_000_000))));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> keys.countDocuments() == 0);
            assertThatThrownBy(() -> keys.createIndex(
                            Indexes.ascending("a", "b"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS)))
                    .isInstanceOf(MongoCommandException.class);
            assertThat(node.refusals()).singleElement().asString().contains("expireAfterSeconds");
        }
    }

    private static Document at(int id, Object at) {
        return new Document("_id", id).append("at", at);
    }
}
