package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurabilityTest {
    private static final int ROWS = 40;

    @TempDir
    Path directory;

    private EmbeddedMongo start(Path data) {
        return EmbeddedMongo.builder().dataDirectory(data).start();
    }

    @Test
    void restart_findsDataIndexesAndDeletions() {
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            rows.createIndex(Indexes.ascending("cart"), new IndexOptions().unique(true));
            rows.insertMany(List.of(row(1, "a"), row(2, "b"), row(3, "c")));
            rows.updateOne(Filters.eq("_id", 2), Updates.set("n", 7));
            rows.deleteOne(Filters.eq("_id", 3));
            client.getDatabase("shop").getCollection("gone").insertOne(row(1, "x"));
            client.getDatabase("shop").getCollection("gone").drop();
            client.getDatabase("other").getCollection("rows").insertOne(row(1, "x"));
            client.getDatabase("other").drop();
        }
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            assertThat(node.recovery().damage()).isEmpty();
            assertThat(node.recovery().documents()).isEqualTo(2);
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            assertThat(rows.find().into(new ArrayList<>()))
                    .containsExactly(row(1, "a"), row(2, "b").append("n", 7));
            assertThatThrownBy(() -> rows.insertOne(row(9, "a"))).isInstanceOf(MongoWriteException.class);
            rows.insertOne(row(9, "c"));
            assertThat(client.getDatabase("shop").listCollectionNames()).containsExactly("rows");
            assertThat(client.listDatabaseNames()).containsExactly("shop");
        }
    }

    @Test
    void compaction_keepsEverythingAndDropsOldFiles() throws IOException {
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            rows.createIndex(Indexes.ascending("cart"), new IndexOptions().unique(true));
            for (int round = 0; round < 4; round++) {
                for (int i = 0; i < 10; i++) {
                    rows.insertOne(row(round * 10 + i, "c" + round + i));
                }
                node.compact();
            }
            rows.insertOne(row(100, "last"));
        }
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "journal-00000004.log",
                            "journal-00000005.log",
                            "node.lock",
                            "snapshot-00000004.log",
                            "snapshot-00000005.log");
        }
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            assertThat(node.recovery().records()).isEqualTo(1);
            assertThat(rows.countDocuments()).isEqualTo(41);
            assertThatThrownBy(() -> rows.insertOne(row(9_999, "c35"))).isInstanceOf(MongoWriteException.class);
        }
        // one damaged snapshot: the one before and its journal still have all of it
        flip(directory.resolve("snapshot-00000005.log"), 100);
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            assertThat(client.getDatabase("shop").getCollection("rows").countDocuments())
                    .isEqualTo(41);
        }
    }

    @Test
    void compaction_byItself_whenJournalGrows() {
        try (EmbeddedMongo node = EmbeddedMongo.builder()
                        .dataDirectory(directory)
                        .compactAfterBytes(20_000)
                        .start();
                MongoClient client = MongoClients.create(node.uri())) {
            for (int i = 0; i < 300; i++) {
                client.getDatabase("shop").getCollection("rows").insertOne(row(i, "x".repeat(500)));
            }
        }
        try (EmbeddedMongo node = start(directory)) {
            assertThat(node.recovery().documents()).isEqualTo(300);
            assertThat(node.recovery().records()).isLessThan(200);
        }
    }

    @Test
    void retriedWrite_afterRestart_appliedOnce() {
        Document insert = new Document("update", "rows")
                .append(
                        "updates",
                        List.of(new Document("q", new Document("_id", 1))
                                .append("u", new Document("$inc", new Document("n", 1)))
                                .append("upsert", true)))
                .append("lsid", new Document("id", new org.bson.types.Binary((byte) 4, new byte[16])))
                .append("txnNumber", 1L);
        try (EmbeddedMongo node = start(directory)) {
            new RawCommands(node.port()).run("shop", insert);
        }
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            assertThat(new RawCommands(node.port()).run("shop", insert).getInteger("n"))
                    .isEqualTo(1);
            assertThat(client.getDatabase("shop")
                            .getCollection("rows")
                            .find()
                            .first()
                            .getInteger("n"))
                    .isEqualTo(1);
        }
    }

    @Test
    void changeStream_resumedFromBeforeTheStart_isToldSo() {
        BsonDocument token;
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            rows.insertOne(row(0, "first"));
            try (MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream =
                    rows.watch().cursor()) {
                rows.insertMany(List.of(row(1, "a"), row(2, "b")));
                token = stream.next().getResumeToken();
            }
            rows.insertOne(row(3, "c"));
        }
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            assertThatThrownBy(() -> rows.watch().resumeAfter(token).cursor())
                    .isInstanceOf(MongoCommandException.class)
                    .hasMessageContaining("286");
        }
    }

    @Test
    void secondProcessOnTheDirectory_refused() throws IOException {
        try (NodeProcess other = NodeProcess.start(directory, 0, 1_000_000)) {
            assertThat(other.port()).isPositive();
            assertThatThrownBy(() -> start(directory)).isInstanceOf(DataDirectoryInUseException.class);
        }
    }

    @Test
    void secondNodeOnTheDirectory_refused() {
        try (EmbeddedMongo node = start(directory)) {
            assertThatThrownBy(() -> start(directory))
                    .isInstanceOf(DataDirectoryInUseException.class)
                    .hasMessageContaining(directory.toString());
            assertThat(node.port()).isPositive();
        }
        try (EmbeddedMongo again = start(directory)) {
            assertThat(again.recovery().damage()).isEmpty();
        }
    }

    @Test
    void journalTruncatedAnywhere_recoversToTheLastWholeRecord() throws IOException {
        TreeMap<Long, Integer> rowsAt = writeRows();
        byte[] whole = Files.readAllBytes(directory.resolve("journal-00000001.log"));
        Random random = new Random(7);
        for (int i = 0; i < 15; i++) {
            int cut = random.nextInt(whole.length + 1);
            Path copy = copy("cut-" + i, java.util.Arrays.copyOf(whole, cut));
            try (EmbeddedMongo node = start(copy)) {
                int expected = rowsAt.floorEntry((long) cut).getValue();
                assertThat(node.recovery().documents()).as("cut at %d", cut).isEqualTo(expected);
                assertThat(node.recovery().damage().isPresent())
                        .as("cut at %d", cut)
                        .isEqualTo(rowsAt.floorKey((long) cut) != cut);
                node.recovery()
                        .damage()
                        .ifPresent(damage -> assertThat(damage.kind()).isEqualTo(RecoveryReport.Kind.INCOMPLETE_TAIL));
            }
            try (EmbeddedMongo again = start(copy)) {
                assertThat(again.recovery().damage()).isEmpty();
            }
        }
    }

    @Test
    void journalBitFlippedAnywhere_detectedAndRecoveredToTheRecordBefore() throws IOException {
        TreeMap<Long, Integer> rowsAt = writeRows();
        byte[] whole = Files.readAllBytes(directory.resolve("journal-00000001.log"));
        Random random = new Random(11);
        for (int i = 0; i < 15; i++) {
            int at = random.nextInt(whole.length);
            byte[] bad = whole.clone();
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Path copy = copy("flip-" + i, bad);
            if (rowsAt.higherKey((long) at) < whole.length) {
                // more follows: it may have been acknowledged
                assertThatThrownBy(() -> start(copy))
                        .isInstanceOf(EmbeddedMongoException.class)
                        .hasMessageContaining("damaged in the middle");
                assertThat(Files.readAllBytes(copy.resolve("journal-00000001.log")))
                        .isEqualTo(bad);
            }
            try (EmbeddedMongo node = EmbeddedMongo.builder()
                            .dataDirectory(copy)
                            .goOnAfterDamage()
                            .start();
                    MongoClient client = MongoClients.create(node.uri())) {
                int expected = rowsAt.floorEntry((long) at).getValue();
                assertThat(node.recovery().documents()).as("flip at %d", at).isEqualTo(expected);
                RecoveryReport.Damage damage = node.recovery().damage().orElseThrow();
                assertThat(damage.offset()).isEqualTo(rowsAt.floorKey((long) at));
                assertThat(damage.savedTo()).hasSize(damage.bytesSetAside());
                MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
                rows.insertOne(row(1_000, "after"));
                assertThat(rows.countDocuments()).isEqualTo(expected + 1L);
            }
            try (EmbeddedMongo again = start(copy)) {
                assertThat(again.recovery().damage()).isEmpty();
            }
        }
    }

    @Test
    void files_areForTheirOwnerOnly() throws IOException {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        assertThat(posix || System.getenv("CI") == null)
                .as("CI is set, and files have no owner here")
                .isTrue();
        Assumptions.assumeTrue(posix);
        writeRows();
        Path older = Files.createFile(directory.resolve("journal-00000002.log"));
        Files.setPosixFilePermissions(older, PosixFilePermissions.fromString("rw-r--r--"));
        try (EmbeddedMongo node = start(directory)) {
            node.compact();
        }

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as("%s", file.getFileName())
                            .isEqualTo("rw-------"));
        }
    }

    /** Journal length to the number of documents that a journal of this length holds. */
    private TreeMap<Long, Integer> writeRows() throws IOException {
        TreeMap<Long, Integer> rowsAt = new TreeMap<>();
        Path journal = directory.resolve("journal-00000001.log");
        try (EmbeddedMongo node = start(directory);
                MongoClient client = MongoClients.create(node.uri())) {
            rowsAt.put(0L, 0);
            MongoCollection<Document> rows = client.getDatabase("shop").getCollection("rows");
            for (int i = 0; i < ROWS; i++) {
                rows.insertOne(row(i, "cart-" + i));
                rowsAt.put(Files.size(journal), i + 1);
            }
        }
        return rowsAt;
    }

    private Path copy(String name, byte[] journal) throws IOException {
        Path copy = Files.createDirectory(directory.resolve(name));
        Files.write(copy.resolve("journal-00000001.log"), journal);
        return copy;
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    private static Document row(int id, String cart) {
        return new Document("_id", id).append("cart", cart);
    }

    @Test
    void closedNode_refusesClients() {
        EmbeddedMongo node = start(directory);
        node.close();
        node.close();
        try (MongoClient client = MongoClients.create(node.uri() + "&serverSelectionTimeoutMS=100")) {
            assertThatThrownBy(() -> client.getDatabase("shop").runCommand(new Document("ping", 1)))
                    .isInstanceOf(MongoException.class);
        }
    }
}
