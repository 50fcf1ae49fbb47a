package io.nestcms.payment.gateway;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why the gateway refused a call, in its own terms. For the merchant, not for the payer.
 *
 * @param code the gateway's code, for example {@code 206}
 * @param message the gateway's words
 * @param trace what to quote to the gateway's support, or {@code null}
 * @since 0.1
 */
public record Rejection(
        String code, String message, @Nullable String trace) {
    /**
     * Checks that code and message are there.
     *
     * @param code the gateway's code
     * @param message the gateway's words
     * @param trace what to quote to support, or {@code null}
     */
    public Rejection {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(message, "message");
    }
}
