package io.nestcms.crypto;

import io.nestcms.failure.NestCmsException;
import org.jspecify.annotations.Nullable;

/**
 * Stored bytes that cannot be turned back into what they were: changed, moved to another place, or sealed under a key that
 * is not known here.
 *
 * @since 0.1
 */
public final class CipherException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with its cause.
     *
     * @param message what is wrong; holds no secret and no data
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public CipherException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
