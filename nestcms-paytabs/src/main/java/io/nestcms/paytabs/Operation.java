package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One request to PayTabs and how its answer is read.
 *
 * @param path below the base URI, without a slash at its beginning
 * @param body the JSON to post, or {@code null} for a GET
 * @param shape reads an answer that is no error
 * @param absent what "the gateway knows none" gives, or {@code null} when that is a rejection like any other
 */
record Operation<T>(
        String path,
        @Nullable ByteString body,
        Shape<T> shape,
        @Nullable T absent) {
    Operation(String path, @Nullable ByteString body, Shape<T> shape) {
        this(path, body, shape, null);
    }

    String method() {
        return body == null ? "GET" : "POST";
    }

    /** Reads an answer that is no error. */
    interface Shape<T> {
        /**
         * The answer in our terms.
         *
         * @throws UnreadableReplyException when it is not what it should be
         */
        T read(JsonNode json);
    }
}
