package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
    @Test
    void longAggregation_stallsNeitherPointReadsNorWrites() throws Exception {
        try (EmbeddedMongo node = EmbeddedMongo.builder().start();
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            List<Document> all = new ArrayList<>();
            for (int i = 0; i < 1_200; i++) {
                all.add(new Document("_id", i).append("n", i));
            }
            rows.insertMany(all);
            // 1,200 times a scan of 1,200: long on purpose
            Document join = new Document(
                    "$lookup",
                    new Document("from", "rows")
                            .append("localField", "n")
                            .append("foreignField", "n")
                            .append("as", "same"));
            ExecutorService pool = Executors.newSingleThreadExecutor();
            Future<List<Document>> report =
                    pool.submit(() -> rows.aggregate(List.of(join)).into(new ArrayList<>()));
            int during = 0;
            while (!report.isDone()) {
                assertThat(rows.find(Filters.eq("_id", during % 1_200)).first()).isNotNull();
                rows.updateOne(Filters.eq("_id", during % 1_200), Updates.set("seen", true));
                during += report.isDone() ? 0 : 1;
            }
            assertThat(report.get()).hasSize(1_200);
            pool.shutdown();
            assertThat(during).as("reads and writes while the report ran").isGreaterThan(20);
        }
    }

    @Test
    void maxTime_endsALongQuery() {
        try (EmbeddedMongo node = EmbeddedMongo.builder().start();
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            List<Document> all = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                all.add(new Document("_id", i).append("n", i));
            }
            rows.insertMany(all);
            Document join = new Document(
                    "$lookup",
                    new Document("from", "rows")
                            .append("localField", "n")
                            .append("foreignField", "n")
                            .append("as", "same"));
            assertThatThrownBy(() -> rows.aggregate(List.of(join))
                            .maxTime(5, TimeUnit.MILLISECONDS)
                            .into(new ArrayList<>()))
                    .isInstanceOf(MongoExecutionTimeoutException.class);
            assertThat(rows.find(Filters.eq("_id", 1))
                            .maxTime(60, TimeUnit.SECONDS)
                            .first())
                    .isNotNull();
        }
    }

    @Test
    void collectionScans_areNamed() {
        try (EmbeddedMongo node = EmbeddedMongo.builder().start();
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            rows.insertOne(new Document("_id", 1).append("secret", "value"));
            rows.find(Filters.eq("_id", 1)).first();
            rows.updateOne(Filters.and(Filters.eq("_id", 1), Filters.eq("version", 1)), Updates.set("a", 1));
            rows.find().first();
            assertThat(node.collectionScans()).isEmpty();
            rows.find(Filters.eq("secret", "value")).sort(Sorts.ascending("at")).first();
            assertThat(node.collectionScans()).containsExactly("shop.rows filter [secret] sort [at]");
        }
    }
}
