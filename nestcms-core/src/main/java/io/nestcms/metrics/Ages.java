package io.nestcms.metrics;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How long something has waited, for a gauge. */
final class Ages {
    private Ages() {}

    /** In seconds; 0 when nothing waits, and never below: clocks of two nodes may differ. */
    static double seconds(@Nullable Instant since, Clock clock) {
        return since == null
                ? 0
                : Math.max(0, Duration.between(since, clock.instant()).toMillis() / 1000.0);
    }
}
