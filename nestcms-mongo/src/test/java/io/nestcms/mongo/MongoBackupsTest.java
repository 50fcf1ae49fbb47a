package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.crypto.NamedKey;
import io.nestcms.system.SystemEvent;
import io.nestcms.system.SystemEvent.BackupCompleted;
import io.nestcms.system.SystemEvent.BackupFailed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

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

        assertThat(report.documents()).isEqualTo(Map.of("payments", 1203L, "contracts", 0L, "audit", 1L));
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
