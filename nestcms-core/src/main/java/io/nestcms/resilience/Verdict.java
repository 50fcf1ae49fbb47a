package io.nestcms.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the end of a call says about the dependency: it works, it failed, or nothing.
 *
 * <p>Immutable and safe for use by many threads. The common verdicts are shared instances.
 *
 * @since 0.1
 */
@SuppressWarnings("EnumOrdinal") // as an index within one run; never stored
public final class Verdict {
    private static final Verdict SUCCESS = new Verdict(null, null, false, false);
    private static final Verdict IGNORED = new Verdict(null, null, true, false);
    private static final Verdict[] FAILURES = failures();

    private final @Nullable FailureClass failureClass;
    private final @Nullable Duration retryAfter;
    private final boolean ignored;
    private final boolean notSent;

    private Verdict(
            @Nullable FailureClass failureClass, @Nullable Duration retryAfter, boolean ignored, boolean notSent) {
        this.failureClass = failureClass;
        this.retryAfter = retryAfter;
        this.ignored = ignored;
        this.notSent = notSent;
    }

    private static Verdict[] failures() {
        FailureClass[] classes = FailureClass.values();
        Verdict[] failures = new Verdict[classes.length];
        for (FailureClass failureClass : classes) {
            failures[failureClass.ordinal()] = new Verdict(failureClass, null, false, false);
        }
        return failures;
    }

    /**
     * The dependency works. A declined payment is a success too.
     *
     * @return the shared verdict
     */
    public static Verdict success() {
        return SUCCESS;
    }

    /**
     * The end of the call says nothing about the dependency, for example because the caller gave up.
     *
     * @return the shared verdict
     */
    public static Verdict ignored() {
        return IGNORED;
    }

    /**
     * The dependency failed.
     *
     * @param failureClass how
     * @return the shared verdict of that class
     */
    public static Verdict failure(FailureClass failureClass) {
        return FAILURES[failureClass.ordinal()];
    }

    /**
     * The dependency failed and said when to come back.
     *
     * @param failureClass how
     * @param retryAfter how long it asked to be left alone; not negative
     * @return the verdict
     * @throws IllegalArgumentException if {@code retryAfter} is negative
     */
    public static Verdict failure(FailureClass failureClass, Duration retryAfter) {
        Objects.requireNonNull(failureClass, "failureClass");
        if (retryAfter.isNegative()) {
            throw new IllegalArgumentException("retryAfter is " + retryAfter + ": 0 or more is allowed");
        }
        return new Verdict(failureClass, retryAfter, false, false);
    }

    /**
     * The same verdict on a call that provably did nothing: it never left, or it was turned away unread. Only such a call
     * is ever made again by a {@link Protection}.
     *
     * @return the verdict
     */
    public Verdict notSent() {
        return new Verdict(failureClass, retryAfter, ignored, true);
    }

    /**
     * Whether the call provably did nothing.
     *
     * @return {@code false} unless {@link #notSent()} says so
     */
    public boolean isNotSent() {
        return notSent;
    }

    /**
     * How the dependency failed.
     *
     * @return empty when it did not, or when the verdict is to be ignored
     */
    public Optional<FailureClass> failureClass() {
        return Optional.ofNullable(failureClass);
    }

    /**
     * When to come back, as the dependency said.
     *
     * @return empty when it did not say
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Whether the end of the call says nothing about the dependency.
     *
     * @return {@code true} when it is not counted
     */
    public boolean isIgnored() {
        return ignored;
    }

    /** The outcome of the call as the window counts it, before the clock has spoken. */
    int outcome() {
        return ignored ? Outcomes.NONE : failureClass == null ? Outcomes.SUCCESS : Outcomes.of(failureClass);
    }

    /** In nanoseconds; 0 when there is none. */
    long retryAfterNanos() {
        return retryAfter == null ? 0 : Nanos.of(retryAfter);
    }

    @Override
    public String toString() {
        if (ignored) {
            return "ignored";
        }
        return failureClass == null
                ? "success"
                : retryAfter == null ? failureClass.name() : failureClass + " " + retryAfter;
    }
}
