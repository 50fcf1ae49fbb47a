package io.nestcms.payment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When the reconciler is to look at a payment next.
 *
 * @param checkAt when, or {@code null} for never
 * @param checks how often it has looked since the status last changed; spaces the checks out
 * @since 0.1
 */
public record Watch(@Nullable Instant checkAt, int checks) {
    /** Not watched. */
    static final Watch OFF = new Watch(null, 0);
}
