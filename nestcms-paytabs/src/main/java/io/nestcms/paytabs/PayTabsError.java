package io.nestcms.paytabs;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why PayTabs did not do what it was asked to do, in its own terms. For the merchant, not for the payer.
 *
 * @param code PayTabs' code, for example {@code 206}; {@code http_401} and the like when it sent none
 * @param message PayTabs' words; empty when it sent none
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @since 0.1
 */
public record PayTabsError(
        String code, String message, @Nullable String trace) {
    /**
     * Checks that code and message are there.
     *
     * @param code PayTabs' code
     * @param message PayTabs' words
     * @param trace what to quote to support, or {@code null}
     */
    public PayTabsError {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(message, "message");
    }
}
