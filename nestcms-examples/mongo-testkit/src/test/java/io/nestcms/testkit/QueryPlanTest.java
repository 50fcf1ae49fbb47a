package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ExplainVerbosity;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class QueryPlanTest {
    private static EmbeddedMongo node;
    private static MongoClient client;
    private static MongoCollection<Document> indexed;
    private static MongoCollection<Document> plain;

    @BeforeAll
    static void start() {
        node = EmbeddedMongo.builder().start();
        client = MongoClients.create(node.uri());
        indexed = client.getDatabase("shop").getCollection("indexed");
        plain = client.getDatabase("shop").getCollection("plain");
        indexed.createIndex(Indexes.ascending("status", "dueAt"), new IndexOptions().name("due"));
        indexed.createIndex(
                Indexes.compoundIndex(Indexes.descending("n"), Indexes.ascending("status")),
                new IndexOptions().name("n"));
        indexed.createIndex(Indexes.ascending("tags"), new IndexOptions().name("tags"));
        indexed.createIndex(
                Indexes.ascending("ref"), new IndexOptions().name("ref").sparse(true));
        indexed.createIndex(Indexes.ascending("outbox.at"), new IndexOptions().name("outbox"));
        Random random = new Random(5);
        List<Document> rows = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            rows.add(randomRow(i, random));
        }
        indexed.insertMany(rows);
        plain.insertMany(rows);
    }

    @AfterAll
    static void stop() {
        client.close();
        node.close();
    }

    private static Document randomRow(int id, Random random) {
        Document row = new Document("_id", id);
        if (random.nextInt(10) > 0) {
            row.append("status", List.of("A", "B", "C", "D").get(random.nextInt(4)));
        }
        if (random.nextInt(10) > 0) {
            row.append("dueAt", random.nextInt(10) == 0 ? null : new Date(random.nextInt(50) * 1000L));
        }
        Object[] numbers = {random.nextInt(20), (long) random.nextInt(20), random.nextInt(40) / 2.0, "text", null};
        row.append("n", numbers[random.nextInt(numbers.length)]);
        List<String> tags = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            tags.add("t" + random.nextInt(5));
        }
        row.append("tags", tags);
        if (random.nextBoolean()) {
            row.append("ref", "r" + random.nextInt(30));
        }
        List<Document> outbox = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            outbox.add(new Document("at", new Date(random.nextInt(50) * 1000L)));
        }
        return row.append("outbox", outbox);
    }

    private static String planOf(Bson filter, Bson sort) {
        Document plan = indexed.find(filter)
                .sort(sort)
                .explain(ExplainVerbosity.QUERY_PLANNER)
                .get("queryPlanner", Document.class)
                .get("winningPlan", Document.class);
        StringBuilder text = new StringBuilder();
        for (Document stage = plan; stage != null; stage = stage.get("inputStage", Document.class)) {
            text.append(stage.getString("stage"))
                    .append(stage.containsKey("indexName") ? ":" + stage.getString("indexName") : "")
                    .append(' ');
        }
        return text.toString().trim();
    }

    @Test
    void equalityRangeAndSort_useTheIndex() {
        Bson status = Filters.eq("status", "A");
        Bson due = Filters.lte("dueAt", new Date(20_000));
        assertThat(planOf(Filters.eq("_id", 1), null)).isEqualTo("FETCH IXSCAN:_id_");
        assertThat(planOf(Filters.and(Filters.eq("_id", 1), Filters.eq("version", 2)), null))
                .isEqualTo("FETCH IXSCAN:_id_");
        assertThat(planOf(status, null)).isEqualTo("FETCH IXSCAN:due");
        assertThat(planOf(Filters.and(status, due), Sorts.ascending("dueAt"))).isEqualTo("FETCH IXSCAN:due");
        assertThat(planOf(Filters.and(status, due), Sorts.descending("dueAt"))).isEqualTo("FETCH IXSCAN:due");
        assertThat(planOf(Filters.in("status", "A", "B"), Sorts.ascending("dueAt")))
                .isEqualTo("SORT FETCH IXSCAN:due");
        assertThat(planOf(Filters.gt("n", 3), Sorts.descending("n"))).isEqualTo("FETCH IXSCAN:n");
        assertThat(planOf(new Document(), Sorts.orderBy(Sorts.ascending("n"), Sorts.descending("status"))))
                .isEqualTo("FETCH IXSCAN:n");
        assertThat(planOf(new Document(), Sorts.orderBy(Sorts.ascending("n"), Sorts.ascending("status"))))
                .isEqualTo("SORT COLLSCAN");
        assertThat(planOf(Filters.eq("tags", "t1"), null)).isEqualTo("FETCH IXSCAN:tags");
        assertThat(planOf(Filters.lt("outbox.at", new Date(9_000)), null)).isEqualTo("FETCH IXSCAN:outbox");
        assertThat(planOf(Filters.eq("other", 1), null)).isEqualTo("COLLSCAN");
        assertThat(planOf(Filters.eq("ref", null), null)).isEqualTo("COLLSCAN");
        assertThat(planOf(Filters.or(status, Filters.eq("tags", "t1")), null)).isEqualTo("FETCH OR");
        assertThat(planOf(Filters.or(status, Filters.eq("other", 1)), null)).isEqualTo("COLLSCAN");
    }

    @Test
    void randomQueries_sameAnswerWithAndWithoutIndexes() {
        Random random = new Random(17);
        for (int i = 0; i < 400; i++) {
            Bson filter = randomFilter(random);
            List<Document> expected = plain.find(filter).into(new ArrayList<>());
            List<Document> found = indexed.find(filter).into(new ArrayList<>());
            assertThat(sorted(found)).as("filter %s", filter).isEqualTo(sorted(expected));
            assertThat(indexed.countDocuments(filter)).isEqualTo(expected.size());
            assertThat(indexed.aggregate(List.of(Aggregates.match(filter))).into(new ArrayList<>()))
                    .hasSize(expected.size());
        }
    }

    @Test
    void randomSorts_sameOrderWithAndWithoutIndexes() {
        Random random = new Random(23);
        for (int i = 0; i < 200; i++) {
            Bson filter = Filters.and(randomFilter(random), Filters.type("n", "number"), Filters.exists("dueAt"));
            Bson sort = random.nextBoolean()
                    ? Sorts.orderBy(Sorts.descending("n"), Sorts.ascending("status"), Sorts.ascending("_id"))
                    : Sorts.orderBy(Sorts.ascending("status"), Sorts.ascending("dueAt"), Sorts.ascending("_id"));
            int limit = random.nextInt(20);
            assertThat(indexed.find(filter).sort(sort).limit(limit).into(new ArrayList<>()))
                    .as("filter %s sort %s limit %s", filter, sort, limit)
                    .isEqualTo(plain.find(filter).sort(sort).limit(limit).into(new ArrayList<>()));
        }
    }

    @Test
    void indexOrder_isTheSortOrder() {
        for (Bson sort : List.of(Sorts.ascending("dueAt"), Sorts.descending("dueAt"))) {
            List<Date> found = indexed.find(Filters.eq("status", "B"))
                    .sort(sort)
                    .map(row -> row.getDate("dueAt"))
                    .into(new ArrayList<>());
            List<Date> expected = plain.find(Filters.eq("status", "B"))
                    .sort(sort)
                    .map(row -> row.getDate("dueAt"))
                    .into(new ArrayList<>());
            assertThat(found).isEqualTo(expected);
        }
    }

    private static Bson randomFilter(Random random) {
        List<Bson> parts = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            parts.add(randomCondition(random));
        }
        return random.nextInt(5) == 0 ? Filters.or(parts) : Filters.and(parts);
    }

    private static Bson randomCondition(Random random) {
        Date at = new Date(random.nextInt(50) * 1000L);
        return switch (random.nextInt(14)) {
            case 0 -> Filters.eq("status", "B");
            case 1 -> Filters.in("status", "A", "D");
            case 2 -> Filters.and(Filters.eq("status", "C"), Filters.lte("dueAt", at));
            case 3 -> Filters.and(Filters.in("status", "A", "B"), Filters.gt("dueAt", at));
            case 4 -> Filters.eq("dueAt", null);
            case 5 -> Filters.gte("n", random.nextInt(20));
            case 6 -> Filters.and(Filters.gt("n", 2.5), Filters.lt("n", 10L));
            case 7 -> Filters.eq("n", (double) random.nextInt(20));
            case 8 -> Filters.in("tags", Arrays.asList("t1", "t2"));
            case 9 -> Filters.and(Filters.gte("tags", "t1"), Filters.lt("tags", "t2"));
            case 10 -> Filters.eq("ref", random.nextBoolean() ? null : "r" + random.nextInt(30));
            case 11 -> Filters.lte("outbox.at", at);
            case 12 -> Filters.and(Filters.gte("outbox.at", at), Filters.lte("outbox.at", new Date(30_000)));
            default -> Filters.eq("status", random.nextBoolean() ? null : "A");
        };
    }

    private static List<Document> sorted(List<Document> documents) {
        documents.sort(Comparator.comparing(document -> document.getInteger("_id")));
        return documents;
    }
}
