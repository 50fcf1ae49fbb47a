package io.nestcms.resilience;

/**
 * Weighs outcomes against both thresholds, in whole numbers so that a threshold is met exactly: with the thresholds F and
 * S in thousandths, a failure costs weight x S, a slow call 1000 x F, and the calls together may cost up to F x S each.
 */
final class Scoring {
    private static final int WHOLE = 1000;

    private final long[] costs = new long[Outcomes.COUNT];
    private final long limit;
    private final int minimumCalls;
    final boolean watchesSlow;
    final long slowNanos;

    Scoring(BreakerSettings settings, int minimumCalls) {
        long failureLimit = Math.round(settings.failureRate() * WHOLE);
        long slowLimit = Math.round(settings.slowRate() * WHOLE);
        this.limit = failureLimit * slowLimit;
        this.minimumCalls = minimumCalls;
        this.watchesSlow = settings.slowAfter().isPresent();
        this.slowNanos = settings.slowAfter().map(Nanos::of).orElse(Nanos.NEVER);
        long slowCost = WHOLE * failureLimit;
        costs[Outcomes.SLOW_SUCCESS] = slowCost;
        for (FailureClass failureClass : FailureClass.values()) {
            long cost = Math.round(settings.weight(failureClass) * WHOLE) * slowLimit;
            int outcome = Outcomes.of(failureClass);
            costs[outcome] = cost;
            costs[Outcomes.slow(outcome)] = Math.max(cost, slowCost);
        }
    }

    /** The outcome, marked slow when the call took too long. */
    int timed(int outcome, long tookNanos) {
        return tookNanos > slowNanos ? Outcomes.slow(outcome) : outcome;
    }

    /** Whether an outcome speaks against the dependency. */
    boolean isBad(int outcome) {
        return costs[outcome] > 0;
    }

    long cost(int outcome) {
        return costs[outcome];
    }

    int minimumCalls() {
        return minimumCalls;
    }

    boolean isEnough(long calls) {
        return calls >= minimumCalls;
    }

    boolean isTooMuch(long calls, long cost) {
        return calls >= minimumCalls && cost >= calls * limit;
    }

    /** 1 or more when the calls are too bad. */
    double score(long[] counts) {
        long calls = 0;
        long cost = 0;
        for (int outcome = 1; outcome < counts.length; outcome++) {
            calls += counts[outcome];
            cost += counts[outcome] * costs[outcome];
        }
        return calls == 0 ? 0 : (double) cost / (calls * limit);
    }
}
