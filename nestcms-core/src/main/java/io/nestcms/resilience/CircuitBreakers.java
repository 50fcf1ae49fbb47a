package io.nestcms.resilience;

import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breakers of an application, by name.
 *
 * <p>Safe for use by many threads. Starts no thread and holds nothing that must be closed.
 *
 * @since 0.1
 */
public final class CircuitBreakers {
    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);

    private final LongSupplier ticker;
    private final Clock clock;
    private final RandomGenerator random;
    private final Consumer<? super CircuitEvent> listener;
    private final @Nullable BreakerStore store;
    private final Executor saving;
    private final @Nullable BreakerOrders orders;
    private final Map<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();
    private final Map<String, Circuit> circuits = new ConcurrentHashMap<>();
    private final Map<String, Outage> outages = new ConcurrentHashMap<>();
    /** The number of the last order that was carried out, by name. */
    private final Map<String, Long> obeyed = new ConcurrentHashMap<>();

    private final List<Consumer<? super CircuitBreaker>> watchers = new CopyOnWriteArrayList<>();

    private CircuitBreakers(Builder builder) {
        this.ticker = builder.ticker;
        this.clock = builder.clock;
        this.random = builder.random;
        this.listener = builder.listener;
        this.store = builder.store;
        this.saving = builder.saving;
        this.orders = builder.orders;
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
     * Makes a breaker. It starts closed, or as a store remembers it.
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
        Outage outage = outages.computeIfAbsent(dependency, key -> new Outage(key, clock, this::tell));
        Circuit circuit = new Circuit(name, settings, new Circuit.Surroundings(ticker, clock, random, outage));
        if (circuits.putIfAbsent(name, circuit) != null) {
            throw new InvalidInputException("name", "already has a breaker", "find it, or take another name");
        }
        remembered(name).ifPresent(circuit::restore);
        CircuitBreaker breaker = new CircuitBreaker(name, circuit);
        breakers.put(name, breaker);
        watchers.forEach(watcher -> watcher.accept(breaker));
        return breaker;
    }

    private Optional<BreakerMemory> remembered(String name) {
        if (store == null) {
            return Optional.empty();
        }
        try {
            return store.find(name);
        } catch (RuntimeException e) {
            LOG.warn("Breaker {} starts closed: its memory cannot be read", name, e);
            return Optional.empty();
        }
    }

    private void tell(CircuitEvent event) {
        if (store != null) {
            saveLater(event);
        }
        listener.accept(event);
    }

    private void saveLater(CircuitEvent event) {
        String name = null;
        if (event instanceof CircuitEvent.CircuitOpened opened) {
            name = opened.breaker();
        } else if (event instanceof CircuitEvent.CircuitHalfOpened halfOpened) {
            name = halfOpened.breaker();
        } else if (event instanceof CircuitEvent.CircuitClosed closed) {
            name = closed.breaker();
        }
        Circuit moved = name == null ? null : circuits.get(name);
        if (moved != null) {
            saving.execute(() -> save(moved));
        }
    }

    private boolean save(Circuit circuit) {
        if (store == null) {
            return false;
        }
        try {
            store.save(circuit.memory());
            return true;
        } catch (RuntimeException e) {
            LOG.warn("The memory of {} cannot be saved", circuit, e);
            return false;
        }
    }

    /**
     * Saves the memory of every breaker, windows included: for a host to call from time to time and before it ends. Each
     * change of state is saved by itself. A store that cannot be reached is logged. Repeatable.
     *
     * @return whether all were saved; {@code false} when there is no store
     */
    public boolean save() {
        boolean all = store != null;
        for (Circuit circuit : circuits.values()) {
            all &= save(circuit);
        }
        return all;
    }

    /**
     * Gives an order to the breakers of a name on all nodes. Carried out here at once, even when the others cannot be
     * told; by the others when they next {@link #followOrders()}.
     *
     * @param name the breakers' name; there need be none of that name here
     * @param command what they are to do
     * @param by who gives the order, for the record
     * @return whether the other nodes are going to hear it; {@code false} when there are none or they cannot be told
     */
    public boolean order(String name, BreakerOrder.Command command, String by) {
        BreakerOrder order = new BreakerOrder(name, command, by, clock.instant(), 0);
        boolean told = false;
        if (orders != null) {
            try {
                order = orders.give(name, command, by, clock.instant());
                obeyed.merge(name, order.number(), Math::max);
                told = true;
            } catch (RuntimeException e) {
                LOG.warn("Order {} to {} by {} holds on this node only", command, name, by, e);
            }
        }
        LOG.info("Breaker {} is ordered to {} by {}", name, command, by);
        find(name).ifPresent(order::carryOut);
        return told;
    }

    /**
     * Carries out the orders that other nodes gave: for a host to call every few seconds. An order is carried out once; when
     * the orders cannot be read, the breakers go on as they are. Repeatable.
     *
     * @return how many orders were carried out
     */
    public int followOrders() {
        if (orders == null) {
            return 0;
        }
        int followed = 0;
        try {
            for (BreakerOrder order : orders.standing()) {
                CircuitBreaker breaker = breakers.get(order.breaker());
                Long last = obeyed.get(order.breaker());
                if (breaker != null && (last == null || last < order.number())) {
                    obeyed.merge(order.breaker(), order.number(), Math::max);
                    order.carryOut(breaker);
                    followed++;
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("The orders to the breakers cannot be read", e);
        }
        return followed;
    }

    /**
     * Shows every breaker there is and every one that is going to be made; for metrics.
     *
     * @param watcher sees each breaker once, on the thread that calls or that makes the breaker
     */
    public void watch(Consumer<? super CircuitBreaker> watcher) {
        Set<String> shown = ConcurrentHashMap.newKeySet();
        Consumer<CircuitBreaker> once = breaker -> {
            if (shown.add(breaker.name())) {
                watcher.accept(breaker);
            }
        };
        watchers.add(once);
        breakers.values().forEach(once);
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
        private @Nullable BreakerStore store;
        private Executor saving = Runnable::run;
        private @Nullable BreakerOrders orders;

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
         * Remembers the breakers over a restart: a breaker is restored when it is made and saved when its state changes.
         * Default: none.
         *
         * @param store where they are remembered
         * @param executor saves a breaker whose state changed; the calling thread, when it runs tasks at once
         * @return this builder
         */
        public Builder store(BreakerStore store, Executor executor) {
            this.store = Objects.requireNonNull(store, "store");
            this.saving = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * What the nodes share, so that an order reaches the breakers on all of them. Default: none.
         *
         * @param orders where the orders stand
         * @return this builder
         */
        public Builder orders(BreakerOrders orders) {
            this.orders = Objects.requireNonNull(orders, "orders");
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
