package io.nestcms.testkit;

import org.jspecify.annotations.Nullable;

/** The embedded node cannot start or go on. */
public class EmbeddedMongoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmbeddedMongoException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
