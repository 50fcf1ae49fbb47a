package io.nestcms.testkit;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An ordered index, unique or not, over one or more fields: equality on a prefix, then a range, then an order.
 *
 * <p>Not thread-safe by itself: {@link StoredCollection} calls it under its lock.
 */
final class OrderedIndex extends Index<Integer> {
    private static final String ID = "_id";

    /** One document under one key. A bound is an entry with fewer values: it stands before or after all it prefixes. */
    record Entry(List<@Nullable Object> values, int position) {
        static Entry before(List<@Nullable Object> prefix) {
            return new Entry(prefix, Integer.MIN_VALUE);
        }

        static Entry after(List<@Nullable Object> prefix) {
            return new Entry(prefix, Integer.MAX_VALUE);
        }
    }

    private final NavigableSet<Entry> entries;
    private final String[] fields;
    private final boolean id;
    private final boolean unique;
    private final boolean sparse;
    private long arrays;

    OrderedIndex(String name, List<IndexKey> keys, boolean unique, boolean sparse) {
        // the superclass takes "sparse" as leave to find no position here: only the _id index must know it
        super(name, keys, !isId(keys));
        this.id = isId(keys);
        this.unique = unique || id;
        this.sparse = sparse && !id;
        this.fields = keys.stream().map(IndexKey::getKey).toArray(String[]::new);
        this.entries = new TreeSet<>(order(keys));
    }

    private static boolean isId(List<IndexKey> keys) {
        return keys.size() == 1 && keys.get(0).getKey().equals(ID);
    }

    private static Comparator<Entry> order(List<IndexKey> keys) {
        boolean[] ascending = new boolean[keys.size()];
        for (int i = 0; i < ascending.length; i++) {
            ascending[i] = keys.get(i).isAscending();
        }
        return (a, b) -> {
            int common = Math.min(a.values().size(), b.values().size());
            for (int i = 0; i < common; i++) {
                int order =
                        KeyOrder.INSTANCE.compare(a.values().get(i), b.values().get(i));
                if (order != 0) {
                    return ascending[i] ? order : -order;
                }
            }
            if (a.values().size() != b.values().size()) {
                Entry bound = a.values().size() < b.values().size() ? a : b;
                boolean first = bound.position() == Integer.MIN_VALUE;
                return bound == a == first ? -1 : 1;
            }
            return Integer.compare(a.position(), b.position());
        };
    }

    /** Whether some document has an array on an indexed path: then one document stands under several keys, or under none. */
    boolean hasArrays() {
        return arrays > 0;
    }

    boolean omitsMissing() {
        return sparse;
    }

    @Override
    public boolean isUnique() {
        return unique;
    }

    NavigableSet<Entry> between(Entry low, Entry high) {
        return entries.comparator().compare(low, high) > 0
                ? Collections.emptyNavigableSet()
                : entries.subSet(low, true, high, true);
    }

    /** What a document stands under, and whether an array is the reason for more or less than one key. */
    private record Keys(List<List<@Nullable Object>> values, boolean array) {}

    private Keys keysOf(Document document) {
        List<@Nullable Object> key = new ArrayList<>(fields.length);
        boolean present = false;
        for (String field : fields) {
            Object value = field.indexOf('.') < 0
                    ? document.getOrMissing(field)
                    : Utils.getSubdocumentValueCollectionAware(document, field);
            if (value instanceof Collection) {
                return new Keys(
                        getKeyValues(document).stream()
                                .map(OrderedIndex::values)
                                .toList(),
                        true);
            }
            present |= !(value instanceof Missing);
            key.add(KeyOrder.normalized(value));
        }
        return new Keys(sparse && !present ? List.of() : List.of(key), false);
    }

    private static List<@Nullable Object> values(KeyValue key) {
        List<@Nullable Object> values = new ArrayList<>(key.size());
        key.forEach(value -> values.add(value instanceof Missing ? null : value));
        return values;
    }

    private @Nullable Integer holder(List<@Nullable Object> values) {
        NavigableSet<Entry> found = entries.subSet(Entry.before(values), true, Entry.after(values), true);
        return found.isEmpty() ? null : found.first().position();
    }

    private void check(Document document, @Nullable Integer allowed, MongoCollection<Integer> collection) {
        for (List<@Nullable Object> key : keysOf(document).values()) { // also refuses arrays on two paths at once
            Integer holder = unique ? holder(key) : null;
            if (holder != null && !holder.equals(allowed)) {
                throw new DuplicateKeyError(this, collection, getKeys(), new KeyValue(key));
            }
        }
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Integer> collection) {
        check(document, null, collection);
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Integer> collection) {
        Integer own = null;
        if (unique) {
            for (List<@Nullable Object> key : keysOf(before).values()) {
                own = holder(key);
            }
        }
        check(after, own, collection);
    }

    @Override
    public void add(Document document, Integer position, MongoCollection<Integer> collection) {
        Keys keys = keysOf(document);
        for (List<@Nullable Object> key : keys.values()) {
            entries.add(new Entry(key, position));
        }
        arrays += keys.array() ? 1 : 0;
    }

    /** Takes the document's entries out; the position must be given where the index is not unique. */
    void remove(Document document, int position) {
        Keys keys = keysOf(document);
        for (List<@Nullable Object> key : keys.values()) {
            entries.remove(new Entry(key, position));
        }
        arrays -= keys.array() ? 1 : 0;
    }

    @Override
    public void updateInPlace(Document before, Document after, Integer position, MongoCollection<Integer> collection) {
        remove(before, position);
        add(after, position, collection);
    }

    @Override
    public @Nullable Integer getPosition(Document document) {
        return id ? holder(keysOf(document).values().get(0)) : null;
    }

    @Override
    public Integer remove(Document document) {
        throw new UnsupportedOperationException("StoredCollection removes by position");
    }

    @Override
    public boolean canHandle(Document query) {
        return false; // QueryPlanner chooses
    }

    @Override
    public Iterable<Integer> getPositions(Document query) {
        throw new UnsupportedOperationException("QueryPlanner reads ranges");
    }

    @Override
    public long getCount() {
        return entries.size();
    }

    @Override
    public long getDataSize() {
        return entries.size();
    }

    @Override
    public void drop() {
        entries.clear();
        arrays = 0;
    }
}
