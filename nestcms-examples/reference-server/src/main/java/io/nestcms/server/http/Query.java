package io.nestcms.server.http;

import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a query, each known by name; others are refused. */
public final class Query {
    private static final int LONGEST = 256;

    private final Context context;

    private Query(Context context) {
        this.context = context;
    }

    /** The query, if it has these parameters only, each once. */
    public static Query of(Context context, String... known) {
        context.queryParamMap().forEach((name, values) -> {
            if (!Arrays.asList(known).contains(name)) {
                throw Problem.field(400, "query", "has an unknown parameter", String.join(", ", known) + " are taken")
                        .asException();
            }
            if (values.size() > 1) {
                throw Problem.field(400, name, "is given twice", "once").asException();
            }
        });
        return new Query(context);
    }

    /** A parameter, or {@code null} where it is missing or empty. */
    public @Nullable String text(String name) {
        String given = context.queryParam(name);
        if (given != null && (given.length() > LONGEST || given.chars().anyMatch(c -> c < 0x20 || c > 0x7e))) {
            throw Problem.field(400, name, "has another form", "at most " + LONGEST + " visible ASCII characters")
                    .asException();
        }
        return given == null || given.isEmpty() ? null : given;
    }

    /** A whole number within its range, or {@code otherwise} where it is missing. */
    public int number(String name, int otherwise, int least, int most) {
        long given = number(name, otherwise);
        if (given < least || given > most) {
            throw Problem.field(400, name, "is out of range", least + " to " + most)
                    .asException();
        }
        return Math.toIntExact(given);
    }

    /** A whole number of at most 15 digits, or {@code otherwise} where it is missing. */
    public long number(String name, long otherwise) {
        String given = text(name);
        if (given == null) {
            return otherwise;
        }
        if (!given.matches("[0-9]{1,15}")) {
            throw Problem.field(400, name, "is not a number", "digits, at most 15")
                    .asException();
        }
        return Long.parseLong(given);
    }

    /** One of the constants, or {@code null} where it is missing. */
    public <E extends Enum<E>> @Nullable E constant(String name, Class<E> type) {
        String given = text(name);
        return given == null ? null : constantOf(400, name, given, type);
    }

    /** One of the constants, as a field of a body has it. */
    public static <E extends Enum<E>> E constantOf(String field, String given, Class<E> type) {
        return constantOf(422, field, given, type);
    }

    private static <E extends Enum<E>> E constantOf(int status, String field, String given, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> each.name().equals(given))
                .findFirst()
                .orElseThrow(
                        () -> Problem.field(status, field, "is not known", "one of " + List.of(type.getEnumConstants()))
                                .asException());
    }
}
