package io.nestcms.resilience;

/**
 * What a circuit breaker does with calls.
 *
 * @since 0.1
 */
public enum BreakerState {
    /** Calls are let through and their results are watched. */
    CLOSED(true),
    /** Calls are rejected until the open time is over. */
    OPEN(false),
    /** A limited number of trial calls is let through; their results decide. */
    HALF_OPEN(false),
    /** The trial calls went well; a growing share of the calls is let through. */
    RECOVERING(true),
    /** Calls are rejected until somebody lifts it. */
    FORCED_OPEN(false),
    /** Calls are let through and nothing is watched. */
    DISABLED(true),
    /** Calls are let through and watched, and the breaker never opens. */
    METRICS_ONLY(true);

    private final boolean lettingThrough;

    BreakerState(boolean lettingThrough) {
        this.lettingThrough = lettingThrough;
    }

    /**
     * Whether ordinary calls, not trial calls only, are let through in this state.
     *
     * @return {@code true} for all calls or a share of them
     */
    public boolean isLettingThrough() {
        return lettingThrough;
    }
}
