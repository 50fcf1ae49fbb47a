package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.NumericUtils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sums by fields, as a server does it: with a hash of the fields and without looking at their paths anew for each document.
 * The engine keeps groups in a tree of documents, which makes sums of many documents slow out of all proportion. Only for
 * sums of fields grouped by a document of fields; the engine does the rest.
 */
final class HashGroup {
    private record Path(List<String> names) {
        static @Nullable Path of(@Nullable Object expression) {
            return expression instanceof String text && text.startsWith("$") && !text.startsWith("$$")
                    ? new Path(List.of(text.substring(1).split("\\.", -1)))
                    : null;
        }

        /** The value, or a list when the way leads through one. */
        @Nullable Object in(Document document) {
            Object value = document;
            for (String name : names) {
                if (!(value instanceof Document inner)) {
                    return value instanceof List ? value : Missing.getInstance();
                }
                value = inner.getOrMissing(name);
            }
            return value;
        }
    }

    private static final class Group {
        private final Document id;
        private final Number[] sums;

        Group(Document id, int sums) {
            this.id = id;
            this.sums = new Number[sums];
            Arrays.fill(this.sums, 0);
        }
    }

    private final List<String> fields;
    private final List<Path> key = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Path> summed = new ArrayList<>();

    private HashGroup(Document id) {
        this.fields = List.copyOf(id.keySet());
    }

    /** The group that a stage asks for, if it is one of this kind. */
    static Optional<HashGroup> of(Document stage) {
        if (!(stage.get("$group") instanceof Document spec) || !(spec.get("_id") instanceof Document id)) {
            return Optional.empty();
        }
        HashGroup group = new HashGroup(id);
        for (Object expression : id.values()) {
            Path path = Path.of(expression);
            if (path == null) {
                return Optional.empty();
            }
            group.key.add(path);
        }
        for (Map.Entry<String, Object> field : spec.entrySet()) {
            Path path = field.getValue() instanceof Document sum && sum.size() == 1 ? Path.of(sum.get("$sum")) : null;
            if (path != null) {
                group.names.add(field.getKey());
                group.summed.add(path);
            } else if (!field.getKey().equals("_id")) {
                return Optional.empty();
            }
        }
        return Optional.of(group);
    }

    /** The groups, or nothing where a key is of a kind whose equality is the engine's matter. */
    Optional<List<Document>> apply(List<Document> documents) {
        Map<List<Object>, Group> groups = new LinkedHashMap<>();
        for (Document document : documents) {
            List<Object> values = new ArrayList<>(key.size());
            for (Path path : key) {
                Object value = path.in(document);
                if (!(value instanceof String || value instanceof Integer || value instanceof Missing)) {
                    return Optional.empty();
                }
                values.add(value);
            }
            Group group = groups.computeIfAbsent(values, first -> new Group(id(first), summed.size()));
            for (int n = 0; n < group.sums.length; n++) {
                if (summed.get(n).in(document) instanceof Number number) {
                    group.sums[n] = NumericUtils.addNumbers(group.sums[n], number);
                }
            }
        }
        return Optional.of(groups.values().stream().map(this::row).toList());
    }

    /** What is missing in the documents is missing in their group's id. */
    private Document id(List<Object> values) {
        Document id = new Document();
        for (int n = 0; n < values.size(); n++) {
            if (!(values.get(n) instanceof Missing)) {
                id.put(fields.get(n), values.get(n));
            }
        }
        return id;
    }

    private Document row(Group group) {
        Document row = new Document("_id", group.id);
        for (int n = 0; n < group.sums.length; n++) {
            row.put(names.get(n), group.sums[n]);
        }
        return row;
    }
}
