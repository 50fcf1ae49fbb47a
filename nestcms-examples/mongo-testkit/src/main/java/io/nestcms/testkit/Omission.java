package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code $project} that leaves fields out and does nothing else. Copies what it changes; the engine copies everything. */
final class Omission implements OwnStage {
    /** What to leave out below a field; nothing below it: the field itself. */
    private final Map<String, Omission> below = new HashMap<>();

    private Omission() {}

    static Optional<Omission> of(Document stage) {
        if (!(stage.get("$project") instanceof Document fields)) {
            return Optional.empty();
        }
        Omission all = new Omission();
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            Optional<FieldPath> path = FieldPath.of(field.getKey());
            if (path.isEmpty() || !Integer.valueOf(0).equals(field.getValue()) || !all.add(path.get())) {
                return Optional.empty();
            }
        }
        return all.below.isEmpty() ? Optional.empty() : Optional.of(all);
    }

    /** False where one path leads into another that is left out as a whole: a server refuses that. */
    private boolean add(FieldPath path) {
        Omission at = this;
        for (int n = 0; n < path.length(); n++) {
            boolean present = at.below.containsKey(path.name(n));
            Omission next = at.below.computeIfAbsent(path.name(n), name -> new Omission());
            boolean last = n == path.length() - 1;
            if (present && (last || next.below.isEmpty())) {
                return false;
            }
            at = next;
        }
        return true;
    }

    @Override
    public Optional<List<Document>> apply(List<Document> documents) {
        List<Document> left = new ArrayList<>(documents.size());
        for (Document document : documents) {
            Optional<Object> without = without(document);
            if (without.isEmpty()) {
                return Optional.empty();
            }
            left.add((Document) without.get());
        }
        return Optional.of(left);
    }

    /** Nothing where a list holds something else than documents. */
    private Optional<Object> without(Object value) {
        if (value instanceof Document document) {
            Document copy = new Document();
            for (Map.Entry<String, Object> field : document.entrySet()) {
                Omission inside = below.get(field.getKey());
                if (inside == null) {
                    copy.put(field.getKey(), field.getValue());
                } else if (!inside.below.isEmpty()) {
                    Optional<Object> without = inside.inField(field.getValue());
                    if (without.isEmpty()) {
                        return Optional.empty();
                    }
                    copy.put(field.getKey(), without.get());
                }
            }
            return Optional.of(copy);
        }
        return Optional.empty();
    }

    private Optional<Object> inField(@Nullable Object value) {
        if (!(value instanceof List<?> elements)) {
            return value == null ? Optional.empty() : without(value);
        }
        List<Object> copies = new ArrayList<>(elements.size());
        for (Object element : elements) {
            Optional<Object> without = element == null ? Optional.empty() : without(element);
            if (without.isEmpty()) {
                return Optional.empty();
            }
            copies.add(without.get());
        }
        return Optional.of(copies);
    }
}
