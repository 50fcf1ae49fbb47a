package io.nestcms.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** A clock that goes wrong by as much as a test wants. */
final class SkewedClock extends Clock {
    private final Clock right;
    private volatile Duration skew = Duration.ZERO;

    SkewedClock(Clock right) {
        this.right = right;
    }

    void skew(Duration by) {
        skew = by;
    }

    @Override
    public Instant instant() {
        return right.instant().plus(skew);
    }

    @Override
    public ZoneId getZone() {
        return right.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        SkewedClock other = new SkewedClock(right.withZone(zone));
        other.skew(skew);
        return other;
    }
}
