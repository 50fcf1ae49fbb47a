package io.nestcms.access;

import io.nestcms.failure.NestCmsException;
import org.jspecify.annotations.Nullable;

/**
 * The store of sessions could not be asked. Whether what was to be changed was changed is not known.
 *
 * @since 0.1
 */
public final class SessionStoreException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with its cause.
     *
     * @param message what went wrong; holds no secret and no personal data
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public SessionStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
