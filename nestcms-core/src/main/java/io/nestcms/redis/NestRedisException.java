package io.nestcms.redis;

import io.nestcms.failure.NestCmsException;
import org.jspecify.annotations.Nullable;

/**
 * Redis did not answer, or not as it should. Whether what was asked for was done is not known.
 *
 * @since 0.1
 */
public final class NestRedisException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with its cause.
     *
     * @param message what went wrong; holds no secret
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public NestRedisException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
