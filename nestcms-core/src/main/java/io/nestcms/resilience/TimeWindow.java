package io.nestcms.resilience;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The outcomes of the last time, in slices: an outcome is in the window for between nine and ten tenths of its length. A
 * success in a healthy window is one addition; the lock is taken only when a slice begins and by a bad outcome.
 */
final class TimeWindow extends Window {
    static final int SLICES = 10;

    private final Scoring scoring;
    private final long sliceNanos;
    private final ReentrantLock turning = new ReentrantLock();
    /** The slices that are over but still in the window, oldest first; guarded by the lock. */
    private final Deque<Slice> older = new ArrayDeque<>(SLICES);

    private volatile Slice current;

    TimeWindow(long lengthNanos, Scoring scoring, long now) {
        this.scoring = scoring;
        this.sliceNanos = Math.max(1, lengthNanos / SLICES);
        this.current = new Slice(now, now + sliceNanos);
    }

    @Override
    boolean isTimed() {
        return true;
    }

    @Override
    boolean record(int outcome, long now) {
        Slice slice = current;
        // readings of one clock may differ by more than half its range from nothing: compare by difference
        if (now - slice.end >= 0) {
            slice = turn(now);
        }
        slice.add(outcome, 1);
        return (!slice.judged || scoring.isBad(outcome)) && judge(slice);
    }

    private Slice turn(long now) {
        turning.lock();
        try {
            Slice last = current;
            if (now - last.end < 0) {
                return last;
            }
            long begin = last.begin + (now - last.begin) / sliceNanos * sliceNanos;
            older.addLast(last);
            while (!older.isEmpty() && begin - older.getFirst().begin >= SLICES * sliceNanos) {
                older.removeFirst();
            }
            current = new Slice(begin, begin + sliceNanos);
            return current;
        } finally {
            turning.unlock();
        }
    }

    private boolean judge(Slice slice) {
        long calls = 0;
        long cost = 0;
        turning.lock();
        try {
            for (Slice each : older) {
                calls += each.calls();
                cost += each.cost(scoring);
            }
            calls += current.calls();
            cost += current.cost(scoring);
        } finally {
            turning.unlock();
        }
        if (scoring.isEnough(calls)) {
            slice.judged = true;
        }
        return scoring.isTooMuch(calls, cost);
    }

    @Override
    long[] counts(long now) {
        turn(now);
        long[] sum = new long[Outcomes.COUNT];
        turning.lock();
        try {
            older.forEach(slice -> slice.addTo(sum));
            current.addTo(sum);
        } finally {
            turning.unlock();
        }
        return sum;
    }

    @Override
    void restore(int outcome, long times, long at) {
        Slice slice = at - current.end >= 0 ? turn(at) : current;
        slice.add(outcome, times);
    }

    @Override
    void forEach(Visitor visitor, long now) {
        turn(now);
        turning.lock();
        try {
            older.forEach(slice -> slice.show(visitor));
            current.show(visitor);
        } finally {
            turning.unlock();
        }
    }

    /** The beginning of the oldest slice, where a window that takes over must begin too. */
    long begin() {
        turning.lock();
        try {
            return older.isEmpty() ? current.begin : older.getFirst().begin;
        } finally {
            turning.unlock();
        }
    }

    /** A tenth of the window. */
    private static final class Slice {
        final long begin;
        final long end;
        /** All but the successes. */
        private final AtomicLongArray others = new AtomicLongArray(Outcomes.COUNT);
        /** By far the most, so counted in a way that keeps threads out of each other's way. */
        private final LongAdder successes = new LongAdder();

        /** Whether the window was judged since this slice began: when old calls leave, the score can rise by itself. */
        volatile boolean judged;

        Slice(long begin, long end) {
            this.begin = begin;
            this.end = end;
        }

        void add(int outcome, long times) {
            if (outcome == Outcomes.SUCCESS) {
                successes.add(times);
            } else {
                others.addAndGet(outcome, times);
            }
        }

        private long count(int outcome) {
            return outcome == Outcomes.SUCCESS ? successes.sum() : others.get(outcome);
        }

        long calls() {
            long calls = 0;
            for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
                calls += count(outcome);
            }
            return calls;
        }

        long cost(Scoring scoring) {
            long cost = 0;
            for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
                cost += count(outcome) * scoring.cost(outcome);
            }
            return cost;
        }

        void addTo(long[] sum) {
            for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
                sum[outcome] += count(outcome);
            }
        }

        void show(Visitor visitor) {
            for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
                long times = count(outcome);
                if (times > 0) {
                    visitor.visit(outcome, times, begin);
                }
            }
        }
    }
}
