package io.nestcms.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.storage.contract.FileStorageContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStorageTest extends FileStorageContract {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");
    private final Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);

    @TempDir
    private Path directory;

    @Override
    protected FileStorage storage() {
        return DiskStorage.in(directory.resolve("files"), StorageLimits.upTo(MOST), clock);
    }

    @Override
    protected long kept() throws IOException {
        return files().stream()
                .filter(file -> !file.toString().endsWith(".about"))
                .count();
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private StoredFile put(byte... bytes) {
        return storage().put("name", new ByteArrayInputStream(bytes));
    }

    @Test
    void files_areTheOwnersAlone() throws IOException {
        put((byte) 1);

        for (Path file : files()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void open_fileThatWasChanged_failsAtItsEnd() throws IOException {
        StoredFile file = put(new byte[] {1, 2, 3});
        Path path = files().stream()
                .filter(each -> each.endsWith(file.key().value()))
                .findFirst()
                .orElseThrow();
        Files.write(path, new byte[] {1, 2, 4});

        try (FileContent content = storage().open(file.key()).orElseThrow()) {
            assertThatThrownBy(() -> content.stream().readAllBytes())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was changed");
        }
        try (FileContent content = storage().open(file.key()).orElseThrow()) {
            assertThatThrownBy(() -> content.stream().skip(9)).hasMessageContaining("was changed");
        }
    }

    @Test
    void start_partsOfACrash_areTakenAway_freshOnesNot() throws IOException {
        storage();
        Path incoming = directory.resolve("files/incoming");
        Path old = Files.createFile(incoming.resolve("in-old.part"));
        Files.setLastModifiedTime(old, FileTime.from(NOON.minusSeconds(90_000)));
        Path fresh = Files.createFile(incoming.resolve("in-fresh.part"));
        Files.setLastModifiedTime(fresh, FileTime.from(NOON));

        storage();

        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
    }

    @Test
    void put_typeThatIsNotTaken_keepsNothing() throws IOException {
        FileStorage images =
                DiskStorage.in(directory.resolve("files"), new StorageLimits(10, Set.of("image/png")), clock);

        assertThatThrownBy(() -> images.put("a.png", new ByteArrayInputStream(new byte[] {'a'})))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("text/plain");
        assertThat(files()).isEmpty();
    }

    @Test
    void guarded_storageThatFails_isLeftAlone_refusalsDoNotCount() {
        FileStorage broken = new FileStorage() {
            @Override
            public StoredFile put(String name, InputStream content) {
                throw new InvalidInputException("name", "has another form", "x");
            }

            @Override
            public Optional<FileContent> open(FileKey key) {
                throw new StorageException("the disk is gone", new IOException("gone"));
            }

            @Override
            public boolean delete(FileKey key) {
                return true;
            }
        };
        CircuitBreaker breaker = CircuitBreakers.builder()
                .build()
                .create("storage", BreakerSettings.database().build());
        FileStorage guarded = new GuardedStorage(broken, breaker);
        FileKey key = new FileKey("0".repeat(32));

        for (int n = 0; n < 200; n++) {
            assertThatThrownBy(() -> guarded.put("x", InputStream.nullInputStream()))
                    .isInstanceOf(InvalidInputException.class);
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        for (int n = 0; n < 400 && breaker.state() == BreakerState.CLOSED; n++) {
            assertThatThrownBy(() -> guarded.open(key)).isInstanceOf(StorageException.class);
        }

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThatThrownBy(() -> guarded.delete(key))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        open -> assertThat(open.retryAfter()).isPresent());
    }
}
