package io.nestcms.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.Document;

/**
 * An index that a query of this module needs. Declared beside the query, made at start, and checked: an index of the same
 * name that means something else stops the start, since a missing unique index would let money be taken twice.
 */
record IndexSpec(String name, Document keys, boolean unique, boolean sparse) {

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
            throw new NestMongoException(
                    "the indexes of " + where + " could not be made: drop an index that conflicts, or free the unique"
                            + " fields of duplicates, and start again",
                    refused);
        }
        verify(where, specs, existing(collection));
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
