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
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Careful retries as a policy of Failsafe. Repeats only what the {@linkplain Classifier classifier} calls
 * {@linkplain Verdict#notSent() not sent}, so long as the {@linkplain RetryBudget budget} allows it and the wait ends before
 * the time is over. Waits as long as the dependency asked to be left alone, never less. What a breaker or another policy
 * inside turns away is not tried again: the execution then ends as the try before.
 *
 * <p>An interrupt or a cancellation ends it: no further try starts. The same goes for a scheduler that rejects the next try.
 *
 * <p>Safe for use by many threads.
 *
 * @param <R> what the executions return
 * @since 0.1
 */
public final class Retry<R> implements Policy<R> {
    private final Classifier<? super R> classifier;
    private final RetrySettings settings;
    private final @Nullable RetryBudget budget;
    private final Supplier<@Nullable Deadline> deadline;
    private final RandomGenerator random;
    private final Protection.Pause pause;
    private final @Nullable Later later;
    private final LongAdder retries;
    private final LongAdder denied;
    /** Where it is put down how the last try ended while the next one is waited for; for one execution. */
    private final @Nullable AtomicReference<@Nullable ExecutionResult<R>> between;

    private Retry(Builder<R> builder) {
        this.classifier = builder.classifier;
        this.settings = builder.settings;
        this.budget = builder.budget;
        this.deadline = builder.deadline;
        this.random = builder.random;
        this.pause = builder.pause;
        this.later = builder.later;
        this.retries = builder.retries;
        this.denied = builder.denied;
        this.between = builder.between;
    }

    /** Runs a task after a while. */
    @FunctionalInterface
    interface Later {
        void run(Duration wait, Runnable task);
    }

    /**
     * Retries with {@link RetrySettings#defaults()}, without a budget or an end.
     *
     * @param <R> what the executions return
     * @param classifier tells what was not sent
     * @return a new builder
     */
    public static <R> Builder<R> builder(Classifier<? super R> classifier) {
        return new Builder<>(classifier);
    }

    @Override
    public PolicyConfig<R> getConfig() {
        return NoListeners.config();
    }

    @Override
    public PolicyExecutor<R> toExecutor(int policyIndex) {
        return new Tries(policyIndex);
    }

    /** The tries of one execution. */
    private final class Tries extends PolicyExecutor<R> {
        private @Nullable Deadline by;
        private volatile int number;
        private volatile @Nullable ExecutionResult<R> last;

        Tries(int policyIndex) {
            super(Retry.this, policyIndex);
        }

        @Override
        public Function<SyncExecutionInternal<R>, ExecutionResult<R>> apply(
                Function<SyncExecutionInternal<R>, ExecutionResult<R>> inner, Scheduler scheduler) {
            return first -> {
                begin();
                SyncExecutionInternal<R> execution = first;
                while (true) {
                    ExecutionResult<R> result = inner.apply(execution);
                    // the thread is the caller's, and so is its interrupt
                    Duration wait = Thread.currentThread().isInterrupted() ? null : waitBeforeNext(execution, result);
                    if (wait == null || !pause(execution, wait)) {
                        return end(execution, result);
                    }
                    synchronized (execution.getLock()) {
                        if (execution.isCancelled(this)) {
                            return end(execution, result);
                        }
                        execution = execution.copy();
                    }
                }
            };
        }

        private boolean pause(SyncExecutionInternal<R> execution, Duration wait) {
            try {
                execution.setInterruptable(true);
                pause.pause(wait);
                return !Thread.currentThread().isInterrupted();
            } catch (InterruptedException e) {
                if (!execution.isInterrupted()) {
                    Thread.currentThread().interrupt();
                }
                return false;
            } finally {
                execution.setInterruptable(false);
            }
        }

        /** How long to wait before the next try; {@code null} when there is to be none. */
        private @Nullable Duration waitBeforeNext(ExecutionInternal<R> execution, ExecutionResult<R> result) {
            // by whichever thread a try ended on, one after the other
            int made = number + 1;
            number = made;
            if (made >= settings.attempts() || isRefusal(result) || execution.isCancelled(this)) {
                return null;
            }
            Throwable failure = result.getException();
            Verdict verdict = failure == null
                    ? Judge.ofResult(classifier, result.getResult())
                    : Judge.ofException(classifier, failure);
            if (result.isNonResult() || !verdict.isNotSent()) {
                return null;
            }
            Duration wait = settings.waitAfter(made, random);
            Duration asked = verdict.retryAfter().orElse(Duration.ZERO);
            wait = asked.compareTo(wait) > 0 ? asked : wait;
            if (by != null && wait.compareTo(by.remaining()) >= 0) {
                return null;
            }
            if (budget != null && !budget.tryRetry()) {
                denied.increment();
                return null;
            }
            retries.increment();
            last = result;
            return wait;
        }

        private boolean isRefusal(ExecutionResult<R> result) {
            return result.getException() instanceof NotCalledException
                    || result.getException() instanceof CircuitOpenException;
        }

        /** How it ends: an answer that says "not sent" says more than that there was no further try. */
        private ExecutionResult<R> end(ExecutionInternal<R> execution, ExecutionResult<R> result) {
            execution.recordAttempt();
            ExecutionResult<R> before = last;
            ExecutionResult<R> told = before != null && isRefusal(result) ? before : result;
            return told.getException() == null ? told.withSuccess() : told.withException();
        }

        @Override
        public Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> applyAsync(
                Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner,
                Scheduler scheduler,
                FailsafeFuture<R> future) {
            return first -> {
                if (number == 0) {
                    begin();
                }
                CompletableFuture<ExecutionResult<R>> promise = new CompletableFuture<>();
                new Course(inner, scheduler, future, promise).tryOnce(first);
                return promise;
            };
        }

        private void begin() {
            by = deadline.get();
            if (budget != null) {
                budget.called();
            }
        }

        /** An asynchronous execution on its way from try to try. */
        private final class Course {
            private final Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner;
            private final Scheduler scheduler;
            private final FailsafeFuture<R> future;
            private final CompletableFuture<ExecutionResult<R>> promise;

            Course(
                    Function<AsyncExecutionInternal<R>, CompletableFuture<ExecutionResult<R>>> inner,
                    Scheduler scheduler,
                    FailsafeFuture<R> future,
                    CompletableFuture<ExecutionResult<R>> promise) {
                this.inner = inner;
                this.scheduler = scheduler;
                this.future = future;
                this.promise = promise;
            }

            void tryOnce(AsyncExecutionInternal<R> execution) {
                if (between != null) {
                    between.set(null);
                }
                if (future.isDone() || execution.isCancelled(Tries.this)) {
                    promise.complete(null);
                    return;
                }
                try {
                    Ends.of(inner.apply(execution), (result, broken) -> ended(execution, result, broken));
                } catch (Throwable broken) {
                    promise.completeExceptionally(broken);
                }
            }

            private void ended(
                    AsyncExecutionInternal<R> execution,
                    @Nullable ExecutionResult<R> result,
                    @Nullable Throwable broken) {
                if (broken != null) {
                    promise.completeExceptionally(broken);
                } else if (result == null) {
                    promise.complete(null);
                } else {
                    try {
                        Duration wait = waitBeforeNext(execution, result);
                        AsyncExecutionInternal<R> next = wait == null ? null : next(execution);
                        if (wait == null || next == null) {
                            promise.complete(end(execution, result));
                        } else {
                            goOn(wait, next, end(execution, result));
                        }
                    } catch (Throwable failed) {
                        // a random generator or a clock, say: there is no further try for it
                        promise.complete(end(execution, result));
                    }
                }
            }

            private @Nullable AsyncExecutionInternal<R> next(AsyncExecutionInternal<R> execution) {
                synchronized (execution.getLock()) {
                    if (execution.isCancelled(Tries.this)) {
                        return null;
                    }
                    AsyncExecutionInternal<R> next = execution.copy();
                    future.setExecution(next);
                    return next;
                }
            }

            /** Whichever comes first: the next try, or that it is never going to be made. */
            private void goOn(Duration wait, AsyncExecutionInternal<R> next, ExecutionResult<R> result) {
                if (between != null) {
                    between.set(result);
                }
                AtomicBoolean decided = new AtomicBoolean();
                future.cancelDependencies(Tries.this, false, null);
                future.setCancelFn(Tries.this, (mayInterrupt, why) -> {
                    if (decided.compareAndSet(false, true)) {
                        promise.complete(why);
                    }
                });
                Runnable once = () -> {
                    if (decided.compareAndSet(false, true)) {
                        tryOnce(next);
                    }
                };
                try {
                    if (later == null) {
                        Future<?> planned = scheduler.schedule(
                                () -> {
                                    once.run();
                                    return null;
                                },
                                wait.toNanos(),
                                TimeUnit.NANOSECONDS);
                        future.setCancelFn(-1, (mayInterrupt, why) -> planned.cancel(mayInterrupt));
                    } else {
                        later.run(wait, once);
                    }
                } catch (Throwable rejected) {
                    if (decided.compareAndSet(false, true)) {
                        promise.complete(result);
                    }
                }
            }
        }
    }

    /**
     * Makes a {@link Retry}. Not safe for use by many threads.
     *
     * @param <R> what the executions return
     * @since 0.1
     */
    public static final class Builder<R> {
        private final Classifier<? super R> classifier;
        private RetrySettings settings = RetrySettings.defaults();
        private @Nullable RetryBudget budget;
        private Supplier<@Nullable Deadline> deadline = () -> null;
        private RandomGenerator random = new SharedRandom();
        private Protection.Pause pause = time -> TimeUnit.NANOSECONDS.sleep(time.toNanos());
        private @Nullable Later later;
        private LongAdder retries = new LongAdder();
        private LongAdder denied = new LongAdder();
        private @Nullable AtomicReference<@Nullable ExecutionResult<R>> between;

        private Builder(Classifier<? super R> classifier) {
            this.classifier = Objects.requireNonNull(classifier, "classifier");
        }

        /**
         * How often an execution is tried and how long is waited in between. Default {@link RetrySettings#defaults()}.
         *
         * @param settings the settings
         * @return this builder
         */
        public Builder<R> settings(RetrySettings settings) {
            this.settings = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Limits the retries of all callers together. Default: no limit.
         *
         * @param budget shared by all callers of the dependency
         * @return this builder
         */
        public Builder<R> budget(RetryBudget budget) {
            this.budget = Objects.requireNonNull(budget, "budget");
            return this;
        }

        /**
         * Starts no try, and waits for none, that would begin later than this after the first one. Default: no limit.
         *
         * @param time the time of the {@link TimeLimit} outside, as a rule; 1 ms to 1 day
         * @param ticker gives nanoseconds that never go back, from any origin
         * @return this builder
         * @throws io.nestcms.failure.InvalidInputException if {@code time} is out of range
         */
        public Builder<R> within(Duration time, LongSupplier ticker) {
            Check.range("time", time, Duration.ofMillis(1), Duration.ofDays(1));
            Objects.requireNonNull(ticker, "ticker");
            this.deadline = () -> Deadline.after(time, ticker);
            return this;
        }

        /**
         * What spreads the waits. Default a generator that threads share without contention.
         *
         * @param random safe for use by many threads
         * @return this builder
         */
        public Builder<R> random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Waits between the tries of a synchronous execution; an asynchronous one waits in Failsafe's scheduler. Default: the
         * thread sleeps.
         *
         * @param pause waits
         * @return this builder
         */
        public Builder<R> pause(Protection.Pause pause) {
            this.pause = Objects.requireNonNull(pause, "pause");
            return this;
        }

        /**
         * Starts no try, and waits for none, that would begin later than this. For one execution; replaces {@link #within}.
         *
         * @param by when all tries must have begun
         * @return this builder
         */
        public Builder<R> by(Deadline by) {
            Objects.requireNonNull(by, "by");
            this.deadline = () -> by;
            return this;
        }

        Builder<R> counting(LongAdder made, LongAdder refused) {
            this.retries = made;
            this.denied = refused;
            return this;
        }

        Builder<R> later(Later how, AtomicReference<@Nullable ExecutionResult<R>> lastResult) {
            this.later = how;
            this.between = lastResult;
            return this;
        }

        /**
         * The policy.
         *
         * @return immutable but for the state of its budget
         */
        public Retry<R> build() {
            return new Retry<>(this);
        }
    }
}
