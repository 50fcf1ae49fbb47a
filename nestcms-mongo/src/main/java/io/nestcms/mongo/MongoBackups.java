package io.nestcms.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.system.SystemEvent;
import io.nestcms.system.SystemEvent.BackupCompleted;
import io.nestcms.system.SystemEvent.BackupFailed;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups of a database: read, compressed, encrypted and written as a stream, in memory that does not grow with the data.
 * Every collection is read in the order of {@code _id}, so each document that is there all the while is in the backup once,
 * as a majority had it at one moment; moments differ between documents. A payment and its events are one document and so
 * always fit together.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class MongoBackups {
    private static final Logger LOG = LoggerFactory.getLogger(MongoBackups.class);
    private static final byte COLLECTION = 'C';
    private static final byte DOCUMENT = 'D';
    private static final byte END = 'E';
    private static final int MOST_BYTES = 17 * 1024 * 1024;
    private static final int BATCH = 500;
    private static final String SUFFIX = ".nestcms-backup";
    private static final String UNFINISHED = ".tmp";
    private static final String VIEW = "view";
    private static final JsonWriterSettings EXACT =
            JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();
    /** The number by which backups of one directory follow each other, at the end of the name. */
    private static final Pattern NUMBER = Pattern.compile(".*-([0-9]{6,18})" + Pattern.quote(SUFFIX));

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final MongoDatabase database;
    private final NamedKey key;
    private final Clock clock;
    private final SecureRandom random;
    private final Consumer<? super SystemEvent> listener;

    MongoBackups(
            MongoDatabase database,
            NamedKey key,
            Clock clock,
            SecureRandom random,
            Consumer<? super SystemEvent> listener) {
        this.database = database;
        this.key = key;
        this.clock = clock;
        this.random = random;
        this.listener = listener;
    }

    /**
     * Writes a backup.
     *
     * @param to where to; flushed and not closed
     * @return what it holds
     * @throws IOException if the stream cannot be written
     * @throws NestMongoException if the database does not answer; what was written is then no backup
     */
    public BackupReport write(OutputStream to) throws IOException {
        Instant at = clock.instant();
        Map<String, Long> counts = new TreeMap<>();
        // closing the gzip stream seals the last chunk; the given stream stays open
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(SealedStream.sealing(to, key, random)))) {
            List<Document> all = new ArrayList<>();
            database.listCollections().into(all);
            // views last: each stands on something
            all.sort(Comparator.comparing(MongoBackups::isView).thenComparing(it -> it.getString("name")));
            for (Document one : all) {
                String name = one.getString("name");
                if (!name.startsWith("system.")) {
                    counts.put(name, collection(name, one, out));
                }
            }
            record(out, END, json(new Document("at", Times.nanos(at)).append("counts", new Document(counts))));
        } catch (MongoException failed) {
            throw failure("the backup was not finished", failed);
        }
        to.flush();
        return new BackupReport(at, counts);
    }

    private static NestMongoException failure(String what, MongoException failed) {
        return Calls.isUnavailable(failed)
                ? new DatabaseUnavailableException(what + ": the database did not answer", failed)
                : new NestMongoException(what + ": the database refused a command", failed);
    }

    private static boolean isView(Document collection) {
        return VIEW.equals(collection.getString("type"));
    }

    private long collection(String name, Document described, DataOutputStream out) throws IOException {
        Document head = new Document("name", name)
                .append("type", described.get("type", "collection"))
                .append("options", described.get("options", new Document()));
        if (isView(described)) {
            // what it shows is in the others
            record(out, COLLECTION, json(head.append("indexes", List.of())));
            return 0;
        }
        List<Document> indexes = new ArrayList<>();
        for (Document index : database.getCollection(name).listIndexes()) {
            index.remove("v");
            index.remove("ns");
            if (!"_id_".equals(index.getString("name"))) {
                indexes.add(index);
            }
        }
        record(out, COLLECTION, json(head.append("indexes", indexes)));
        long count = 0;
        MongoCollection<RawBsonDocument> documents = database.getCollection(name, RawBsonDocument.class);
        try (MongoCursor<RawBsonDocument> all =
                documents.find().sort(new Document("_id", 1)).batchSize(BATCH).iterator()) {
            while (all.hasNext()) {
                record(out, DOCUMENT, all.next().getByteBuffer().asNIO());
                count++;
            }
        }
        return count;
    }

    /** With the type of every number. */
    private static ByteBuffer json(Document document) {
        return ByteBuffer.wrap(document.toJson(EXACT).getBytes(StandardCharsets.UTF_8));
    }

    private static void record(DataOutputStream out, byte kind, ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        out.writeByte(kind);
        out.writeInt(copy.length);
        out.write(copy);
    }

    /**
     * Reads a backup to its end and checks every byte.
     *
     * @param from the backup; not closed
     * @return what it holds
     * @throws IOException if the stream cannot be read
     * @throws BackupException if it is not whole
     */
    public BackupReport verify(InputStream from) throws IOException {
        return read(from, new Sink() {});
    }

    /**
     * Restores a backup into this database: documents, indexes, options of collections, and views.
     *
     * @param from the backup; not closed
     * @return what was restored
     * @throws IOException if the stream cannot be read; what was restored so far is dropped again
     * @throws BackupException if a collection of the backup has documents here already, with nothing written; or if the backup
     *     is not whole, and what was restored so far is dropped again
     * @throws DatabaseUnavailableException if the database does not answer
     * @throws NestMongoException if it refuses a command. Whatever went wrong, a message names the collections that could not be
     *     dropped again
     */
    public BackupReport restore(InputStream from) throws IOException {
        Restoring restoring = new Restoring();
        try {
            return read(from, restoring);
        } catch (MongoException failed) {
            throw restoring.undone(failure("the restore was not finished", failed));
        } catch (Throwable failed) {
            restoring.undone(failed);
            throw failed;
        }
    }

    private BackupReport read(InputStream from, Sink sink) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(SealedStream.opening(from, key)))) {
            String name = null;
            while (true) {
                byte kind = in.readByte();
                int length = in.readInt();
                if (length < 0 || length > MOST_BYTES) {
                    throw new BackupException("the backup has a record of " + length + " bytes", null);
                }
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                if (kind == END) {
                    // reads to the end of the stream, and so checks the last chunk
                    return ended(Document.parse(text(bytes)), counts, in.read() < 0, sink);
                }
                if (kind == COLLECTION) {
                    Document head = Document.parse(text(bytes));
                    name = Objects.requireNonNull(head.getString("name"));
                    counts.put(name, 0L);
                    sink.collection(name, head);
                } else if (kind == DOCUMENT && name != null) {
                    counts.merge(name, 1L, Long::sum);
                    sink.document(new RawBsonDocument(bytes));
                } else {
                    throw new BackupException("the backup has a record of an unknown kind", null);
                }
            }
        } catch (EOFException | java.util.zip.ZipException broken) {
            throw new BackupException("the backup is cut short or was changed", broken);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static BackupReport ended(Document end, Map<String, Long> counts, boolean atEnd, Sink sink) {
        Map<String, Long> promised = new TreeMap<>();
        end.get("counts", Document.class).forEach((name, count) -> promised.put(name, ((Number) count).longValue()));
        if (!atEnd || !promised.equals(counts)) {
            throw new BackupException("the backup does not hold what it says it does", null);
        }
        sink.end();
        return new BackupReport(Times.instant(end.get("at", Number.class).longValue()), counts);
    }

    /**
     * Writes a backup to a file of its own, reads it back, sees to it that it is on the disk, and only then removes the oldest
     * ones: by the numbers in their names, which follow each other whatever the clock says. What a killed process left unfinished
     * is removed first. The listener hears of a {@link BackupCompleted} or a {@link BackupFailed}.
     *
     * @param directory where the backups are; made if it is not there
     * @param keep how many to keep, the new one included; from 1
     * @return the new file
     * @throws IOException if a file cannot be written, read or removed
     * @throws InvalidInputException if none is to be kept
     * @throws NestMongoException if the database does not answer, or the file is not what was written
     */
    public Path writeTo(Path directory, int keep) throws IOException {
        if (keep < 1) {
            throw new InvalidInputException("keep", "is " + keep, "at least 1");
        }
        Instant begun = clock.instant();
        Finished finished;
        try {
            finished = finish(directory, keep);
        } catch (Throwable failed) {
            tell(new BackupFailed(clock.instant(), failed.getClass().getSimpleName()));
            throw failed;
        }
        Instant at = clock.instant();
        long documents = finished.report().documents().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        tell(new BackupCompleted(finished.file().getFileName().toString(), at, documents, Duration.between(begun, at)));
        return finished.file();
    }

    /** A listener that fails costs nobody a finished backup, nor the reason of one that failed. */
    private void tell(SystemEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable broken) {
            // by its name, as nothing else about it can be relied on
            LOG.warn("The listener of backups failed: {}", broken.getClass().getName());
        }
    }

    private record Finished(Path file, BackupReport report) {}

    private Finished finish(Path directory, int keep) throws IOException {
        Files.createDirectories(directory);
        removeUnfinished(directory);
        Path unfinished = Files.createTempFile(directory, "unfinished", UNFINISHED);
        try {
            BackupReport written;
            try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                // tells other processes that somebody still writes it; gone with the process
                file.lock();
                written = write(Channels.newOutputStream(file));
                file.force(true);
            }
            try (InputStream in = new BufferedInputStream(Files.newInputStream(unfinished))) {
                if (!verify(in).equals(written)) {
                    throw new BackupException("the file is not what was written", null);
                }
            }
            List<Path> before = newestFirst(directory);
            long number = before.isEmpty() ? 1 : number(before.get(0)) + 1;
            Path finished = directory.resolve(
                    String.format(Locale.ROOT, "%s-%06d%s", NAME.format(written.takenAt()), number, SUFFIX));
            Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
            sync(directory);
            // the new one stays, whatever the clock said when it was written or when the others were
            for (Path old : before.subList(Math.min(keep - 1, before.size()), before.size())) {
                Files.deleteIfExists(old);
            }
            return new Finished(finished, written);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** What a killed process has left; not what another one is still writing. */
    private static void removeUnfinished(Path directory) throws IOException {
        for (Path left : list(directory, file -> file.startsWith("unfinished") && file.endsWith(UNFINISHED))) {
            try (FileChannel file = FileChannel.open(left, StandardOpenOption.WRITE);
                    FileLock lock = file.tryLock()) {
                if (lock != null) {
                    Files.deleteIfExists(left);
                }
            } catch (OverlappingFileLockException ours) {
                LOG.debug("Another thread writes {}", left, ours);
            } catch (NoSuchFileException finished) {
                LOG.debug("Another process has just finished {}", left, finished);
            }
        }
    }

    /** The order in which they were written: by number, and those from before there were numbers by their name. */
    private static List<Path> newestFirst(Path directory) throws IOException {
        List<Path> files = list(directory, file -> file.endsWith(SUFFIX));
        files.sort(Comparator.comparingLong(MongoBackups::number)
                .thenComparing(file -> file.getFileName().toString())
                .reversed());
        return files;
    }

    private static long number(Path file) {
        Matcher name = NUMBER.matcher(file.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : 0;
    }

    private static List<Path> list(Path directory, Predicate<String> name) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> name.test(file.getFileName().toString()))
                    .collect(Collectors.toCollection(ArrayList::new));
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }

    /** So that the new name is on the disk before an old one goes. Only POSIX systems open directories. */
    private static void sync(Path directory) throws IOException {
        if (Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)) {
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    /** Where a backup goes while it is read. */
    private interface Sink {
        default void collection(String name, Document head) {}

        default void document(RawBsonDocument document) {}

        default void end() {}
    }

    private final class Restoring implements Sink {
        private final List<MongoCollection<RawBsonDocument>> begun = new ArrayList<>();
        private final List<RawBsonDocument> batch = new ArrayList<>();
        private @Nullable MongoCollection<RawBsonDocument> into;

        @Override
        public void collection(String name, Document head) {
            flush();
            // of a backup from before options were kept there are none
            Document options = head.get("options", new Document());
            if (isView(head)) {
                begun.add(database.getCollection(name, RawBsonDocument.class));
                create(name, options);
                return;
            }
            MongoCollection<RawBsonDocument> target = database.getCollection(name, RawBsonDocument.class);
            if (target.find().limit(1).first() != null) {
                throw new BackupException("collection " + name + " is not empty: restore into an empty database", null);
            }
            begun.add(target);
            into = target;
            if (!options.isEmpty()) {
                // an empty one without the options may be there
                target.drop();
                create(name, options);
            }
            List<Document> indexes = head.getList("indexes", Document.class);
            if (!indexes.isEmpty()) {
                database.runCommand(new Document("createIndexes", name).append("indexes", indexes));
            }
        }

        private void create(String name, Document options) {
            Document command = new Document("create", name);
            command.putAll(options);
            database.runCommand(command);
        }

        @Override
        public void document(RawBsonDocument document) {
            batch.add(document);
            if (batch.size() == BATCH) {
                flush();
            }
        }

        @Override
        public void end() {
            flush();
        }

        private void flush() {
            if (!batch.isEmpty()) {
                Objects.requireNonNull(into).insertMany(batch);
                batch.clear();
            }
        }

        /** Drops what was begun, all of which was empty before, and names what could not be. */
        <E extends Throwable> E undone(E failed) {
            List<String> left = new ArrayList<>();
            for (MongoCollection<?> target : begun) {
                try {
                    target.drop();
                } catch (MongoException alsoFailed) {
                    left.add(target.getNamespace().getCollectionName());
                    failed.addSuppressed(alsoFailed);
                }
            }
            if (!left.isEmpty()) {
                failed.addSuppressed(
                        new BackupException("drop these collections before another restore: " + left, null));
                LOG.error("What was restored so far could not be dropped again: collections {}", left);
            }
            return failed;
        }
    }
}
