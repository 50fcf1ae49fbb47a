package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A path to a field, split once. */
final class FieldPath {
    private final String[] names;

    private FieldPath(String[] names) {
        this.names = names;
    }

    /** The path {@code a.b} as a filter or a projection names it; none with empty or numeric names, which mean more. */
    static Optional<FieldPath> of(String path) {
        String[] names = path.split("\\.", -1);
        return Arrays.stream(names).allMatch(FieldPath::isPlain) ? Optional.of(new FieldPath(names)) : Optional.empty();
    }

    /** The path of an expression that is nothing but one: {@code $a.b}. */
    static Optional<FieldPath> ofExpression(@Nullable Object expression) {
        return expression instanceof String text && text.startsWith("$") ? of(text.substring(1)) : Optional.empty();
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty() && name.charAt(0) != '$' && !Character.isDigit(name.charAt(0));
    }

    int length() {
        return names.length;
    }

    String name(int depth) {
        return names[depth];
    }

    /** The first name. */
    String top() {
        return names[0];
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
