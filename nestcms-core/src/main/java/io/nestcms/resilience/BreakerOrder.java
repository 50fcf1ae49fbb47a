package io.nestcms.resilience;

import java.time.Instant;
import java.util.Objects;

/**
 * A person's order to the breakers of one name on all nodes.
 *
 * @param breaker the breakers' name
 * @param command what they are to do
 * @param by who gave the order, for the record
 * @param at when it was given
 * @param number counts the orders to this name, from 1; a node carries each out once
 * @since 0.1
 */
public record BreakerOrder(String breaker, Command command, String by, Instant at, long number) {
    /**
     * Checks that nothing is missing.
     *
     * @param breaker the breakers' name
     * @param command what they are to do
     * @param by who gave the order
     * @param at when it was given
     * @param number counts the orders to this name
     */
    public BreakerOrder {
        Objects.requireNonNull(breaker, "breaker");
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(by, "by");
        Objects.requireNonNull(at, "at");
    }

    /** What breakers can be ordered to do. */
    public enum Command {
        /** Reject all calls. Stands until another order. */
        FORCE_OPEN,
        /** Close with an empty window and work as always. */
        CLOSE,
        /** Let all calls through and watch nothing. Stands until another order. */
        DISABLE,
        /** Let all calls through and watch them. Stands until another order. */
        METRICS_ONLY
    }

    /**
     * Whether this came after another order to the same name. The numbers tell, unless what the nodes share was lost and they
     * began anew: then the time does.
     */
    boolean isNewerThan(BreakerOrder other) {
        return number > other.number || at.isAfter(other.at);
    }

    /** Carries the order out; not a closing order that is older than the state it would end. */
    void carryOut(CircuitBreaker on) {
        switch (command) {
            case FORCE_OPEN -> on.forceOpen();
            case DISABLE -> on.disable();
            case METRICS_ONLY -> on.metricsOnly();
            case CLOSE -> {
                if (!at.isBefore(on.snapshot().since())) {
                    on.forceClosed();
                }
            }
        }
    }
}
