package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.resilience.BreakerOrder.Command;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The registry between a store, orders, listeners and watchers that do what they like. */
class RegistryTest {
    private static final BreakerSettings SETTINGS =
            BreakerSettings.builder().countWindow(2).minimumCalls(2).build();

    private final ManualTime time = new ManualTime();
    private final List<CircuitEvent> events = new ArrayList<>();

    /** Of every kind, and what only other languages throw unannounced. */
    static Stream<Throwable> anything() {
        return Stream.of(
                new IllegalStateException("down"),
                new NoClassDefFoundError("driver"),
                new StackOverflowError(),
                new OutOfMemoryError("unable to create native thread"),
                new java.io.IOException("checked"),
                new InterruptedException(),
                new RuntimeException("unprintable") {
                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("no message either");
                    }
                });
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    private static <T> T thrown(Throwable failure) {
        throw RegistryTest.<RuntimeException>sneaky(failure);
    }

    private CircuitBreakers.Builder registry() {
        return CircuitBreakers.builder().ticker(time).clock(time).listener(events::add);
    }

    private static void open(CircuitBreaker breaker) {
        breaker.tryAcquire().failure(FailureClass.OTHER);
        breaker.tryAcquire().failure(FailureClass.OTHER);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    private record BrokenStore(Throwable failure) implements BreakerStore {
        @Override
        public void save(BreakerMemory memory) {
            thrown(failure);
        }

        @Override
        public Optional<BreakerMemory> find(String name) {
            return thrown(failure);
        }
    }

    private record BrokenOrders(Throwable failure) implements BreakerOrders {
        @Override
        public BreakerOrder give(String breaker, Command command, String by, Instant at) {
            return thrown(failure);
        }

        @Override
        public List<BreakerOrder> standing() {
            return thrown(failure);
        }
    }

    @ParameterizedTest
    @MethodSource("anything")
    void store_throwsAnything_burnsNoNameAndCostsNoEvent(Throwable failure) {
        CircuitBreakers breakers =
                registry().store(new BrokenStore(failure), Runnable::run).build();
        CircuitBreaker breaker = breakers.create("bank", SETTINGS);
        assertThat(breakers.find("bank")).contains(breaker);
        assertThat(breakers.findOrCreate("bank", SETTINGS)).isSameAs(breaker);
        open(breaker);
        assertThat(events).hasSize(1);
        assertThat(breakers.save()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void savingExecutor_throwsAnything_theListenerHearsAllTheSame(Throwable failure) {
        CircuitBreakers breakers = registry()
                .store(new InMemoryBreakerStore(), task -> thrown(failure))
                .build();
        open(breakers.create("bank", SETTINGS));
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("anything")
    void orders_throwAnything_theyHoldHere(Throwable failure) {
        CircuitBreakers breakers = registry().orders(new BrokenOrders(failure)).build();
        CircuitBreaker breaker = breakers.create("bank", SETTINGS);
        assertThat(breakers.order("bank", Command.FORCE_OPEN, "ops")).isFalse();
        assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
        assertThat(breakers.followOrders()).isZero();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void listener_throwsAnything_costsNeitherTheResultNorLaterEvents(Throwable failure) {
        List<CircuitEvent> heard = new ArrayList<>();
        CircuitBreakers breakers = registry()
                .listener(event -> {
                    heard.add(event);
                    thrown(failure);
                })
                .build();
        CircuitBreaker breaker = breakers.create("bank", SETTINGS);
        breaker.tryAcquire().failure(FailureClass.OTHER);
        Classifier<String> slowFails = Classifier.<String>builder()
                .failWhen("paid"::equals, FailureClass.OTHER)
                .build();
        assertThat(breaker.<String, RuntimeException>call(() -> "paid", slowFails, () -> "rejected"))
                .as("the answer of the call that opened the circuit")
                .isEqualTo("paid");
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        breaker.tryAcquire();
        breaker.forceClosed();
        assertThat(heard).as("opened, unavailable, closed, recovered").hasSize(4);
    }

    @Test
    void listener_thatDoesNotReturn_holdsNoMoreThanTheLastEvents() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        List<CircuitEvent> heard = new ArrayList<>();
        CircuitBreakers breakers = registry()
                .listener(event -> {
                    heard.add(event);
                    entered.countDown();
                    try {
                        hangs.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build();
        CircuitBreaker breaker = breakers.create("bank", SETTINGS);
        Thread first = new Thread(breaker::forceOpen);
        first.start();
        entered.await();
        for (int i = 0; i < 2_000; i++) {
            breaker.forceClosed();
            breaker.forceOpen();
        }
        hangs.countDown();
        first.join();
        assertThat(heard).hasSizeBetween(1_000, 1_002);
    }

    @ParameterizedTest
    @MethodSource("anything")
    void watcher_throwsAnything_theOthersSeeTheBreaker(Throwable failure) {
        CircuitBreakers breakers = registry().build();
        List<String> seen = new ArrayList<>();
        breakers.watch(breaker -> thrown(failure));
        breakers.watch(breaker -> seen.add(breaker.name()));
        breakers.create("bank", SETTINGS);
        assertThat(seen).containsExactly("bank");
    }

    @ParameterizedTest
    @MethodSource("anything")
    void clockAndRandom_throwAnything_costNothing(Throwable failure) {
        CircuitBreakers breakers = CircuitBreakers.builder()
                .ticker(time)
                .clock(new java.time.Clock() {
                    @Override
                    public java.time.ZoneId getZone() {
                        return java.time.ZoneOffset.UTC;
                    }

                    @Override
                    public java.time.Clock withZone(java.time.ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return thrown(failure);
                    }
                })
                .random(() -> RegistryTest.<Long>thrown(failure))
                .listener(events::add)
                .build();
        CircuitBreaker breaker = breakers.create(
                "bank", BreakerSettings.gateway().countWindow(2).minimumCalls(2).build());
        open(breaker);
        assertThat(breaker.tryAcquire().isRejected()).isTrue();
        assertThat(events).hasSize(2);
    }

    @Test
    void ticker_thatFailsAtTheEndOfACall_costsNotTheResult() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CircuitBreakers breakers = CircuitBreakers.builder()
                .ticker(() -> failure.get() == null ? time.getAsLong() : RegistryTest.<Long>thrown(failure.get()))
                .build();
        CircuitBreaker breaker =
                breakers.create("bank", BreakerSettings.gateway().build());
        assertThat(breaker.<String, RuntimeException>call(() -> {
                    failure.set(new IllegalStateException("clock"));
                    return "paid";
                }))
                .isEqualTo("paid");
    }

    @Test
    void findOrCreate_byManyThreadsWhileTheStoreIsSlow_isOneBreakerAsRemembered() throws Exception {
        BreakerStore memory = new InMemoryBreakerStore();
        CircuitBreakers before = registry().store(memory, Runnable::run).build();
        before.create("bank", SETTINGS).forceOpen();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch answers = new CountDownLatch(1);
        BreakerStore slow = new BreakerStore() {
            @Override
            public void save(BreakerMemory saved) {
                memory.save(saved);
            }

            @Override
            public Optional<BreakerMemory> find(String name) {
                reading.countDown();
                try {
                    answers.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return memory.find(name);
            }
        };
        CircuitBreakers breakers = registry().store(slow, Runnable::run).build();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Set<CircuitBreaker> found = ConcurrentHashMap.newKeySet();
            List<Future<BreakerState>> running = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                running.add(threads.submit(() -> {
                    CircuitBreaker breaker = breakers.findOrCreate("bank", SETTINGS);
                    found.add(breaker);
                    return breaker.state();
                }));
            }
            reading.await();
            assertThat(breakers.find("bank")).as("while the store is read").isPresent();
            answers.countDown();
            for (Future<BreakerState> each : running) {
                assertThat(each.get()).isEqualTo(BreakerState.FORCED_OPEN);
            }
            assertThat(found).hasSize(1);
            assertThatThrownBy(() -> breakers.create("bank", SETTINGS)).hasMessageContaining("already has a breaker");
        } finally {
            answers.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void remove_breakerInAnOutage_endsItAndFreesTheName() {
        CircuitBreakers breakers = registry().build();
        List<CircuitBreaker> seen = new ArrayList<>();
        breakers.watch(seen::add);
        CircuitBreaker first =
                breakers.create("a", SETTINGS.toBuilder().dependency("bank").build());
        CircuitBreaker other =
                breakers.create("b", SETTINGS.toBuilder().dependency("bank").build());
        open(first);
        open(other);
        assertThat(breakers.remove("a")).isTrue();
        assertThat(breakers.remove("a")).isFalse();
        assertThat(breakers.find("a")).isEmpty();
        assertThat(events).noneMatch(ServiceRecovered.class::isInstance);
        other.forceClosed();
        assertThat(events)
                .as("the removed one is not waited for")
                .filteredOn(ServiceRecovered.class::isInstance)
                .hasSize(1);
        int heard = events.size();
        first.forceClosed();
        first.forceOpen();
        assertThat(events).hasSize(heard);
        assertThat(first.tryAcquire().isRejected())
                .as("it still works for who holds it")
                .isTrue();
        CircuitBreaker anew = breakers.create("a", SETTINGS);
        assertThat(anew.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(seen).containsExactly(first, other, anew);
    }

    @Test
    void remove_thenOutage_isToldAnew() {
        CircuitBreakers breakers = registry().build();
        open(breakers.create("bank", SETTINGS));
        breakers.remove("bank");
        assertThat(events).last().isInstanceOf(ServiceRecovered.class);
        CircuitBreaker anew = breakers.create("bank", SETTINGS);
        open(anew);
        anew.forceClosed();
        assertThat(events).filteredOn(ServiceRecovered.class::isInstance).hasSize(2);
    }

    @Test
    void orders_afterAWipedStore_areObeyedByEveryNode() {
        AtomicReference<BreakerOrders> shared = new AtomicReference<>(new InMemoryBreakerOrders());
        BreakerOrders wipeable = new BreakerOrders() {
            @Override
            public BreakerOrder give(String breaker, Command command, String by, Instant at) {
                return shared.get().give(breaker, command, by, at);
            }

            @Override
            public List<BreakerOrder> standing() {
                return shared.get().standing();
            }
        };
        CircuitBreakers one = registry().orders(wipeable).build();
        CircuitBreakers other = registry().orders(wipeable).build();
        CircuitBreaker here = one.create("bank", SETTINGS);
        CircuitBreaker there = other.create("bank", SETTINGS);
        for (int i = 0; i < 5; i++) {
            time.advance(Duration.ofSeconds(1));
            one.order("bank", i % 2 == 0 ? Command.FORCE_OPEN : Command.CLOSE, "ops");
            other.followOrders();
        }
        one.order("bank", Command.CLOSE, "ops");
        time.advance(Duration.ofSeconds(1));
        other.followOrders();
        shared.set(new InMemoryBreakerOrders());
        time.advance(Duration.ofMinutes(1));
        assertThat(one.order("bank", Command.FORCE_OPEN, "ops")).isTrue();
        assertThat(other.followOrders()).isEqualTo(1);
        assertThat(here.state()).isEqualTo(BreakerState.FORCED_OPEN);
        assertThat(there.state()).isEqualTo(BreakerState.FORCED_OPEN);
        assertThat(other.followOrders()).as("once").isZero();
        time.advance(Duration.ofSeconds(1));
        other.order("bank", Command.CLOSE, "ops");
        one.followOrders();
        assertThat(here.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void orders_anOldOneShownAgain_isNotCarriedOut() {
        BreakerOrder old = new BreakerOrder("bank", Command.FORCE_OPEN, "ops", time.instant(), 4);
        BreakerOrder last =
                new BreakerOrder("bank", Command.CLOSE, "ops", time.instant().plusSeconds(1), 5);
        AtomicReference<BreakerOrder> shown = new AtomicReference<>(last);
        CircuitBreakers breakers = registry()
                .orders(new BreakerOrders() {
                    @Override
                    public BreakerOrder give(String breaker, Command command, String by, Instant at) {
                        throw new RejectedExecutionException();
                    }

                    @Override
                    public List<BreakerOrder> standing() {
                        return List.of(shown.get());
                    }
                })
                .build();
        CircuitBreaker breaker = breakers.create("bank", SETTINGS);
        breakers.followOrders();
        shown.set(old);
        assertThat(breakers.followOrders()).as("a stale answer of the store").isZero();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void orders_toABreakerMadeAnew_areCarriedOutAgain() {
        CircuitBreakers breakers =
                registry().orders(new InMemoryBreakerOrders()).build();
        breakers.create("bank", SETTINGS);
        breakers.order("bank", Command.FORCE_OPEN, "ops");
        breakers.remove("bank");
        CircuitBreaker anew = breakers.create("bank", SETTINGS);
        breakers.followOrders();
        assertThat(anew.state()).isEqualTo(BreakerState.FORCED_OPEN);
    }
}
