package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.ListCollectionsIterable;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandSucceededEvent;
import io.nestcms.crypto.NamedKey;
import io.nestcms.system.SystemEvent;
import io.nestcms.system.SystemEvent.BackupCompleted;
import io.nestcms.system.SystemEvent.BackupFailed;
import io.nestcms.testkit.ReplicaSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(RefusalCheck.class)
class MongoBackupsTest {
    private static final NamedKey KEY = NamedKey.of("backup-1", new byte[32]);

    private final String source = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), source);

    private static MongoBackups of(String database) {
        return at(database, Instant.parse("2026-11-22T12:00:00Z"));
    }

    private static MongoBackups at(String database, Instant now) {
        return NestMongo.builder(TestMongo.client(), database)
                .clock(Clock.fixed(now, ZoneOffset.UTC))
                .build()
                .backups(KEY);
    }

    private byte[] backup(int payments) throws IOException {
        for (int n = 0; n < payments; n++) {
            mongo.payments().insert(payment("p" + n), entries(payment("p" + n), 1, 2));
        }
        mongo.auditTrail(KEY)
                .append(new io.nestcms.audit.AuditEntry(Instant.EPOCH, "a", "b", "c", "d", Map.of("e", "f")));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        of(source).write(bytes);
        return bytes.toByteArray();
    }

    private static List<RawBsonDocument> contents(String database, String collection) {
        return TestMongo.client()
                .getDatabase(database)
                .getCollection(collection, RawBsonDocument.class)
                .find()
                .sort(new org.bson.Document("_id", 1))
                .into(new ArrayList<>());
    }

    @Test
    void restore_intoAnEmptyDatabase_givesEqualContentsAndIndexes() throws IOException {
        byte[] backup = backup(1203);
        String target = TestMongo.freshDatabase();

        BackupReport report = of(target).restore(new ByteArrayInputStream(backup));

        assertThat(report.documents()).containsAllEntriesOf(Map.of("payments", 1203L, "contracts", 0L, "audit", 1L));
        assertThat(report).isEqualTo(of(source).verify(new ByteArrayInputStream(backup)));
        for (String collection : report.documents().keySet()) {
            assertThat(contents(target, collection)).isEqualTo(contents(source, collection));
        }
        assertThat(NestMongo.using(TestMongo.client(), target)
                        .payments()
                        .find(payment("p7").id()))
                .contains(payment("p7"));
    }

    @Test
    void write_bytes_hideTheContent() throws IOException {
        assertThat(new String(backup(3), StandardCharsets.ISO_8859_1)).doesNotContain("huda", "payments", "KWD");
    }

    @Test
    void verify_anyByteFlipped_isDetected() throws IOException {
        byte[] backup = backup(3);
        MongoBackups verifying = of(source);
        Random random = new Random(1);
        for (int n = 0; n < backup.length; n++) {
            byte[] changed = backup.clone();
            changed[n] ^= (byte) (1 << random.nextInt(8));

            assertThatThrownBy(() -> verifying.verify(new ByteArrayInputStream(changed)))
                    .as("byte " + n)
                    .isInstanceOf(BackupException.class);
        }
    }

    @Test
    void verify_cutOrProlonged_isDetected() throws IOException {
        byte[] backup = backup(5);
        for (int length = 0; length < backup.length; length += 7) {
            byte[] cut = Arrays.copyOf(backup, length);
            assertThatThrownBy(() -> of(source).verify(new ByteArrayInputStream(cut)))
                    .isInstanceOf(BackupException.class);
        }
        byte[] longer = Arrays.copyOf(backup, backup.length + 1);
        assertThatThrownBy(() -> of(source).verify(new ByteArrayInputStream(longer)))
                .isInstanceOf(BackupException.class);
    }

    @Test
    void restore_damagedBackup_leavesNothing() throws IOException {
        byte[] backup = backup(1500);
        backup[backup.length - 20] ^= 1;
        String target = TestMongo.freshDatabase();

        assertThatThrownBy(() -> of(target).restore(new ByteArrayInputStream(backup)))
                .isInstanceOf(BackupException.class);

        assertThat(contents(target, "payments")).isEmpty();
    }

    @Test
    void restore_intoAFullDatabase_isRefusedAndChangesNothing() throws IOException {
        byte[] backup = backup(3);
        List<RawBsonDocument> before = contents(source, "payments");

        assertThatThrownBy(() -> of(source).restore(new ByteArrayInputStream(backup)))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("not empty");

        assertThat(contents(source, "payments")).isEqualTo(before);
    }

    @Test
    void writeTo_moreThanToKeep_removesTheOldest(@TempDir Path directory) throws IOException {
        Instant now = Instant.parse("2026-11-22T12:00:00Z");
        List<Path> files = new ArrayList<>();
        for (int day = 0; day < 4; day++) {
            files.add(at(source, now.plus(Duration.ofDays(day))).writeTo(directory, 2));
        }

        try (var left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(files.get(2), files.get(3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void writeTo_clockWasOnceAhead_theNewestStay(int keep, @TempDir Path directory) throws IOException {
        Instant now = Instant.parse("2026-11-22T12:00:00Z");
        at(source, now.plus(Duration.ofDays(365))).writeTo(directory, keep);
        List<Path> right = new ArrayList<>();
        for (int day = 0; day < 4; day++) {
            right.add(at(source, now.plus(Duration.ofDays(day))).writeTo(directory, keep));
            assertThat(right.get(day)).exists();
        }

        try (var left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrderElementsOf(right.subList(4 - keep, 4));
        }
    }

    @Test
    void writeTo_killedBefore_removesWhatWasUnfinished_andNotWhatIsBeingWritten(@TempDir Path directory)
            throws IOException {
        Path killed = Files.createFile(directory.resolve("unfinished1.tmp"));
        Path underWay = Files.createFile(directory.resolve("unfinished2.tmp"));
        try (FileChannel writing = FileChannel.open(underWay, StandardOpenOption.WRITE)) {
            writing.lock();

            Path file = of(source).writeTo(directory, 1);

            try (var left = Files.list(directory)) {
                assertThat(left).containsExactlyInAnyOrder(file, underWay);
            }
        }
        assertThat(killed).doesNotExist();
    }

    @Test
    void restore_databaseGone_isTypedAndNamesWhatIsLeft() throws IOException {
        byte[] backup = backup(3);
        try (ReplicaSet set = ReplicaSet.builder().secondaries(0).start();
                MongoClient client = MongoClients.create(MongoClientSettings.builder(MongoSettings.builder(set.uri())
                                .serverSelectionTimeout(Duration.ofMillis(300))
                                .build()
                                .client())
                        .addCommandListener(new CommandListener() {
                            @Override
                            public void commandSucceeded(CommandSucceededEvent event) {
                                if (event.getCommandName().equals("insert")) {
                                    set.primary().kill();
                                }
                            }
                        })
                        .build())) {
            MongoDatabase target = client.getDatabase("t");

            assertThatThrownBy(() -> backups(target).restore(new ByteArrayInputStream(backup)))
                    .isInstanceOf(DatabaseUnavailableException.class)
                    .satisfies(failure -> assertThat(failure.getSuppressed())
                            .anySatisfy(told -> assertThat(told)
                                    .hasMessageMatching("drop these collections before another restore: \\[.*audit]")));
        }
    }

    private static MongoBackups backups(MongoDatabase database) {
        return new MongoBackups(database, KEY, Clock.systemUTC(), new SecureRandom(), event -> {});
    }

    /** The kit's node has neither; what is sent to a server that has is seen on the way. */
    @Test
    void restore_viewsAndOptions_areThereAgain() throws IOException {
        MongoDatabase node = TestMongo.client().getDatabase(source);
        Document options = new Document("capped", true).append("size", 4096L);
        Document view = new Document("viewOn", "payments").append("pipeline", List.of(new Document("$limit", 1)));
        List<Document> described = node.listCollections().into(new ArrayList<>());
        described.add(0, new Document("name", "a_view").append("type", "view").append("options", view));
        described.stream()
                .filter(it -> it.getString("name").equals("contracts"))
                .forEach(it -> it.put("options", options));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BackupReport written = backups(describing(node, described)).write(bytes);
        List<Document> created = new ArrayList<>();
        MongoDatabase target = TestMongo.client().getDatabase(TestMongo.freshDatabase());

        BackupReport restored =
                backups(recording(target, created)).restore(new ByteArrayInputStream(bytes.toByteArray()));

        assertThat(restored).isEqualTo(written);
        assertThat(created)
                .containsExactly(
                        new Document("create", "contracts")
                                .append("capped", true)
                                .append("size", 4096L),
                        new Document("create", "a_view")
                                .append("viewOn", "payments")
                                .append("pipeline", List.of(new Document("$limit", 1))));
    }

    private static MongoDatabase describing(MongoDatabase database, List<Document> collections) {
        return proxy(MongoDatabase.class, (method, arguments) -> {
            if (!method.getName().equals("listCollections")) {
                return method.invoke(database, arguments);
            }
            return proxy(ListCollectionsIterable.class, (listing, into) -> {
                @SuppressWarnings("unchecked")
                List<Document> all = (List<Document>) into[0];
                all.addAll(collections);
                return all;
            });
        });
    }

    private static MongoDatabase recording(MongoDatabase database, List<Document> created) {
        return proxy(MongoDatabase.class, (method, arguments) -> {
            if (method.getName().equals("runCommand")
                    && arguments[0] instanceof Document command
                    && command.containsKey("create")) {
                created.add(command);
                return new Document("ok", 1);
            }
            return method.invoke(database, arguments);
        });
    }

    private interface Call {
        Object answer(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.answer(method, arguments)));
    }

    @Test
    void writeTo_tellsHowItWent(@TempDir Path directory) throws IOException {
        mongo.payments().insert(payment("p"), entries(payment("p"), 1, 2));
        List<SystemEvent> told = new ArrayList<>();
        Instant now = Instant.parse("2026-11-22T12:00:00Z");
        MongoBackups backups = NestMongo.builder(TestMongo.client(), source)
                .clock(Clock.fixed(now, ZoneOffset.UTC))
                .build()
                .backups(KEY, event -> {
                    told.add(event);
                    throw new AssertionError("what a listener throws costs nobody a backup");
                });
        Path file = backups.writeTo(directory, 1);
        long documents;
        try (InputStream in = Files.newInputStream(file)) {
            documents = backups.verify(in).documents().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
        Path notADirectory = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> backups.writeTo(notADirectory, 1)).isInstanceOf(IOException.class);
        assertThat(told)
                .containsExactly(
                        new BackupCompleted(file.getFileName().toString(), now, documents, Duration.ZERO),
                        new BackupFailed(now, "FileAlreadyExistsException"));
    }
}
