package io.nestcms.failure;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that nestcms-core throws on purpose. A declined payment, an open circuit or a duplicate is
 * never one of these: those are results.
 *
 * @since 0.1
 */
public class NestCmsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with a message and no cause.
     *
     * @param message what went wrong and, where there is one, the remedy; holds no secret and no personal data
     */
    public NestCmsException(String message) {
        super(message);
    }

    /**
     * An exception with its cause.
     *
     * @param message what went wrong and, where there is one, the remedy; holds no secret and no personal data
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public NestCmsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
