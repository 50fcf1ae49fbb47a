package io.nestcms.resilience;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a circuit breaker judges and reacts. {@link #builder()} starts from the defaults; {@link #gateway()},
 * {@link #database()}, {@link #cache()} and {@link #service()} start from what suits such a dependency.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class BreakerSettings {
    /** How long few callers keep a breaker half-open that has no ramp. */
    static final Duration LONGEST_PATIENCE = Duration.ofSeconds(10);

    private final @Nullable String dependency;
    private final int countWindow;
    private final @Nullable Duration timeWindow;
    private final int minimumCalls;
    private final double failureRate;
    private final @Nullable Duration slowAfter;
    private final double slowRate;
    private final Map<FailureClass, Double> weights;
    private final Duration openFor;
    private final Map<FailureClass, Duration> openForClass;
    private final double backOff;
    private final Duration longestOpen;
    private final double jitter;
    private final Duration longestRetryAfter;
    private final int trialCalls;
    private final int toleratedTrialFailures;
    private final Duration probeTimeout;
    private final @Nullable Duration rampStep;
    private final List<Double> rampShares;

    private BreakerSettings(Builder builder) {
        this.dependency = builder.dependency;
        this.countWindow = builder.countWindow;
        this.timeWindow = builder.timeWindow;
        this.minimumCalls = builder.minimumCalls;
        this.failureRate = builder.failureRate;
        this.slowAfter = builder.slowAfter;
        this.slowRate = builder.slowRate;
        this.weights = Map.copyOf(builder.weights);
        this.openFor = builder.openFor;
        this.openForClass = Map.copyOf(builder.openForClass);
        this.backOff = builder.backOff;
        this.longestOpen = builder.longestOpen;
        this.jitter = builder.jitter;
        this.longestRetryAfter = builder.longestRetryAfter;
        this.trialCalls = builder.trialCalls;
        this.toleratedTrialFailures = builder.toleratedTrialFailures;
        this.probeTimeout = builder.probeTimeout;
        this.rampStep = builder.rampStep;
        this.rampShares = builder.rampShares;
    }

    /**
     * The defaults: the last 100 calls, at least 20 of them, half of them failed, slow calls not watched, every failure
     * class with weight 1, open for 30 s, 3 trial calls of which none may fail, no ramp.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * For a payment gateway: the last minute, at least 10 calls; slow from 10 s on; 429 counts half; open for 5 s (2 s when
     * no connection could be made), with jitter and without back-off, since 3 trial calls every few seconds are no load and
     * every second of an outage costs money; recovers over 10, 25 and 50 % of the calls in steps of 1 s.
     *
     * @return a new builder
     */
    public static Builder gateway() {
        return builder()
                .timeWindow(Duration.ofMinutes(1))
                .minimumCalls(10)
                .slowCalls(Duration.ofSeconds(10), 0.8)
                .weight(FailureClass.THROTTLED, 0.5)
                .openFor(Duration.ofSeconds(5))
                .openFor(FailureClass.CONNECT, Duration.ofSeconds(2))
                .jitter(0.2)
                .ramp(Duration.ofSeconds(1), 0.1, 0.25, 0.5);
    }

    /**
     * For a database: the last 10 s, at least 20 calls; slow from 2 s on; open for 2 s, doubled up to 30 s, with jitter.
     *
     * @return a new builder
     */
    public static Builder database() {
        return builder()
                .timeWindow(Duration.ofSeconds(10))
                .slowCalls(Duration.ofSeconds(2), 0.8)
                .openFor(Duration.ofSeconds(2))
                .backOff(2, Duration.ofSeconds(30))
                .jitter(0.2)
                .probeTimeout(Duration.ofSeconds(30));
    }

    /**
     * For a cache, which must slow nothing down: the last 20 calls, at least 5; slow from 100 ms on; open for 1 s, doubled
     * up to 15 s, with jitter; one trial call.
     *
     * @return a new builder
     */
    public static Builder cache() {
        return builder()
                .countWindow(20)
                .minimumCalls(5)
                .slowCalls(Duration.ofMillis(100), 0.5)
                .openFor(Duration.ofSeconds(1))
                .backOff(2, Duration.ofSeconds(15))
                .jitter(0.2)
                .trialCalls(1)
                .probeTimeout(Duration.ofSeconds(5));
    }

    /**
     * For an external service such as mail, SMS or storage: the last 5 min, at least 5 calls; slow from 20 s on; open for
     * 30 s, doubled up to 10 min, with jitter; one trial call.
     *
     * @return a new builder
     */
    public static Builder service() {
        return builder()
                .timeWindow(Duration.ofMinutes(5))
                .minimumCalls(5)
                .slowCalls(Duration.ofSeconds(20), 0.8)
                .backOff(2, Duration.ofMinutes(10))
                .jitter(0.2)
                .trialCalls(1);
    }

    /**
     * A builder that starts from these settings.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * The dependency that the breaker guards.
     *
     * @return empty when it is named like the breaker
     */
    public Optional<String> dependency() {
        return Optional.ofNullable(dependency);
    }

    /**
     * The size of the count window.
     *
     * @return how many calls are looked at; without meaning when there is a time window
     */
    public int countWindow() {
        return countWindow;
    }

    /**
     * The length of the time window.
     *
     * @return empty when calls are counted, not timed
     */
    public Optional<Duration> timeWindow() {
        return Optional.ofNullable(timeWindow);
    }

    /**
     * How many calls there must be in the window before they are judged.
     *
     * @return 1 or more
     */
    public int minimumCalls() {
        return minimumCalls;
    }

    /**
     * The share of failed calls at which the breaker opens when no call is slow.
     *
     * @return above 0, at most 1
     */
    public double failureRate() {
        return failureRate;
    }

    /**
     * From which duration on a call is slow.
     *
     * @return empty when slow calls are not watched
     */
    public Optional<Duration> slowAfter() {
        return Optional.ofNullable(slowAfter);
    }

    /**
     * The share of slow calls at which the breaker opens when no call fails.
     *
     * @return above 0, at most 1
     */
    public double slowRate() {
        return slowRate;
    }

    /**
     * How much a failure of a class counts.
     *
     * @param failureClass the class
     * @return 0 to 1
     */
    public double weight(FailureClass failureClass) {
        return weights.getOrDefault(failureClass, 1.0);
    }

    /**
     * How long the breaker stays open the first time, before jitter, when a failure of a class opened it.
     *
     * @param failureClass the class, or {@code null} for slow calls
     * @return the duration
     */
    public Duration openFor(@Nullable FailureClass failureClass) {
        return failureClass == null ? openFor : openForClass.getOrDefault(failureClass, openFor);
    }

    /**
     * By what the open time is multiplied each time the breaker opens again without having closed.
     *
     * @return 1 or more
     */
    public double backOff() {
        return backOff;
    }

    /**
     * The longest open time that the back-off can reach, before jitter.
     *
     * @return the duration
     */
    public Duration longestOpen() {
        return longestOpen;
    }

    /**
     * The share of the open time that is added at random, so that many nodes do not come back at one moment.
     *
     * @return 0 to 1
     */
    public double jitter() {
        return jitter;
    }

    /**
     * The longest time for which a dependency's own word on when to come back is believed.
     *
     * @return the duration
     */
    public Duration longestRetryAfter() {
        return longestRetryAfter;
    }

    /**
     * How many trial calls decide, and how many of them may run at a time.
     *
     * @return 1 or more
     */
    public int trialCalls() {
        return trialCalls;
    }

    /**
     * How many of the trial calls may fail or be slow without opening the breaker again.
     *
     * @return 0 or more, below {@link #trialCalls()}
     */
    public int toleratedTrialFailures() {
        return toleratedTrialFailures;
    }

    /**
     * After which time a trial call that was never reported counts as failed.
     *
     * @return the duration
     */
    public Duration probeTimeout() {
        return probeTimeout;
    }

    /**
     * How long each step of the ramp lasts.
     *
     * @return empty when there is no ramp
     */
    public Optional<Duration> rampStep() {
        return Optional.ofNullable(rampStep);
    }

    /**
     * The shares of the calls that the ramp lets through, before all are.
     *
     * @return rising, each above 0 and below 1; empty when there is no ramp
     */
    public List<Double> rampShares() {
        return rampShares;
    }

    /**
     * How long after the first good trial call the others are waited for: the time of the ramp, or without one the open
     * time, at most {@link #LONGEST_PATIENCE}.
     */
    Duration patience() {
        if (rampStep != null && !rampShares.isEmpty()) {
            return rampStep.multipliedBy(rampShares.size());
        }
        return openFor.compareTo(LONGEST_PATIENCE) < 0 ? openFor : LONGEST_PATIENCE;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("BreakerSettings[");
        if (dependency != null) {
            text.append("dependency=").append(dependency).append(", ");
        }
        text.append(timeWindow == null ? "countWindow=" + countWindow : "timeWindow=" + timeWindow)
                .append(", minimumCalls=")
                .append(minimumCalls)
                .append(", failureRate=")
                .append(failureRate);
        if (slowAfter != null) {
            text.append(", slowAfter=").append(slowAfter).append(", slowRate=").append(slowRate);
        }
        text.append(", weights=")
                .append(new TreeMap<>(weights))
                .append(", openFor=")
                .append(openFor)
                .append(", openForClass=")
                .append(new TreeMap<>(openForClass))
                .append(", backOff=")
                .append(backOff)
                .append(", longestOpen=")
                .append(longestOpen)
                .append(", jitter=")
                .append(jitter)
                .append(", longestRetryAfter=")
                .append(longestRetryAfter)
                .append(", trialCalls=")
                .append(trialCalls)
                .append(", toleratedTrialFailures=")
                .append(toleratedTrialFailures)
                .append(", probeTimeout=")
                .append(probeTimeout);
        if (rampStep != null) {
            text.append(", rampStep=").append(rampStep).append(", rampShares=").append(rampShares);
        }
        return text.append(']').toString();
    }

    /**
     * Makes {@link BreakerSettings}. Not safe for use by many threads. A bad value is refused at the call, a contradiction
     * at {@link #build()}.
     *
     * @since 0.1
     */
    public static final class Builder {
        private @Nullable String dependency;
        private int countWindow = 100;
        private @Nullable Duration timeWindow;
        private int minimumCalls = 20;
        private double failureRate = 0.5;
        private @Nullable Duration slowAfter;
        private double slowRate = 1;
        private final Map<FailureClass, Double> weights = new EnumMap<>(FailureClass.class);
        private Duration openFor = Duration.ofSeconds(30);
        private final Map<FailureClass, Duration> openForClass = new EnumMap<>(FailureClass.class);
        private double backOff = 1;
        private Duration longestOpen = Duration.ofHours(1);
        private double jitter;
        private Duration longestRetryAfter = Duration.ofHours(1);
        private int trialCalls = 3;
        private int toleratedTrialFailures;
        private Duration probeTimeout = Duration.ofMinutes(1);
        private @Nullable Duration rampStep;
        private List<Double> rampShares = List.of();

        private Builder() {}

        private Builder(BreakerSettings settings) {
            this.dependency = settings.dependency;
            this.countWindow = settings.countWindow;
            this.timeWindow = settings.timeWindow;
            this.minimumCalls = settings.minimumCalls;
            this.failureRate = settings.failureRate;
            this.slowAfter = settings.slowAfter;
            this.slowRate = settings.slowRate;
            this.weights.putAll(settings.weights);
            this.openFor = settings.openFor;
            this.openForClass.putAll(settings.openForClass);
            this.backOff = settings.backOff;
            this.longestOpen = settings.longestOpen;
            this.jitter = settings.jitter;
            this.longestRetryAfter = settings.longestRetryAfter;
            this.trialCalls = settings.trialCalls;
            this.toleratedTrialFailures = settings.toleratedTrialFailures;
            this.probeTimeout = settings.probeTimeout;
            this.rampStep = settings.rampStep;
            this.rampShares = settings.rampShares;
        }

        /**
         * Names the dependency, when it is not named like the breaker: breakers of one dependency share its outages.
         *
         * @param dependency its name
         * @return this builder
         */
        public Builder dependency(String dependency) {
            this.dependency = Objects.requireNonNull(dependency, "dependency");
            return this;
        }

        /**
         * Looks at the last calls. The default, with 100 calls.
         *
         * @param calls how many; 1 to 100,000
         * @return this builder
         * @throws InvalidInputException if {@code calls} is out of range
         */
        public Builder countWindow(int calls) {
            this.countWindow = Check.range("countWindow", calls, 1, 100_000);
            this.timeWindow = null;
            return this;
        }

        /**
         * Looks at the calls of the last time, in ten slices.
         *
         * @param length how long; 10 ms to 1 day
         * @return this builder
         * @throws InvalidInputException if {@code length} is out of range
         */
        public Builder timeWindow(Duration length) {
            this.timeWindow = Check.range("timeWindow", length, Duration.ofMillis(10), Duration.ofDays(1));
            return this;
        }

        /**
         * How many calls there must be in the window before they are judged. Default 20.
         *
         * @param calls 1 or more; with a count window at most its size, which is then what counts
         * @return this builder
         * @throws InvalidInputException if {@code calls} is below 1
         */
        public Builder minimumCalls(int calls) {
            this.minimumCalls = Check.range("minimumCalls", calls, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * The share of failed calls, each with its weight, at which the breaker opens when no call is slow. Default 0.5.
         *
         * @param rate 0.001 to 1; counted in steps of 0.001
         * @return this builder
         * @throws InvalidInputException if {@code rate} is out of range
         */
        public Builder failureRate(double rate) {
            this.failureRate = Check.range("failureRate", rate, 0.001, 1);
            return this;
        }

        /**
         * Watches slow calls. Failed and slow calls share one score: the failure rate over its threshold plus the slow
         * rate over its threshold; at 1 the breaker opens. A call that is slow and failed counts once, by the larger.
         * Default: not watched.
         *
         * @param longerThan calls that take longer are slow; 1 ms to 1 day
         * @param rate the share of slow calls at which the breaker opens when no call fails; 0.001 to 1
         * @return this builder
         * @throws InvalidInputException if a value is out of range
         */
        public Builder slowCalls(Duration longerThan, double rate) {
            this.slowAfter = Check.range("slowCalls", longerThan, Duration.ofMillis(1), Duration.ofDays(1));
            this.slowRate = Check.range("slowRate", rate, 0.001, 1);
            return this;
        }

        /**
         * Stops watching slow calls, which the ready-made settings do: for a dependency whose client waits through short
         * interruptions by itself, where all waiting calls succeed at the moment in which the interruption ends.
         *
         * @return this builder
         */
        public Builder ignoreSlowCalls() {
            this.slowAfter = null;
            this.slowRate = 1;
            return this;
        }

        /**
         * How much a failure of a class counts. Default 1 for each.
         *
         * @param failureClass the class
         * @param weight 0, not at all, to 1, fully; counted in steps of 0.001
         * @return this builder
         * @throws InvalidInputException if {@code weight} is out of range
         */
        public Builder weight(FailureClass failureClass, double weight) {
            weights.put(Objects.requireNonNull(failureClass, "failureClass"), Check.range("weight", weight, 0, 1));
            return this;
        }

        /**
         * How long the breaker stays open the first time. Default 30 s.
         *
         * @param delay 1 ms to 1 day
         * @return this builder
         * @throws InvalidInputException if {@code delay} is out of range
         */
        public Builder openFor(Duration delay) {
            this.openFor = Check.range("openFor", delay, Duration.ofMillis(1), Duration.ofDays(1));
            return this;
        }

        /**
         * How long the breaker stays open the first time when a failure of a class opened it. Default: as for all.
         *
         * @param failureClass the class
         * @param delay 1 ms to 1 day
         * @return this builder
         * @throws InvalidInputException if {@code delay} is out of range
         */
        public Builder openFor(FailureClass failureClass, Duration delay) {
            openForClass.put(
                    Objects.requireNonNull(failureClass, "failureClass"),
                    Check.range("openFor", delay, Duration.ofMillis(1), Duration.ofDays(1)));
            return this;
        }

        /**
         * Lengthens the open time each time the breaker opens again without having closed. Default: it stays the same.
         *
         * @param factor 1 to 10
         * @param longest the longest open time it can reach; 1 ms to 1 day
         * @return this builder
         * @throws InvalidInputException if a value is out of range
         */
        public Builder backOff(double factor, Duration longest) {
            this.backOff = Check.range("backOff", factor, 1, 10);
            this.longestOpen = Check.range("longestOpen", longest, Duration.ofMillis(1), Duration.ofDays(1));
            return this;
        }

        /**
         * Adds a random share to the open time, so that many nodes do not come back at one moment. Default 0.
         *
         * @param share at most this share of the open time is added; 0 to 1
         * @return this builder
         * @throws InvalidInputException if {@code share} is out of range
         */
        public Builder jitter(double share) {
            this.jitter = Check.range("jitter", share, 0, 1);
            return this;
        }

        /**
         * The longest time for which a dependency's own word on when to come back is believed; longer ones are cut to it.
         * Default 1 h.
         *
         * @param longest 0, never believed, to 1 day
         * @return this builder
         * @throws InvalidInputException if {@code longest} is out of range
         */
        public Builder longestRetryAfter(Duration longest) {
            this.longestRetryAfter = Check.range("longestRetryAfter", longest, Duration.ZERO, Duration.ofDays(1));
            return this;
        }

        /**
         * How many trial calls decide whether the dependency works again; as many may run at a time. Where few calls come,
         * fewer are enough: the breaker closes when no other trial call came or is under way by the time of the ramp, or
         * without a ramp by the open time or 10 s, whichever is shorter, after the first good one. Default 3.
         *
         * @param calls 1 to 1,000
         * @return this builder
         * @throws InvalidInputException if {@code calls} is out of range
         */
        public Builder trialCalls(int calls) {
            this.trialCalls = Check.range("trialCalls", calls, 1, 1_000);
            return this;
        }

        /**
         * How many of the trial calls may fail or be slow without opening the breaker again. Default 0.
         *
         * @param failures 0 or more, below the number of trial calls
         * @return this builder
         * @throws InvalidInputException if {@code failures} is negative
         */
        public Builder toleratedTrialFailures(int failures) {
            this.toleratedTrialFailures = Check.range("toleratedTrialFailures", failures, 0, 999);
            return this;
        }

        /**
         * After which time a trial call that was never reported counts as failed with {@link FailureClass#TIMEOUT}. Longer
         * than any honest call takes. Default 1 min.
         *
         * @param timeout 1 ms to 1 day
         * @return this builder
         * @throws InvalidInputException if {@code timeout} is out of range
         */
        public Builder probeTimeout(Duration timeout) {
            this.probeTimeout = Check.range("probeTimeout", timeout, Duration.ofMillis(1), Duration.ofDays(1));
            return this;
        }

        /**
         * After good trial calls, lets a growing share of the calls through, one step after the other, and the first call
         * of each step in any case. A step that goes well, or has no call at all, leads to the next when its time is over;
         * one that goes badly leads to the one before or, from the first, to open. So a recovery that goes well is over
         * within twice the time of all steps after the first good trial call, however many calls come. Default: no ramp.
         *
         * @param step how long each step lasts; 1 ms to 1 day
         * @param shares the share of each step, rising, each above 0 and below 1; none for no ramp
         * @return this builder
         * @throws InvalidInputException if a value is out of range or the shares do not rise
         */
        public Builder ramp(Duration step, double... shares) {
            this.rampStep = Check.range("rampStep", step, Duration.ofMillis(1), Duration.ofDays(1));
            double before = 0;
            for (double share : shares) {
                Check.range("rampShare", share, 0.001, 0.999);
                if (share <= before) {
                    throw new InvalidInputException("rampShare", "is " + share, "above the share before it, " + before);
                }
                before = share;
            }
            this.rampShares = Arrays.stream(shares).boxed().toList();
            return this;
        }

        /**
         * The settings.
         *
         * @return immutable settings
         * @throws InvalidInputException if two values contradict each other
         */
        public BreakerSettings build() {
            if (toleratedTrialFailures >= trialCalls) {
                throw new InvalidInputException(
                        "toleratedTrialFailures",
                        "is " + toleratedTrialFailures,
                        "below the " + trialCalls + " trial calls");
            }
            return new BreakerSettings(this);
        }
    }
}
