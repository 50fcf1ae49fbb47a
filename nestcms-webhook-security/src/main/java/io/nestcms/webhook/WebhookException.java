package io.nestcms.webhook;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that this module throws on purpose: bad configuration and broken infrastructure, never a refused request.
 *
 * @since 0.1
 */
public class WebhookException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with its cause.
     *
     * @param message what went wrong and, where there is one, the remedy; holds no secret and no personal data
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public WebhookException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
