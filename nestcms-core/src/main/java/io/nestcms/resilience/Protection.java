package io.nestcms.resilience;

import io.nestcms.context.CallerContext;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All that guards the calls to one dependency, one inside the other: deadline, retry with budget, circuit breaker,
 * bulkhead, rate limit, time limit of each try, call. It is a composition of policies of Failsafe, with the same parts that
 * a team composes by itself: {@link Retry}, {@link CircuitBreaker}, {@link TimeLimit}. Retries only what the {@linkplain
 * Classifier classifier} calls {@linkplain Verdict#notSent() not sent}; a try that may have arrived is never repeated. What
 * the breaker, the bulkhead or the rate limit turns away ends the call at once.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Protection {
    final CircuitBreaker breaker;
    private final Duration deadline;
    final Duration attemptTimeout;
    final RetrySettings retry;
    final @Nullable RetryBudget budget;
    final @Nullable Bulkhead bulkhead;
    final @Nullable RateLimit rateLimit;
    final LongSupplier ticker;
    final RandomGenerator random;
    final Pause pause;
    final Function<Duration, Executor> delayed;
    final CallerContext context;
    private final LongAdder calls = new LongAdder();
    final Timer timer;
    final LongAdder retries = new LongAdder();
    final LongAdder retriesDenied = new LongAdder();
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
        this.timer = builder.timer;
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
     * Makes a call within the configured deadline. See {@link #call(ProtectedCall, Classifier, Deadline)}.
     *
     * @param <T> what the call returns
     * @param <X> what it may throw
     * @param call the call
     * @param classifier judges each try
     * @return the last answer, or that nothing was sent
     * @throws X if the last try fails with it
     * @throws CallTimeoutException if a try did not end in its time
     */
    public <T extends @Nullable Object, X extends Exception> CallResult<T> call(
            ProtectedCall<? extends T, X> call, Classifier<? super T> classifier) throws X {
        return call(call, classifier, Deadline.after(deadline, ticker));
    }

    /**
     * Makes a call within a deadline of the caller's, on the caller's thread. A try that does not end in its time is
     * interrupted a little after it, so that a client that keeps to {@link Attempt#timeout()} comes first; an answer that
     * comes late is a time-out and never a success. Code that ignores interrupts holds its thread for as long as it likes.
     *
     * <p>An interrupt of the thread from elsewhere ends the call: nothing is sent that was not sent yet, and the thread stays
     * interrupted.
     *
     * @param <T> what the call returns
     * @param <X> what it may throw
     * @param call the call
     * @param classifier judges each try
     * @param by when the operation must have ended; replaces the configured one
     * @return the last answer, or that nothing was sent
     * @throws X if the last try fails with it
     * @throws CallTimeoutException if a try did not end in its time; it may have arrived
     */
    public <T extends @Nullable Object, X extends Exception> CallResult<T> call(
            ProtectedCall<? extends T, X> call, Classifier<? super T> classifier, Deadline by) throws X {
        calls.increment();
        return new ProtectedRun<T>(this, classifier, by).call(call);
    }

    /**
     * Makes an asynchronous call within the configured deadline, by which the returned stage completes in any case. A try
     * whose time is over counts as failed with {@link CallTimeoutException}, whatever becomes of it. Further tries run under
     * the caller's context; what is told of a time-out runs on threads of its own.
     *
     * <p>Cancelling the future of the returned stage cancels what the call returned, if that can be cancelled, and starts no
     * further try; the breaker counts nothing. A place in the bulkhead is held until what the call returned has completed, or
     * was cancelled and has a way of its own to be; a plain {@link CompletableFuture} only looks cancelled, so its place is
     * held until the time of its try is over.
     *
     * @param <T> what the call gives
     * @param call starts the call
     * @param classifier judges each try
     * @return completes with the last answer or that nothing was sent; exceptionally when the last try fails
     */
    public <T extends @Nullable Object> CompletionStage<CallResult<T>> callAsync(
            Function<? super Attempt, ? extends CompletionStage<T>> call, Classifier<? super T> classifier) {
        calls.increment();
        return new ProtectedRun<T>(this, classifier, Deadline.after(deadline, ticker)).callAsync(call);
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

    NotCalledException refusal(Reason reason, Duration retryAfter) {
        LongAdder counted = turnedAway.get(reason);
        if (counted != null) {
            counted.increment();
        }
        return new NotCalledException(reason, retryAfter);
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
        private Timer timer = SystemTimer.INSTANCE;

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

        /** What interrupts and gives up; for tests. */
        Builder timer(Timer timer) {
            this.timer = timer;
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
