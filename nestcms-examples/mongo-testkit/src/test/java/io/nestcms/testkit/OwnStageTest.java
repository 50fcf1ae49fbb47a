package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.aggregation.stage.ProjectStage;
import de.bwaldvogel.mongo.backend.aggregation.stage.UnwindStage;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The node's own stages beside those of the engine, on documents with everything in them that a path can meet. */
class OwnStageTest {
    private static final int ROUNDS = 2_000;

    private final Random random = new Random(5);

    private Object leaf() {
        return switch (random.nextInt(9)) {
            case 0 -> "SALE";
            case 1 -> "REFUND";
            case 2 -> 202_601L;
            case 3 -> 202_601.0;
            case 4 -> List.of(202_601, "SALE");
            case 5 -> List.of();
            case 6 -> new Document("x", 1);
            default -> 202_600 + random.nextInt(4);
        };
    }

    private Document inner() {
        Document document = new Document();
        for (String field : List.of("month", "kind", "x")) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    // left out
                }
                case 1 -> document.put(field, null);
                default -> document.put(field, leaf());
            }
        }
        return document;
    }

    /** Lists of documents mostly, as they are stored. */
    private Document document() {
        Document document = new Document("_id", random.nextInt(1_000));
        List<Object> moves = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            moves.add(random.nextInt(12) == 0 ? leaf() : inner());
        }
        switch (random.nextInt(12)) {
            case 0 -> document.append("moves", leaf());
            case 1 -> document.append("moves", null);
            case 2 -> document.append("other", 1);
            case 3 -> document.append("moves", inner());
            default -> document.append("moves", moves);
        }
        return document.append("status", leaf()).append("order", inner());
    }

    private Object operand() {
        return random.nextBoolean() ? (Object) (202_600 + random.nextInt(4)) : random.nextBoolean() ? "SALE" : leaf();
    }

    private Object condition() {
        return switch (random.nextInt(7)) {
            case 0 -> operand();
            case 1 -> new Document("$in", List.of("SALE", "CAPTURE"));
            case 2 -> new Document("$exists", random.nextInt(4) > 0);
            case 3 -> new Document("$in", Arrays.asList("SALE", null, 202_601));
            case 4 -> new Document("$gte", 202_601).append("$lte", 202_602);
            case 5 -> new Document("$gt", operand());
            default -> new Document("$lt", 202_602).append("$ne", 202_600);
        };
    }

    /** Of several conditions of a field the engine wants one element of a list to meet all, a server does not. */
    private static List<Document> oneByOne(Document query) {
        List<Document> conditions = new ArrayList<>();
        query.forEach((path, condition) -> {
            if (condition instanceof Document operators) {
                operators.forEach(
                        (operator, operand) -> conditions.add(new Document(path, new Document(operator, operand))));
            } else {
                conditions.add(new Document(path, condition));
            }
        });
        return conditions;
    }

    @Test
    void filter_randomDocuments_decidesAsTheEngine() {
        List<String> paths = List.of("moves.month", "moves.kind", "moves.x.x", "status", "order.month", "moves", "_id");
        for (int round = 0; round < ROUNDS; round++) {
            Document query = new Document(paths.get(random.nextInt(paths.size())), condition());
            if (random.nextBoolean()) {
                query.append("order.kind", condition());
            }
            Filter filter = Filter.of(query);
            for (int n = 0; n < 10; n++) {
                Document document = document();
                assertThat(filter.matches(document))
                        .as("%s on %s", query, document)
                        .isEqualTo(oneByOne(query).stream()
                                .allMatch(one -> new DefaultQueryMatcher().matches(document, one)));
            }
        }
    }

    @Test
    void unwinding_randomDocuments_isThatOfTheEngine_andChangesNothingStored() {
        Document stage = new Document("$unwind", "$moves");
        Unwinding unwinding = Unwinding.of(stage).orElseThrow();
        for (int round = 0; round < ROUNDS; round++) {
            List<Document> documents = List.of(document(), document());
            List<Document> before =
                    documents.stream().map(Document::cloneDeeply).toList();
            unwinding
                    .apply(documents)
                    .ifPresent(unwound -> assertThat(unwound)
                            .isEqualTo(new UnwindStage("$moves")
                                    .apply(documents.stream())
                                    .toList()));
            assertThat(documents).isEqualTo(before);
        }
    }

    @Test
    void unwinding_beforeFilterAndGroup_keepsWhatTheyLookAt() {
        Document match = new Document("$match", new Document("order.month", 202_601));
        Document group = new Document(
                "$group", new Document("_id", "$status").append("kinds", new Document("$push", "$moves.kind")));
        Unwinding all = Unwinding.of(new Document("$unwind", "$moves")).orElseThrow();
        assertThat(all.before(List.of(match, group)).kept()).containsExactlyInAnyOrder("order", "status", "moves");
        assertThat(all.before(List.of(match)).kept()).isNull();
        assertThat(all.before(List.of(new Document("$limit", 3), group)).kept()).isNull();
    }

    @Test
    void omission_randomDocuments_isThatOfTheEngine_andChangesNothingStored() {
        for (int round = 0; round < ROUNDS; round++) {
            Document fields = new Document("moves.kind", 0).append("moves.x.x", 0);
            if (random.nextBoolean()) {
                fields.append("status", 0).append("order.month", 0);
            }
            List<Document> documents = List.of(document(), document());
            List<Document> before =
                    documents.stream().map(Document::cloneDeeply).toList();
            Optional<List<Document>> left =
                    Omission.of(new Document("$project", fields)).orElseThrow().apply(documents);
            assertThat(documents).isEqualTo(before);
            left.ifPresent(some -> assertThat(some)
                    .as("%s of %s", fields, documents)
                    .isEqualTo(
                            new ProjectStage(fields).apply(documents.stream()).toList()));
        }
    }

    @Test
    void stagesOfOtherKinds_areLeftToTheEngine() {
        assertThat(List.of(
                        new Document("$unwind", new Document("path", "$moves")),
                        new Document("$unwind", "$order.list"),
                        new Document("$project", new Document("moves", 1)),
                        new Document("$project", new Document("moves", 0).append("moves.kind", 0)),
                        new Document("$project", new Document("moves.0", 0)),
                        new Document("$project", new Document("a", "$b")),
                        new Document("$group", new Document("_id", new Document("$toUpper", "$a"))),
                        new Document("$group", new Document("_id", new Document("a.b", "$a"))),
                        new Document("$group", new Document("_id", "$a").append("b.c", new Document("$sum", "$d"))),
                        new Document("$limit", 1)))
                .allSatisfy(stage -> assertThat(OwnStage.of(stage)).isEmpty());
    }
}
