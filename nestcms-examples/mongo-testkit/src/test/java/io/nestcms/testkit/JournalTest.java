package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.bson.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final List<Operation> RECORD = List.of(Operation.put("shop", "rows", new Document("_id", 1)));

    @TempDir
    Path directory;

    @Test
    void diskFull_isToldToAllThatWaitAndForEver() throws IOException {
        Path full = Path.of("/dev/full"); // takes no byte, as a full disk
        boolean there = Files.exists(full);
        assertThat(there || System.getenv("CI") == null)
                .as("CI is set, and there is a %s", full)
                .isTrue();
        Assumptions.assumeTrue(there);
        Journal journal = new Journal(full, 0);
        long sequence = journal.append(RECORD);
        assertThatThrownBy(() -> journal.await(sequence)).isInstanceOf(IOException.class);
        assertThat(journal.isBroken()).isTrue();
        assertThatThrownBy(() -> journal.await(journal.append(RECORD))).isInstanceOf(IOException.class);
        journal.close();
    }

    @Test
    void manyWriters_allOnDiskInOrder_overRotations() throws Exception {
        Path first = directory.resolve("1");
        Path second = directory.resolve("2");
        Journal journal = new Journal(first, 0);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        for (Path next : List.of(second, directory.resolve("3"))) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                writers.add(pool.submit(() -> {
                    for (int n = 0; n < 50; n++) {
                        journal.await(journal.append(RECORD));
                    }
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
            journal.rotate(next);
        }
        pool.shutdown();
        journal.close();
        assertThat(Records.read(first, 1, (sequence, operations) -> {}).records())
                .isEqualTo(400);
        Records.Extent rest = Records.read(second, 401, (sequence, operations) -> {});
        assertThat(rest.whole()).isTrue();
        assertThat(rest.lastSequence()).isEqualTo(800);
    }
}
