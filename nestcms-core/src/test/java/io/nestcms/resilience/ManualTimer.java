package io.nestcms.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A timer on a {@link ManualTime}: what is due is done by whoever moves the time. */
final class ManualTimer implements Timer {
    private final ManualTime time;
    private final List<Plan> plans = new ArrayList<>();

    ManualTimer(ManualTime time) {
        this.time = time;
    }

    private record Plan(long at, Runnable what) {}

    @Override
    public synchronized Runnable after(long nanos, Runnable what) {
        Plan plan = new Plan(time.getAsLong() + nanos, what);
        plans.add(plan);
        return () -> {
            synchronized (this) {
                plans.remove(plan);
            }
        };
    }

    @Override
    public void handOver(Runnable task) {
        task.run();
    }

    /** Moves the time from plan to plan. */
    void advance(Duration by) {
        long end = time.getAsLong() + by.toNanos();
        for (Plan due = next(end); due != null; due = next(end)) {
            time.advance(Duration.ofNanos(Math.max(0, due.at - time.getAsLong())));
            due.what.run();
        }
        time.advance(Duration.ofNanos(end - time.getAsLong()));
    }

    private synchronized Plan next(long end) {
        Plan due = plans.stream()
                .filter(plan -> plan.at - end <= 0)
                .min(Comparator.comparingLong(plan -> plan.at - end))
                .orElse(null);
        plans.remove(due);
        return due;
    }

    synchronized int planned() {
        return plans.size();
    }
}
