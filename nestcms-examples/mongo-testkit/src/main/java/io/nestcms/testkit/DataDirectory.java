package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a durable node: journals and the snapshots they go on from, numbered by generation. Snapshot n holds what
 * the journals before n said; journal n goes on from there. The generation before is kept until the next snapshot is
 * whole, so one damaged snapshot loses nothing.
 */
final class DataDirectory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);
    private static final Pattern NAME = Pattern.compile("(journal|snapshot)-(\\d{8})\\.log");

    private final Path directory;
    private final FileChannel lockFile;
    private final FileLock lock;
    private long generation = 1;
    private volatile long snapshotBytes;
    private long lastSequence;

    private DataDirectory(Path directory, FileChannel lockFile, FileLock lock) {
        this.directory = directory;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    static DataDirectory open(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel file =
                PrivateFiles.open(directory.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(file);
        if (lock == null) {
            file.close();
            throw new DataDirectoryInUseException(directory);
        }
        DataDirectory opened = new DataDirectory(directory, file, lock);
        opened.dropUnfinished();
        return opened;
    }

    /** Snapshots that a killed process was writing. */
    private void dropUnfinished() throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, "snapshot-*.tmp")) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        }
    }

    /** The size of the newest snapshot, 0 if there is none. */
    long snapshotBytes() {
        return snapshotBytes;
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException held) {
            return null; // by this process; null is what tryLock says when another one holds it
        }
    }

    private Path journal(long number) {
        return directory.resolve(String.format(Locale.ROOT, "journal-%08d.log", number));
    }

    private Path snapshot(long number) {
        return directory.resolve(String.format(Locale.ROOT, "snapshot-%08d.log", number));
    }

    private NavigableSet<Long> generations(String kind) throws IOException {
        NavigableSet<Long> found = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Iterator<Path> all = files.iterator(); all.hasNext(); ) {
                Matcher name = NAME.matcher(all.next().getFileName().toString());
                if (name.matches() && name.group(1).equals(kind)) {
                    found.add(Long.parseLong(name.group(2)));
                }
            }
        }
        return found;
    }

    // ---- recovery ------------------------------------------------------------------------------------------------

    /** Where the data of the directory goes. */
    interface Target {
        /** Begins anew: what was given so far came from a snapshot that turned out not to be whole. */
        void clear();

        void apply(Operation operation);
    }

    /** The state after recovery; documents are counted by the caller. */
    record Recovered(Journal journal, long records, Optional<RecoveryReport.Damage> damage) {}

    /**
     * Reads what is there.
     *
     * @param goOn whether to go on without what comes after damage; the end of a record that was being written is none
     * @throws EmbeddedMongoException if there is damage and it is not to go on; nothing was changed then
     */
    Recovered recover(Target target, boolean goOn) throws IOException {
        NavigableSet<Long> journals = generations("journal");
        long base = loadSnapshot(target, journals);
        long sequence = lastSequence;
        long records = 0;
        long current = base;
        Optional<RecoveryReport.Damage> damage = Optional.empty();
        long newest = journals.isEmpty() ? base : Math.max(base, journals.last());
        for (long number = base; damage.isEmpty() && number <= newest; number++) {
            Path file = journal(number);
            current = number;
            if (!Files.exists(file) && base == 1 && journals.isEmpty()) {
                break; // a new directory
            }
            Records.Extent extent = Files.exists(file)
                    ? Records.read(file, sequence + 1, (at, operations) -> operations.forEach(target::apply))
                    : new Records.Extent(0, sequence, 0, "the file is missing", false);
            sequence = extent.lastSequence();
            records += extent.records();
            if (!extent.whole()) {
                NavigableSet<Long> later = journals.tailSet(number, false);
                RecoveryReport.Kind kind = kind(file, extent, later);
                if (kind == RecoveryReport.Kind.CORRUPT && !goOn) {
                    throw new EmbeddedMongoException(
                            "the journal is damaged in the middle: " + file + " at byte " + extent.goodBytes() + ": "
                                    + extent.reason()
                                    + ". Acknowledged writes after it would be lost: restore the directory from a"
                                    + " backup, or start with goOnAfterDamage()",
                            null);
                }
                damage = Optional.of(setAside(file, extent, later, kind));
            }
        }
        generation = current;
        damage.ifPresent(found -> log.warn(
                "JOURNAL DAMAGED ({}): {} at byte {}: {}. Everything before is recovered; {} bytes after it were set"
                        + " aside in {}",
                found.kind(),
                found.file(),
                found.offset(),
                found.reason(),
                found.bytesSetAside(),
                found.savedTo()));
        return new Recovered(new Journal(journal(current), sequence), records, damage);
    }

    private long loadSnapshot(Target target, NavigableSet<Long> journals) throws IOException {
        NavigableSet<Long> snapshots = generations("snapshot");
        for (long number : snapshots.descendingSet()) {
            long[] end = {-1};
            Records.Extent extent = Records.read(snapshot(number), 1, (at, operations) -> {
                for (Operation operation : operations) {
                    if (operation.kind() == Operation.Kind.END
                            && operation.document().get("sequence") instanceof Long sequence) {
                        end[0] = sequence;
                    } else {
                        target.apply(operation);
                    }
                }
            });
            if (extent.whole() && end[0] >= 0) {
                lastSequence = end[0];
                snapshotBytes = Files.size(snapshot(number));
                return number;
            }
            log.warn(
                    "SNAPSHOT DAMAGED: {} at byte {}: {}. Going back to the one before",
                    snapshot(number),
                    extent.goodBytes(),
                    extent.whole() ? "its end is missing" : extent.reason());
            target.clear();
        }
        lastSequence = 0;
        if (!(journals.isEmpty() && snapshots.isEmpty()) && !journals.contains(1L)) {
            throw new EmbeddedMongoException(
                    "no readable snapshot in " + directory
                            + ": restore the directory from a backup, or move it away to start empty",
                    null);
        }
        return 1;
    }

    private RecoveryReport.Kind kind(Path file, Records.Extent extent, Iterable<Long> later) throws IOException {
        boolean more = false;
        for (long number : later) {
            more |= Files.size(journal(number)) > 0;
        }
        return extent.incomplete() && !more && !Records.anyAfter(file, extent.goodBytes() + 1)
                ? RecoveryReport.Kind.INCOMPLETE_TAIL
                : RecoveryReport.Kind.CORRUPT;
    }

    /** Cuts the file after its last good record; the rest, and the files after it, are kept under another name. */
    private RecoveryReport.Damage setAside(
            Path file, Records.Extent extent, Iterable<Long> later, RecoveryReport.Kind kind) throws IOException {
        if (!Files.exists(file)) {
            PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .close();
        }
        Path saved = unused(file, ".damaged");
        long bytes = Files.size(file) - extent.goodBytes();
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel to = PrivateFiles.open(saved, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long copied = 0;
            while (copied < bytes) {
                copied += from.transferTo(extent.goodBytes() + copied, bytes - copied, to);
            }
            to.force(true);
            from.truncate(extent.goodBytes());
            from.force(true);
        }
        for (long number : later) {
            Path next = journal(number);
            bytes += Files.size(next);
            Files.move(next, unused(next, ".damaged"));
        }
        return new RecoveryReport.Damage(kind, file, extent.goodBytes(), bytes, saved, extent.reason());
    }

    private static Path unused(Path file, String ending) {
        for (int i = 1; ; i++) {
            Path candidate = file.resolveSibling(file.getFileName() + ending + "-" + i);
            if (!Files.exists(candidate)) {
                return candidate;
            }
        }
    }

    // ---- snapshots -----------------------------------------------------------------------------------------------

    /** Sends the journal to the next generation's file. Nobody may append meanwhile. Returns the generation. */
    long nextJournal(Journal journal) throws IOException {
        journal.rotate(journal(generation + 1));
        forceDirectory();
        return ++generation;
    }

    /** Writes the snapshot that the given generation's journal goes on from, and drops what is no longer needed. */
    void writeSnapshot(long number, long sequence, Iterator<List<Operation>> contents) throws IOException {
        Path unfinished = directory.resolve(String.format(Locale.ROOT, "snapshot-%08d.tmp", number));
        try (FileChannel file = PrivateFiles.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            long at = 0;
            while (contents.hasNext()) {
                write(file, ++at, contents.next());
            }
            Document end = new Document("sequence", sequence);
            write(file, ++at, List.of(new Operation(Operation.Kind.END, "", "", end)));
            file.force(true);
        }
        Files.move(unfinished, snapshot(number), StandardCopyOption.ATOMIC_MOVE);
        snapshotBytes = Files.size(snapshot(number));
        forceDirectory();
        List<Path> old = new ArrayList<>();
        NavigableSet<Long> snapshots = generations("snapshot");
        Long kept = snapshots.lower(number);
        long oldest = kept == null ? 1 : kept;
        generations("journal").headSet(oldest).forEach(each -> old.add(journal(each)));
        snapshots.headSet(oldest).forEach(each -> old.add(snapshot(each)));
        for (Path file : old) {
            Files.deleteIfExists(file);
        }
    }

    private static void write(FileChannel file, long at, List<Operation> operations) throws IOException {
        ByteBuf record = Unpooled.buffer();
        Records.write(record, at, operations);
        java.nio.ByteBuffer bytes = record.nioBuffer();
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** A new name is durable only when its directory is. Not every platform lets a directory be opened. */
    private void forceDirectory() {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            log.debug("directory {} cannot be forced to disk: {}", directory, e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            lock.release();
        } finally {
            lockFile.close();
        }
    }
}
