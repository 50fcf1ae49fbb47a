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
record Verdict<T>(
        GatewayOutcome<T> outcome, Health health, @Nullable String trace) {
    private Verdict(GatewayOutcome<T> outcome, Health health) {
        this(outcome, health, null);
    }

    Verdict<T> withTrace(@Nullable String found) {
        return found == null ? this : new Verdict<>(outcome, health, found);
    }

    static <T> Verdict<T> accepted(T value) {
        return new Verdict<>(new GatewayOutcome.Accepted<>(value), Health.HEALTHY);
    }

    static <T> Verdict<T> rejected(Rejection rejection) {
        return new Verdict<>(new GatewayOutcome.Rejected<>(rejection), Health.HEALTHY);
    }

    static <T> Verdict<T> notSent(GatewayOutcome.NotSent.Cause cause, @Nullable Duration retryAfter, Health health) {
        return new Verdict<>(new GatewayOutcome.NotSent<>(cause, retryAfter), health);
    }

    static <T> Verdict<T> indeterminate(String detail, Health health) {
        return new Verdict<>(new GatewayOutcome.Indeterminate<>(detail), health);
    }
}
