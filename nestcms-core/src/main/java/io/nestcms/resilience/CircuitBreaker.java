package io.nestcms.resilience;

import dev.failsafe.CircuitBreaker.State;
import io.nestcms.resilience.CircuitEvent.CircuitClosed;
import io.nestcms.resilience.CircuitEvent.CircuitHalfOpened;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Stops calling a dependency that fails, and finds out carefully when it works again. Made by
 * {@link CircuitBreakers#create}.
 *
 * <pre>{@code
 * Permit permit = breaker.tryAcquire();
 * if (permit.isRejected()) {
 *     return fallback();
 * }
 * try {
 *     Answer answer = client.call();
 *     permit.success();
 *     return answer;
 * } catch (SocketTimeoutException e) {
 *     permit.failure(FailureClass.TIMEOUT);
 *     throw e;
 * }
 * }</pre>
 *
 * <p>While it is closed, letting a call through and recording its success takes no lock and makes no object; neither does
 * a rejection. No lock is ever held while code of the user runs.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class CircuitBreaker {
    private final String name;
    private final LongSupplier ticker;
    private final Clock clock;
    private final RandomGenerator random;
    private final Outage outage;
    private final ReentrantLock moving = new ReentrantLock();
    /** Failsafe's breaker holds the coarse state and tells of its changes; our phases drive it. */
    private final dev.failsafe.CircuitBreaker<Object> engine;

    private volatile Phase phase;
    private volatile Totals totals = new Totals();

    /** The following are guarded by the lock. */
    private long generations;

    private int openingsInARow;
    private boolean inOutage;
    private @Nullable Long retryAfterUntil;

    CircuitBreaker(
            String name,
            BreakerSettings settings,
            LongSupplier ticker,
            Clock clock,
            RandomGenerator random,
            Outage outage) {
        this.name = name;
        this.ticker = ticker;
        this.clock = clock;
        this.random = random;
        this.outage = outage;
        this.engine = dev.failsafe.CircuitBreaker.builder()
                .withDelay(Duration.ofNanos(Nanos.NEVER))
                .onOpen(change -> tellOpened())
                .onHalfOpen(change -> outage.add(new CircuitHalfOpened(dependency(), name, clock.instant())))
                .onClose(change -> outage.add(new CircuitClosed(dependency(), name, clock.instant())))
                .build();
        this.phase = Phase.watching(0, BreakerState.CLOSED, settings, ticker.getAsLong());
    }

    /**
     * The breaker's name.
     *
     * @return unique in its {@link CircuitBreakers}
     */
    public String name() {
        return name;
    }

    /**
     * The dependency that the breaker guards.
     *
     * @return the breaker's name unless the settings name another
     */
    public String dependency() {
        return phase.settings.dependency().orElse(name);
    }

    /**
     * The settings in force.
     *
     * @return immutable settings
     */
    public BreakerSettings settings() {
        return phase.settings;
    }

    /**
     * Asks for leave to make one call. Never waits.
     *
     * @return the permit; look at {@link Permit#isRejected()} before the call, and report its end on the permit
     */
    public Permit tryAcquire() {
        Phase seen = phase;
        Admission admission = seen.admitsAll ? seen : admit(seen);
        // one place of allocation, so that the compiler can do without the object
        return new Permit(this, admission, seen.timesCalls ? ticker.getAsLong() : 0);
    }

    /**
     * Whether a call would be let through now. A hint: it may be out of date when the call is made. A caller who is told
     * to wait has been rejected, so far as {@link CircuitEvent.ServiceUnavailable} is concerned.
     *
     * @return empty when calls are let through, else how long to wait before the next try; more than 0
     */
    public Optional<Duration> retryAfter() {
        Phase seen = phase;
        if (seen.admitsAll) {
            return Optional.empty();
        }
        long now = ticker.getAsLong();
        takeBackLeaked(seen, now);
        Duration wait = waitingTime(phase, now);
        if (wait.isZero()) {
            return Optional.empty();
        }
        outage.rejected(wait);
        return Optional.of(wait);
    }

    /**
     * Makes a call when it is let through. Exceptions are judged by {@link Classifier#byException()}.
     *
     * @param <T> what the call returns
     * @param <X> what it may throw
     * @param call the call
     * @return its answer
     * @throws X if the call fails
     * @throws CircuitOpenException if the call was rejected
     */
    public <T extends @Nullable Object, X extends Exception> T call(GuardedCall<? extends T, X> call) throws X {
        return call(call, Classifier.byException(), () -> {
            throw refusal();
        });
    }

    /**
     * Makes a call when it is let through, else runs the fallback. Exceptions are judged by
     * {@link Classifier#byException()}.
     *
     * @param <T> what the call returns
     * @param <X> what it may throw
     * @param call the call
     * @param fallback gives the answer when the call is rejected; not used when the call fails
     * @return the answer of the one or the other
     * @throws X if the call fails
     */
    public <T extends @Nullable Object, X extends Exception> T call(
            GuardedCall<? extends T, X> call, Supplier<? extends T> fallback) throws X {
        return call(call, Classifier.byException(), fallback);
    }

    /**
     * Makes a call when it is let through, else runs the fallback.
     *
     * @param <T> what the call returns
     * @param <X> what it may throw
     * @param call the call
     * @param classifier judges its end
     * @param fallback gives the answer when the call is rejected; not used when the call fails
     * @return the answer of the one or the other
     * @throws X if the call fails
     */
    public <T extends @Nullable Object, X extends Exception> T call(
            GuardedCall<? extends T, X> call, Classifier<? super T> classifier, Supplier<? extends T> fallback)
            throws X {
        Phase seen = phase;
        Admission admission = seen.admitsAll ? seen : admit(seen);
        if (admission == null) {
            return fallback.get();
        }
        long begun = seen.timesCalls ? ticker.getAsLong() : 0;
        Verdict verdict = Verdict.ignored();
        try {
            T result = call.run();
            verdict = classifier.ofResult(result);
            return result;
        } catch (Throwable failure) {
            verdict = classifier.ofException(failure);
            throw failure;
        } finally {
            settle(admission, begun, verdict.outcome(), verdict.retryAfterNanos());
        }
    }

    /**
     * Makes an asynchronous call when it is let through. Exceptions are judged by {@link Classifier#byException()}.
     *
     * @param <T> what the call gives
     * @param call starts the call
     * @return completes like the call, after its end was recorded, or with {@link CircuitOpenException} when it was rejected
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> call) {
        return callAsync(call, Classifier.byException(), () -> CompletableFuture.failedStage(refusal()));
    }

    /**
     * Makes an asynchronous call when it is let through, else runs the fallback.
     *
     * @param <T> what the call gives
     * @param call starts the call
     * @param classifier judges its end
     * @param fallback gives the answer when the call is rejected; not used when the call fails
     * @return completes like the one or the other, after the end of the call was recorded; a call that throws instead of
     *     returning a stage gives a stage that failed
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Supplier<? extends CompletionStage<T>> call,
            Classifier<? super T> classifier,
            Supplier<? extends CompletionStage<T>> fallback) {
        Permit permit = tryAcquire();
        if (permit.isRejected()) {
            return fallback.get();
        }
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(call.get(), "call returned no stage");
        } catch (RuntimeException | Error failure) {
            settleFailed(permit, classifier, failure);
            return CompletableFuture.failedStage(failure);
        }
        return stage.whenComplete((result, failure) -> {
            if (failure != null) {
                settleFailed(permit, classifier, failure);
                return;
            }
            Verdict verdict = Verdict.ignored();
            try {
                verdict = classifier.ofResult(result);
            } finally {
                permit.settle(verdict);
            }
        });
    }

    private static void settleFailed(Permit permit, Classifier<?> classifier, Throwable failure) {
        boolean wrapped = failure instanceof CompletionException || failure instanceof ExecutionException;
        Throwable cause = failure.getCause();
        Verdict verdict = Verdict.ignored();
        try {
            verdict = classifier.ofException(wrapped && cause != null ? cause : failure);
        } finally {
            permit.settle(verdict);
        }
    }

    /**
     * What the breaker does with calls now. An open breaker whose time is over stays open until the next call comes.
     *
     * @return the state
     */
    public BreakerState state() {
        Phase seen = phase;
        if (seen.trials != null) {
            takeBackLeaked(seen, ticker.getAsLong());
        }
        return phase.state;
    }

    /** Rejects all calls until {@link #forceClosed()}, {@link #reset()} or another of these. Repeatable. */
    public void forceOpen() {
        moveByHand(BreakerState.FORCED_OPEN);
    }

    /** Closes the breaker with an empty window; from then on it judges the calls as always. Repeatable. */
    public void forceClosed() {
        moveByHand(BreakerState.CLOSED);
    }

    /** Lets all calls through and watches nothing until {@link #forceClosed()} or another of these. Repeatable. */
    public void disable() {
        moveByHand(BreakerState.DISABLED);
    }

    /** Lets all calls through and watches them without ever opening, until another of these. Repeatable. */
    public void metricsOnly() {
        moveByHand(BreakerState.METRICS_ONLY);
    }

    /** Closes the breaker with an empty window and forgets all it has counted. Repeatable. */
    public void reset() {
        moveByHand(BreakerState.CLOSED);
        totals = new Totals();
    }

    private void moveByHand(BreakerState target) {
        moving.lock();
        try {
            long now = ticker.getAsLong();
            BreakerSettings settings = phase.settings;
            long generation = ++generations;
            move(
                    target == BreakerState.CLOSED || target == BreakerState.METRICS_ONLY
                            ? Phase.watching(generation, target, settings, now)
                            : Phase.plain(generation, target, settings, now),
                    now);
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    /**
     * Puts other settings in force. State, window, open time and outage are kept: a window is kept as far as the new one
     * holds it, an open breaker stays open as long as it was going to, and trial calls and ramp go on as they began. The
     * dependency's name cannot change.
     *
     * @param settings the new settings
     * @throws io.nestcms.failure.InvalidInputException if they name another dependency
     */
    public void change(BreakerSettings settings) {
        moving.lock();
        try {
            Check.same("dependency", settings.dependency().orElse(name), dependency());
            Phase before = phase;
            if (before.window != null) {
                totals.calls += before.window.recorded();
            }
            phase = before.under(settings, ticker.getAsLong());
        } finally {
            moving.unlock();
        }
    }

    /**
     * The breaker at this moment.
     *
     * @return an immutable snapshot
     */
    public BreakerSnapshot snapshot() {
        moving.lock();
        try {
            long now = ticker.getAsLong();
            expire(phase, now);
            return snapshot(phase, totals, now, clock.instant());
        } finally {
            moving.unlock();
            outage.tell();
        }
    }

    private BreakerSnapshot snapshot(Phase seen, Totals counted, long now, Instant at) {
        long[] counts = seen.window == null ? new long[Outcomes.COUNT] : seen.window.counts(now);
        long calls = 0;
        long failures = 0;
        long slow = 0;
        for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
            calls += counts[outcome];
            failures += Outcomes.isFailure(outcome) ? counts[outcome] : 0;
            slow += Outcomes.isSlow(outcome) ? counts[outcome] : 0;
        }
        double share = seen.admitsAll ? 1 : 0;
        if (seen.trials != null) {
            calls = seen.trials.counted();
            failures = seen.trials.failed();
        } else if (seen.ramp != null) {
            share = seen.ramp.share();
        }
        FailureClass lastFailure = counted.lastFailure();
        return new BreakerSnapshot(
                name,
                dependency(),
                seen.state,
                calls,
                failures,
                slow,
                seen.scoring.score(counts),
                share,
                waitingTime(seen, now),
                counted.calls + (seen.window == null ? 0 : seen.window.recorded()),
                counted.failures(),
                counted.slow(),
                counted.rejected.sum(),
                counted.ignored.sum(),
                counted.late.sum(),
                counted.leaked,
                counted.opened,
                lastFailure,
                lastFailure == null ? null : at.minusNanos(now - counted.lastAt()),
                at.minusNanos(now - seen.since),
                at);
    }

    /** Admits a call in a phase that does not admit all; {@code null} when it is rejected. */
    private @Nullable Admission admit(Phase seen) {
        long now = ticker.getAsLong();
        if (seen.state == BreakerState.OPEN && now - seen.openUntil < 0) {
            return reject(seen, now);
        }
        if (seen.state == BreakerState.FORCED_OPEN) {
            return reject(seen, now);
        }
        Admission admission;
        Phase present;
        moving.lock();
        try {
            expire(phase, now);
            if (phase.state == BreakerState.OPEN && now - phase.openUntil >= 0) {
                move(Phase.halfOpen(++generations, phase.settings, now), now);
            }
            present = phase;
            admission = place(now);
        } finally {
            moving.unlock();
        }
        outage.tell();
        return admission == null ? reject(present, now) : admission;
    }

    private @Nullable Admission place(long now) {
        Phase present = phase;
        if (present.admitsAll) {
            return present;
        }
        if (present.trials != null) {
            return present.trials.take(present, now);
        }
        if (present.ramp != null) {
            present.ramp.climb(now);
            if (present.ramp.isClimbed()) {
                close(now);
                return phase;
            }
            return present.ramp.letsThrough() ? present : null;
        }
        return null;
    }

    private @Nullable Admission reject(Phase seen, long now) {
        totals.rejected.increment();
        if (!outage.isAnnounced()) {
            outage.rejected(waitingTime(seen, now));
        }
        return null;
    }

    /** Records the end of a call. */
    void settle(Admission admission, long begun, int outcome, long retryAfterNanos) {
        Phase issued = admission.phase();
        Phase present = phase;
        if (present.generation != issued.generation) {
            totals.late.increment();
            return;
        }
        if (outcome == Outcomes.NONE || present.window == null || retryAfterNanos > 0) {
            settleSlowly(admission, begun, outcome, retryAfterNanos);
            return;
        }
        long now = present.timesResults ? ticker.getAsLong() : 0;
        int timed = present.timesCalls && issued.timesCalls ? present.scoring.timed(outcome, now - begun) : outcome;
        if (timed != Outcomes.SUCCESS) {
            totals.add(timed, present.timesResults ? now : ticker.getAsLong());
        }
        if (present.window.record(timed, now) && present.state == BreakerState.CLOSED) {
            open(present, timed);
        }
    }

    private void settleSlowly(Admission admission, long begun, int outcome, long retryAfterNanos) {
        moving.lock();
        try {
            Phase present = phase;
            if (present.generation != admission.phase().generation) {
                totals.late.increment();
                return;
            }
            long now = ticker.getAsLong();
            if (retryAfterNanos > 0) {
                noteRetryAfter(now + Math.min(retryAfterNanos, Nanos.of(present.settings.longestRetryAfter())));
            }
            boolean timeable = present.timesCalls && admission.phase().timesCalls && outcome != Outcomes.NONE;
            count(admission, timeable ? present.scoring.timed(outcome, now - begun) : outcome, now);
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    private void count(Admission admission, int outcome, long now) {
        Phase present = phase;
        if (admission instanceof Trial trial && (present.trials == null || !present.trials.giveBack(trial))) {
            totals.late.increment();
            return;
        }
        if (outcome == Outcomes.NONE) {
            totals.ignored.increment();
            return;
        }
        if (present.state == BreakerState.DISABLED) {
            return;
        }
        if (outcome != Outcomes.SUCCESS) {
            totals.add(outcome, now);
        }
        if (present.window != null) {
            if (present.window.record(outcome, now) && present.state == BreakerState.CLOSED) {
                open(now, classOf(outcome));
            }
            return;
        }
        totals.calls++;
        if (present.trials != null) {
            // what has no weight says nothing, so the trial goes to another call
            if (outcome == Outcomes.SUCCESS || present.scoring.isBad(outcome)) {
                present.trials.count(outcome == Outcomes.SUCCESS);
            }
            decide(present.trials, present.settings, now, classOf(outcome));
        } else if (present.ramp != null) {
            if (!present.ramp.count(outcome, now)) {
                open(now, classOf(outcome));
            }
        }
    }

    private void decide(Trials trials, BreakerSettings settings, long now, @Nullable FailureClass cause) {
        if (trials.isFailed()) {
            open(now, cause);
        } else if (trials.isPassed()) {
            if (settings.rampShares().isEmpty()) {
                close(now);
            } else {
                move(Phase.recovering(++generations, settings, now), now);
            }
        }
    }

    private void takeBackLeaked(Phase seen, long now) {
        if (seen.trials == null) {
            return;
        }
        moving.lock();
        try {
            expire(phase, now);
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    /** Counts trial calls whose time is over as failed. */
    private void expire(Phase present, long now) {
        if (present.trials == null) {
            return;
        }
        int leaked = present.trials.takeBackLeaked(now);
        if (leaked > 0) {
            totals.leaked += leaked;
            decide(present.trials, present.settings, now, FailureClass.TIMEOUT);
        }
    }

    private void noteRetryAfter(long until) {
        if (retryAfterUntil == null || until - retryAfterUntil > 0) {
            retryAfterUntil = until;
        }
    }

    private void open(Phase seen, int outcome) {
        moving.lock();
        try {
            if (phase.generation == seen.generation && phase.state == BreakerState.CLOSED) {
                open(ticker.getAsLong(), classOf(outcome));
            }
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    private void open(long now, @Nullable FailureClass cause) {
        BreakerSettings settings = phase.settings;
        long until = now + openTime(settings, cause);
        if (retryAfterUntil != null && retryAfterUntil - until > 0) {
            until = retryAfterUntil;
        }
        openingsInARow++;
        move(Phase.open(++generations, settings, now, until, cause), now);
    }

    /** The open time with back-off and jitter. Jitter only ever adds, so that nobody comes back early. */
    private long openTime(BreakerSettings settings, @Nullable FailureClass cause) {
        double first = Nanos.of(settings.openFor(cause));
        double longest = Math.max(first, (double) Nanos.of(settings.longestOpen()));
        double lengthened = Math.min(longest, first * Math.pow(settings.backOff(), openingsInARow));
        return (long) (lengthened * (1 + settings.jitter() * random.nextDouble()));
    }

    private void close(long now) {
        move(Phase.watching(++generations, BreakerState.CLOSED, phase.settings, now), now);
    }

    /** The one place where the state changes. */
    private void move(Phase next, long now) {
        Phase before = phase;
        if (before.window != null) {
            totals.calls += before.window.recorded();
        }
        phase = next;
        boolean opens = next.state == BreakerState.OPEN || next.state == BreakerState.FORCED_OPEN;
        if (opens) {
            totals.opened++;
            if (!inOutage) {
                inOutage = true;
                outage.opened(now);
            }
            engine.open();
        } else if (next.admitsAll) {
            openingsInARow = 0;
            retryAfterUntil = null;
            engine.close();
            if (inOutage) {
                inOutage = false;
                outage.closed(now);
            }
        } else if (engine.getState() != State.HALF_OPEN) {
            engine.halfOpen();
        }
    }

    private void tellOpened() {
        Phase open = phase;
        outage.add(new CircuitOpened(
                dependency(),
                name,
                clock.instant(),
                open.state == BreakerState.OPEN ? Duration.ofNanos(open.openUntil - open.since) : null,
                open.cause));
    }

    /** How long calls are going to be rejected; 0 when they are not. */
    private Duration waitingTime(Phase seen, long now) {
        if (seen.state == BreakerState.OPEN) {
            return Nanos.left(seen.openUntil, now);
        }
        if (seen.state == BreakerState.FORCED_OPEN) {
            return seen.settings.openFor(null);
        }
        if (seen.trials == null) {
            return Duration.ZERO;
        }
        moving.lock();
        try {
            return seen.trials.hasPlace() ? Duration.ZERO : Duration.ofNanos(seen.trials.untilPlace(now));
        } finally {
            moving.unlock();
        }
    }

    private static @Nullable FailureClass classOf(int outcome) {
        return Outcomes.isFailure(outcome) ? Outcomes.failureClass(outcome) : null;
    }

    private CircuitOpenException refusal() {
        Phase seen = phase;
        return new CircuitOpenException(name, waitingTime(seen, ticker.getAsLong()));
    }

    @Override
    public String toString() {
        return "CircuitBreaker " + name + " " + phase.state;
    }
}
