package io.nestcms.resilience;

import dev.failsafe.Policy;
import dev.failsafe.PolicyConfig;
import dev.failsafe.TimeoutExceededException;
import dev.failsafe.spi.AsyncExecutionInternal;
import dev.failsafe.spi.ExecutionInternal;
import dev.failsafe.spi.ExecutionResult;
import dev.failsafe.spi.FailsafeFuture;
import dev.failsafe.spi.PolicyExecutor;
import dev.failsafe.spi.Scheduler;
import dev.failsafe.spi.SyncExecutionInternal;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A breaker as Failsafe sees it: asks for leave before an execution and counts how it ended, once. */
final class BreakerPolicy<R> implements Policy<R> {
    private final Circuit circuit;
    private final Classifier<? super R> classifier;
    private final Supplier<? extends RuntimeException> refusal;

    BreakerPolicy(CircuitBreaker breaker, Circuit circuit, Classifier<? super R> classifier) {
        this(circuit, classifier, breaker::refusal);
    }

    BreakerPolicy(Circuit circuit, Classifier<? super R> classifier, Supplier<? extends RuntimeException> refusal) {
        this.circuit = circuit;
        this.classifier = classifier;
        this.refusal = refusal;
    }

    @Override
    public PolicyConfig<R> getConfig() {
        return NoListeners.config();
    }

    @Override
    public PolicyExecutor<R> toExecutor(int policyIndex) {
        return new Guard(policyIndex);
    }

    @Override
    public String toString() {
        return "policy of " + circuit;
    }

    /** The breaker before one execution with all its tries, which come one after the other. */
    private final class Guard extends PolicyExecutor<R> {
        /** Of an asynchronous execution, whose result may be recorded later: the leave it was given. */
        private volatile @Nullable Pass present;

        Guard(int policyIndex) {
            super(BreakerPolicy.this, policyIndex);
        }

        @Override
        public Function<SyncExecutionInternal<R>, ExecutionResult<R>> apply(
                Function<SyncExecutionInternal<R>, ExecutionResult<R>> inner, Scheduler scheduler) {
            return execution -> {
                Pass pass = Pass.into(circuit);
                if (pass == null) {
                    return refused(execution);
                }
                ExecutionResult<R> result;
                try {
                    result = inner.apply(execution);
                } catch (Throwable broken) {
                    // another policy failed, not the call
                    pass.leave(Verdict.ignored());
                    throw broken;
                }
                return ended(execution, pass, result);
            };
        }

        @Override
        public Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> applyAsync(
                Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner,
                Scheduler scheduler,
                FailsafeFuture<R> future) {
            return execution -> {
                Pass pass = present;
                if (pass == null || !execution.isRecorded()) {
                    if (future.isDone()) {
                        return ExecutionResult.nullFuture();
                    }
                    pass = Pass.into(circuit);
                    if (pass == null) {
                        return CompletableFuture.completedFuture(refused(execution));
                    }
                    present = pass;
                    Pass given = pass;
                    future.setCancelFn(this, (mayInterrupt, result) -> given.leave(ofCancellation(result)));
                    if (future.isDone()) {
                        given.leave(Verdict.ignored());
                        return ExecutionResult.nullFuture();
                    }
                }
                return run(inner, execution, pass);
            };
        }

        private CompletableFuture<ExecutionResult<R>> run(
                Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner,
                AsyncExecutionInternal<R> execution,
                Pass pass) {
            CompletableFuture<ExecutionResult<R>> promise = new CompletableFuture<>();
            CompletableFuture<ExecutionResult<R>> running;
            try {
                running = inner.apply(execution);
            } catch (Throwable broken) {
                running = CompletableFuture.failedFuture(broken);
            }
            Ends.of(running, (result, broken) -> {
                if (broken != null) {
                    // another policy or the scheduler failed, not the call
                    pass.leave(Verdict.ignored());
                    promise.completeExceptionally(broken);
                } else if (result != null) {
                    promise.complete(ended(execution, pass, result));
                } else {
                    if (!execution.isAsyncExecution()) {
                        // no result and none to be recorded later: it was cancelled before it began
                        pass.leave(Verdict.ignored());
                    }
                    promise.complete(null);
                }
            });
            return promise;
        }

        /** For results that are recorded by hand: on an execution that waits for one, or on one that was never applied. */
        @Override
        public ExecutionResult<R> postExecute(ExecutionInternal<R> execution, ExecutionResult<R> result) {
            Pass pass = present;
            if (pass != null) {
                return ended(execution, pass, result);
            }
            Verdict verdict = verdict(result);
            circuit.settleUnasked(verdict);
            execution.recordAttempt();
            return marked(result, verdict);
        }

        private ExecutionResult<R> refused(ExecutionInternal<R> execution) {
            execution.preExecute();
            return ExecutionResult.exception(refusal.get());
        }

        private ExecutionResult<R> ended(ExecutionInternal<R> execution, Pass pass, ExecutionResult<R> result) {
            ExecutionInternal<R> latest = execution.getLatest();
            Verdict verdict = result.getException() != null && latest.isCancelled(this)
                    ? ofCancellation(latest.getResult())
                    : verdict(result);
            pass.leave(verdict);
            execution.recordAttempt();
            return marked(result, verdict);
        }

        private ExecutionResult<R> marked(ExecutionResult<R> result, Verdict verdict) {
            return verdict.failureClass().isPresent() ? result.withException() : result.withSuccess();
        }

        /** Who cancels from outside says nothing about the dependency, unless it is a time limit. */
        private Verdict ofCancellation(@Nullable ExecutionResult<R> why) {
            Throwable reason = why == null ? null : why.getException();
            return reason instanceof TimeoutExceededException || reason instanceof CallTimeoutException
                    ? Verdict.failure(FailureClass.TIMEOUT)
                    : Verdict.ignored();
        }

        private Verdict verdict(ExecutionResult<R> result) {
            if (result.isNonResult()) {
                return Verdict.success();
            }
            Throwable failure = result.getException();
            return failure == null
                    ? Judge.ofResult(classifier, result.getResult())
                    : Judge.ofException(classifier, failure);
        }
    }
}
