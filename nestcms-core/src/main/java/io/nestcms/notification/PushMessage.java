package io.nestcms.notification;

import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a push message says. Immutable.
 *
 * @param title its first line
 * @param body the rest, possibly empty
 * @param link what is opened by a touch, or {@code null}
 * @since 0.1
 */
public record PushMessage(
        String title, String body, @Nullable URI link) {
    /**
     * Checks that nothing that must be there is missing.
     *
     * @param title its first line
     * @param body the rest
     * @param link what is opened by a touch, or {@code null}
     */
    public PushMessage {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(body, "body");
    }
}
