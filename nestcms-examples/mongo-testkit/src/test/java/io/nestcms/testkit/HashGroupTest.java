package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import de.bwaldvogel.mongo.backend.aggregation.stage.GroupStage;
import de.bwaldvogel.mongo.bson.Decimal128;
import de.bwaldvogel.mongo.bson.Document;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HashGroupTest {
    private static final Document SPEC = new Document(
                    "_id", new Document("month", "$moves.month").append("currency", "$moves.amount.currency"))
            .append("amount", new Document("$sum", "$moves.amount.amount"))
            .append("n", new Document("$sum", "$n"));

    private static Document document(Random random) {
        Document amount = new Document("currency", List.of("KWD", "SAR").get(random.nextInt(2)));
        switch (random.nextInt(4)) {
            case 0 -> amount.append("amount", "text");
            case 1 -> amount.append("other", 1);
            default ->
                amount.append(
                        "amount", new Decimal128(BigDecimal.valueOf(random.nextLong(999_999_999_999_999_999L), 3)));
        }
        Document moves = new Document("amount", amount);
        if (random.nextInt(5) > 0) {
            moves.append("month", 202_600 + random.nextInt(3));
        }
        Object n = List.of(random.nextInt(), random.nextLong(1L << 50), List.of(1, 2))
                .get(random.nextInt(3));
        return new Document("moves", moves).append("n", n);
    }

    @Test
    void sums_randomDocuments_areThoseOfTheEngine() {
        Random random = new Random(11);
        HashGroup group = HashGroup.of(new Document("$group", SPEC)).orElseThrow();
        for (int round = 0; round < 50; round++) {
            List<Document> documents = new ArrayList<>();
            for (int n = random.nextInt(80); n > 0; n--) {
                documents.add(document(random));
            }
            assertThat(group.apply(documents).orElseThrow())
                    .containsExactlyInAnyOrderElementsOf(
                            new GroupStage(SPEC).apply(documents.stream()).toList());
        }
    }

    @Test
    void keysOfOtherKinds_areLeftToTheEngine() {
        HashGroup group = HashGroup.of(new Document("$group", SPEC)).orElseThrow();
        for (Object month : List.of(1L, 1.0, List.of(1), new Document("a", 1))) {
            assertThat(group.apply(List.of(new Document("moves", new Document("month", month)))))
                    .isEmpty();
        }
    }

    @Test
    void groupsOfOtherKinds_areLeftToTheEngine() {
        for (String group : List.of("$sum", "$avg")) {
            Document literal = new Document("_id", new Document("a", "$a")).append("n", new Document(group, 1));
            assertThat(HashGroup.of(new Document("$group", literal))).isEqualTo(Optional.empty());
        }
        assertThat(HashGroup.of(new Document("$group", new Document("_id", null))))
                .isEmpty();
        assertThat(HashGroup.of(new Document("$match", new Document("_id", new Document()))))
                .isEmpty();
    }

    @Test
    void listsByAField_randomDocuments_areThoseOfTheEngine() {
        Random random = new Random(12);
        Document pushed =
                new Document("kind", "$_id.kind").append("money", new Document("of", "$amount").append("n", "$_id.n"));
        Document spec = new Document("_id", "$_id.contract")
                .append("all", new Document("$push", pushed))
                .append("amounts", new Document("$push", "$amount"));
        HashGroup group = HashGroup.of(new Document("$group", spec)).orElseThrow();
        int own = 0;
        for (int round = 0; round < 200; round++) {
            List<Document> documents = new ArrayList<>();
            for (int n = random.nextInt(20); n > 0; n--) {
                Document id = new Document("contract", "c" + random.nextInt(5));
                Object odd = random.nextInt(200) == 0 ? List.of(1) : random.nextLong(1L << 50);
                id.append("kind", random.nextInt(200) == 0 ? null : "SALE").append("n", odd);
                Document document = new Document("_id", id);
                if (random.nextInt(100) > 0) {
                    document.append("amount", new Decimal128(BigDecimal.valueOf(random.nextLong(1L << 50), 3)));
                }
                documents.add(document);
            }
            Optional<List<Document>> groups = group.apply(documents);
            own += groups.isPresent() ? 1 : 0;
            groups.ifPresent(some -> assertThat(some)
                    .containsExactlyInAnyOrderElementsOf(
                            new GroupStage(spec).apply(documents.stream()).toList()));
        }
        assertThat(own).isBetween(50, 199);
    }
}
