package io.nestcms.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;

/**
 * Reads the server's plan of a pipeline and derives the indexes that it lacks: for the first match, fields that are compared
 * for equality, then those sorted by, then ranges; for each lookup, its foreign field.
 */
final class IndexAdvice {
    private final MongoDatabase database;
    private final List<String> indexes = new ArrayList<>();
    private final List<String> advice = new ArrayList<>();
    private boolean scansAll;

    private IndexAdvice(MongoDatabase database) {
        this.database = database;
    }

    static QueryPlan plan(MongoDatabase database, Aggregation<?> aggregation) {
        IndexAdvice reader = new IndexAdvice(database);
        boolean known = reader.explain(aggregation);
        if (reader.scansAll) {
            reader.adviseMatch(aggregation);
        }
        aggregation.pipeline().forEach(reader::adviseLookup);
        return new QueryPlan(known, reader.indexes, reader.scansAll, reader.advice);
    }

    private boolean explain(Aggregation<?> aggregation) {
        Document command = new Document("aggregate", aggregation.collection())
                .append("pipeline", aggregation.pipeline())
                .append("cursor", new Document());
        try {
            read(database.runCommand(new Document("explain", command).append("verbosity", "queryPlanner")));
            return true;
        } catch (MongoCommandException notOffered) {
            return false;
        }
    }

    /** Plans nest differently in each version and topology, and in all of them a stage is a field of this name. */
    private void read(Object part) {
        if (part instanceof Document document) {
            for (Map.Entry<String, Object> field : document.entrySet()) {
                if (field.getKey().equals("stage")) {
                    scansAll |= "COLLSCAN".equals(field.getValue());
                } else if (field.getKey().equals("indexName")) {
                    indexes.add(String.valueOf(field.getValue()));
                } else if (!field.getKey().equals("rejectedPlans")) {
                    read(field.getValue());
                }
            }
        } else if (part instanceof List<?> all) {
            all.forEach(this::read);
        }
    }

    private void adviseMatch(Aggregation<?> aggregation) {
        Set<String> equal = new LinkedHashSet<>();
        Set<String> sorted = new LinkedHashSet<>();
        Set<String> ranges = new LinkedHashSet<>();
        for (BsonDocument stage : aggregation.pipeline()) {
            if (stage.containsKey("$match")) {
                collect(stage.getDocument("$match"), equal, ranges);
            } else if (stage.containsKey("$sort")) {
                stage.getDocument("$sort").forEach((field, direction) -> sorted.add(field));
            } else {
                // behind any other stage fields are no longer those of the collection
                break;
            }
        }
        Set<String> keys = new LinkedHashSet<>(equal);
        keys.addAll(sorted);
        keys.addAll(ranges);
        if (keys.isEmpty()) {
            advice.add(aggregation.name() + " begins without a $match or $sort: it reads all of "
                    + aggregation.collection());
        } else if (!hasIndex(aggregation.collection(), List.copyOf(keys))) {
            advice.add("make an index on " + aggregation.collection() + " with the keys " + keys);
        }
    }

    private static void collect(BsonDocument filter, Set<String> equal, Set<String> ranges) {
        filter.forEach((field, value) -> {
            if (field.equals("$and")) {
                value.asArray().forEach(each -> collect(each.asDocument(), equal, ranges));
            } else if (!field.startsWith("$")) {
                (isEquality(value) ? equal : ranges).add(field);
            }
        });
    }

    private static boolean isEquality(BsonValue value) {
        if (!value.isDocument() || value.asDocument().isEmpty()) {
            return true;
        }
        String first = value.asDocument().getFirstKey();
        return !first.startsWith("$") || first.equals("$eq") || first.equals("$in");
    }

    private void adviseLookup(BsonDocument stage) {
        if (!stage.containsKey("$lookup")) {
            return;
        }
        BsonDocument lookup = stage.getDocument("$lookup");
        BsonValue target = lookup.get("from");
        if (target == null || !target.isString() || !lookup.containsKey("foreignField")) {
            return;
        }
        String from = target.asString().getValue();
        String field = lookup.getString("foreignField").getValue();
        if (!field.equals("_id") && !hasIndex(from, List.of(field))) {
            advice.add("make an index on " + from + " with the keys [" + field + "]: a $lookup asks for it");
        }
    }

    /** Whether one begins with these keys: then the server has a reason not to take it. */
    private boolean hasIndex(String collection, List<String> keys) {
        for (Document index : database.getCollection(collection).listIndexes()) {
            List<String> has = List.copyOf(index.get("key", new Document()).keySet());
            if (has.size() >= keys.size() && has.subList(0, keys.size()).equals(keys)) {
                return true;
            }
        }
        return false;
    }
}
