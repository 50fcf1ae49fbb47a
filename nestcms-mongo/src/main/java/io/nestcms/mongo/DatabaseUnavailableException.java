package io.nestcms.mongo;

import org.jspecify.annotations.Nullable;

/**
 * No server that may answer did so in time: during an outage, an election that takes too long, or with the {@linkplain
 * ConnectionPoolFullException pool full}. For a read, nothing is lost by trying again later. A write may or may not have been
 * applied.
 *
 * @since 0.1
 */
public sealed class DatabaseUnavailableException extends NestMongoException permits ConnectionPoolFullException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with its cause.
     *
     * @param message what was tried; holds no secret and no personal data
     * @param cause the driver's failure, or {@code null} when no call was made
     */
    public DatabaseUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
