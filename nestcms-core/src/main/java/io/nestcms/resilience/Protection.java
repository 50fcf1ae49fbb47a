package io.nestcms.resilience;

import io.nestcms.context.CallerContext;
import io.nestcms.resilience.CallResult.Answered;
import io.nestcms.resilience.CallResult.NotCalled;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All that guards the calls to one dependency, one inside the other: deadline, retry with budget, circuit breaker,
 * bulkhead, rate limit, call. Retries only what the {@linkplain Classifier classifier} calls
 * {@linkplain Verdict#notSent() not sent}; a try that may have arrived is never repeated. What the breaker, the bulkhead
 * or the rate limit turns away ends the call at once.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Protection {
    private final CircuitBreaker breaker;
    private final Duration deadline;
    private final Duration attemptTimeout;
    private final RetrySettings retry;
    private final @Nullable RetryBudget budget;
    private final @Nullable Bulkhead bulkhead;
    private final @Nullable RateLimit rateLimit;
    private final LongSupplier ticker;
    private final RandomGenerator random;
    private final Pause pause;
    private final Function<Duration, Executor> delayed;
    private final CallerContext context;
    private final LongAdder calls = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder retriesDenied = new LongAdder();
    private final Map<Reason, LongAdder> turnedAway = new EnumMap<>(Reason.class);

    private Protection(Builder builder) {
        this.breaker = builder.breaker;
        this.deadline = builder.deadline;
        this.attemptTimeout = builder.attemptTimeout;
        this.retry = builder.retry;
        this.budget = builder.budget;
        this.bulkhead = builder.bulkhead;
        this.rateLimit = builder.rateLimit;
        this.ticker = builder.ticker;
        this.random = builder.random;
        this.pause = builder.pause;
        this.delayed = builder.delayed;
        this.context = builder.context;
        for (Reason reason : Reason.values()) {
            turnedAway.put(reason, new LongAdder());
        }
    }

    /**
     * A protection with a breaker, 30 s for all, 10 s for each try, one try, and no budget, bulkhead or rate limit.
     *
     * @param breaker guards the dependency
     * @return a new builder
     */
    public static Builder builder(CircuitBreaker breaker) {
        return new Builder(breaker);
    }

    /**
     * The breaker inside.
     *
     * @return the breaker
     */
    public CircuitBreaker breaker() {
        return breaker;
    }

    /**
     * Makes a call within the configured deadline.
     *
     * @param <T> what the call returns
     * @param <X> what it may throw
     * @param call the call
     * @param classifier judges each try
     * @return the last answer, or that nothing was sent
     * @throws X if the last try fails with it
     */
    public <T extends @Nullable Object, X extends Exception> CallResult<T> call(
            ProtectedCall<? extends T, X> call, Classifier<? super T> classifier) throws X {
        return call(call, classifier, Deadline.after(deadline, ticker));
    }

    /**
     * Makes a call within a deadline of the caller's.
     *
     * @param <T> what the call returns
     * @param <X> what it may throw
     * @param call the call
     * @param classifier judges each try
     * @param by when the operation must have ended; replaces the configured one
     * @return the last answer, or that nothing was sent
     * @throws X if the last try fails with it
     */
    public <T extends @Nullable Object, X extends Exception> CallResult<T> call(
            ProtectedCall<? extends T, X> call, Classifier<? super T> classifier, Deadline by) throws X {
        countCall();
        CallResult<T> last = null;
        for (int number = 1; ; number++) {
            Entry entry = enter(by, true);
            if (entry.refusal != null) {
                // an answer that says "not sent" says more than that there is no second try
                return last != null ? last : new NotCalled<>(entry.refusal, entry.retryAfter);
            }
            Verdict verdict = Verdict.ignored();
            try {
                T value = call.run(new Attempt(number, by.atMost(attemptTimeout), by));
                verdict = classifier.ofResult(value);
                last = new Answered<>(value, number);
                if (!isToRepeat(verdict, number)) {
                    return last;
                }
            } catch (Throwable failure) {
                verdict = classifier.ofException(failure);
                if (!isToRepeat(verdict, number)) {
                    throw failure;
                }
                Duration wait = waitAfter(verdict, number);
                entry.leave(verdict);
                if (!mayRetry(wait, by) || !pause(wait)) {
                    throw failure;
                }
                continue;
            } finally {
                entry.leave(verdict);
            }
            Duration wait = waitAfter(verdict, number);
            if (!mayRetry(wait, by) || !pause(wait)) {
                return last;
            }
        }
    }

    /**
     * Makes an asynchronous call within the configured deadline. A try whose time is over counts as failed with
     * {@link java.util.concurrent.TimeoutException}, whatever becomes of it. Further tries run under the caller's context.
     *
     * @param <T> what the call gives
     * @param call starts the call
     * @param classifier judges each try
     * @return completes with the last answer or that nothing was sent; exceptionally when the last try fails
     */
    public <T extends @Nullable Object> CompletionStage<CallResult<T>> callAsync(
            Function<? super Attempt, ? extends CompletionStage<T>> call, Classifier<? super T> classifier) {
        countCall();
        CompletableFuture<CallResult<T>> done = new CompletableFuture<>();
        new AsyncCall<T>(call, classifier, Deadline.after(deadline, ticker), done).attempt(1, null);
        return done;
    }

    /**
     * What was counted so far.
     *
     * @return an immutable snapshot
     */
    public ProtectionSnapshot snapshot() {
        Map<Reason, Long> refused = new EnumMap<>(Reason.class);
        turnedAway.forEach((reason, count) -> refused.put(reason, count.sum()));
        return new ProtectionSnapshot(breaker.name(), calls.sum(), retries.sum(), retriesDenied.sum(), refused);
    }

    private void countCall() {
        calls.increment();
        if (budget != null) {
            budget.called();
        }
    }

    private boolean isToRepeat(Verdict verdict, int number) {
        return verdict.isNotSent() && number < retry.attempts();
    }

    /** The back-off, or what the dependency asked for when that is longer. */
    private Duration waitAfter(Verdict verdict, int number) {
        Duration wait = retry.waitAfter(number, random);
        Duration asked = verdict.retryAfter().orElse(Duration.ZERO);
        return asked.compareTo(wait) > 0 ? asked : wait;
    }

    private boolean mayRetry(Duration wait, Deadline by) {
        if (wait.compareTo(by.remaining()) >= 0) {
            return false;
        }
        if (budget != null && !budget.tryRetry()) {
            retriesDenied.increment();
            return false;
        }
        retries.increment();
        return true;
    }

    private boolean pause(Duration wait) {
        try {
            pause.pause(wait);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Takes all that one try needs, or says why it cannot be made; what was taken is then given back. */
    private Entry enter(Deadline by, boolean mayWait) {
        Entry entry = tryEnter(by, mayWait);
        LongAdder refused = entry.refusal == null ? null : turnedAway.get(entry.refusal);
        if (refused != null) {
            refused.increment();
        }
        return entry;
    }

    private Entry tryEnter(Deadline by, boolean mayWait) {
        if (by.isOver()) {
            return new Entry(Reason.OUT_OF_TIME, Duration.ZERO);
        }
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            return new Entry(Reason.CIRCUIT_OPEN, breaker.waitingTime());
        }
        Bulkhead taken = null;
        Reason refusal = Reason.INTERRUPTED;
        Duration retryAfter = Duration.ZERO;
        try {
            if (bulkhead != null && !(mayWait ? bulkhead.tryAcquire(by.remaining()) : bulkhead.tryAcquire())) {
                refusal = Reason.BULKHEAD_FULL;
            } else {
                taken = bulkhead;
                if (by.isOver()) {
                    refusal = Reason.OUT_OF_TIME;
                } else if (rateLimit != null && !rateLimit.tryAcquire()) {
                    refusal = Reason.RATE_LIMITED;
                    retryAfter = rateLimit.retryAfter();
                } else {
                    return new Entry(permit, taken);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        permit.ignore();
        if (taken != null) {
            taken.release();
        }
        return new Entry(refusal, retryAfter);
    }

    /** The way in and out of one try. */
    private static final class Entry {
        private final @Nullable Permit permit;
        private final @Nullable Bulkhead bulkhead;
        private final @Nullable Reason refusal;
        private final Duration retryAfter;
        private boolean left;

        Entry(Permit permit, @Nullable Bulkhead bulkhead) {
            this.permit = permit;
            this.bulkhead = bulkhead;
            this.refusal = null;
            this.retryAfter = Duration.ZERO;
        }

        Entry(Reason refusal, Duration retryAfter) {
            this.permit = null;
            this.bulkhead = null;
            this.refusal = refusal;
            this.retryAfter = retryAfter;
        }

        void leave(Verdict verdict) {
            if (left) {
                return;
            }
            left = true;
            if (bulkhead != null) {
                bulkhead.release();
            }
            if (permit != null) {
                permit.settle(verdict);
            }
        }
    }

    /** An asynchronous call on its way from try to try. */
    private final class AsyncCall<T extends @Nullable Object> {
        private final Function<? super Attempt, ? extends CompletionStage<T>> call;
        private final Classifier<? super T> classifier;
        private final Deadline by;
        private final CompletableFuture<CallResult<T>> done;
        private final Consumer<Runnable> callers = context.capture();

        AsyncCall(
                Function<? super Attempt, ? extends CompletionStage<T>> call,
                Classifier<? super T> classifier,
                Deadline by,
                CompletableFuture<CallResult<T>> done) {
            this.call = call;
            this.classifier = classifier;
            this.by = by;
            this.done = done;
        }

        /** Makes a try; {@code end} ends the call as the try before did, when this one cannot be made. */
        void attempt(int number, @Nullable Runnable end) {
            Entry entry = enter(by, false);
            if (entry.refusal != null) {
                if (end != null) {
                    end.run();
                } else {
                    done.complete(new NotCalled<>(entry.refusal, entry.retryAfter));
                }
                return;
            }
            Duration timeout = by.atMost(attemptTimeout);
            CompletionStage<T> running;
            try {
                running = Objects.requireNonNull(call.apply(new Attempt(number, timeout, by)), "call returned no stage")
                        .toCompletableFuture()
                        .copy()
                        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RuntimeException | Error failure) {
                running = CompletableFuture.failedStage(failure);
            }
            running.whenComplete((value, failure) -> ended(entry, number, value, failure));
        }

        private void ended(Entry entry, int number, T value, @Nullable Throwable failure) {
            Verdict verdict = Verdict.ignored();
            Runnable end;
            try {
                if (failure == null) {
                    verdict = classifier.ofResult(value);
                    end = () -> done.complete(new Answered<>(value, number));
                } else {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    verdict = classifier.ofException(cause);
                    end = () -> done.completeExceptionally(cause);
                }
            } catch (RuntimeException e) {
                end = () -> done.completeExceptionally(e);
            } finally {
                entry.leave(verdict);
            }
            if (!isToRepeat(verdict, number)) {
                end.run();
                return;
            }
            Duration wait = waitAfter(verdict, number);
            if (!mayRetry(wait, by)) {
                end.run();
                return;
            }
            Runnable last = end;
            delayed.apply(wait).execute(() -> callers.accept(() -> attempt(number + 1, last)));
        }
    }

    /**
     * Waits between the tries of a synchronous call.
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Pause {
        /**
         * Waits.
         *
         * @param time how long
         * @throws InterruptedException if the thread is interrupted; the call is then not tried again
         */
        void pause(Duration time) throws InterruptedException;
    }

    /**
     * Makes a {@link Protection}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private static final Duration LONGEST = Duration.ofDays(1);

        private final CircuitBreaker breaker;
        private Duration deadline = Duration.ofSeconds(30);
        private Duration attemptTimeout = Duration.ofSeconds(10);
        private RetrySettings retry = RetrySettings.none();
        private @Nullable RetryBudget budget;
        private @Nullable Bulkhead bulkhead;
        private @Nullable RateLimit rateLimit;
        private LongSupplier ticker = System::nanoTime;
        private RandomGenerator random = new SharedRandom();
        private Pause pause = time -> TimeUnit.NANOSECONDS.sleep(time.toNanos());
        private Function<Duration, Executor> delayed =
                time -> CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS);
        private CallerContext context = CallerContext.logging();

        private Builder(CircuitBreaker breaker) {
            this.breaker = Objects.requireNonNull(breaker, "breaker");
        }

        /**
         * The time for all tries together, waits included. Default 30 s.
         *
         * @param time 1 ms to 1 day
         * @return this builder
         * @throws io.nestcms.failure.InvalidInputException if {@code time} is out of range
         */
        public Builder deadline(Duration time) {
            this.deadline = Check.range("deadline", time, Duration.ofMillis(1), LONGEST);
            return this;
        }

        /**
         * The time for one try. Default 10 s.
         *
         * @param time 1 ms to 1 day
         * @return this builder
         * @throws io.nestcms.failure.InvalidInputException if {@code time} is out of range
         */
        public Builder attemptTimeout(Duration time) {
            this.attemptTimeout = Check.range("attemptTimeout", time, Duration.ofMillis(1), LONGEST);
            return this;
        }

        /**
         * How often a call that was not sent is tried. Default: once.
         *
         * @param settings the settings
         * @return this builder
         */
        public Builder retry(RetrySettings settings) {
            this.retry = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Limits the retries of all callers together. Default: no limit.
         *
         * @param budget shared by all protections of the dependency
         * @return this builder
         */
        public Builder budget(RetryBudget budget) {
            this.budget = Objects.requireNonNull(budget, "budget");
            return this;
        }

        /**
         * Limits the calls at a time. Default: no limit. An asynchronous call never waits for a place.
         *
         * @param bulkhead shared by all protections of the dependency
         * @return this builder
         */
        public Builder bulkhead(Bulkhead bulkhead) {
            this.bulkhead = Objects.requireNonNull(bulkhead, "bulkhead");
            return this;
        }

        /**
         * Limits the calls in a time. Default: no limit.
         *
         * @param limit shared by all protections of the dependency
         * @return this builder
         */
        public Builder rateLimit(RateLimit limit) {
            this.rateLimit = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /**
         * What measures the deadline. Default {@link System#nanoTime()}.
         *
         * @param ticker gives nanoseconds that never go back, from any origin
         * @return this builder
         */
        public Builder ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * What spreads the waits. Default a generator that threads share without contention.
         *
         * @param random safe for use by many threads
         * @return this builder
         */
        public Builder random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Waits between the tries of a synchronous call. Default: the thread sleeps.
         *
         * @param pause waits
         * @return this builder
         */
        public Builder pause(Pause pause) {
            this.pause = Objects.requireNonNull(pause, "pause");
            return this;
        }

        /**
         * Waits between the tries of an asynchronous call. Default {@link CompletableFuture#delayedExecutor}.
         *
         * @param delayed gives an executor that waits that long before it runs what it is given
         * @return this builder
         */
        public Builder delayed(Function<Duration, Executor> delayed) {
            this.delayed = Objects.requireNonNull(delayed, "delayed");
            return this;
        }

        /**
         * What the further tries of an asynchronous call take along from the caller's thread. Default
         * {@link CallerContext#logging()}.
         *
         * @param context the context; replaces the default
         * @return this builder
         */
        public Builder context(CallerContext context) {
            this.context = Objects.requireNonNull(context, "context");
            return this;
        }

        /**
         * The protection.
         *
         * @return immutable but for the state of its parts
         */
        public Protection build() {
            return new Protection(this);
        }
    }
}
