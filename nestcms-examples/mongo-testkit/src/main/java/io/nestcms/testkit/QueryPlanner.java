package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.MaxKey;
import de.bwaldvogel.mongo.bson.MinKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the index for a query and the ranges of it to read. The ranges hold every match and perhaps more: the whole
 * query is checked again on each document, so a plan can only be slow, never wrong.
 */
final class QueryPlanner {

    /** A stretch of an index. */
    record Range(OrderedIndex.Entry low, OrderedIndex.Entry high) {}

    /** Stretches of one index. */
    record Scan(OrderedIndex index, List<Range> ranges) {}

    /** What to read, and whether it comes in the asked order; reversed means from the end. */
    record Plan(List<Scan> scans, boolean sorted, boolean reversed, int score) {

        /** Whether a document can come twice. */
        boolean repeats() {
            return scans.size() > 1
                    || scans.stream().anyMatch(scan -> scan.index().hasArrays());
        }
    }

    /** What the query says about one field. */
    private static final class Condition {
        private @Nullable List<@Nullable Object> points;
        private @Nullable Bound low;
        private @Nullable Bound high;

        void points(List<@Nullable Object> candidates) {
            if (points == null || candidates.size() < points.size()) {
                points = candidates;
            }
        }
    }

    private record Bound(Object value, boolean inclusive) {}

    private QueryPlanner() {}

    /** The best plan, or none if the whole collection must be read. */
    static Optional<Plan> plan(Document query, @Nullable Document order, Collection<Index<Integer>> indexes) {
        Map<String, Condition> conditions = new LinkedHashMap<>();
        collect(query, conditions);
        Plan best = null;
        for (Index<Integer> index : indexes) {
            if (index instanceof OrderedIndex ordered) {
                Plan plan = plan(ordered, conditions, order);
                if (plan != null && (best == null || plan.score() > best.score())) {
                    best = plan;
                }
            }
        }
        return best != null ? Optional.of(best) : union(query, indexes);
    }

    /** Alternatives can be read one after the other if there is an index for each. */
    private static Optional<Plan> union(Document query, Collection<Index<Integer>> indexes) {
        for (Map.Entry<String, Object> entry : query.entrySet()) {
            if (entry.getValue() instanceof Collection<?> parts) {
                Optional<Plan> found = Optional.empty();
                if (entry.getKey().equals("$or")) {
                    found = alternatives(parts, indexes);
                } else if (entry.getKey().equals("$and")) {
                    found = parts.stream()
                            .flatMap(part -> union((Document) part, indexes).stream())
                            .findFirst();
                }
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Plan> alternatives(Collection<?> parts, Collection<Index<Integer>> indexes) {
        List<Scan> scans = new ArrayList<>();
        for (Object part : parts) {
            Optional<Plan> plan = plan((Document) part, null, indexes);
            if (plan.isEmpty()) {
                return Optional.empty();
            }
            scans.addAll(plan.get().scans());
        }
        return Optional.of(new Plan(scans, false, false, 0));
    }

    private static void collect(Document query, Map<String, Condition> conditions) {
        for (Map.Entry<String, Object> entry : query.entrySet()) {
            String field = entry.getKey();
            Object value = entry.getValue();
            if (field.equals("$and") && value instanceof Collection<?> parts) {
                for (Object part : parts) {
                    if (part instanceof Document document) {
                        collect(document, conditions);
                    }
                }
            } else if (!field.startsWith("$")) {
                condition(value, conditions.computeIfAbsent(field, key -> new Condition()));
            }
        }
    }

    private static void condition(@Nullable Object value, Condition condition) {
        if (value instanceof Document operators
                && !operators.isEmpty()
                && operators.keySet().iterator().next().startsWith("$")) {
            operators.forEach((operator, operand) -> operator(operator, operand, condition));
        } else {
            operator("$eq", value, condition);
        }
    }

    private static void operator(String operator, @Nullable Object operand, Condition condition) {
        switch (operator) {
            case "$eq" -> {
                if (isPoint(operand)) {
                    List<@Nullable Object> one = new ArrayList<>();
                    one.add(KeyOrder.normalized(operand));
                    condition.points(one);
                }
            }
            case "$in" -> {
                if (operand instanceof Collection<?> all && all.stream().allMatch(QueryPlanner::isPoint)) {
                    List<@Nullable Object> points = new ArrayList<>();
                    for (Object one : all) {
                        Object point = KeyOrder.normalized(one);
                        if (points.stream().noneMatch(seen -> Objects.equals(seen, point))) {
                            points.add(point);
                        }
                    }
                    condition.points(points);
                }
            }
            case "$gt", "$gte" -> {
                if (operand != null && isPoint(operand)) {
                    condition.low = new Bound(notNull(KeyOrder.normalized(operand)), operator.equals("$gte"));
                }
            }
            case "$lt", "$lte" -> {
                if (operand != null && isPoint(operand)) {
                    condition.high = new Bound(notNull(KeyOrder.normalized(operand)), operator.equals("$lte"));
                }
            }
            default -> {
                // the other operators only filter
            }
        }
    }

    private static Object notNull(@Nullable Object value) {
        return Objects.requireNonNull(value, "value");
    }

    private static boolean isPoint(@Nullable Object value) {
        return !(value instanceof Document
                || value instanceof Collection
                || value instanceof BsonRegularExpression
                || value instanceof MinKey
                || value instanceof MaxKey);
    }

    private static @Nullable Plan plan(
            OrderedIndex index, Map<String, Condition> conditions, @Nullable Document order) {
        List<IndexKey> keys = index.getKeys();
        List<List<@Nullable Object>> prefixes = new ArrayList<>();
        prefixes.add(List.of());
        int used = 0;
        while (used < keys.size()) {
            List<@Nullable Object> points =
                    usablePoints(index, conditions.get(keys.get(used).getKey()));
            // one field may take several values ($in); a second one would multiply the ranges
            if (points == null || (prefixes.size() > 1 && points.size() > 1)) {
                break;
            }
            prefixes = extend(prefixes, points);
            used++;
        }
        Condition ranged = used < keys.size() ? conditions.get(keys.get(used).getKey()) : null;
        boolean bounded = ranged != null && (ranged.low != null || ranged.high != null);
        int direction = order == null || prefixes.size() > 1 || index.hasArrays() || (index.omitsMissing() && used == 0)
                ? 0
                : direction(keys, used, order, conditions);
        int score = used * 100 + (bounded ? 50 : 0) + (direction != 0 ? 30 : 0) + (index.isUnique() ? 5 : 0);
        if (used == 0 && !bounded && direction == 0) {
            return null;
        }
        List<Range> ranges = new ArrayList<>();
        for (List<@Nullable Object> prefix : prefixes) {
            ranges.add(
                    bounded && ranged != null
                            ? range(prefix, ranged, keys.get(used).isAscending(), index.hasArrays())
                            : new Range(OrderedIndex.Entry.before(prefix), OrderedIndex.Entry.after(prefix)));
        }
        return new Plan(List.of(new Scan(index, ranges)), direction != 0, direction < 0, score);
    }

    /** A null also means "missing", which a sparse index leaves out and an empty array has no entry for. */
    private static @Nullable List<@Nullable Object> usablePoints(OrderedIndex index, @Nullable Condition condition) {
        if (condition == null || condition.points == null) {
            return null;
        }
        boolean gaps = index.hasArrays() || index.omitsMissing();
        return gaps && condition.points.contains(null) ? null : condition.points;
    }

    private static List<List<@Nullable Object>> extend(
            List<List<@Nullable Object>> prefixes, List<@Nullable Object> points) {
        List<List<@Nullable Object>> longer = new ArrayList<>();
        for (List<@Nullable Object> prefix : prefixes) {
            for (Object point : points) {
                List<@Nullable Object> next = new ArrayList<>(prefix);
                next.add(point);
                longer.add(next);
            }
        }
        return longer;
    }

    private static Range range(List<@Nullable Object> prefix, Condition condition, boolean ascending, boolean arrays) {
        Bound low = condition.low;
        // over an array the two bounds may be met by two elements: only one of them narrows the range
        Bound high = arrays && low != null ? null : condition.high;
        Object any =
                low != null ? low.value() : Objects.requireNonNull(high, "high").value();
        Object from = low != null ? low.value() : KeyOrder.floor(any);
        Object to = high != null ? high.value() : KeyOrder.ceiling(any);
        boolean fromInclusive = low == null || low.inclusive();
        boolean toInclusive = high == null || high.inclusive();
        return ascending
                ? new Range(first(prefix, from, fromInclusive), last(prefix, to, toInclusive))
                : new Range(first(prefix, to, toInclusive), last(prefix, from, fromInclusive));
    }

    private static OrderedIndex.Entry first(List<@Nullable Object> prefix, Object value, boolean inclusive) {
        List<@Nullable Object> key = new ArrayList<>(prefix);
        key.add(value);
        return inclusive ? OrderedIndex.Entry.before(key) : OrderedIndex.Entry.after(key);
    }

    private static OrderedIndex.Entry last(List<@Nullable Object> prefix, Object value, boolean inclusive) {
        List<@Nullable Object> key = new ArrayList<>(prefix);
        key.add(value);
        return inclusive ? OrderedIndex.Entry.after(key) : OrderedIndex.Entry.before(key);
    }

    /** 1 if the index read forwards gives the order, -1 backwards, 0 neither. Fields fixed by equality do not count. */
    private static int direction(List<IndexKey> keys, int used, Document order, Map<String, Condition> conditions) {
        int at = used;
        int direction = 0;
        for (Map.Entry<String, Object> sort : order.entrySet()) {
            Condition fixed = conditions.get(sort.getKey());
            if (fixed != null
                    && fixed.points != null
                    && fixed.points.size() == 1
                    && isUsed(keys, used, sort.getKey())) {
                continue;
            }
            if (at >= keys.size()
                    || !keys.get(at).getKey().equals(sort.getKey())
                    || !(sort.getValue() instanceof Number number)) {
                return 0;
            }
            int wanted = (number.intValue() > 0) == keys.get(at).isAscending() ? 1 : -1;
            if (direction != 0 && direction != wanted) {
                return 0;
            }
            direction = wanted;
            at++;
        }
        return direction;
    }

    private static boolean isUsed(List<IndexKey> keys, int used, String field) {
        return keys.subList(0, used).stream().anyMatch(key -> key.getKey().equals(field));
    }
}
