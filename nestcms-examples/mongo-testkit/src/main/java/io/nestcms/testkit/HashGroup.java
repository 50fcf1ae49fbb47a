package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.NumericUtils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Groups by fields, as a server makes them: with a hash of the fields and without looking at their paths anew for each document.
 * The engine keeps groups in a tree of documents. Only for sums and lists of fields grouped by a field or a document of fields;
 * the engine does the rest.
 */
final class HashGroup implements OwnStage {

    /** A field, or a document of such. */
    private sealed interface Shape {
        static Optional<Shape> of(@Nullable Object expression) {
            if (!(expression instanceof Document fields)) {
                return FieldPath.ofExpression(expression).map(One::new);
            }
            Map<String, Shape> shapes = new LinkedHashMap<>();
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                Optional<Shape> shape = FieldPath.of(field.getKey())
                        .filter(name -> name.length() == 1)
                        .flatMap(name -> of(field.getValue()));
                if (shape.isEmpty()) {
                    return Optional.empty();
                }
                shapes.put(field.getKey(), shape.get());
            }
            return shapes.isEmpty() ? Optional.empty() : Optional.of(new Many(shapes));
        }

        Stream<String> needs();

        /** Null where something is missing or is not a text or a number. */
        @Nullable Object in(Document document);
    }

    private record One(FieldPath path) implements Shape {
        @Override
        public Stream<String> needs() {
            return Stream.of(path.top());
        }

        @Override
        public @Nullable Object in(Document document) {
            Object value = path.in(document);
            return value instanceof String || value instanceof Number ? value : null;
        }
    }

    private record Many(Map<String, Shape> fields) implements Shape {
        @Override
        public Stream<String> needs() {
            return fields.values().stream().flatMap(Shape::needs);
        }

        @Override
        public @Nullable Object in(Document document) {
            Document made = new Document();
            for (Map.Entry<String, Shape> field : fields.entrySet()) {
                Object value = field.getValue().in(document);
                if (value == null) {
                    return null;
                }
                made.put(field.getKey(), value);
            }
            return made;
        }
    }

    /** What a group gathers under one name: a sum or a list. */
    private sealed interface Gathered {
        Stream<String> needs();

        Object empty();

        /** Null where the document is the engine's matter. */
        @Nullable Object add(Object sofar, Document document);
    }

    private record Sum(FieldPath path) implements Gathered {
        @Override
        public Stream<String> needs() {
            return Stream.of(path.top());
        }

        @Override
        public Object empty() {
            return 0;
        }

        @Override
        public Object add(Object sofar, Document document) {
            return path.in(document) instanceof Number number ? sum((Number) sofar, number) : sofar;
        }

        /** Whole numbers become a double when they are too large for 64 bits, as with a server. */
        private static Number sum(Number a, Number b) {
            boolean wide = a instanceof Long || b instanceof Long;
            if (wide && isWhole(a) && isWhole(b)) {
                long whole = a.longValue() + b.longValue();
                boolean tooLarge = ((a.longValue() ^ whole) & (b.longValue() ^ whole)) < 0;
                return tooLarge ? (Number) (a.doubleValue() + b.doubleValue()) : (Number) whole;
            }
            return NumericUtils.addNumbers(a, b);
        }

        private static boolean isWhole(Number number) {
            return number instanceof Long || number instanceof Integer;
        }
    }

    private record Push(Shape shape) implements Gathered {
        @Override
        public Stream<String> needs() {
            return shape.needs();
        }

        @Override
        public Object empty() {
            return new ArrayList<Object>();
        }

        @Override
        @SuppressWarnings("unchecked")
        public @Nullable Object add(Object sofar, Document document) {
            Object value = shape.in(document);
            if (value == null) {
                return null;
            }
            ((List<Object>) sofar).add(value);
            return sofar;
        }
    }

    private static final class Group {
        private final Object id;
        private final Object[] gathered;

        Group(Object id, Object[] gathered) {
            this.id = id;
            this.gathered = gathered;
        }
    }

    /** Of a document of fields; null if the groups are by one field. */
    private final @Nullable List<String> fields;

    private final List<FieldPath> key = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Gathered> gathered = new ArrayList<>();

    private HashGroup(@Nullable List<String> fields) {
        this.fields = fields;
    }

    /** The group that a stage asks for, if it is one of this kind. */
    static Optional<HashGroup> of(Document stage) {
        if (!(stage.get("$group") instanceof Document spec)) {
            return Optional.empty();
        }
        Object id = spec.get("_id");
        HashGroup group = new HashGroup(id instanceof Document several ? List.copyOf(several.keySet()) : null);
        List<Object> expressions = new ArrayList<>();
        if (id instanceof Document several) {
            expressions.addAll(several.values());
        } else {
            expressions.add(id);
        }
        for (Object expression : expressions) {
            FieldPath.ofExpression(expression).ifPresent(group.key::add);
        }
        for (Map.Entry<String, Object> field : spec.entrySet()) {
            if (!field.getKey().equals("_id")) {
                gathered(field.getValue()).ifPresent(each -> {
                    group.names.add(field.getKey());
                    group.gathered.add(each);
                });
            }
        }
        Stream<String> names =
                Stream.concat(group.names.stream(), group.fields == null ? Stream.empty() : group.fields.stream());
        boolean understood = !expressions.isEmpty()
                && group.key.size() == expressions.size()
                && group.names.size() == spec.size() - 1
                && names.allMatch(HashGroup::isName);
        return understood ? Optional.of(group) : Optional.empty();
    }

    /** What a server takes as the name of a field that it makes: {@code $toUpper} is an operator, and {@code a.b} refused. */
    private static boolean isName(String text) {
        return FieldPath.of(text).filter(path -> path.length() == 1).isPresent();
    }

    private static Optional<Gathered> gathered(@Nullable Object accumulator) {
        if (!(accumulator instanceof Document one) || one.size() != 1) {
            return Optional.empty();
        }
        return one.containsKey("$push")
                ? Shape.of(one.get("$push")).map(Push::new)
                : FieldPath.ofExpression(one.get("$sum")).map(Sum::new);
    }

    /** The fields at the top that it looks at. */
    Set<String> needs() {
        return Stream.concat(key.stream().map(FieldPath::top), gathered.stream().flatMap(Gathered::needs))
                .collect(Collectors.toSet());
    }

    @Override
    public Optional<List<Document>> apply(List<Document> documents) {
        Map<Object, Group> groups = new LinkedHashMap<>();
        for (Document document : documents) {
            Object values = values(document);
            if (values == null) {
                return Optional.empty();
            }
            Group group = groups.computeIfAbsent(values, first -> new Group(id(first), empty()));
            for (int n = 0; n < group.gathered.length; n++) {
                Object more = gathered.get(n).add(group.gathered[n], document);
                if (more == null) {
                    return Optional.empty();
                }
                group.gathered[n] = more;
            }
        }
        return Optional.of(groups.values().stream().map(this::row).toList());
    }

    private Object[] empty() {
        return gathered.stream().map(Gathered::empty).toArray();
    }

    /** What stands for the group, or null where a value is of a kind whose equality is the engine's matter. */
    private @Nullable Object values(Document document) {
        if (fields == null) {
            Object value = key.get(0).in(document);
            return value instanceof String || value instanceof Integer ? value : null;
        }
        List<Object> values = new ArrayList<>(key.size());
        for (FieldPath path : key) {
            Object value = path.in(document);
            if (!(value instanceof String || value instanceof Integer || value instanceof Missing)) {
                return null;
            }
            values.add(value);
        }
        return values;
    }

    /** What is missing in the documents is missing in their group's id. */
    private Object id(Object values) {
        if (fields == null) {
            return values;
        }
        Document id = new Document();
        List<?> parts = (List<?>) values;
        for (int n = 0; n < parts.size(); n++) {
            if (!(parts.get(n) instanceof Missing)) {
                id.put(fields.get(n), Objects.requireNonNull(parts.get(n)));
            }
        }
        return id;
    }

    private Document row(Group group) {
        Document row = new Document("_id", group.id);
        for (int n = 0; n < group.gathered.length; n++) {
            row.put(names.get(n), group.gathered[n]);
        }
        return row;
    }
}
