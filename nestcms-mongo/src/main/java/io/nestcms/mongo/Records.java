package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.cms.record.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Documents that count their writes in {@code version} and are replaced only when nobody was faster. */
final class Records {
    private static final Logger LOG = LoggerFactory.getLogger(Records.class);
    static final Document NEWEST_FIRST = new Document("createdAt", -1).append("_id", -1);

    /** Reads a document. */
    interface Reader<T> {
        T read(Document document);
    }

    private final String kind;
    private final MongoCollection<Document> collection;
    private final Calls calls;

    Records(String kind, MongoCollection<Document> collection, Calls calls) {
        this.kind = kind;
        this.collection = collection;
        this.calls = calls;
    }

    /** False when the id, or another unique field, is taken. */
    boolean insert(Document document) {
        return calls.write(kind + " " + document.get("_id"), () -> {
            try {
                collection.insertOne(document);
                return true;
            } catch (MongoWriteException refused) {
                if (Calls.isDuplicate(refused)) {
                    return false;
                }
                throw refused;
            }
        });
    }

    /** False when the record is not of the version before, or a unique field is taken. */
    boolean replace(String id, long version, Document change) {
        Bson before = and(eq("_id", id), eq("version", version - 1));
        return calls.write(kind + " " + id, () -> {
            try {
                return collection.updateOne(before, change).getMatchedCount() == 1;
            } catch (MongoWriteException refused) {
                if (Calls.isDuplicate(refused)) {
                    return false;
                }
                throw refused;
            }
        });
    }

    Optional<Document> find(Bson filter) {
        return Optional.ofNullable(
                calls.read("a " + kind, () -> collection.find(filter).first()));
    }

    /** A page behind a place, newest first; a document that cannot be read is named in the log, and the next one takes its place. */
    <T> List<T> page(Document filter, @Nullable Position after, int size, Reader<T> reader) {
        List<T> read = new ArrayList<>();
        Position from = after;
        while (true) {
            Document behind = new Document(filter);
            after(behind, from);
            int wanted = size - read.size();
            List<Document> found = calls.read(
                    "a page of " + kind + "s",
                    () -> collection
                            .find(behind)
                            .sort(NEWEST_FIRST)
                            .limit(wanted)
                            .into(new ArrayList<>()));
            read.addAll(readable(found, reader));
            if (read.size() >= size || found.size() < wanted) {
                return read;
            }
            Document last = found.get(found.size() - 1);
            if (!(last.get("createdAt") instanceof Long at)) {
                return read;
            }
            from = new Position(Times.instant(at), last.getString("_id"));
        }
    }

    <T> List<T> readable(List<Document> found, Reader<T> reader) {
        List<T> read = new ArrayList<>();
        for (Document document : found) {
            try {
                read.add(reader.read(document));
            } catch (Stored.NoCipher ours) {
                throw ours;
            } catch (RuntimeException broken) {
                LOG.error("A {} cannot be read: {}", kind, broken.getMessage());
            }
        }
        return read;
    }

    /** What stands behind a place, newest first. */
    static void after(Document filter, @Nullable Position position) {
        if (position != null) {
            long at = Times.nanos(position.createdAt());
            filter.append(
                    "$or",
                    List.of(
                            new Document("createdAt", new Document("$lt", at)),
                            new Document("createdAt", at).append("_id", new Document("$lt", position.id()))));
        }
    }
}
