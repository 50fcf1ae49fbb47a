package io.nestcms.resilience;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a breaker has counted since it was made or reset; not all the windows together, for they are replaced. */
final class Totals {
    /** Guarded by the breaker's lock. */
    long opened;
    /** Guarded by the breaker's lock. */
    long leaked;

    /** Every call whose end was counted, whatever it was. */
    final LongAdder calls = new LongAdder();

    final LongAdder rejected = new LongAdder();
    final LongAdder ignored = new LongAdder();
    final LongAdder late = new LongAdder();
    private final AtomicLongArray notGood = new AtomicLongArray(Outcomes.COUNT);
    private volatile int lastOutcome;
    private volatile long lastAt;

    /** A failure or a slow call. */
    void add(int outcome, long now) {
        notGood.incrementAndGet(outcome);
        if (Outcomes.isFailure(outcome)) {
            lastAt = now;
            lastOutcome = outcome;
        }
    }

    Map<FailureClass, Long> failures() {
        Map<FailureClass, Long> failures = new EnumMap<>(FailureClass.class);
        for (FailureClass failureClass : FailureClass.values()) {
            int outcome = Outcomes.of(failureClass);
            failures.put(failureClass, notGood.get(outcome) + notGood.get(Outcomes.slow(outcome)));
        }
        return failures;
    }

    long slow() {
        long slow = 0;
        for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
            if (Outcomes.isSlow(outcome)) {
                slow += notGood.get(outcome);
            }
        }
        return slow;
    }

    @Nullable FailureClass lastFailure() {
        int outcome = lastOutcome;
        return outcome == Outcomes.NONE ? null : Outcomes.failureClass(outcome);
    }

    /** The reading of the clock at the last failure; without meaning when there was none. */
    long lastAt() {
        return lastAt;
    }
}
