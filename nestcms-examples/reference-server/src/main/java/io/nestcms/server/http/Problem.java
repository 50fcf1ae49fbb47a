package io.nestcms.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An answer that tells what went wrong, after RFC 9457. With a field it also tells the field's problem and the rule.
 *
 * @param status the HTTP status
 * @param code names the kind of problem; stable, for programs
 * @param title the kind of problem, for people
 * @param detail this occurrence, for people, or {@code null}
 * @param field the refused field, or {@code null}
 * @param problem what is wrong with its value, or {@code null}
 * @param rule what is allowed, or {@code null}
 * @param retryAfter when the same request makes sense again, or {@code null}
 */
public record Problem(
        int status,
        String code,
        String title,
        @Nullable String detail,
        @Nullable String field,
        @Nullable String problem,
        @Nullable String rule,
        @Nullable Duration retryAfter) {

    static final String MEDIA_TYPE = "application/problem+json";

    public static Problem of(int status, String code, String title, @Nullable String detail) {
        return new Problem(status, code, title, detail, null, null, null, null);
    }

    public static Problem field(int status, String field, String problem, String rule) {
        return new Problem(
                status,
                "invalid-input",
                "The request has a field that cannot be taken",
                field + " " + problem + ": " + rule,
                field,
                problem,
                rule,
                null);
    }

    public static Problem of(InvalidInputException refused) {
        return field(422, refused.field(), refused.problem(), refused.rule());
    }

    public static Problem unavailable(String code, String title, String detail, Duration retryAfter) {
        return new Problem(503, code, title, detail, null, null, null, retryAfter);
    }

    /** Too much was asked for by somebody. */
    public static Problem tooMany(String code, String title, String detail, Duration retryAfter) {
        return new Problem(429, code, title, detail, null, null, null, retryAfter);
    }

    /** The exception that carries it to the one place that answers. */
    public ProblemException asException() {
        return new ProblemException(this);
    }

    public void answer(Context context) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("type", "urn:nestcms:problem:" + code);
        body.put("title", title);
        body.put("status", status);
        put(body, "detail", detail);
        put(body, "field", field);
        put(body, "problem", problem);
        put(body, "rule", rule);
        context.status(status);
        context.header("Cache-Control", "no-store");
        if (retryAfter != null) {
            context.header("Retry-After", Long.toString(seconds(retryAfter)));
        }
        context.contentType(MEDIA_TYPE).result(body.toString());
    }

    /** Whole seconds, rounded up: never earlier than told. */
    public static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }

    private static void put(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }
}
