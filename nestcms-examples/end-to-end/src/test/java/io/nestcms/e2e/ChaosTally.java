package io.nestcms.e2e;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the buyers and the weather of one run have in common: counts, progress, and waits that end with the run. */
final class ChaosTally {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final AtomicInteger finished = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);

    void count(String what) {
        counts.computeIfAbsent(what, any -> new LongAdder()).increment();
    }

    long of(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : count.sum();
    }

    Map<String, Long> all() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((what, count) -> all.put(what, count.sum()));
        return all;
    }

    void oneMoreFinished() {
        finished.incrementAndGet();
    }

    int finished() {
        return finished.get();
    }

    void end() {
        over.countDown();
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    /** Waits; the run's end ends the wait. */
    void pause(long millis) {
        try {
            if (over.await(millis, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the run is over");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
