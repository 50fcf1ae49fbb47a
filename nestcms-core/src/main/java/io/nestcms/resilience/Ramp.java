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
        // the first call of a step is let through: where few come, it is the only one
        credit = isClimbed() ? 0 : WHOLE - shares[step];
        calls = 0;
        cost = 0;
    }

    /** Goes on to the next step for each one that is over and went well, or had no call; a bad one begins again. */
    void climb(long now) {
        while (!isClimbed() && now - stepBegun >= stepNanos) {
            boolean bad = scoring.isTooMuch(Math.max(calls, scoring.minimumCalls()), cost) && cost > 0;
            begin(bad ? step : step + 1, stepBegun + stepNanos);
        }
    }

    /** When the step began; when the ramp was over, if it is. */
    long stepBegun() {
        return stepBegun;
    }

    /** How long until all calls are let through, if all goes well. */
    long left(long now) {
        return stepBegun + (shares.length - step) * stepNanos - now;
    }

    boolean isClimbed() {
        return step >= shares.length;
    }

    /** Whether the next call is let through; a caller who is told "no" will not make it, so it counts as one that was not. */
    boolean wouldLetThrough() {
        if (credit + shares[step] >= WHOLE) {
            return true;
        }
        credit += shares[step];
        return false;
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
