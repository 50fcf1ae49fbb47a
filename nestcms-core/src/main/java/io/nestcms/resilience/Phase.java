package io.nestcms.resilience;

import org.jspecify.annotations.Nullable;

/**
 * What a breaker is at a time: its state with everything that belongs to it. Replaced as a whole. Results are counted
 * only when they belong to the generation of the present phase; a change of settings keeps the generation.
 */
final class Phase extends Admission {
    final long generation;
    final BreakerState state;
    final BreakerSettings settings;
    final Scoring scoring;
    /** When the breaker came to this state. */
    final long since;
    /** Watched outcomes; only when closed or metrics-only. */
    final @Nullable Window window;
    /** Only when half-open. */
    final @Nullable Trials trials;
    /** Only when recovering. */
    final @Nullable Ramp ramp;
    /** Only when open. */
    final long openUntil;
    /** What opened it; only when open, and not always then. */
    final @Nullable FailureClass cause;

    final boolean admitsAll;
    /** Whether the beginning of a call is of interest. */
    final boolean timesCalls;
    /** Whether the time at which a call ends is of interest. */
    final boolean timesResults;

    private Phase(
            Phase.Draft draft,
            @Nullable Window window,
            @Nullable Trials trials,
            @Nullable Ramp ramp,
            long openUntil,
            @Nullable FailureClass cause) {
        this.generation = draft.generation;
        this.state = draft.state;
        this.settings = draft.settings;
        this.scoring = new Scoring(draft.settings, Window.minimumCalls(draft.settings));
        this.since = draft.since;
        this.window = window;
        this.trials = trials;
        this.ramp = ramp;
        this.openUntil = openUntil;
        this.cause = cause;
        this.admitsAll =
                state == BreakerState.CLOSED || state == BreakerState.DISABLED || state == BreakerState.METRICS_ONLY;
        this.timesCalls = state != BreakerState.DISABLED && scoring.watchesSlow;
        this.timesResults = timesCalls || (window != null && window.isTimed());
    }

    /** What every phase has. */
    private record Draft(long generation, BreakerState state, BreakerSettings settings, long since) {}

    /** A phase that lets all calls through and watches them. */
    static Phase watching(long generation, BreakerState state, BreakerSettings settings, long now) {
        Scoring scoring = new Scoring(settings, Window.minimumCalls(settings));
        return new Phase(
                new Draft(generation, state, settings, now), Window.of(settings, scoring, now), null, null, 0, null);
    }

    /** A phase that needs nothing more: disabled or forced open. */
    static Phase plain(long generation, BreakerState state, BreakerSettings settings, long now) {
        return new Phase(new Draft(generation, state, settings, now), null, null, null, 0, null);
    }

    static Phase open(long generation, BreakerSettings settings, long now, long until, @Nullable FailureClass cause) {
        return new Phase(new Draft(generation, BreakerState.OPEN, settings, now), null, null, null, until, cause);
    }

    static Phase halfOpen(long generation, BreakerSettings settings, long now) {
        return new Phase(
                new Draft(generation, BreakerState.HALF_OPEN, settings, now),
                null,
                new Trials(settings),
                null,
                0,
                null);
    }

    static Phase recovering(long generation, BreakerSettings settings, long now) {
        return new Phase(
                new Draft(generation, BreakerState.RECOVERING, settings, now),
                null,
                null,
                new Ramp(settings, now),
                0,
                null);
    }

    /** The same phase under other settings; the outcomes in the window are kept as far as the new window holds them. */
    Phase under(BreakerSettings changed, long now) {
        Draft draft = new Draft(generation, state, changed, since);
        if (window == null) {
            return new Phase(draft, null, trials, ramp, openUntil, cause);
        }
        Scoring changedScoring = new Scoring(changed, Window.minimumCalls(changed));
        long begin = window instanceof TimeWindow timed ? timed.begin() : now;
        Window kept = Window.of(changed, changedScoring, begin);
        window.forEach(kept::restore, now);
        return new Phase(draft, kept, null, null, 0, null);
    }

    /** Whether time alone may end it, without a call. An open time that is over is ended by the next call. */
    boolean isMovedByTime() {
        return trials != null || ramp != null;
    }

    @Override
    Phase phase() {
        return this;
    }
}
