package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** The breaker against a model that is simple enough to be believed, over random settings and histories. */
class CircuitBreakerModelTest {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration OPEN_FOR = Duration.ofSeconds(5);
    private static final Duration SLOW = Duration.ofSeconds(2);

    /** What a step does; {@code choice} picks among what there is. */
    private record Step(Kind kind, int choice) {
        enum Kind {
            ACQUIRE,
            SUCCEED,
            FAIL,
            IGNORE,
            LEAK,
            WAIT,
            FORCE
        }
    }

    private record Call(long at, @Nullable FailureClass failure, boolean slow) {}

    /** The model: lists and plain rules. Times are milliseconds. */
    private static final class Model {
        final BreakerSettings settings;
        BreakerState state = BreakerState.CLOSED;
        Object generation = new Object();
        List<Call> window = new ArrayList<>();
        long windowBegun;
        long openUntil;
        Set<Held> trials = new HashSet<>();
        int good;
        int bad;
        long firstGoodAt;
        long quietSince;

        Model(BreakerSettings settings) {
            this.settings = settings;
        }

        /** A permit the model gave. */
        static final class Held {
            final Object generation;
            final long at;
            final boolean trial;

            Held(Object generation, long at, boolean trial) {
                this.generation = generation;
                this.at = at;
                this.trial = trial;
            }
        }

        @Nullable Held acquire(long now) {
            expire(now);
            if (state == BreakerState.OPEN && now >= openUntil) {
                become(BreakerState.HALF_OPEN, now);
            }
            if (state == BreakerState.OPEN || state == BreakerState.FORCED_OPEN) {
                return null;
            }
            if (state != BreakerState.HALF_OPEN) {
                return new Held(generation, now, false);
            }
            if (trials.size() + good + bad >= settings.trialCalls()) {
                return null;
            }
            Held held = new Held(generation, now, true);
            trials.add(held);
            return held;
        }

        void settle(Held held, boolean counts, @Nullable FailureClass failure, long now) {
            if (held.generation != generation || (held.trial && !trials.remove(held))) {
                return;
            }
            quietSince = held.trial ? now : quietSince;
            if (!counts) {
                return;
            }
            boolean slow = settings.slowAfter().isPresent() && now - held.at > SLOW.toMillis();
            Call call = new Call(now, failure, slow);
            if (held.trial) {
                if (failure == null && !slow) {
                    firstGoodAt = good == 0 ? now : firstGoodAt;
                    good++;
                } else if (cost(call).signum() > 0) {
                    bad++;
                }
                decide(now);
                return;
            }
            window.add(call);
            List<Call> present = present(now);
            if (state == BreakerState.CLOSED && isTooBad(present)) {
                become(BreakerState.OPEN, now);
            }
        }

        void expire(long now) {
            if (state == BreakerState.HALF_OPEN) {
                List<Held> over = trials.stream()
                        .filter(held -> now - held.at >= PROBE_TIMEOUT.toMillis())
                        .toList();
                trials.removeAll(over);
                bad += over.size();
                long overAt = Math.max(firstGoodAt + OPEN_FOR.toMillis(), quietSince);
                if (!over.isEmpty()) {
                    quietSince =
                            over.stream().mapToLong(held -> held.at).max().orElseThrow() + PROBE_TIMEOUT.toMillis();
                    decide(quietSince);
                } else if (good > 0 && bad <= settings.toleratedTrialFailures() && trials.isEmpty() && now >= overAt) {
                    become(BreakerState.CLOSED, overAt);
                }
            }
        }

        private void decide(long now) {
            if (bad > settings.toleratedTrialFailures()) {
                become(BreakerState.OPEN, now);
            } else if (good + bad >= settings.trialCalls()) {
                become(BreakerState.CLOSED, now);
            }
        }

        void become(BreakerState next, long now) {
            state = next;
            generation = new Object();
            window = new ArrayList<>();
            windowBegun = now;
            openUntil = now + OPEN_FOR.toMillis();
            trials = new HashSet<>();
            good = 0;
            bad = 0;
        }

        List<Call> present(long now) {
            if (settings.timeWindow().isEmpty()) {
                return window.subList(Math.max(0, window.size() - settings.countWindow()), window.size());
            }
            long slice = settings.timeWindow().get().toMillis() / 10;
            long current = (now - windowBegun) / slice;
            return window.stream()
                    .filter(call -> current - (call.at() - windowBegun) / slice < 10)
                    .toList();
        }

        private boolean isTooBad(List<Call> calls) {
            int minimum = settings.timeWindow().isPresent()
                    ? settings.minimumCalls()
                    : Math.min(settings.minimumCalls(), settings.countWindow());
            if (calls.size() < minimum) {
                return false;
            }
            BigDecimal sum = calls.stream().map(this::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
            BigDecimal most = BigDecimal.valueOf(calls.size())
                    .multiply(BigDecimal.valueOf(settings.failureRate()))
                    .multiply(BigDecimal.valueOf(settings.slowRate()));
            return sum.compareTo(most) >= 0;
        }

        /** A failure weighs weight/failureRate, a slow call 1/slowRate; both times failureRate times slowRate. */
        private BigDecimal cost(Call call) {
            BigDecimal failed = call.failure() == null
                    ? BigDecimal.ZERO
                    : BigDecimal.valueOf(settings.weight(call.failure()))
                            .multiply(BigDecimal.valueOf(settings.slowRate()));
            BigDecimal slow = call.slow() ? BigDecimal.valueOf(settings.failureRate()) : BigDecimal.ZERO;
            return failed.max(slow);
        }
    }

    private record Both(Permit permit, Model.Held held) {}

    @Property(tries = 1500)
    void breaker_overRandomHistories_agreesWithTheModel(
            @ForAll("settings") BreakerSettings settings, @ForAll("steps") List<Step> steps) {
        ManualTime time = new ManualTime();
        long origin = time.getAsLong();
        CircuitBreaker breaker =
                CircuitBreakers.builder().ticker(time).clock(time).build().create("b", settings);
        Model model = new Model(settings);
        List<Both> held = new ArrayList<>();
        for (Step step : steps) {
            long now = (time.getAsLong() - origin) / 1_000_000;
            apply(step, breaker, model, held, time, now);
            now = (time.getAsLong() - origin) / 1_000_000;
            model.expire(now);
            assertThat(breaker.state()).isEqualTo(model.state);
            if (model.state == BreakerState.CLOSED) {
                assertThat(breaker.snapshot().windowCalls())
                        .isEqualTo(model.present(now).size());
            } else if (model.state == BreakerState.OPEN) {
                assertThat(breaker.snapshot().retryAfter())
                        .isEqualTo(Duration.ofMillis(Math.max(0, model.openUntil - now)));
            }
        }
        assertThat(letsThroughAgain(breaker, time)).as("never stuck").isTrue();
    }

    private static boolean letsThroughAgain(CircuitBreaker breaker, ManualTime time) {
        if (breaker.state() == BreakerState.FORCED_OPEN) {
            breaker.forceClosed();
        }
        time.advance(PROBE_TIMEOUT);
        breaker.tryAcquire();
        time.advance(PROBE_TIMEOUT);
        return !breaker.tryAcquire().isRejected() || !isRejectedAfterOpenTime(breaker, time);
    }

    private static boolean isRejectedAfterOpenTime(CircuitBreaker breaker, ManualTime time) {
        time.advance(OPEN_FOR);
        return breaker.tryAcquire().isRejected();
    }

    private static void apply(
            Step step, CircuitBreaker breaker, Model model, List<Both> held, ManualTime time, long now) {
        switch (step.kind()) {
            case ACQUIRE -> {
                Permit permit = breaker.tryAcquire();
                Model.Held expected = model.acquire(now);
                assertThat(permit.isRejected()).isEqualTo(expected == null);
                if (expected != null) {
                    held.add(new Both(permit, expected));
                }
            }
            case WAIT -> time.advance(Duration.ofMillis(step.choice() * 70L));
            case FORCE -> {
                switch (step.choice() % 4) {
                    case 0 -> {
                        breaker.forceOpen();
                        model.become(BreakerState.FORCED_OPEN, now);
                    }
                    case 1 -> {
                        breaker.metricsOnly();
                        model.become(BreakerState.METRICS_ONLY, now);
                    }
                    default -> {
                        breaker.forceClosed();
                        model.become(BreakerState.CLOSED, now);
                    }
                }
            }
            default -> {
                if (!held.isEmpty()) {
                    settle(step, model, held.remove(step.choice() % held.size()), now);
                }
            }
        }
    }

    private static void settle(Step step, Model model, Both both, long now) {
        FailureClass failure = FailureClass.values()[step.choice() % FailureClass.values().length];
        // the breaker looks for lost trial calls when it is asked; the order of the two must not matter
        switch (step.kind()) {
            case SUCCEED -> {
                both.permit().success();
                model.settle(both.held(), true, null, now);
            }
            case FAIL -> {
                both.permit().failure(failure);
                model.settle(both.held(), true, failure, now);
            }
            case IGNORE -> {
                both.permit().ignore();
                model.settle(both.held(), false, null, now);
            }
            default -> {
                // leaked
            }
        }
    }

    @Provide
    Arbitrary<BreakerSettings> settings() {
        Arbitrary<Integer> window = Arbitraries.integers().between(1, 30);
        Arbitrary<Integer> minimum = Arbitraries.integers().between(1, 20);
        Arbitrary<Integer> failureRate = Arbitraries.integers().between(1, 1000);
        Arbitrary<Integer> slowRate = Arbitraries.integers().between(0, 1000);
        Arbitrary<Integer> weight = Arbitraries.integers().between(0, 1000);
        Arbitrary<Integer> trials = Arbitraries.integers().between(1, 4);
        Arbitrary<Boolean> timed = Arbitraries.of(true, false);
        return Combinators.combine(window, minimum, failureRate, slowRate, weight, trials, timed)
                .as((size, least, failed, slow, throttled, trialCalls, byTime) -> {
                    BreakerSettings.Builder builder = BreakerSettings.builder()
                            .countWindow(size)
                            .minimumCalls(least)
                            .failureRate(failed / 1000.0)
                            .weight(FailureClass.THROTTLED, throttled / 1000.0)
                            .openFor(OPEN_FOR)
                            .trialCalls(trialCalls)
                            .toleratedTrialFailures(trialCalls / 3)
                            .probeTimeout(PROBE_TIMEOUT);
                    if (slow > 0) {
                        builder.slowCalls(SLOW, slow / 1000.0);
                    }
                    if (byTime) {
                        builder.timeWindow(Duration.ofSeconds(size));
                    }
                    return builder.build();
                });
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step.Kind> kind = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.just(Step.Kind.ACQUIRE)),
                Tuple.of(4, Arbitraries.just(Step.Kind.SUCCEED)),
                Tuple.of(4, Arbitraries.just(Step.Kind.FAIL)),
                Tuple.of(1, Arbitraries.of(Step.Kind.IGNORE, Step.Kind.LEAK)),
                Tuple.of(3, Arbitraries.just(Step.Kind.WAIT)),
                Tuple.of(1, Arbitraries.of(Step.Kind.FORCE, Step.Kind.ACQUIRE, Step.Kind.WAIT)));
        Arbitrary<Step> step = Combinators.combine(kind, Arbitraries.integers().between(0, 100))
                .as(Step::new);
        return step.list().ofMinSize(1).ofMaxSize(150);
    }
}
