package io.nestcms.resilience;

/** The steps of a recovery: which share of the calls is let through, and how the step goes. Guarded by the breaker's lock. */
final class Ramp {
    private static final int WHOLE = 1000;

    private final int[] shares;
    private final long stepNanos;
    private final Scoring scoring;
    private int step;
    private long stepBegun;
    /** Grows by the share with each call; a call goes through when it is whole. */
    private int credit;

    private long calls;
    private long cost;

    Ramp(BreakerSettings settings, long now) {
        this.shares = settings.rampShares().stream()
                .mapToInt(share -> (int) Math.round(share * WHOLE))
                .toArray();
        this.stepNanos = Nanos.of(settings.rampStep().orElseThrow());
        this.scoring = new Scoring(settings, settings.trialCalls());
        begin(0, now);
    }

    private void begin(int newStep, long now) {
        step = newStep;
        stepBegun = now;
        credit = 0;
        calls = 0;
        cost = 0;
    }

    /** Goes on to the next step when this one is over and went well. A step without a result lasts until there is one. */
    void climb(long now) {
        if (now - stepBegun >= stepNanos && calls > 0) {
            begin(scoring.isTooMuch(Math.max(calls, scoring.minimumCalls()), cost) ? step : step + 1, now);
        }
    }

    boolean isClimbed() {
        return step >= shares.length;
    }

    boolean letsThrough() {
        credit += shares[step];
        if (credit < WHOLE) {
            return false;
        }
        credit -= WHOLE;
        return true;
    }

    /** Counts a result; {@code false} when the first step has failed. */
    boolean count(int outcome, long now) {
        calls++;
        cost += scoring.cost(outcome);
        if (scoring.isBad(outcome) && scoring.isTooMuch(calls, cost)) {
            if (step == 0) {
                return false;
            }
            begin(step - 1, now);
        }
        return true;
    }

    double share() {
        return (double) shares[step] / WHOLE;
    }
}
