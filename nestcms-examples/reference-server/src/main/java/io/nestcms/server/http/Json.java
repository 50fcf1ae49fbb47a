package io.nestcms.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/** Answers in JSON. None is kept by a browser or a proxy: it is one caller's. */
public final class Json {
    private Json() {}

    /** Answers with the body, under the status that the context has. */
    public static Context answer(Context context, ObjectNode body) {
        return context.header("Cache-Control", "no-store")
                .contentType("application/json")
                .result(body.toString());
    }
}
