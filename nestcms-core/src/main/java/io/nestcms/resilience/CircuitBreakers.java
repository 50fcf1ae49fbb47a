package io.nestcms.resilience;

import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The circuit breakers of an application, by name.
 *
 * <p>Safe for use by many threads. Starts no thread and holds nothing that must be closed.
 *
 * @since 0.1
 */
public final class CircuitBreakers {
    private final LongSupplier ticker;
    private final Clock clock;
    private final RandomGenerator random;
    private final Consumer<? super CircuitEvent> listener;
    private final Map<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();
    private final Map<String, Outage> outages = new ConcurrentHashMap<>();

    private CircuitBreakers(Builder builder) {
        this.ticker = builder.ticker;
        this.clock = builder.clock;
        this.random = builder.random;
        this.listener = builder.listener;
    }

    /**
     * Starts from the system's clocks and randomness, without a listener.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes a breaker. It starts closed.
     *
     * @param name its name
     * @param settings how it judges and reacts
     * @return the new breaker
     * @throws InvalidInputException if the name is blank or already has a breaker
     */
    public CircuitBreaker create(String name, BreakerSettings settings) {
        Objects.requireNonNull(settings, "settings");
        if (name.isBlank()) {
            throw new InvalidInputException("name", "is blank", "a breaker needs a name");
        }
        String dependency = settings.dependency().orElse(name);
        Outage outage = outages.computeIfAbsent(dependency, key -> new Outage(key, clock, listener));
        CircuitBreaker breaker = new CircuitBreaker(name, settings, ticker, clock, random, outage);
        if (breakers.putIfAbsent(name, breaker) != null) {
            throw new InvalidInputException("name", "already has a breaker", "find it, or take another name");
        }
        return breaker;
    }

    /**
     * The breaker of a name.
     *
     * @param name the name
     * @return empty when there is none
     */
    public Optional<CircuitBreaker> find(String name) {
        return Optional.ofNullable(breakers.get(name));
    }

    /**
     * All breakers.
     *
     * @return in the order of their names
     */
    public List<CircuitBreaker> list() {
        Collection<CircuitBreaker> all = breakers.values();
        return all.stream().sorted(Comparator.comparing(CircuitBreaker::name)).toList();
    }

    /**
     * Snapshots of all breakers.
     *
     * @return in the order of their names
     */
    public List<BreakerSnapshot> snapshots() {
        return list().stream().map(CircuitBreaker::snapshot).toList();
    }

    /**
     * Makes {@link CircuitBreakers}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private LongSupplier ticker = System::nanoTime;
        private Clock clock = Clock.systemUTC();
        private RandomGenerator random = new SharedRandom();
        private Consumer<? super CircuitEvent> listener = event -> {};

        private Builder() {}

        /**
         * What measures time. Default {@link System#nanoTime()}.
         *
         * @param ticker gives nanoseconds that never go back, from any origin; safe for use by many threads
         * @return this builder
         */
        public Builder ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * The wall clock, which dates events and snapshots and decides nothing. Default the system's, in UTC.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * What spreads the open times. Default a generator that threads share without contention.
         *
         * @param random safe for use by many threads
         * @return this builder
         */
        public Builder random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Hears every event, on the thread of the call that caused it, under no lock and in the order of events of each
         * dependency; for example {@code bus::publish}. What it throws is logged. Default: none.
         *
         * @param listener safe for use by many threads; returns soon
         * @return this builder
         */
        public Builder listener(Consumer<? super CircuitEvent> listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * The registry.
         *
         * @return a new, empty registry
         */
        public CircuitBreakers build() {
            return new CircuitBreakers(this);
        }
    }
}
