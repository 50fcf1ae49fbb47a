package io.nestcms.mongo;

import org.jspecify.annotations.Nullable;

/**
 * A backup that is not whole: changed, cut short, sealed under another key, or not a backup at all. Also a target that is
 * not empty.
 *
 * @since 0.1
 */
public final class BackupException extends NestMongoException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with its cause.
     *
     * @param message what is wrong; holds no secret and no data
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public BackupException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
