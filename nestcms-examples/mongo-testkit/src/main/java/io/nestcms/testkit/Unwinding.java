package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code $unwind} of a field at the top, without options.
 *
 * @param field the field
 * @param kept the fields that later stages look at; null if that is not known and all are kept
 */
record Unwinding(String field, @Nullable Set<String> kept) implements OwnStage {

    static Optional<Unwinding> of(Document stage) {
        return FieldPath.ofExpression(stage.get("$unwind"))
                .filter(path -> path.length() == 1)
                .map(path -> new Unwinding(path.top(), null));
    }

    /** The same, without the fields that nobody looks at: filters up to a group that makes new documents of what it needs. */
    Unwinding before(List<Document> stages) {
        Set<String> needed = new HashSet<>();
        for (Document stage : stages) {
            OwnStage next = OwnStage.of(stage).orElse(null);
            if (next instanceof HashGroup group) {
                needed.addAll(group.needs());
                return new Unwinding(field, needed);
            } else if (!(next instanceof Filter filter) || filter.needs().isEmpty()) {
                return this;
            } else {
                needed.addAll(filter.needs());
            }
        }
        return this;
    }

    @Override
    public Optional<List<Document>> apply(List<Document> documents) {
        List<Document> unwound = new ArrayList<>();
        for (Document document : documents) {
            Object value = document.getOrMissing(field);
            if (value instanceof List<?> elements) {
                for (Object element : elements) {
                    Document one = copy(document);
                    one.put(field, element);
                    unwound.add(one);
                }
            } else if (!Missing.isNullOrMissing(value)) {
                return Optional.empty();
            }
        }
        return Optional.of(unwound);
    }

    private Document copy(Document document) {
        if (kept == null) {
            return document.clone();
        }
        Document copy = new Document();
        for (String name : kept) {
            Object value = document.getOrMissing(name);
            if (!(value instanceof Missing)) {
                copy.put(name, value);
            }
        }
        return copy;
    }
}
