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
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.bson.Document;
import org.bson.RawBsonDocument;
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
            List<String> names = new ArrayList<>();
            database.listCollectionNames().into(names);
            names.sort(Comparator.naturalOrder());
            for (String name : names) {
                if (!name.startsWith("system.")) {
                    counts.put(name, collection(name, out));
                }
            }
            byte[] end = new Document("at", Times.nanos(at))
                    .append("counts", new Document(new TreeMap<>(counts)))
                    .toJson()
                    .getBytes(StandardCharsets.UTF_8);
            record(out, END, ByteBuffer.wrap(end));
        } catch (MongoException unreachable) {
            throw new DatabaseUnavailableException("the backup was not finished", unreachable);
        }
        to.flush();
        return new BackupReport(at, counts);
    }

    private long collection(String name, DataOutputStream out) throws IOException {
        List<Document> indexes = new ArrayList<>();
        for (Document index : database.getCollection(name).listIndexes()) {
            index.remove("v");
            index.remove("ns");
            if (!"_id_".equals(index.getString("name"))) {
                indexes.add(index);
            }
        }
        byte[] head =
                new Document("name", name).append("indexes", indexes).toJson().getBytes(StandardCharsets.UTF_8);
        record(out, COLLECTION, ByteBuffer.wrap(head));
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
     * Restores a backup into this database, with its indexes.
     *
     * @param from the backup; not closed
     * @return what was restored
     * @throws IOException if the stream cannot be read; what was restored so far is dropped again
     * @throws BackupException if a collection of the backup has documents here already, with nothing written; or if the backup
     *     is not whole, and what was restored so far is dropped again
     * @throws NestMongoException if the database does not answer
     */
    public BackupReport restore(InputStream from) throws IOException {
        Restoring restoring = new Restoring();
        try {
            return read(from, restoring);
        } catch (MongoException unreachable) {
            restoring.undo();
            throw new DatabaseUnavailableException("the restore was not finished", unreachable);
        } catch (Throwable failed) {
            restoring.undo();
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
                    sink.collection(name, head.getList("indexes", Document.class));
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
     * Writes a backup to a file of its own, reads it back, and only then removes the oldest ones. The listener hears of a
     * {@link BackupCompleted} or a {@link BackupFailed}.
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
        Path unfinished = Files.createTempFile(directory, "unfinished", ".tmp");
        try {
            BackupReport written;
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                written = write(out);
            }
            try (InputStream in = Files.newInputStream(unfinished)) {
                if (!verify(in).equals(written)) {
                    throw new BackupException("the file is not what was written", null);
                }
            }
            Path finished = directory.resolve(NAME.format(written.takenAt()) + SUFFIX);
            Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
            removeOldest(directory, keep);
            return new Finished(finished, written);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void removeOldest(Path directory, int keep) throws IOException {
        List<Path> newestFirst;
        try (Stream<Path> files = Files.list(directory)) {
            newestFirst = files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path old : newestFirst.subList(Math.min(keep, newestFirst.size()), newestFirst.size())) {
            Files.delete(old);
        }
    }

    /** Where a backup goes while it is read. */
    private interface Sink {
        default void collection(String name, List<Document> indexes) {}

        default void document(RawBsonDocument document) {}

        default void end() {}
    }

    private final class Restoring implements Sink {
        private final List<MongoCollection<RawBsonDocument>> begun = new ArrayList<>();
        private final List<RawBsonDocument> batch = new ArrayList<>();
        private @Nullable MongoCollection<RawBsonDocument> into;

        @Override
        public void collection(String name, List<Document> indexes) {
            flush();
            MongoCollection<RawBsonDocument> target = database.getCollection(name, RawBsonDocument.class);
            if (target.find().limit(1).first() != null) {
                throw new BackupException("collection " + name + " is not empty: restore into an empty database", null);
            }
            begun.add(target);
            into = target;
            if (!indexes.isEmpty()) {
                database.runCommand(new Document("createIndexes", name).append("indexes", indexes));
            }
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

        void undo() {
            // all of these were empty before
            begun.forEach(MongoCollection::drop);
        }
    }
}
