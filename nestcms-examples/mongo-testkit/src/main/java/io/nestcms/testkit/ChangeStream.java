package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.NoopOplog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One open change stream: the events of committed entries after a time, through the rest of the pipeline. It remembers a
 * time and not a place, so a rollback of what was not committed does not disturb it. Not thread-safe.
 */
final class ChangeStream {
    private static final Set<String> OPTIONS =
            Set.of("fullDocument", "resumeAfter", "startAfter", "startAtOperationTime", "allChangesForCluster");

    private final long id;
    private final String database;
    private final @Nullable String collection;
    private final boolean wholeCluster;
    private final boolean withDocument;
    private final List<Document> stages;
    private BsonTimestamp seen;
    private int seenInEntry;
    private boolean invalidated;

    ChangeStream(long id, String database, Document command, BsonTimestamp now) {
        List<Document> pipeline = Aggregation.parse(command.get("pipeline"));
        Document options = (Document) Objects.requireNonNull(pipeline.get(0).get("$changeStream"), "$changeStream");
        for (Map.Entry<String, Object> option : options.entrySet()) {
            if (!OPTIONS.contains(option.getKey()) && !"off".equals(option.getValue())) {
                throw new MongoServerError(
                        115, "CommandNotSupported", "This node does not offer $changeStream." + option.getKey());
            }
        }
        Object full = options.getOrDefault("fullDocument", "default");
        if (!Set.of("default", "updateLookup").contains(full)) {
            throw new MongoServerError(115, "CommandNotSupported", "This node does not offer fullDocument " + full);
        }
        this.id = id;
        this.database = database;
        this.collection = command.get("aggregate") instanceof String name ? name : null;
        this.wholeCluster = Boolean.TRUE.equals(options.get("allChangesForCluster"));
        this.withDocument = full.equals("updateLookup");
        this.stages = pipeline.subList(1, pipeline.size());
        this.seen = now;
        this.seenInEntry = Integer.MAX_VALUE;
        Object token = options.getOrDefault("startAfter", options.get("resumeAfter"));
        if (token instanceof Document resume) {
            resume(String.valueOf(resume.get("_data")));
        } else if (options.get("startAtOperationTime") instanceof BsonTimestamp from) {
            seen = new BsonTimestamp(from.getValue() - 1);
        }
    }

    static boolean opens(Document command) {
        return command.get("pipeline") instanceof List<?> stages
                && !stages.isEmpty()
                && stages.get(0) instanceof Document first
                && first.containsKey("$changeStream");
    }

    private void resume(String token) {
        try {
            seen = new BsonTimestamp(Long.parseUnsignedLong(token.substring(0, 16), 16));
            seenInEntry = Integer.parseInt(token.substring(16), 16);
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw new MongoServerError(260, "InvalidResumeToken", "the resume token is not one of this set", e);
        }
    }

    long id() {
        return id;
    }

    String namespace() {
        return database + "." + (collection == null ? "$cmd.aggregate" : collection);
    }

    BsonTimestamp seen() {
        return seen;
    }

    boolean isInvalidated() {
        return invalidated;
    }

    private static Document token(BsonTimestamp at, int index) {
        return new Document("_data", String.format(Locale.ROOT, "%016x%08x", at.getValue(), index));
    }

    Document token() {
        return token(seen, seenInEntry);
    }

    /** Takes in what is new, up to so many events. The entries are the committed ones in order. */
    List<Document> take(List<OplogEntry> entries, int most, Store store) {
        List<Document> events = new ArrayList<>();
        for (OplogEntry entry : entries) {
            int compared = entry.at().compareTo(seen);
            if (compared < 0 || (compared == 0 && seenInEntry == Integer.MAX_VALUE)) {
                continue;
            }
            int from = compared == 0 ? seenInEntry + 1 : 0;
            for (int i = from; i < entry.changes().size(); i++) {
                if (events.size() >= most || invalidated) {
                    return events;
                }
                seen = entry.at();
                seenInEntry = i;
                events.addAll(events(entry, i, store));
            }
            seen = entry.at();
            seenInEntry = Integer.MAX_VALUE;
        }
        return events;
    }

    private List<Document> events(OplogEntry entry, int index, Store store) {
        OplogEntry.Change change = entry.changes().get(index);
        if (!wholeCluster
                && !(change.database().equals(database)
                        && (collection == null || collection.equals(change.collection())))) {
            return List.of();
        }
        List<Document> events = new ArrayList<>();
        events.add(event(entry, index, change));
        if (change.type().equals("drop") && collection != null) {
            invalidated = true;
            events.add(new Document("_id", token(entry.at(), index))
                    .append("operationType", "invalidate")
                    .append("clusterTime", entry.at())
                    .append("wallTime", entry.wall()));
        }
        return stages.isEmpty()
                ? events
                : Aggregation.fromPipeline(
                                stages, store::resolveDatabase, store.resolveDatabase(database), null, NoopOplog.get())
                        .runStages(events.stream().map(Document::cloneDeeply));
    }

    private Document event(OplogEntry entry, int index, OplogEntry.Change change) {
        Document event = new Document("_id", token(entry.at(), index))
                .append("operationType", change.type())
                .append("clusterTime", entry.at())
                .append("wallTime", entry.wall())
                .append("ns", new Document("db", change.database()).append("coll", change.collection()));
        Document any = change.after() != null ? change.after() : change.before();
        if (any != null) {
            event.append("documentKey", new Document("_id", any.get("_id")));
        }
        boolean whole = withDocument || !change.type().equals("update");
        if (change.after() != null && whole) {
            event.append("fullDocument", change.after());
        }
        if (change.type().equals("update") && change.before() != null && change.after() != null) {
            Document set = new Document();
            List<String> removed = new ArrayList<>();
            compare("", change.before(), change.after(), set, removed);
            event.append(
                    "updateDescription",
                    new Document("updatedFields", set)
                            .append("removedFields", removed)
                            .append("truncatedArrays", List.of()));
        }
        return event;
    }

    /** Fields by dotted path; a changed array is told as a whole. */
    private static void compare(String prefix, Document before, Document after, Document set, List<String> removed) {
        after.forEach((field, value) -> {
            Object old = before.get(field);
            if (value instanceof Document now && old instanceof Document then) {
                compare(prefix + field + ".", then, now, set, removed);
            } else if (!Objects.equals(value, old) || !before.containsKey(field)) {
                set.append(prefix + field, value);
            }
        });
        Stream.of(before.keySet().toArray(String[]::new))
                .filter(field -> !after.containsKey(field))
                .forEach(field -> removed.add(prefix + field));
    }
}
