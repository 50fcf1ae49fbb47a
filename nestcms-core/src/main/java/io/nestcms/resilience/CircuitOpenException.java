package io.nestcms.resilience;

import io.nestcms.failure.NestCmsException;
import java.time.Duration;

/**
 * A circuit breaker rejected a call for which no fallback was given; nothing was sent. Has no stack trace: under an
 * outage it may be thrown very often.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class CircuitOpenException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /** The breaker's name. */
    private final String breaker;
    /** How long calls are going to be rejected. */
    private final Duration retryAfter;

    CircuitOpenException(String breaker, Duration retryAfter) {
        super("circuit " + breaker + " is open: call again in " + retryAfter);
        this.breaker = breaker;
        this.retryAfter = retryAfter;
    }

    /**
     * The breaker that rejected the call.
     *
     * @return its name
     */
    public String breaker() {
        return breaker;
    }

    /**
     * How long calls are going to be rejected.
     *
     * @return the time that was left when the call was rejected; more than 0
     */
    public Duration retryAfter() {
        return retryAfter;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
