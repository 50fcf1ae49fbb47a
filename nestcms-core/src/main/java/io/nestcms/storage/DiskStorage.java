package io.nestcms.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Files in a directory that only its owner may read (0700, files 0600). A file comes in under another name, is forced to the disk and
 * then moved in one step; what a crash leaves of one is taken away at the next start. Nodes may share the directory.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class DiskStorage implements FileStorage {
    private static final String INCOMING = "incoming";
    private static final long ABANDONED_SECONDS = 86_400;

    private final Path directory;
    private final StorageLimits limits;
    private final SecureRandom random;
    private final Clock clock;

    private DiskStorage(Path directory, StorageLimits limits, SecureRandom random, Clock clock) {
        this.directory = directory;
        this.limits = limits;
        this.random = random;
        this.clock = clock;
    }

    /**
     * A storage in a directory.
     *
     * @param directory made when it is missing
     * @param limits what is taken
     * @param clock tells when a file is stored
     * @return the storage
     * @throws StorageException if the directory cannot be made or read
     */
    public static DiskStorage in(Path directory, StorageLimits limits, Clock clock) {
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(clock, "clock");
        Path root = directory.toAbsolutePath().normalize();
        try {
            Path incoming = root.resolve(INCOMING);
            Files.createDirectories(incoming, Received.ownersDirectory());
            Instant old = clock.instant().minusSeconds(ABANDONED_SECONDS);
            try (var parts = Files.newDirectoryStream(incoming, "in-*.part")) {
                for (Path part : parts) {
                    if (Files.getLastModifiedTime(part).toInstant().isBefore(old)) {
                        Files.deleteIfExists(part);
                    }
                }
            }
        } catch (IOException broken) {
            throw new StorageException("the directory for files cannot be used: " + root.getFileName(), broken);
        }
        return new DiskStorage(root, limits, new SecureRandom(), clock);
    }

    @Override
    public StoredFile put(String name, InputStream content) {
        Received received = Received.of(name, content, directory.resolve(INCOMING), limits);
        StoredFile file = new StoredFile(
                FileKey.random(random),
                name,
                received.contentType(),
                received.size(),
                received.sha256(),
                clock.instant());
        try {
            Path folder = Objects.requireNonNull(place(file.key()).getParent());
            Files.createDirectories(folder, Received.ownersDirectory());
            describe(file);
            // a file is there when its bytes are
            Files.move(received.path(), place(file.key()), StandardCopyOption.ATOMIC_MOVE);
            force(folder);
            return file;
        } catch (IOException broken) {
            received.delete();
            throw new StorageException("the file could not be kept; nothing is kept of it", broken);
        }
    }

    private void describe(StoredFile file) throws IOException {
        Path part = Files.createTempFile(directory.resolve(INCOMING), "in-", ".part", Received.ownerOnly());
        String lines = String.join(
                "\n",
                file.contentType(),
                Long.toString(file.size()),
                file.sha256(),
                file.storedAt().toString(),
                file.name());
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.UTF_8.encode(lines));
            channel.force(true);
        }
        Files.move(part, description(file.key()), StandardCopyOption.ATOMIC_MOVE);
    }

    /** So that the names are on the disk too; not every system lets a directory be forced. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notOffered) {
            org.slf4j.LoggerFactory.getLogger(DiskStorage.class).debug("A directory cannot be forced to the disk here");
        }
    }

    @Override
    public Optional<FileContent> open(FileKey key) {
        try {
            InputStream raw = Files.newInputStream(place(key));
            try {
                return Optional.of(FileContent.checked(read(key), raw));
            } catch (IOException | RuntimeException broken) {
                raw.close();
                throw broken;
            }
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException broken) {
            throw new StorageException("the file " + key + " cannot be read", broken);
        }
    }

    private StoredFile read(FileKey key) throws IOException {
        List<String> lines = Files.readAllLines(description(key), StandardCharsets.UTF_8);
        try {
            return new StoredFile(
                    key,
                    lines.get(4),
                    lines.get(0),
                    Long.parseLong(lines.get(1)),
                    lines.get(2),
                    Instant.parse(lines.get(3)));
        } catch (IndexOutOfBoundsException | NumberFormatException | DateTimeException damaged) {
            throw new IOException("what is known of the file was changed", damaged);
        }
    }

    @Override
    public boolean delete(FileKey key) {
        try {
            boolean there = Files.deleteIfExists(place(key));
            Files.deleteIfExists(description(key));
            return there;
        } catch (IOException broken) {
            throw new StorageException("the file " + key + " cannot be taken away", broken);
        }
    }

    private Path place(FileKey key) {
        return directory.resolve(key.value().substring(0, 2)).resolve(key.value());
    }

    private Path description(FileKey key) {
        return directory.resolve(key.value().substring(0, 2)).resolve(key.value() + ".about");
    }
}
