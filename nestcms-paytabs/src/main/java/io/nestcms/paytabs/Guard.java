package io.nestcms.paytabs;

import dev.failsafe.Failsafe;
import dev.failsafe.Policy;
import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.CircuitOpenException;
import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.Deadline;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.Retry;
import io.nestcms.resilience.RetryBudget;
import io.nestcms.resilience.RetrySettings;
import io.nestcms.resilience.Verdict;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
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
 * What stands before every call of the client, as policies of Failsafe, one inside the other: further attempts of what provably never
 * left, with a budget and one deadline for all; whether there is still time; the lane's circuit breaker; and our own pace. Knows
 * neither HTTP nor JSON.
 */
final class Guard {
    private static final Duration THROTTLED_WAIT = Duration.ofSeconds(3);
    private static final Judge JUDGE = new Judge();

    private final String name;
    private final Map<Api.Lane, CircuitBreaker> breakers = new EnumMap<>(Api.Lane.class);
    private final int attempts;
    private final RetryBudget retries;
    private final Pace pace;
    private final Duration backOff;
    private final Duration deadline;
    private final LongSupplier ticker;
    private final Protection.Pause pause;
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
        this.pause = settings.pause;
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
        Protection.Pause pause = wait -> TimeUnit.NANOSECONDS.sleep(wait.toNanos());
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
        Run<T> run = new Run<>(limit, givenUp);
        return Failsafe.with(run.policies(breaker(lane))).get(() -> {
            CallEnd<T> tooSoon = tooSoon();
            return tooSoon != null ? tooSoon : attempt.make(run.by.remaining());
        });
    }

    /** As {@link #call}, without a thread that waits. */
    <T> CompletableFuture<CallEnd<T>> start(Api.Lane lane, BooleanSupplier givenUp, AsyncAttempt<T> attempt) {
        Run<T> run = new Run<>(null, givenUp);
        return Failsafe.with(run.policies(breaker(lane))).with(Plan.INSTANCE).getStageAsync(() -> {
            CompletableFuture<CallEnd<T>> end = new CompletableFuture<>();
            CallEnd<T> tooSoon = tooSoon();
            if (tooSoon != null) {
                end.complete(tooSoon);
            } else {
                attempt.make(run.by.remaining(), end::complete);
            }
            return end;
        });
    }

    private <T> @Nullable CallEnd<T> tooSoon() {
        Duration wait = pace.take();
        return wait.isZero() ? null : CallEnd.notSent(NotSent.Cause.THROTTLED, wait, Health.UNTOLD);
    }

    /** One call with all its attempts; tells the retry what may go again, and after which wait. */
    private final class Run<T> implements Classifier<CallEnd<T>> {
        private final BooleanSupplier givenUp;
        private final Deadline by;
        private volatile int made;
        private volatile @Nullable CallEnd<T> last;

        Run(@Nullable Duration limit, BooleanSupplier givenUp) {
            this.givenUp = givenUp;
            this.by = Deadline.after(limit == null || limit.compareTo(deadline) > 0 ? deadline : limit, ticker);
        }

        /** From the outermost to the innermost. */
        List<Policy<CallEnd<T>>> policies(CircuitBreaker breaker) {
            return List.of(
                    Retry.<CallEnd<T>>builder(this)
                            // each verdict bears its wait
                            .settings(new RetrySettings(attempts, Duration.ZERO, Duration.ZERO, 0))
                            .budget(retries)
                            .by(by)
                            .pause(pause)
                            .build(),
                    new Refusals<>(this::refusal, Guard::open),
                    breaker.policy(JUDGE));
        }

        /** Why the next attempt is not to be made, asked before the breaker is. */
        private @Nullable CallEnd<T> refusal() {
            if (last != null && givenUp.getAsBoolean()) {
                return last;
            }
            return by.isOver() ? CallEnd.notSent(NotSent.Cause.OUT_OF_TIME, null, Health.UNTOLD) : null;
        }

        @Override
        public Verdict ofResult(CallEnd<T> end) {
            last = end;
            // by whichever thread an attempt ended on, one after the other
            int before = made;
            made = before + 1;
            return end.outcome() instanceof NotSent<?> unsent && mayGoAgain(unsent) && !givenUp.getAsBoolean()
                    ? Verdict.failure(FailureClass.OTHER, wait(unsent, before)).notSent()
                    : Verdict.success();
        }

        @Override
        public Verdict ofException(Throwable failure) {
            return Verdict.ignored();
        }

        private boolean mayGoAgain(NotSent<?> unsent) {
            return unsent.cause() == NotSent.Cause.NO_CONNECTION || unsent.cause() == NotSent.Cause.THROTTLED;
        }

        /** What PayTabs asked for, never less; otherwise doubled each time, with half of it left to chance. */
        private Duration wait(NotSent<?> unsent, int before) {
            Duration asked = unsent.retryAfter();
            if (asked != null) {
                return asked;
            }
            Duration first = unsent.cause() == NotSent.Cause.THROTTLED ? THROTTLED_WAIT : backOff;
            long full = first.toNanos() << Math.min(before, 10);
            return Duration.ofNanos(full - (long) (random.nextDouble() * full / 2));
        }
    }

    private static <T> CallEnd<T> open(CircuitOpenException refusal) {
        return CallEnd.notSent(NotSent.Cause.CIRCUIT_OPEN, refusal.retryAfter(), Health.UNTOLD);
    }

    /** What the end of an attempt tells the breaker. */
    private static final class Judge implements Classifier<CallEnd<?>> {
        @Override
        public Verdict ofResult(CallEnd<?> end) {
            return switch (end.health()) {
                case HEALTHY -> Verdict.success();
                case CONNECT -> Verdict.failure(FailureClass.CONNECT);
                case TIMEOUT -> Verdict.failure(FailureClass.TIMEOUT);
                case SERVER_ERROR -> Verdict.failure(FailureClass.SERVER_ERROR);
                case THROTTLED -> {
                    Duration wait = end.outcome() instanceof NotSent<?> unsent ? unsent.retryAfter() : null;
                    yield wait == null
                            ? Verdict.failure(FailureClass.THROTTLED)
                            : Verdict.failure(FailureClass.THROTTLED, wait);
                }
                case OTHER -> Verdict.failure(FailureClass.OTHER);
                case UNTOLD -> Verdict.ignored();
            };
        }

        /** A bug of ours or of an application's part, which says nothing about the gateway. */
        @Override
        public Verdict ofException(Throwable failure) {
            return Verdict.ignored();
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
