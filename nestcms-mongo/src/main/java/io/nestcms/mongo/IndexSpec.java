package io.nestcms.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bson.Document;
import org.slf4j.LoggerFactory;

/**
 * An index that a query of this module needs. Declared beside the query, made at start, and checked: an index of the same
 * name that means something else stops the start, since a missing unique index would let money be taken twice.
 */
record IndexSpec(String name, Document keys, boolean unique, boolean sparse) {
    /** Unauthorized, and not offered by the plan of a hosted server. */
    private static final Set<Integer> UNAUTHORIZED = Set.of(13, 8000);

    static IndexSpec unique(String name, Document keys) {
        return new IndexSpec(name, keys, true, false);
    }

    static IndexSpec plain(String name, Document keys) {
        return new IndexSpec(name, keys, false, false);
    }

    /** Leaves out documents without the field: small, for fields that few documents have. */
    static IndexSpec sparse(String name, Document keys) {
        return new IndexSpec(name, keys, false, true);
    }

    static void ensure(MongoCollection<Document> collection, List<IndexSpec> specs) {
        String where = collection.getNamespace().getFullName();
        try {
            for (IndexSpec spec : specs) {
                collection.createIndex(
                        spec.keys,
                        new IndexOptions().name(spec.name).unique(spec.unique).sparse(spec.sparse));
            }
        } catch (MongoException refused) {
            if (Calls.isUnavailable(refused)) {
                throw new DatabaseUnavailableException(
                        "the indexes of " + where + " could not be made: the database did not answer", refused);
            }
            throw new NestMongoException(
                    "the indexes of " + where
                            + (UNAUTHORIZED.contains(refused.getCode())
                                    ? " could not be made: this user may not. Make them as another one and start with"
                                            + " IndexPolicy.CHECK"
                                    : " could not be made: drop an index that conflicts, or free the unique fields of"
                                            + " duplicates, and start again"),
                    refused);
        }
        check(collection, specs);
    }

    /** Makes none. */
    static void check(MongoCollection<Document> collection, List<IndexSpec> specs) {
        verify(collection.getNamespace().getFullName(), specs, existing(collection));
    }

    /** The names of those that are not there as they must be; collection, dot, index. */
    static List<String> missing(MongoCollection<Document> collection, List<IndexSpec> specs) {
        return missing(collection, specs, existing(collection));
    }

    private static List<String> missing(
            MongoCollection<Document> collection, List<IndexSpec> specs, Map<String, Document> found) {
        String name = collection.getNamespace().getCollectionName() + ".";
        return specs.stream()
                .filter(spec -> found.get(spec.name) == null || !spec.matches(found.get(spec.name)))
                .map(spec -> name + spec.name)
                .toList();
    }

    /** What of an index report concerns one collection. */
    static IndexReport report(MongoCollection<Document> collection, List<IndexSpec> specs) {
        String name = collection.getNamespace().getCollectionName() + ".";
        Map<String, Document> found = existing(collection);
        List<String> missing = missing(collection, specs, found);
        List<String> unknown = found.keySet().stream()
                .filter(index -> !index.equals("_id_") && specs.stream().noneMatch(spec -> spec.name.equals(index)))
                .map(index -> name + index)
                .toList();
        Map<String, Long> uses = new HashMap<>();
        try {
            collection
                    .aggregate(List.of(new Document("$indexStats", new Document())))
                    .forEach(stats -> {
                        String index = stats.getString("name");
                        // one that keeps values apart is needed although no query goes by it
                        if (!index.equals("_id_")
                                && specs.stream().noneMatch(spec -> spec.unique && spec.name.equals(index))) {
                            uses.put(
                                    name + index,
                                    stats.get("accesses", Document.class)
                                            .get("ops", Number.class)
                                            .longValue());
                        }
                    });
        } catch (com.mongodb.MongoCommandException notOffered) {
            LoggerFactory.getLogger(IndexSpec.class)
                    .debug("The server does not tell how often indexes are used: {}", notOffered.getErrorCode());
        }
        return new IndexReport(missing, unknown, uses);
    }

    private static Map<String, Document> existing(MongoCollection<Document> collection) {
        Map<String, Document> found = new HashMap<>();
        Calls.unguarded()
                .read("the list of indexes", () -> collection.listIndexes().into(new java.util.ArrayList<>()))
                .forEach(index -> found.put(index.getString("name"), index));
        return found;
    }

    private static void verify(String where, List<IndexSpec> specs, Map<String, Document> found) {
        for (IndexSpec spec : specs) {
            Document index = found.get(spec.name);
            if (index == null || !spec.matches(index)) {
                throw new NestMongoException(
                        "index " + spec.name + " of " + where + (index == null ? " is missing" : " has other keys")
                                + ": drop it and start again",
                        null);
            }
        }
    }

    private boolean matches(Document index) {
        Document other = index.get("key", Document.class);
        return other != null
                && List.copyOf(other.keySet()).equals(List.copyOf(keys.keySet()))
                && keys.keySet().stream()
                        .allMatch(key -> ((Number) Objects.requireNonNull(other.get(key))).intValue()
                                == ((Number) Objects.requireNonNull(keys.get(key))).intValue())
                && index.getBoolean("unique", false) == unique;
    }
}
