package io.nestcms.mongo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which point of the data's history belonged to which recent moment of ours. A server that has a point that was current
 * less than the bound ago is not staler than the bound; no clock but our own is trusted.
 */
final class RecentTimes {
    /** Points closer together than this bring nothing. */
    private static final long STEP_NANOS = Duration.ofMillis(20).toNanos();

    private static final int MOST = 512;

    private record Sample(long takenAt, ClusterTime time) {}

    private final LongSupplier nanoTime;
    private final Deque<Sample> oldestFirst = new ArrayDeque<>();

    RecentTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * A point that the primary told.
     *
     * @param askedAt when it was asked: everything acknowledged before that is at or before the point
     */
    synchronized void add(long askedAt, @Nullable ClusterTime time) {
        Sample last = oldestFirst.peekLast();
        if (time == null || (last != null && askedAt - last.takenAt < STEP_NANOS)) {
            return;
        }
        oldestFirst.addLast(new Sample(askedAt, time));
        if (oldestFirst.size() > MOST) {
            oldestFirst.removeFirst();
        }
    }

    /** The easiest point to have of those that are recent enough, or null when the primary must be asked. */
    synchronized @Nullable ClusterTime within(Duration bound) {
        long earliest = nanoTime.getAsLong() - bound.toNanos();
        for (Iterator<Sample> samples = oldestFirst.iterator(); samples.hasNext(); ) {
            Sample sample = samples.next();
            if (sample.takenAt - earliest >= 0) {
                return sample.time;
            }
        }
        return null;
    }

    long now() {
        return nanoTime.getAsLong();
    }
}
