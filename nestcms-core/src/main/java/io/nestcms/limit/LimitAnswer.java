package io.nestcms.limit;

import java.time.Duration;

/**
 * Whether a request is within its limit, and what an HTTP host tells of it: {@code RateLimit-Limit}, {@code -Remaining},
 * {@code -Reset} and {@code Retry-After}.
 *
 * @param isAllowed whether the request may be served
 * @param limit how many there may be
 * @param remaining how many more there may be now
 * @param reset until all may be asked for again
 * @param retryAfter until this one may be asked again; zero when it is allowed
 * @since 0.1
 */
public record LimitAnswer(boolean isAllowed, int limit, int remaining, Duration reset, Duration retryAfter) {
    /**
     * The answer of a limiter that keeps the time at which all will have come back.
     *
     * @param limit the limit
     * @param isAllowed whether it was let through
     * @param micros until all has come back, with this request if it was let through
     * @param retryMicros until it would be let through
     * @return the answer
     */
    public static LimitAnswer of(RequestLimit limit, boolean isAllowed, long micros, long retryMicros) {
        long period = limit.per().toNanos() / 1_000;
        long remaining = Math.max(0, period - micros) * limit.requests() / period;
        return new LimitAnswer(
                isAllowed,
                limit.requests(),
                (int) remaining,
                Duration.ofNanos(Math.max(0, micros) * 1_000),
                Duration.ofNanos(isAllowed ? 0 : Math.max(1, retryMicros) * 1_000));
    }
}
