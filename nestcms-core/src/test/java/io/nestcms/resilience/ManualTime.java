package io.nestcms.resilience;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A ticker that moves when told, and a wall clock that moves with it and can be stepped on its own. */
final class ManualTime extends Clock implements LongSupplier {
    /** Near the end of the range: readings that run over must not matter. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);

    private final long origin = nanos.get();
    private volatile Duration wallStep = Duration.ZERO;

    void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    void stepWallClock(Duration step) {
        wallStep = wallStep.plus(step);
    }

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    @Override
    public Instant instant() {
        return Instant.parse("2026-01-01T00:00:00Z")
                .plusNanos(nanos.get() - origin)
                .plus(wallStep);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
