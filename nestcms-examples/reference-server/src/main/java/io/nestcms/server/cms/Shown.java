package io.nestcms.server.cms;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.nestcms.cms.record.Edit;
import io.nestcms.cms.record.Position;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Preconditions;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What the routes of this room have in common: pages, days, and how the end of a change is answered. */
final class Shown {
    static final int PAGE = 20;
    static final int LARGEST_PAGE = 100;

    private Shown() {}

    /** A record with its version as the tag. */
    static <T> void one(Context context, T record, ToLongFunction<T> version, Function<T, ObjectNode> json) {
        Preconditions.tag(context, version.applyAsLong(record));
        Json.answer(context, json.apply(record));
    }

    /** How a change ended. */
    static <T> void edited(Context context, Edit<T> edit, ToLongFunction<T> version, Function<T, ObjectNode> json) {
        edit.<Runnable>fold(
                        done -> () -> one(context, done.record(), version, json),
                        none -> () -> {
                            throw nothing().asException();
                        },
                        changed -> () -> {
                            throw changed().asException();
                        },
                        refused -> () -> {
                            throw Problem.of(409, refused.code(), "This cannot be done now", refused.rule())
                                    .asException();
                        })
                .run();
    }

    static Problem nothing() {
        return Problem.of(404, "not-found", "There is nothing of this name", null);
    }

    static Problem changed() {
        return Problem.of(
                412, "changed-meanwhile", "Somebody has changed it meanwhile", "read it again and decide anew");
    }

    static @Nullable Position cursor(Query query) {
        String given = query.text("cursor");
        if (given == null) {
            return null;
        }
        try {
            return Position.parse(given);
        } catch (InvalidInputException refused) {
            throw Problem.field(400, refused.field(), refused.problem(), refused.rule())
                    .asException();
        }
    }

    static int limit(Query query) {
        return query.number("limit", PAGE, 1, LARGEST_PAGE);
    }

    /** A page, with the cursor of the next one when there may be more. */
    static <T> void page(
            Context context, List<T> items, int limit, Function<T, ObjectNode> json, Function<T, Position> position) {
        Json.answer(context, pageOf(items, limit, json, position));
    }

    static <T> ObjectNode pageOf(
            List<T> items, int limit, Function<T, ObjectNode> json, Function<T, Position> position) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode list = page.putArray("items");
        items.forEach(item -> list.add(json.apply(item)));
        if (items.size() == limit) {
            page.put("next", position.apply(items.get(items.size() - 1)).text());
        }
        return page;
    }

    static @Nullable LocalDate day(String field, @Nullable String given) {
        return given == null ? null : parsed(field, "a day as 2026-12-31", () -> LocalDate.parse(given));
    }

    static <T> T parsed(String field, String rule, Supplier<T> parser) {
        try {
            return parser.get();
        } catch (DateTimeException other) {
            throw Problem.field(422, field, "has another form", rule).asException();
        }
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static void put(ObjectNode json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }
}
