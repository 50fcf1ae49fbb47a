package io.nestcms.benchmarks.mongo;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Durations of one way to do a thing, in nanoseconds, and what it allocated. */
final class Times {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long[] nanos = new long[1_024];
    private int count;
    private long bytes;

    static long allocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = duration;
    }

    int count() {
        return count;
    }

    void allocated(long more) {
        bytes += more;
    }

    double bytesEach() {
        return (double) bytes / count;
    }

    /** The duration that the given share of all does not exceed. */
    double micros(double share) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[Math.min(count - 1, (int) (share * count))] / 1_000.0;
    }

    double millis() {
        return micros(0.5) / 1_000;
    }
}
