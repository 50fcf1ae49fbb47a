package io.nestcms.resilience;

import dev.failsafe.Policy;
import dev.failsafe.PolicyConfig;
import dev.failsafe.spi.AsyncExecutionInternal;
import dev.failsafe.spi.ExecutionInternal;
import dev.failsafe.spi.ExecutionResult;
import dev.failsafe.spi.FailsafeFuture;
import dev.failsafe.spi.PolicyExecutor;
import dev.failsafe.spi.Scheduler;
import dev.failsafe.spi.SyncExecutionInternal;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A deadline as a policy of Failsafe: outside of a retry it limits all tries together, inside of it each of them. What does
 * not end in time fails with {@link CallTimeoutException}.
 *
 * <p>A synchronous execution runs on the caller's thread, which is interrupted a twentieth of the time after the limit, at
 * most 50 ms, so that a client's own time-out of the same length comes first. A result that comes late is a time-out, also
 * when the thread could not be interrupted: code that ignores interrupts holds its thread for as long as it likes. An
 * asynchronous execution completes at the limit, on a thread of its own; what it started is cancelled.
 *
 * <p>Safe for use by many threads.
 *
 * @param <R> what the executions return
 * @since 0.1
 */
public final class TimeLimit<R> implements Policy<R> {
    private static final long GRACE_SHARE = 20;
    private static final long LONGEST_GRACE = Duration.ofMillis(50).toNanos();

    private final Supplier<Duration> limit;
    private final LongSupplier ticker;
    private final Timer timer;
    /** Whether a late result is to be kept, because it is no success. */
    private final Predicate<? super ExecutionResult<R>> kept;
    /** What an asynchronous execution ends with when nothing is under way at its end. */
    private final Supplier<@Nullable ExecutionResult<R>> ended;

    TimeLimit(
            Supplier<Duration> limit,
            LongSupplier ticker,
            Timer timer,
            Predicate<? super ExecutionResult<R>> kept,
            Supplier<@Nullable ExecutionResult<R>> ended) {
        this.limit = limit;
        this.ticker = ticker;
        this.timer = timer;
        this.kept = kept;
        this.ended = ended;
    }

    /**
     * A limit on the system's ticker.
     *
     * @param <R> what the executions return
     * @param time how long an execution may take; 1 ms to 1 day
     * @return the policy
     * @throws io.nestcms.failure.InvalidInputException if {@code time} is out of range
     */
    public static <R> TimeLimit<R> of(Duration time) {
        return of(time, System::nanoTime);
    }

    /**
     * A limit on a ticker. The ticker says whether a result is late; when a thread is interrupted and an asynchronous
     * execution is given up is decided by real time.
     *
     * @param <R> what the executions return
     * @param time how long an execution may take; 1 ms to 1 day
     * @param ticker gives nanoseconds that never go back, from any origin
     * @return the policy
     * @throws io.nestcms.failure.InvalidInputException if {@code time} is out of range
     */
    public static <R> TimeLimit<R> of(Duration time, LongSupplier ticker) {
        Check.range("time", time, Duration.ofMillis(1), Duration.ofDays(1));
        return new TimeLimit<>(
                () -> time,
                Objects.requireNonNull(ticker, "ticker"),
                SystemTimer.INSTANCE,
                result -> false,
                () -> null);
    }

    @Override
    public PolicyConfig<R> getConfig() {
        return NoListeners.config();
    }

    @Override
    public PolicyExecutor<R> toExecutor(int policyIndex) {
        return new Limiter(policyIndex);
    }

    private static long grace(long nanos) {
        return Math.min(LONGEST_GRACE, nanos / GRACE_SHARE);
    }

    private ExecutionResult<R> timedOut(Duration time, @Nullable Throwable cause) {
        return ExecutionResult.<R>exception(new CallTimeoutException(time, cause))
                .withException();
    }

    private static <R> ExecutionResult<R> outOfTime(ExecutionInternal<R> execution) {
        execution.preExecute();
        return ExecutionResult.exception(new NotCalledException(Reason.OUT_OF_TIME, Duration.ZERO));
    }

    /** The limit of one execution. */
    private final class Limiter extends PolicyExecutor<R> {
        /** Takes back the plan of an asynchronous execution whose result is recorded later. */
        private volatile Runnable planned = () -> {};

        Limiter(int policyIndex) {
            super(TimeLimit.this, policyIndex);
        }

        @Override
        public Function<SyncExecutionInternal<R>, ExecutionResult<R>> apply(
                Function<SyncExecutionInternal<R>, ExecutionResult<R>> inner, Scheduler scheduler) {
            return execution -> {
                Duration time = limit.get();
                long nanos = Nanos.of(time);
                if (nanos <= 0) {
                    return outOfTime(execution);
                }
                long begun = ticker.getAsLong();
                Watch watch = Watch.over(timer, nanos + grace(nanos));
                boolean interrupted = true;
                ExecutionResult<R> result;
                try {
                    result = inner.apply(execution);
                } finally {
                    interrupted = watch.end();
                }
                return interrupted || ticker.getAsLong() - begun > nanos ? late(result, interrupted, time) : result;
            };
        }

        private ExecutionResult<R> late(ExecutionResult<R> result, boolean interrupted, Duration time) {
            Throwable failure = result.getException();
            if (failure != null) {
                return interrupted && Interrupts.isOne(failure) ? timedOut(time, failure) : result;
            }
            return kept.test(result) ? result : timedOut(time, null);
        }

        @Override
        public Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> applyAsync(
                Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner,
                Scheduler scheduler,
                FailsafeFuture<R> future) {
            return execution -> {
                if (execution.isRecorded()) {
                    planned.run();
                    return inner.apply(execution);
                }
                Duration time = limit.get();
                long nanos = Nanos.of(time);
                if (nanos <= 0) {
                    return CompletableFuture.completedFuture(outOfTime(execution));
                }
                return new Running(execution, future, time).begin(inner, nanos);
            };
        }

        /** An asynchronous execution and its limit: one of the two ends it. */
        private final class Running {
            private final AsyncExecutionInternal<R> execution;
            private final FailsafeFuture<R> future;
            private final Duration time;
            private final CompletableFuture<ExecutionResult<R>> promise = new CompletableFuture<>();
            private final AtomicBoolean over = new AtomicBoolean();

            Running(AsyncExecutionInternal<R> execution, FailsafeFuture<R> future, Duration time) {
                this.execution = execution;
                this.future = future;
                this.time = time;
            }

            CompletableFuture<ExecutionResult<R>> begin(
                    Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner, long nanos) {
                long begun = ticker.getAsLong();
                Runnable takeBack = timer.after(nanos, () -> timer.handOver(this::timeIsOver));
                planned = takeBack;
                Ends.of(inner.apply(execution), (result, broken) -> {
                    if (broken != null) {
                        takeBack.run();
                        promise.completeExceptionally(broken);
                    } else if (result != null && over.compareAndSet(false, true)) {
                        takeBack.run();
                        boolean late = result.getException() == null && ticker.getAsLong() - begun > nanos;
                        promise.complete(late && !kept.test(result) ? timedOut(time, null) : result);
                    } else if (result == null) {
                        if (!execution.isAsyncExecution()) {
                            takeBack.run();
                        }
                        promise.complete(null);
                    }
                });
                return promise;
            }

            private void timeIsOver() {
                if (!over.compareAndSet(false, true)) {
                    return;
                }
                ExecutionResult<R> last = ended.get();
                ExecutionResult<R> result = last == null ? timedOut(time, null) : last;
                ExecutionInternal<R> latest;
                synchronized (execution.getLock()) {
                    latest = execution.getLatest();
                    latest.record(result);
                    latest.cancel(Limiter.this);
                }
                future.cancelDependencies(Limiter.this, true, result);
                promise.complete(result);
                if (execution.isAsyncExecution() && latest instanceof AsyncExecutionInternal<R> waiting) {
                    // who was told of the cancellation reports by himself; who does not is not waited for
                    timer.after(LONGEST_GRACE, () -> timer.handOver(() -> report(waiting, result)));
                }
            }

            private void report(AsyncExecutionInternal<R> waiting, ExecutionResult<R> result) {
                if (!waiting.isRecorded() && !future.isDone()) {
                    try {
                        waiting.record(null, result.getException());
                    } catch (IllegalStateException ignored) {
                        // the other one has reported in the meantime
                    }
                }
            }
        }
    }
}
