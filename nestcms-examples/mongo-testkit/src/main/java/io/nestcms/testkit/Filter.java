package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A filter whose paths are split once. Decides by itself where texts meet texts and whole numbers meet whole numbers, and asks
 * the engine about every other document.
 */
final class Filter implements OwnStage {
    private static final Set<String> LOGICAL = Set.of("$and", "$or", "$nor");

    /** Operators that mean the same wherever they stand; others belong to their neighbours. */
    private static final Set<String> COMPARISONS = Set.of(
            "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$type", "$size", "$all", "$mod");

    private enum Verdict {
        YES,
        NO,
        UNSURE
    }

    private interface Test {
        Verdict of(@Nullable Object value);
    }

    /** One test of one field: of several, each may be met by another element of a list. */
    private record Condition(FieldPath path, Test test) {

        Verdict of(@Nullable Object value, int depth) {
            if (value instanceof List<?> elements) {
                return ofAny(elements, depth);
            } else if (depth < path.length()) {
                return value instanceof Document document
                        ? of(document.getOrMissing(path.name(depth)), depth + 1)
                        : Verdict.UNSURE;
            }
            return test.of(value);
        }

        /** One document of a list on the way must meet the test; a list at the end is the engine's matter. */
        private Verdict ofAny(List<?> elements, int depth) {
            boolean found = false;
            for (Object element : elements) {
                Verdict verdict =
                        element instanceof Document && depth < path.length() ? of(element, depth) : Verdict.UNSURE;
                if (verdict == Verdict.UNSURE) {
                    return Verdict.UNSURE;
                }
                found |= verdict == Verdict.YES;
            }
            return found ? Verdict.YES : elements.isEmpty() ? Verdict.UNSURE : Verdict.NO;
        }
    }

    private final Document query;
    private final List<Condition> conditions;
    private final boolean understood;

    private Filter(Document query, List<Condition> conditions, boolean understood) {
        this.query = apart(query);
        this.understood = understood;
        this.conditions = conditions;
    }

    /** A filter for any query; one that it does not understand is the engine's for every document. */
    static Filter of(Document query) {
        List<Condition> conditions = new ArrayList<>();
        for (Map.Entry<String, Object> field : query.entrySet()) {
            Optional<FieldPath> path = FieldPath.of(field.getKey());
            List<Test> tests = tests(field.getValue());
            if (path.isEmpty() || tests.isEmpty()) {
                return new Filter(query, List.of(), false);
            }
            tests.forEach(test -> conditions.add(new Condition(path.get(), test)));
        }
        return new Filter(query, conditions, true);
    }

    static Optional<Filter> ofStage(Document stage) {
        return stage.get("$match") instanceof Document query ? Optional.of(of(query)) : Optional.empty();
    }

    /** The fields at the top that it looks at; none if that is not known. */
    Set<String> needs() {
        return conditions.stream().map(condition -> condition.path().top()).collect(Collectors.toSet());
    }

    boolean matches(Document document) {
        Verdict all = understood ? Verdict.YES : Verdict.UNSURE;
        for (int n = 0; n < conditions.size(); n++) {
            Verdict verdict = conditions.get(n).of(document, 0);
            if (verdict == Verdict.NO) {
                return false;
            }
            all = verdict == Verdict.UNSURE ? verdict : all;
        }
        return all == Verdict.YES || engineMatches(document, query);
    }

    /** Whether a document meets a query, by the engine and as a server sees it. */
    static boolean matches(Document document, Document query) {
        return engineMatches(document, apart(query));
    }

    private static boolean engineMatches(Document document, Document query) {
        // not the engine's shared one: it keeps the position of the last match as state
        return new DefaultQueryMatcher().matches(document, query);
    }

    /**
     * The query with each condition of a field by itself. The engine wants one element of a list to meet all conditions of a
     * field, which a server asks of {@code $elemMatch} only.
     */
    private static Document apart(Document query) {
        return isApart(query) ? query : new Document("$and", parts(query));
    }

    private static boolean isApart(Document query) {
        for (Map.Entry<String, Object> field : query.entrySet()) {
            Object value = field.getValue();
            if (isTogether(value)) {
                return false;
            }
            if (LOGICAL.contains(field.getKey()) && value instanceof Collection<?> alternatives) {
                for (Object one : alternatives) {
                    if (one instanceof Document part && !isApart(part)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean isTogether(@Nullable Object condition) {
        return condition instanceof Document operators
                && operators.size() > 1
                && COMPARISONS.containsAll(operators.keySet());
    }

    private static List<Document> parts(Document query) {
        List<Document> parts = new ArrayList<>();
        for (Map.Entry<String, Object> field : query.entrySet()) {
            Object value = field.getValue();
            if (LOGICAL.contains(field.getKey()) && value instanceof Collection<?> alternatives) {
                List<@Nullable Object> each = new ArrayList<>();
                alternatives.forEach(one -> each.add(one instanceof Document part ? apart(part) : one));
                parts.add(new Document(field.getKey(), each));
            } else if (isTogether(value)) {
                ((Document) value)
                        .forEach((operator, operand) ->
                                parts.add(new Document(field.getKey(), new Document(operator, operand))));
            } else {
                parts.add(new Document(field.getKey(), value));
            }
        }
        return parts;
    }

    @Override
    public Optional<List<Document>> apply(List<Document> documents) {
        return Optional.of(documents.stream().filter(this::matches).toList());
    }

    /** None for what is not understood. */
    private static List<Test> tests(@Nullable Object asked) {
        if (!(asked instanceof Document operators)) {
            return test("$eq", asked).stream().toList();
        }
        List<Test> tests = new ArrayList<>();
        for (Map.Entry<String, Object> operator : operators.entrySet()) {
            Optional<Test> test = test(operator.getKey(), operator.getValue());
            if (test.isEmpty()) {
                return List.of();
            }
            tests.add(test.get());
        }
        return tests;
    }

    private static Optional<Test> test(String operator, @Nullable Object operand) {
        if (operator.equals("$exists") && Boolean.TRUE.equals(operand)) {
            return Optional.of(
                    value -> value instanceof String || value instanceof Integer ? Verdict.YES : Verdict.UNSURE);
        } else if (operator.equals("$in") && operand instanceof Collection<?> all) {
            Set<Object> texts = new HashSet<>(all);
            return all.stream().allMatch(String.class::isInstance)
                    ? Optional.of(value -> value instanceof String ? verdict(texts.contains(value)) : Verdict.UNSURE)
                    : Optional.empty();
        } else if (operator.equals("$eq") && operand instanceof String text) {
            return Optional.of(value -> value instanceof String ? verdict(text.equals(value)) : Verdict.UNSURE);
        }
        return operand instanceof Integer bound ? comparison(operator, bound) : Optional.empty();
    }

    private static Optional<Test> comparison(String operator, int bound) {
        return switch (operator) {
            case "$eq" -> Optional.of(value -> value instanceof Integer it ? verdict(it == bound) : Verdict.UNSURE);
            case "$gt" -> Optional.of(value -> value instanceof Integer it ? verdict(it > bound) : Verdict.UNSURE);
            case "$gte" -> Optional.of(value -> value instanceof Integer it ? verdict(it >= bound) : Verdict.UNSURE);
            case "$lt" -> Optional.of(value -> value instanceof Integer it ? verdict(it < bound) : Verdict.UNSURE);
            case "$lte" -> Optional.of(value -> value instanceof Integer it ? verdict(it <= bound) : Verdict.UNSURE);
            default -> Optional.empty();
        };
    }

    private static Verdict verdict(boolean met) {
        return met ? Verdict.YES : Verdict.NO;
    }
}
