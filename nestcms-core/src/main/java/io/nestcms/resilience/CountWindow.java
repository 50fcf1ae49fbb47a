package io.nestcms.resilience;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The last so many outcomes, in a ring. One more success leaves a window that is full of successes as it is, so it is not
 * put in. Else a success is one addition and one exchange: the counters move only when the outcome in a place of the ring
 * changes.
 */
final class CountWindow extends Window {
    private final Scoring scoring;
    private final int size;
    private final AtomicLong next = new AtomicLong();
    private final AtomicIntegerArray ring;
    private final AtomicIntegerArray counts = new AtomicIntegerArray(Outcomes.COUNT);
    /** Never less than how many places of the ring hold no success: raised before one is put in, lowered after it left. */
    private final AtomicInteger notGood;
    /** Whether the first judgement, which falls due with any outcome, was made. */
    private volatile boolean judged;

    CountWindow(int size, Scoring scoring) {
        this.scoring = scoring;
        this.size = size;
        this.ring = new AtomicIntegerArray(size);
        this.notGood = new AtomicInteger(size);
    }

    @Override
    boolean isTimed() {
        return false;
    }

    @Override
    boolean record(int outcome, long now) {
        if (outcome == Outcomes.SUCCESS && notGood.get() == 0) {
            return false;
        }
        put(outcome);
        return (!judged || scoring.isBad(outcome)) && judge();
    }

    private void put(int outcome) {
        if (outcome != Outcomes.SUCCESS) {
            notGood.incrementAndGet();
        }
        int place = (int) (next.getAndIncrement() % size);
        int before = ring.getAndSet(place, outcome);
        if (before != Outcomes.SUCCESS) {
            notGood.decrementAndGet();
        }
        if (before != outcome) {
            // in this order the score that others see in between is too low, never too high
            counts.incrementAndGet(outcome);
            if (before != Outcomes.NONE) {
                counts.decrementAndGet(before);
            }
        }
    }

    private boolean judge() {
        long calls = 0;
        long cost = 0;
        for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
            int count = counts.get(outcome);
            calls += count;
            cost += count * scoring.cost(outcome);
        }
        if (!judged && scoring.isEnough(calls)) {
            judged = true;
        }
        return scoring.isTooMuch(calls, cost);
    }

    @Override
    long[] counts(long now) {
        long[] copy = new long[Outcomes.COUNT];
        for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
            copy[outcome] = counts.get(outcome);
        }
        return copy;
    }

    @Override
    void restore(int outcome, long times, long at) {
        long fitting = Math.min(times, size);
        for (long i = 0; i < fitting; i++) {
            put(outcome);
        }
    }

    @Override
    void forEach(Visitor visitor, long now) {
        long end = next.get();
        int run = Outcomes.NONE;
        long times = 0;
        for (long i = Math.max(0, end - size); i < end; i++) {
            int outcome = ring.get((int) (i % size));
            if (outcome != run) {
                show(visitor, run, times, now);
                run = outcome;
                times = 0;
            }
            times++;
        }
        show(visitor, run, times, now);
    }

    private static void show(Visitor visitor, int outcome, long times, long now) {
        if (outcome != Outcomes.NONE && times > 0) {
            visitor.visit(outcome, times, now);
        }
    }
}
