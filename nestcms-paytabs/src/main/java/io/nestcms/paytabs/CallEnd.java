package io.nestcms.paytabs;

import io.nestcms.payment.GatewayOutcome;
import io.nestcms.payment.Rejection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one call ended: for the caller and for the circuit breaker.
 *
 * @param outcome one of the four outcomes
 * @param health what it tells of the gateway
 * @param trace what to quote to PayTabs' support, or {@code null}
 */
record CallEnd<T>(
        GatewayOutcome<T> outcome, Health health, @Nullable String trace) {
    private CallEnd(GatewayOutcome<T> outcome, Health health) {
        this(outcome, health, null);
    }

    CallEnd<T> withTrace(@Nullable String found) {
        return found == null ? this : new CallEnd<>(outcome, health, found);
    }

    static <T> CallEnd<T> accepted(T value) {
        return new CallEnd<>(new GatewayOutcome.Accepted<>(value), Health.HEALTHY);
    }

    static <T> CallEnd<T> rejected(Rejection rejection) {
        return new CallEnd<>(new GatewayOutcome.Rejected<>(rejection), Health.HEALTHY);
    }

    static <T> CallEnd<T> notSent(GatewayOutcome.NotSent.Cause cause, @Nullable Duration retryAfter, Health health) {
        return new CallEnd<>(new GatewayOutcome.NotSent<>(cause, retryAfter), health);
    }

    static <T> CallEnd<T> indeterminate(String detail, Health health) {
        return new CallEnd<>(new GatewayOutcome.Indeterminate<>(detail), health);
    }
}
