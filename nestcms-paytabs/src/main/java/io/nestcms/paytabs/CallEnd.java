package io.nestcms.paytabs;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one call ended: for the caller and for the circuit breaker.
 *
 * @param outcome one of the outcomes
 * @param health what it tells of the gateway
 * @param trace what to quote to PayTabs' support, or {@code null}
 */
record CallEnd<T>(
        PayTabsOutcome<T> outcome, Health health, @Nullable String trace) {
    private CallEnd(PayTabsOutcome<T> outcome, Health health) {
        this(outcome, health, null);
    }

    CallEnd<T> withTrace(@Nullable String found) {
        return found == null ? this : new CallEnd<>(outcome, health, found);
    }

    static <T> CallEnd<T> accepted(T value) {
        return new CallEnd<>(new PayTabsOutcome.Accepted<>(value), Health.HEALTHY);
    }

    static <T> CallEnd<T> rejected(PayTabsError error) {
        return new CallEnd<>(new PayTabsOutcome.Rejected<>(error), Health.HEALTHY);
    }

    static <T> CallEnd<T> misconfigured(PayTabsOutcome.Misconfigured.Setting setting, PayTabsError error) {
        return new CallEnd<>(new PayTabsOutcome.Misconfigured<>(setting, error), Health.HEALTHY);
    }

    static <T> CallEnd<T> notSent(PayTabsOutcome.NotSent.Cause cause, @Nullable Duration retryAfter, Health health) {
        return new CallEnd<>(new PayTabsOutcome.NotSent<>(cause, retryAfter), health);
    }

    static <T> CallEnd<T> indeterminate(String detail, Health health) {
        return new CallEnd<>(new PayTabsOutcome.Indeterminate<>(detail), health);
    }

    /** The outcome as meters name it. */
    String label() {
        return outcome.fold(
                accepted -> "accepted",
                rejected -> "rejected",
                misconfigured -> "misconfigured",
                notSent -> "not_sent",
                indeterminate -> "indeterminate");
    }
}
