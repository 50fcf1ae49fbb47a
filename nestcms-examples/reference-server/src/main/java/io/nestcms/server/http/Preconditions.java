package io.nestcms.server.http;

import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** Versions in {@code ETag} and {@code If-Match}: whoever changes a thing may say which one was seen. */
public final class Preconditions {
    private static final int DIGITS = 18;

    private Preconditions() {}

    /** Names the version that is shown. */
    public static void tag(Context context, long version) {
        context.header("ETag", "\"" + version + "\"");
    }

    /** The version that a change is about; {@code null} when the request is about whichever there is. */
    public static @Nullable Long version(Context context) {
        String given = context.header("If-Match");
        if (given == null || given.equals("*")) {
            return null;
        }
        if (!given.matches("\"[0-9]{1," + DIGITS + "}\"")) {
            throw Problem.field(400, "If-Match", "has another form", "one ETag as it was shown, or *")
                    .asException();
        }
        return Long.parseLong(given.substring(1, given.length() - 1));
    }
}
