package io.nestcms.paytabs;

import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import io.nestcms.resilience.RetryBudget;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What stands before every call of the client: a circuit breaker, our own pace, one deadline for all attempts, and further attempts of
 * what provably never left. Knows neither HTTP nor JSON.
 */
final class Guard {
    private static final Duration THROTTLED_WAIT = Duration.ofSeconds(3);

    private final String name;
    private final Map<Api.Lane, CircuitBreaker> breakers = new EnumMap<>(Api.Lane.class);
    private final int attempts;
    private final RetryBudget retries;
    private final Pace pace;
    private final Duration backOff;
    private final Duration deadline;
    private final LongSupplier ticker;
    private final PayTabsGateway.Sleeper sleeper;
    private final RandomGenerator random;

    private Guard(Settings settings, CircuitBreakers registry) {
        this.name = settings.name;
        BreakerSettings breaker = settings.breaker.dependency().isPresent()
                ? settings.breaker
                : settings.breaker.toBuilder().dependency(name).build();
        for (Api.Lane lane : Api.Lane.values()) {
            breakers.put(lane, registry.create(lane.breaker(name), breaker));
        }
        this.attempts = settings.attempts;
        this.retries = settings.retries == null
                ? RetryBudget.of(0.2, 10, Duration.ofMinutes(1), settings.ticker)
                : settings.retries;
        this.pace = new Pace(settings.callsPerMinute, settings.ticker);
        this.backOff = settings.backOff;
        this.deadline = settings.deadline;
        this.ticker = settings.ticker;
        this.sleeper = settings.sleeper;
        this.random = settings.random;
    }

    /** What a guard is made of; the defaults are those of {@link PayTabsGateway.Builder}. */
    static final class Settings {
        String name = "paytabs";
        BreakerSettings breaker = BreakerSettings.gateway().build();
        int attempts = 3;

        @Nullable RetryBudget retries;

        int callsPerMinute;
        Duration backOff = Duration.ofMillis(250);
        Duration deadline = Duration.ofSeconds(30);
        LongSupplier ticker = System::nanoTime;
        PayTabsGateway.Sleeper sleeper = wait -> Thread.sleep(wait.toMillis(), wait.toNanosPart() % 1_000_000);
        RandomGenerator random = new SharedRandom();

        Guard build(CircuitBreakers registry) {
            return new Guard(this, registry);
        }
    }

    /** The guard of a client that nobody wired: breakers of its own, and one attempt. */
    static Guard alone(Duration deadline) {
        Settings settings = new Settings();
        settings.attempts = 1;
        settings.deadline = deadline;
        return settings.build(CircuitBreakers.builder().build());
    }

    String name() {
        return name;
    }

    CircuitBreaker breaker(Api.Lane lane) {
        return Objects.requireNonNull(breakers.get(lane), "every lane has a breaker");
    }

    /** One attempt on this thread. */
    interface Attempt<T> {
        CallEnd<T> make(Duration left);
    }

    /** One attempt on another thread; tells its end once. */
    interface AsyncAttempt<T> {
        void make(Duration left, Consumer<CallEnd<T>> ended);
    }

    /** Attempts until one ends otherwise than unsent, or attempts or time are used up. */
    <T> CallEnd<T> call(Api.Lane lane, @Nullable Duration limit, BooleanSupplier givenUp, Attempt<T> attempt) {
        Run run = new Run(lane, limit, givenUp);
        while (true) {
            CallEnd<T> end = attempt(run, attempt);
            Duration wait = run.waitAfter(end);
            if (wait == null || !sleep(wait) || givenUp.getAsBoolean()) {
                return end;
            }
        }
    }

    private <T> CallEnd<T> attempt(Run run, Attempt<T> attempt) {
        Entry<T> entry = enter(run);
        if (entry.refusal != null) {
            return entry.refusal;
        }
        CallEnd<T> end = null;
        try {
            end = attempt.make(run.left());
            return end;
        } finally {
            entry.leave(end);
        }
    }

    /** As {@link #call}, without a thread that waits. */
    <T> CompletableFuture<CallEnd<T>> start(Api.Lane lane, BooleanSupplier givenUp, AsyncAttempt<T> attempt) {
        CompletableFuture<CallEnd<T>> done = new CompletableFuture<>();
        next(new Run(lane, null, givenUp), attempt, done);
        return done;
    }

    private <T> void next(Run run, AsyncAttempt<T> attempt, CompletableFuture<CallEnd<T>> done) {
        Entry<T> entry = enter(run);
        if (entry.refusal != null) {
            ended(run, attempt, entry.refusal, done);
            return;
        }
        attempt.make(run.left(), end -> {
            entry.leave(end);
            ended(run, attempt, end, done);
        });
    }

    private <T> void ended(Run run, AsyncAttempt<T> attempt, CallEnd<T> end, CompletableFuture<CallEnd<T>> done) {
        Duration wait = run.waitAfter(end);
        if (wait == null) {
            done.complete(end);
            return;
        }
        CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS).execute(() -> {
            if (run.givenUp.getAsBoolean()) {
                done.complete(end);
            } else {
                next(run, attempt, done);
            }
        });
    }

    private <T> Entry<T> enter(Run run) {
        if (!isPositive(run.left())) {
            return new Entry<>(CallEnd.notSent(NotSent.Cause.OUT_OF_TIME, null, Health.UNTOLD));
        }
        CircuitBreaker breaker = breaker(run.lane);
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            return new Entry<>(CallEnd.notSent(NotSent.Cause.CIRCUIT_OPEN, permit.retryAfter(), Health.UNTOLD));
        }
        Duration wait = pace.take();
        if (wait.isZero()) {
            return new Entry<>(permit);
        }
        permit.ignore();
        return new Entry<>(CallEnd.notSent(NotSent.Cause.THROTTLED, wait, Health.UNTOLD));
    }

    private static boolean isPositive(Duration time) {
        return !time.isNegative() && !time.isZero();
    }

    private boolean sleep(Duration wait) {
        try {
            sleeper.sleep(wait);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** One call with all its attempts. */
    private final class Run {
        private final Api.Lane lane;
        private final BooleanSupplier givenUp;
        private final long startedAt = ticker.getAsLong();
        private final Duration most;
        private int made;

        Run(Api.Lane lane, @Nullable Duration limit, BooleanSupplier givenUp) {
            this.lane = lane;
            this.givenUp = givenUp;
            this.most = limit == null || limit.compareTo(deadline) > 0 ? deadline : limit;
            retries.called();
        }

        Duration left() {
            return most.minusNanos(ticker.getAsLong() - startedAt);
        }

        /** How long to wait before the next attempt, or {@code null} when there is none. */
        @Nullable Duration waitAfter(CallEnd<?> end) {
            made++;
            if (made >= attempts || !(end.outcome() instanceof NotSent<?> unsent) || !mayGoAgain(unsent)) {
                return null;
            }
            Duration wait = wait(unsent);
            return givenUp.getAsBoolean() || wait.compareTo(left()) >= 0 || !retries.tryRetry() ? null : wait;
        }

        private boolean mayGoAgain(NotSent<?> unsent) {
            return unsent.cause() == NotSent.Cause.NO_CONNECTION || unsent.cause() == NotSent.Cause.THROTTLED;
        }

        /** What PayTabs asked for, never less; otherwise doubled each time, with half of it left to chance. */
        private Duration wait(NotSent<?> unsent) {
            Duration asked = unsent.retryAfter();
            if (asked != null) {
                return asked;
            }
            Duration first = unsent.cause() == NotSent.Cause.THROTTLED ? THROTTLED_WAIT : backOff;
            long full = first.toNanos() << Math.min(made - 1, 10);
            return Duration.ofNanos(full - (long) (random.nextDouble() * full / 2));
        }
    }

    /** The way into one attempt, or why there is none. */
    private static final class Entry<T> {
        private final @Nullable Permit permit;
        private final @Nullable CallEnd<T> refusal;

        Entry(Permit permit) {
            this.permit = permit;
            this.refusal = null;
        }

        Entry(CallEnd<T> refusal) {
            this.permit = null;
            this.refusal = refusal;
        }

        void leave(@Nullable CallEnd<T> end) {
            if (permit != null) {
                report(permit, end);
            }
        }
    }

    private static void report(Permit permit, @Nullable CallEnd<?> end) {
        switch (end == null ? Health.UNTOLD : end.health()) {
            case HEALTHY -> permit.success();
            case CONNECT -> permit.failure(FailureClass.CONNECT);
            case TIMEOUT -> permit.failure(FailureClass.TIMEOUT);
            case SERVER_ERROR -> permit.failure(FailureClass.SERVER_ERROR);
            case THROTTLED -> {
                Duration wait = end != null && end.outcome() instanceof NotSent<?> unsent ? unsent.retryAfter() : null;
                if (wait == null) {
                    permit.failure(FailureClass.THROTTLED);
                } else {
                    permit.failure(FailureClass.THROTTLED, wait);
                }
            }
            case OTHER -> permit.failure(FailureClass.OTHER);
            case UNTOLD -> permit.ignore();
        }
    }

    /** The generator of whatever thread asks. */
    private static final class SharedRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }
    }
}
