package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Indexes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What MongoDB's manual says, in cases where the engine below says something else. */
class ServerSemanticsTest {
    private EmbeddedMongo mongo;
    private MongoClient client;
    private MongoCollection<Document> rows;

    @BeforeEach
    void start() throws IOException {
        mongo = EmbeddedMongo.builder().start();
        client = MongoClients.create(mongo.uri());
        rows = client.getDatabase("shop").getCollection("rows");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        mongo.close();
    }

    private void insert(String... documents) {
        for (String document : documents) {
            rows.insertOne(Document.parse(document));
        }
    }

    private List<Integer> found(String filter) {
        List<Integer> ids = new ArrayList<>();
        rows.find(Document.parse(filter)).forEach(row -> ids.add(row.getInteger("_id")));
        ids.sort(Comparator.naturalOrder());
        List<Integer> aggregated = new ArrayList<>();
        rows.aggregate(List.of(new Document("$match", Document.parse(filter))))
                .forEach(row -> aggregated.add(row.getInteger("_id")));
        aggregated.sort(Comparator.naturalOrder());
        assertThat(aggregated).as("by $match").isEqualTo(ids);
        assertThat(rows.countDocuments(Document.parse(filter))).as("counted").isEqualTo(ids.size());
        return ids;
    }

    /** Without {@code $elemMatch}, each condition may be met by another element. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void filter_severalConditionsOfAList_areEachMetByAnyElement(boolean indexed) {
        if (indexed) {
            rows.createIndex(Indexes.ascending("a.b"));
            rows.createIndex(Indexes.ascending("n"));
        }
        insert(
                "{_id: 1, a: [{b: 1}, {b: 5}], n: [1, 5]}",
                "{_id: 2, a: [{b: 4}, {b: 5}], n: [4, 5]}",
                "{_id: 3, a: [{b: 2}], n: 2}",
                "{_id: 4, a: {b: 9}, n: [9]}");

        assertThat(found("{'a.b': {$gte: 2, $lte: 3}}")).containsExactly(1, 3);
        assertThat(found("{n: {$gte: 2, $lte: 3}}")).containsExactly(1, 3);
        assertThat(found("{$or: [{n: {$gt: 1, $lt: 2}}, {_id: 4}]}")).containsExactly(1, 4);
        assertThat(found("{n: {$elemMatch: {$gte: 2, $lte: 3}}}")).isEmpty();
        assertThat(found("{a: {$elemMatch: {b: {$gte: 2, $lte: 4}}}}")).containsExactly(2, 3);
        assertThat(rows.updateMany(Document.parse("{n: {$gte: 2, $lte: 3}}"), Document.parse("{$set: {seen: true}}"))
                        .getModifiedCount())
                .isEqualTo(2);
    }

    private List<Document> aggregate(String stage) {
        List<? extends Bson> stages = List.of(Document.parse(stage));
        List<Document> result = new ArrayList<>();
        rows.aggregate(stages).forEach(result::add);
        result.sort(Comparator.comparing(row -> String.valueOf(row.get("_id"))));
        return result;
    }

    @Test
    void group_byAnOperator_isByItsValue() {
        insert("{_id: 1, name: 'ab', n: 1}", "{_id: 2, name: 'AB', n: 2}", "{_id: 3, name: 'c', n: -2}");

        assertThat(aggregate("{$group: {_id: {$toUpper: '$name'}, n: {$sum: '$n'}}}"))
                .containsExactly(Document.parse("{_id: 'AB', n: 3}"), Document.parse("{_id: 'C', n: -2}"));
        assertThat(aggregate("{$group: {_id: {$abs: '$n'}, n: {$sum: '$n'}}}"))
                .containsExactly(Document.parse("{_id: 1, n: 1}"), Document.parse("{_id: 2, n: 0}"));
    }

    @Test
    void sum_beyond64Bits_isADouble() {
        rows.insertOne(new Document("_id", 1).append("k", "a").append("n", Long.MAX_VALUE));
        rows.insertOne(new Document("_id", 2).append("k", "a").append("n", 1L));
        rows.insertOne(new Document("_id", 3).append("k", "b").append("n", 3_000_000_000L));
        rows.insertOne(new Document("_id", 4).append("k", "b").append("n", 1));

        assertThat(aggregate("{$group: {_id: '$k', n: {$sum: '$n'}}}"))
                .containsExactly(
                        new Document("_id", "a").append("n", 9.223372036854775807E18),
                        new Document("_id", "b").append("n", 3_000_000_001L));
    }
}
