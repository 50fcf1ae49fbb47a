package io.nestcms.payment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When the reconciler is to look at a payment next.
 *
 * @param checkAt when, or {@code null} for never
 * @param checks how many answered checks there were since the status last changed; spaces the checks out
 * @param slow whether it has moved to the slow lane: older than its kind takes, told about, and asked about at most once a day
 * @since 0.1
 */
public record Watch(@Nullable Instant checkAt, int checks, boolean slow) {
    /** Not watched. */
    public static final Watch OFF = new Watch(null, 0, false);

    /**
     * Watched with other payments of its age.
     *
     * @param checkAt when, or {@code null} for never
     * @param checks how many answered checks there were
     * @return the plan
     */
    public static Watch at(@Nullable Instant checkAt, int checks) {
        return new Watch(checkAt, checks, false);
    }
}
