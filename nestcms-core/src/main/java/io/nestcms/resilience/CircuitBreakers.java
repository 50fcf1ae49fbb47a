package io.nestcms.resilience;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.report.Reports;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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
    private static final Duration LONGEST_READING = Duration.ofSeconds(10);

    private final LongSupplier ticker;
    private final Clock clock;
    private final RandomGenerator random;
    private final Consumer<? super CircuitEvent> listener;
    private final @Nullable BreakerStore store;
    private final Executor saving;
    private final @Nullable BreakerOrders orders;
    private final Map<String, Entry> breakers = new ConcurrentHashMap<>();
    /** By dependency; guarded by itself. */
    private final Map<String, Shared> outages = new HashMap<>();
    /** The last order that was carried out, by name. */
    private final Map<String, BreakerOrder> obeyed = new ConcurrentHashMap<>();

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

    /** A breaker and whether its memory was read. */
    private record Entry(CircuitBreaker breaker, CountDownLatch ready) {}

    /** An outage and how many breakers share it. */
    private static final class Shared {
        private final Outage outage;
        private int breakers;

        Shared(Outage outage) {
            this.outage = outage;
        }
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
        Entry mine = entry(name, settings);
        if (breakers.putIfAbsent(name, mine) != null) {
            leave(mine.breaker.dependency());
            throw new InvalidInputException("name", "already has a breaker", "find it, or take another name");
        }
        return begin(mine);
    }

    /**
     * The breaker of a name; made when there is none. Many threads that ask at once get one and the same, and each waits
     * until its memory was read from the store or could not be, at most 10 s.
     *
     * @param name its name
     * @param settings how it judges and reacts when it is made; without effect when there is one
     * @return the breaker
     * @throws InvalidInputException if the name is blank
     */
    public CircuitBreaker findOrCreate(String name, BreakerSettings settings) {
        Entry there = breakers.get(name);
        if (there == null) {
            Entry mine = entry(name, settings);
            there = breakers.putIfAbsent(name, mine);
            if (there == null) {
                return begin(mine);
            }
            leave(mine.breaker.dependency());
        }
        try {
            if (!there.ready.await(LONGEST_READING.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn("Breaker {} is used before its memory was read: the store does not answer", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return there.breaker;
    }

    /**
     * Takes a breaker out: it is no longer found, listed, saved or ordered, and its dependency's outage no longer waits
     * for it. Who holds it can go on using it; nobody is told of what it does any more. Its name can be used again, and
     * what a store remembers under it is kept.
     *
     * @param name its name
     * @return whether there was one
     */
    public boolean remove(String name) {
        Entry removed = breakers.remove(name);
        if (removed == null) {
            return false;
        }
        obeyed.remove(name);
        removed.breaker.circuit().retire();
        leave(removed.breaker.dependency());
        return true;
    }

    private Entry entry(String name, BreakerSettings settings) {
        Objects.requireNonNull(settings, "settings");
        if (name.isBlank()) {
            throw new InvalidInputException("name", "is blank", "a breaker needs a name");
        }
        String dependency = settings.dependency().orElse(name);
        Outage outage;
        synchronized (outages) {
            Shared shared = outages.computeIfAbsent(dependency, key -> new Shared(new Outage(key, clock, this::tell)));
            shared.breakers++;
            outage = shared.outage;
        }
        Circuit circuit = new Circuit(name, settings, new Circuit.Surroundings(ticker, random, outage));
        return new Entry(new CircuitBreaker(name, circuit), new CountDownLatch(1));
    }

    private void leave(String dependency) {
        synchronized (outages) {
            Shared shared = outages.get(dependency);
            if (shared != null && --shared.breakers == 0) {
                outages.remove(dependency);
            }
        }
    }

    private CircuitBreaker begin(Entry mine) {
        CircuitBreaker breaker = mine.breaker;
        try {
            remembered(breaker.name()).ifPresent(breaker.circuit()::restore);
        } catch (Throwable broken) {
            // no store, whatever it throws, may burn the name or keep the application from starting
            Reports.failed(LOG, "A breaker starts closed: its memory cannot be read", breaker.name(), broken);
        } finally {
            mine.ready.countDown();
        }
        watchers.forEach(watcher -> show(watcher, breaker));
        return breaker;
    }

    private static void show(Consumer<? super CircuitBreaker> watcher, CircuitBreaker breaker) {
        try {
            watcher.accept(breaker);
        } catch (Throwable broken) {
            Reports.failed(LOG, "A watcher failed on a breaker", breaker.name(), broken);
        }
    }

    private Optional<BreakerMemory> remembered(String name) {
        return store == null ? Optional.empty() : store.find(name);
    }

    private void tell(CircuitEvent event) {
        if (store != null) {
            try {
                saveLater(event);
            } catch (Throwable broken) {
                Reports.failed(LOG, "A change of a breaker cannot be saved", event, broken);
            }
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
        Entry moved = name == null ? null : breakers.get(name);
        if (moved != null) {
            saving.execute(() -> save(moved.breaker.circuit()));
        }
    }

    private boolean save(Circuit circuit) {
        if (store == null) {
            return false;
        }
        try {
            store.save(circuit.memory());
            return true;
        } catch (Throwable broken) {
            Reports.failed(LOG, "The memory of a breaker cannot be saved", circuit, broken);
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
        for (Entry entry : breakers.values()) {
            all &= save(entry.breaker.circuit());
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
        Instant at = Outage.instant(clock, name);
        BreakerOrder order = new BreakerOrder(name, command, by, at, 0);
        boolean told = false;
        if (orders != null) {
            try {
                order = orders.give(name, command, by, at);
                obeyed.merge(name, order, (last, next) -> next.isNewerThan(last) ? next : last);
                told = true;
            } catch (Throwable broken) {
                Reports.failed(LOG, "An order holds on this node only", order, broken);
            }
        }
        LOG.info("Breaker {} is ordered to {} by {}", name, command, by);
        find(name).ifPresent(order::carryOut);
        return told;
    }

    /**
     * Carries out the orders that other nodes gave: for a host to call every few seconds. An order is carried out once; when
     * the orders cannot be read, the breakers go on as they are. Orders that were given after what the nodes share was lost
     * begin to be numbered anew and are carried out all the same. Repeatable.
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
                followed += follow(order) ? 1 : 0;
            }
        } catch (Throwable broken) {
            Reports.failed(LOG, "The orders to the breakers cannot be read", orders.getClass(), broken);
        }
        return followed;
    }

    private boolean follow(BreakerOrder order) {
        Entry entry = breakers.get(order.breaker());
        BreakerOrder last = obeyed.get(order.breaker());
        if (entry == null || (last != null && !order.isNewerThan(last))) {
            return false;
        }
        obeyed.merge(order.breaker(), order, (present, next) -> next.isNewerThan(present) ? next : present);
        order.carryOut(entry.breaker);
        return true;
    }

    /**
     * Shows every breaker there is and every one that is going to be made; for metrics.
     *
     * @param watcher sees each breaker once, on the thread that calls or that makes the breaker; what it throws is logged
     */
    public void watch(Consumer<? super CircuitBreaker> watcher) {
        // weak: a breaker that was removed is not held on to
        Set<CircuitBreaker> shown = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
        Consumer<CircuitBreaker> once = breaker -> {
            if (shown.add(breaker)) {
                watcher.accept(breaker);
            }
        };
        watchers.add(once);
        breakers.values().forEach(entry -> show(once, entry.breaker));
    }

    /**
     * The breaker of a name.
     *
     * @param name the name
     * @return empty when there is none
     */
    public Optional<CircuitBreaker> find(String name) {
        return Optional.ofNullable(breakers.get(name)).map(Entry::breaker);
    }

    /**
     * All breakers.
     *
     * @return in the order of their names
     */
    public List<CircuitBreaker> list() {
        return breakers.values().stream()
                .map(Entry::breaker)
                .sorted(Comparator.comparing(CircuitBreaker::name))
                .toList();
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
