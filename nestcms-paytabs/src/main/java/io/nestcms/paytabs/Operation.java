package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One request to PayTabs and how its answer is read.
 *
 * @param api which call of the API it is
 * @param method GET, POST or PUT
 * @param path below the base URI, without a slash at its beginning
 * @param body the JSON to send, or {@code null} with a GET
 * @param shape reads an answer that is no error
 * @param absent what "the gateway knows none" gives, or {@code null} when that is a rejection like any other
 */
record Operation<T>(
        Api api,
        String method,
        String path,
        @Nullable ByteString body,
        Shape<T> shape,
        @Nullable T absent) {
    static <T> Operation<T> get(Api api, String path, Shape<T> shape) {
        return new Operation<>(api, "GET", path, null, shape, null);
    }

    static <T> Operation<T> post(Api api, String path, ByteString body, Shape<T> shape) {
        return new Operation<>(api, "POST", path, body, shape, null);
    }

    static <T> Operation<T> put(Api api, String path, ByteString body, Shape<T> shape) {
        return new Operation<>(api, "PUT", path, body, shape, null);
    }

    /** What "the gateway knows none" gives. */
    Operation<T> orIfAbsent(T value) {
        return new Operation<>(api, method, path, body, shape, value);
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
