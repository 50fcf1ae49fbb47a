package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.bson.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private static final String JOURNAL = "journal-00000001.log";

    @TempDir
    Path temporary;

    /** The ids that a directory has, in the order they were written. */
    private static final class Ids implements DataDirectory.Target {
        private final List<Integer> ids = new ArrayList<>();

        @Override
        public void clear() {
            ids.clear();
        }

        @Override
        public void apply(Operation operation) {
            ids.add((Integer) operation.document().get("_id"));
        }
    }

    private static Operation put(int id) {
        return Operation.put("shop", "rows", new Document("_id", id).append("text", "x".repeat(id % 7)));
    }

    private static List<Integer> upTo(int count) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(i);
        }
        return ids;
    }

    private record Read(List<Integer> ids, DataDirectory.Recovered recovered) {}

    private static Read read(Path directory) throws IOException {
        Ids ids = new Ids();
        try (DataDirectory data = DataDirectory.open(directory)) {
            DataDirectory.Recovered recovered = data.recover(ids, true);
            recovered.journal().close();
            return new Read(ids.ids, recovered);
        }
    }

    /** Length of the journal to the number of records in it. */
    private TreeMap<Long, Integer> write(Path directory, int count) throws IOException {
        TreeMap<Long, Integer> lengths = new TreeMap<>();
        lengths.put(0L, 0);
        try (DataDirectory data = DataDirectory.open(directory)) {
            try (Journal journal = data.recover(new Ids(), true).journal()) {
                for (int i = 0; i < count; i++) {
                    journal.await(journal.append(List.of(put(i))));
                    lengths.put(Files.size(directory.resolve(JOURNAL)), i + 1);
                }
            }
        }
        return lengths;
    }

    private Path directoryWith(byte[] journal, int number) throws IOException {
        Path directory = Files.createDirectory(temporary.resolve("d" + number));
        Files.write(directory.resolve(JOURNAL), journal);
        return directory;
    }

    @Test
    void truncatedAtEveryByte_recoversTheWholeRecordsAndGoesOn() throws IOException {
        TreeMap<Long, Integer> lengths = write(temporary.resolve("whole"), 4);
        byte[] whole = Files.readAllBytes(temporary.resolve("whole").resolve(JOURNAL));
        for (int cut = 0; cut <= whole.length; cut++) {
            Path directory = directoryWith(java.util.Arrays.copyOf(whole, cut), cut);
            Read read = read(directory);
            long good = lengths.floorKey((long) cut);
            assertThat(read.ids()).as("cut at %d", cut).isEqualTo(upTo(lengths.get(good)));
            assertThat(read.recovered().damage().isPresent()).isEqualTo(good != cut);
            assertThat(Files.size(directory.resolve(JOURNAL))).isEqualTo(good);
            assertThat(read(directory).recovered().damage()).isEmpty();
        }
    }

    @Test
    void bitFlippedInEveryByte_detectedAndRecoveredToTheRecordBefore() throws IOException {
        TreeMap<Long, Integer> lengths = write(temporary.resolve("whole"), 4);
        byte[] whole = Files.readAllBytes(temporary.resolve("whole").resolve(JOURNAL));
        Random random = new Random(3);
        for (int at = 0; at < whole.length; at++) {
            byte[] bad = whole.clone();
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Path directory = directoryWith(bad, at);
            Read read = read(directory);
            long good = lengths.floorKey((long) at);
            assertThat(read.ids()).as("flip at %d", at).isEqualTo(upTo(lengths.get(good)));
            RecoveryReport.Damage damage = read.recovered().damage().orElseThrow();
            assertThat(damage.offset()).isEqualTo(good);
            assertThat(damage.bytesSetAside()).isEqualTo(whole.length - good);
            boolean last = lengths.higherKey((long) at) == whole.length;
            assertThat(damage.kind() == RecoveryReport.Kind.CORRUPT || last)
                    .as("flip at %d", at)
                    .isTrue();
            assertThat(read(directory).recovered().damage()).isEmpty();
        }
    }

    @Test
    void generations_damageInAnyFile_neverSilent() throws IOException {
        Path original = temporary.resolve("generations");
        try (DataDirectory data = DataDirectory.open(original)) {
            try (Journal journal = data.recover(new Ids(), true).journal()) {
                for (int i = 0; i < 12; i++) {
                    journal.await(journal.append(List.of(put(i))));
                    if (i % 3 == 2) {
                        long number = data.nextJournal(journal);
                        List<List<Operation>> contents = new ArrayList<>();
                        upTo(i + 1).forEach(id -> contents.add(List.of(put(id))));
                        data.writeSnapshot(number, journal.last(), contents.iterator());
                    }
                }
                journal.await(journal.append(List.of(put(12))));
            }
        }
        assertThat(read(original).ids()).isEqualTo(upTo(13));
        Random random = new Random(9);
        for (int round = 0; round < 80; round++) {
            Path copy = Files.createDirectory(temporary.resolve("g" + round));
            TreeSet<Path> files = new TreeSet<>();
            try (var all = Files.newDirectoryStream(original, "*.log")) {
                for (Path file : all) {
                    files.add(Files.copy(file, copy.resolve(file.getFileName())));
                }
            }
            Path victim = List.copyOf(files).get(random.nextInt(files.size()));
            byte[] bytes = Files.readAllBytes(victim);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(victim, bytes);
            Read read = read(copy);
            boolean all = read.ids().equals(upTo(13));
            assertThat(all || read.recovered().damage().isPresent())
                    .as("%s", victim.getFileName())
                    .isTrue();
            // only the journal in use can cost anything
            assertThat(all || victim.getFileName().toString().equals("journal-00000005.log"))
                    .isTrue();
        }
    }

    @Test
    void missingFiles_areDamageOrRefused() throws IOException {
        Path directory = temporary.resolve("missing");
        try (DataDirectory data = DataDirectory.open(directory)) {
            try (Journal journal = data.recover(new Ids(), true).journal()) {
                for (int i = 0; i < 3; i++) {
                    journal.await(journal.append(List.of(put(i))));
                    long number = data.nextJournal(journal);
                    if (i < 2) {
                        List<List<Operation>> contents = new ArrayList<>();
                        upTo(i + 1).forEach(id -> contents.add(List.of(put(id))));
                        data.writeSnapshot(number, journal.last(), contents.iterator());
                    }
                }
                journal.await(journal.append(List.of(put(3))));
            }
        }
        assertThat(read(directory).ids()).isEqualTo(upTo(4));
        Files.delete(directory.resolve("journal-00000003.log"));
        Read gap = read(directory);
        assertThat(gap.ids()).isEqualTo(upTo(2));
        assertThat(gap.recovered().damage().orElseThrow().kind()).isEqualTo(RecoveryReport.Kind.CORRUPT);
        try (var snapshots = Files.newDirectoryStream(directory, "snapshot-*")) {
            for (Path snapshot : snapshots) {
                Files.delete(snapshot);
            }
        }
        assertThatThrownBy(() -> read(directory))
                .isInstanceOf(EmbeddedMongoException.class)
                .hasMessageContaining("no readable snapshot");
    }
}
