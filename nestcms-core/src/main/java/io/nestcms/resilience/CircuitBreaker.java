package io.nestcms.resilience;

import dev.failsafe.Policy;
import dev.failsafe.PolicyConfig;
import dev.failsafe.spi.PolicyExecutor;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
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
 * <p>It is a {@link Policy} of Failsafe, to be composed with Failsafe's own and with others:
 *
 * <pre>{@code
 * Failsafe.with(fallback, retryPolicy, breaker, timeout).getStageAsync(client::call);
 * }</pre>
 *
 * <p>What a classifier throws costs nobody anything: the answer or the exception of the call stays what it was, with the
 * classifier's as a suppressed one, and the breaker counts neither.
 *
 * <p>While it is closed, letting a call through and recording its success takes no lock and makes no object; neither does
 * a rejection. No lock is ever held while code of the user runs.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class CircuitBreaker implements Policy<Object> {
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
        T result;
        try {
            result = call.run();
        } catch (Throwable failure) {
            Verdict verdict = Judge.ofException(classifier, failure);
            circuit.settle(admission, begun, verdict.outcome(), verdict.retryAfterNanos());
            throw failure;
        }
        Verdict verdict = Judge.ofResult(classifier, result);
        circuit.settle(admission, begun, verdict.outcome(), verdict.retryAfterNanos());
        return result;
    }

    /**
     * Makes an asynchronous call when it is let through. Exceptions are judged by {@link Classifier#byException()}.
     *
     * @param <T> what the call gives
     * @param call starts the call
     * @return completes like the call, after its end was recorded, or with {@link CircuitOpenException} when it was rejected
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> call) {
        return callAsync(call, Classifier.byException(), () -> CompletableFuture.failedFuture(refusal()));
    }

    /**
     * Makes an asynchronous call when it is let through, else runs the fallback.
     *
     * @param <T> what the call gives
     * @param call starts the call
     * @param classifier judges its end
     * @param fallback gives the answer when the call is rejected; not used when the call fails
     * @return completes like the one or the other, after the end of the call was recorded; a call or fallback that throws
     *     instead of returning a stage gives a stage that failed. When it is cancelled, so is what the call returned, if it
     *     can be, and the call counts for nothing
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Supplier<? extends CompletionStage<T>> call,
            Classifier<? super T> classifier,
            Supplier<? extends CompletionStage<T>> fallback) {
        Pass pass = Pass.into(circuit);
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(pass == null ? fallback.get() : call.get(), "call returned no stage");
        } catch (Throwable failure) {
            if (pass != null) {
                pass.leave(Judge.ofException(classifier, failure));
            }
            return CompletableFuture.failedFuture(failure);
        }
        if (pass == null) {
            return stage;
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        Ends.of(stage, (result, failure) -> {
            if (failure == null) {
                pass.leave(Judge.ofResult(classifier, result));
                done.complete(result);
            } else {
                pass.leave(Judge.ofException(classifier, Judge.unwrapped(failure)));
                done.completeExceptionally(failure);
            }
        });
        Ends.of(done, (result, failure) -> {
            if (done.isCancelled()) {
                pass.leave(Verdict.ignored());
                if (stage instanceof Future<?> running) {
                    running.cancel(true);
                }
            }
        });
        return done;
    }

    /**
     * This breaker as a policy of Failsafe for calls that return something of a certain type. Every execution that it lets
     * through, and how it ended, counts on this breaker; one that it rejects fails with {@link CircuitOpenException}. Exceptions
     * are judged by {@link Classifier#byException()}. The breaker itself is such a policy for calls that return anything.
     *
     * @param <R> what the executions return
     * @return a policy that may be used by many executors and threads
     */
    public <R> Policy<R> policy() {
        return policy(Classifier.byException());
    }

    /**
     * This breaker as a policy of Failsafe, with a classifier of the caller's.
     *
     * @param <R> what the executions return
     * @param classifier judges the end of each execution
     * @return a policy that may be used by many executors and threads
     */
    public <R> Policy<R> policy(Classifier<? super R> classifier) {
        return new BreakerPolicy<>(this, circuit, Objects.requireNonNull(classifier, "classifier"));
    }

    @Override
    public PolicyConfig<Object> getConfig() {
        return NoListeners.config();
    }

    @Override
    public PolicyExecutor<Object> toExecutor(int policyIndex) {
        return policy().toExecutor(policyIndex);
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

    /** Its state machine. */
    Circuit circuit() {
        return circuit;
    }

    CircuitOpenException refusal() {
        return new CircuitOpenException(name, circuit.waitAfterRejection());
    }

    @Override
    public String toString() {
        return circuit.toString();
    }
}
