package io.nestcms.webhook;

import java.time.Duration;

/** Checks of configured durations. */
final class Durations {
    private static final Duration MAX = Duration.ofDays(36_500);

    private Durations() {}

    static Duration positive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + duration + ": more than zero, up to 100 years is allowed");
        }
        return duration;
    }
}
