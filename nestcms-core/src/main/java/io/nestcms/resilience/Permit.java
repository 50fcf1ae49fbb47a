package io.nestcms.resilience;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The leave to make one call, or its refusal as a value. Whoever made the call reports how it ended, once; further reports
 * do nothing, and neither does a report on a refused permit. A permit belongs to the breaker as it was when it was given:
 * a report that comes after the breaker has opened or closed changes nothing.
 *
 * <p>May be handed from thread to thread, but is not to be used by two at a time.
 *
 * @since 0.1
 */
public final class Permit {
    private final Circuit circuit;
    private final @Nullable Admission admission;
    private final long begun;
    private boolean settled;

    Permit(Circuit circuit, @Nullable Admission admission, long begun) {
        this.circuit = circuit;
        this.admission = admission;
        this.begun = begun;
    }

    /**
     * Whether the call must not be made.
     *
     * @return {@code true} when the breaker rejected it
     */
    public boolean isRejected() {
        return admission == null;
    }

    /**
     * How long a caller whose call was rejected is to wait before the next try.
     *
     * @return more than 0, as the breaker knows it now; 0 when the call was not rejected
     */
    public Duration retryAfter() {
        return admission == null ? circuit.waitAfterRejection() : Duration.ZERO;
    }

    /** Reports that the dependency works, be its answer a yes or a no. */
    public void success() {
        settle(Outcomes.SUCCESS, 0);
    }

    /**
     * Reports a failure.
     *
     * @param failureClass how the dependency failed
     */
    public void failure(FailureClass failureClass) {
        settle(Outcomes.of(failureClass), 0);
    }

    /**
     * Reports a failure of a dependency that said when to come back. When the breaker opens, it stays open at least that
     * long.
     *
     * @param failureClass how the dependency failed
     * @param retryAfter how long it asked to be left alone; a negative duration counts as 0
     */
    public void failure(FailureClass failureClass, Duration retryAfter) {
        settle(Outcomes.of(failureClass), Math.max(0, Nanos.of(Objects.requireNonNull(retryAfter, "retryAfter"))));
    }

    /** Reports that the call says nothing about the dependency, for example because it was never made. */
    public void ignore() {
        settle(Outcomes.NONE, 0);
    }

    /**
     * Reports a verdict.
     *
     * @param verdict what the end of the call says about the dependency
     */
    public void settle(Verdict verdict) {
        settle(verdict.outcome(), verdict.retryAfterNanos());
    }

    private void settle(int outcome, long retryAfterNanos) {
        Admission given = admission;
        if (given != null && !settled) {
            settled = true;
            circuit.settle(given, begun, outcome, retryAfterNanos);
        }
    }
}
