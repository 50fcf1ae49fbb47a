package io.nestcms.paytabs;

import dev.failsafe.Policy;
import dev.failsafe.PolicyConfig;
import dev.failsafe.spi.AsyncExecutionInternal;
import dev.failsafe.spi.ExecutionInternal;
import dev.failsafe.spi.ExecutionResult;
import dev.failsafe.spi.FailsafeFuture;
import dev.failsafe.spi.PolicyExecutor;
import dev.failsafe.spi.Scheduler;
import dev.failsafe.spi.SyncExecutionInternal;
import io.nestcms.resilience.CircuitOpenException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Why an attempt was not made, by our own check or by the breaker inside, as the end that it then has. */
final class Refusals<R> implements Policy<R> {
    private final Supplier<@Nullable R> check;
    private final Function<CircuitOpenException, R> open;

    Refusals(Supplier<@Nullable R> check, Function<CircuitOpenException, R> open) {
        this.check = check;
        this.open = open;
    }

    @Override
    public PolicyConfig<R> getConfig() {
        return new Plain<>();
    }

    @Override
    public PolicyExecutor<R> toExecutor(int policyIndex) {
        return new PolicyExecutor<>(this, policyIndex) {
            @Override
            public Function<SyncExecutionInternal<R>, ExecutionResult<R>> apply(
                    Function<SyncExecutionInternal<R>, ExecutionResult<R>> inner, Scheduler scheduler) {
                return execution -> {
                    ExecutionResult<R> refused = refused(execution);
                    return refused != null ? refused : told(inner.apply(execution));
                };
            }

            @Override
            public Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> applyAsync(
                    Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner,
                    Scheduler scheduler,
                    FailsafeFuture<R> future) {
                return execution -> {
                    ExecutionResult<R> refused = refused(execution);
                    return refused != null
                            ? CompletableFuture.completedFuture(refused)
                            : inner.apply(execution).thenApply(end -> end == null ? null : told(end));
                };
            }
        };
    }

    private @Nullable ExecutionResult<R> refused(ExecutionInternal<R> execution) {
        R refusal = check.get();
        if (refusal == null) {
            return null;
        }
        execution.preExecute();
        execution.recordAttempt();
        return ExecutionResult.success(refusal);
    }

    private ExecutionResult<R> told(ExecutionResult<R> end) {
        return end.getException() instanceof CircuitOpenException refusal
                ? ExecutionResult.success(open.apply(refusal))
                : end;
    }

    /** Has no listeners of Failsafe's kind. */
    private static final class Plain<R> extends PolicyConfig<R> {}
}
