package io.nestcms.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
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
    private final Circuit circuit;

    CircuitBreaker(String name, Circuit circuit) {
        this.name = name;
        this.circuit = circuit;
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
        return circuit.dependency();
    }

    /**
     * The settings in force.
     *
     * @return immutable settings
     */
    public BreakerSettings settings() {
        return circuit.settings();
    }

    /**
     * Asks for leave to make one call. Never waits.
     *
     * @return the permit; look at {@link Permit#isRejected()} before the call, and report its end on the permit
     */
    public Permit tryAcquire() {
        return circuit.tryAcquire();
    }

    /**
     * Whether a call would be let through now. A hint: it may be out of date when the call is made. A caller who is told
     * to wait has been rejected, so far as {@link CircuitEvent.ServiceUnavailable} is concerned.
     *
     * @return empty when calls are let through, else how long to wait before the next try; more than 0
     */
    public Optional<Duration> retryAfter() {
        Duration wait = circuit.retryAfter();
        return wait.isZero() ? Optional.empty() : Optional.of(wait);
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
        Admission admission = circuit.admit();
        if (admission == null) {
            return fallback.get();
        }
        long begun = circuit.begin(admission);
        Verdict verdict = Verdict.ignored();
        try {
            T result = call.run();
            verdict = classifier.ofResult(result);
            return result;
        } catch (Throwable failure) {
            verdict = classifier.ofException(failure);
            throw failure;
        } finally {
            circuit.settle(admission, begun, verdict.outcome(), verdict.retryAfterNanos());
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
        return circuit.state();
    }

    /** Rejects all calls until {@link #forceClosed()}, {@link #reset()} or another of these. Repeatable. */
    public void forceOpen() {
        circuit.moveByHand(BreakerState.FORCED_OPEN);
    }

    /** Closes the breaker with an empty window; from then on it judges the calls as always. Repeatable. */
    public void forceClosed() {
        circuit.moveByHand(BreakerState.CLOSED);
    }

    /** Lets all calls through and watches nothing until {@link #forceClosed()} or another of these. Repeatable. */
    public void disable() {
        circuit.moveByHand(BreakerState.DISABLED);
    }

    /** Lets all calls through and watches them without ever opening, until another of these. Repeatable. */
    public void metricsOnly() {
        circuit.moveByHand(BreakerState.METRICS_ONLY);
    }

    /** Closes the breaker with an empty window and forgets all it has counted. Repeatable. */
    public void reset() {
        circuit.reset();
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
        circuit.change(settings);
    }

    /**
     * The breaker at this moment.
     *
     * @return an immutable snapshot
     */
    public BreakerSnapshot snapshot() {
        return circuit.snapshot();
    }

    /** How long calls are going to be rejected; 0 when they are not. Announces nothing. */
    Duration waitingTime() {
        return circuit.waitingTime();
    }

    private CircuitOpenException refusal() {
        return new CircuitOpenException(name, circuit.waitingTime());
    }

    @Override
    public String toString() {
        return circuit.toString();
    }
}
