package io.nestcms.resilience;

/**
 * The recent outcomes. Safe for use by many threads without a lock on the way of a success; exact when no call is being
 * recorded at the moment.
 */
abstract sealed class Window permits CountWindow, TimeWindow {
    static Window of(BreakerSettings settings, Scoring scoring, long now) {
        return settings.timeWindow().isPresent()
                ? new TimeWindow(Nanos.of(settings.timeWindow().get()), scoring, now)
                : new CountWindow(settings.countWindow(), scoring);
    }

    /** The number of calls that are judged at the earliest: never more than a count window holds. */
    static int minimumCalls(BreakerSettings settings) {
        return settings.timeWindow().isPresent()
                ? settings.minimumCalls()
                : Math.min(settings.minimumCalls(), settings.countWindow());
    }

    /** Whether outcomes are recorded with the time. */
    abstract boolean isTimed();

    /** Records an outcome and tells whether the outcomes are now too bad. */
    abstract boolean record(int outcome, long now);

    /** How many outcomes there are of each kind. */
    abstract long[] counts(long now);

    /** Puts outcomes in that were recorded before. */
    abstract void restore(int outcome, long times, long at);

    /** Shows all outcomes, oldest first. */
    abstract void forEach(Visitor visitor, long now);

    /** Sees outcomes. */
    @FunctionalInterface
    interface Visitor {
        /** Sees so many equal outcomes of about one time. */
        void visit(int outcome, long times, long at);
    }
}
