package io.nestcms.paytabs;

import io.nestcms.failure.NestCmsException;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything that this module throws on purpose: bad configuration and broken infrastructure, never a
 * decline and never a failed call.
 *
 * @since 0.1
 */
public class PayTabsException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with its cause.
     *
     * @param message what went wrong and, where there is one, the remedy; holds no secret and no personal data
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public PayTabsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
