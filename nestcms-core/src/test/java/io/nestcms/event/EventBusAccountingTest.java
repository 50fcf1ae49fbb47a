package io.nestcms.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nestcms.event.contract.Mischief;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Books are kept: every event is, for each of its listeners, handled or a dead letter or refused to its sender, once,
 * whatever the executor, the delays, the hooks, the interceptors, the keys, the clock and the listeners throw.
 *
 * <p>{@code -Dnestcms.bus.events=10000000} publishes so many instead of the moderate number; a failure names the round's seed,
 * and {@code -Dnestcms.bus.seed=...} plays that round alone.
 */
class EventBusAccountingTest {
    private static final int PER_ROUND = 5_000;
    private static final long EVENTS = Long.getLong("nestcms.bus.events", 200_000);

    private final List<Throwable> kinds = Mischief.all();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    private final LongAdder published = new LongAdder();
    private final LongAdder handled = new LongAdder();
    private final LongAdder dead = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private record Counted(int number, int depth) {}

    @AfterEach
    void end() {
        pool.shutdownNow();
    }

    @Test
    void published_isHandledPlusDeadLettersPlusRefused() throws Exception {
        Long one = Long.getLong("nestcms.bus.seed");
        if (one != null) {
            play(one, false);
            return;
        }
        for (long seed = 0; seed < EVENTS / PER_ROUND; seed++) {
            play(seed, false);
        }
        System.out.printf(
                "for each listener: %,d published = %,d handled + %,d dead letters + %,d refused%n",
                published.sum(), handled.sum(), dead.sum(), refused.sum());
    }

    /** What was being handled when the bus was closed without time has been given up and may end well: at least once. */
    @Test
    void closedInTheMiddle_nothingIsLost() throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            play(seed, true);
        }
    }

    private void play(long seed, boolean closesInTheMiddle) throws Exception {
        Round round = new Round(new Random(seed));
        List<CompletableFuture<Delivery>> deliveries = round.publishAll(closesInTheMiddle);
        if (!round.forgets && !closesInTheMiddle) {
            await().pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> round.ended() >= round.expected());
        }
        // what the executor has forgotten is given up here; a moment for what is being handled
        DrainReport report = round.bus.close(round.forgets ? Duration.ofMillis(50) : Duration.ZERO);
        round.finish();
        for (CompletableFuture<Delivery> each : deliveries) {
            Delivery delivery = each.get(30, TimeUnit.SECONDS);
            assertThat(delivery.handled() + delivery.failures().size())
                    .as("seed %d", seed)
                    .isEqualTo(round.listeners);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> round.ended() >= round.expected());
        if (!closesInTheMiddle) {
            assertThat(round.ended())
                    .as("seed %d: handled %s, dead %s, refused %s", seed, round.handled, round.dead, round.refused)
                    .isEqualTo(round.expected());
            assertThat(report.isComplete() || round.forgets).as("seed %d", seed).isTrue();
        }
        published.add(round.expected());
        handled.add(round.handled.sum());
        dead.add(round.dead.sum());
        refused.add(round.refused.sum());
    }

    /** A bus and all that is given to it, made from a seed. */
    private final class Round {
        private final Random random;
        private final int listeners;
        private final int threads;
        private final double mischief;
        private final boolean forgets;
        private final EventBus bus;
        private final ExecutorService own = Executors.newFixedThreadPool(2);

        private final LongAdder published = new LongAdder();
        private final LongAdder handled = new LongAdder();
        private final LongAdder dead = new LongAdder();
        private final LongAdder refused = new LongAdder();

        Round(Random random) {
            this.random = random;
            this.listeners = 1 + random.nextInt(4);
            this.threads = 1 + random.nextInt(4);
            this.mischief = List.of(0.0, 0.001, 0.02, 0.2).get(random.nextInt(4));
            int executor = random.nextInt(8);
            this.forgets = executor == 7;
            EventBus.Builder builder = EventBus.builder()
                    .lostAfter(Duration.ofMillis(5))
                    .deadLetters(1 + random.nextInt(10))
                    .onDeadLetter(letter -> {
                        dead.increment();
                        mayThrow();
                    })
                    .ids(() -> {
                        mayThrow();
                        return "id";
                    })
                    .clock(new Clock() {
                        @Override
                        public ZoneId getZone() {
                            return ZoneOffset.UTC;
                        }

                        @Override
                        public Clock withZone(ZoneId zone) {
                            return this;
                        }

                        @Override
                        public Instant instant() {
                            mayThrow();
                            return Instant.EPOCH;
                        }
                    })
                    // the outermost: what it sees end well has been handled
                    .interceptor(event -> (listener, next) -> {
                        next.run();
                        handled.increment();
                    })
                    .interceptor(event -> {
                        mayThrow();
                        return (listener, next) -> {
                            mayThrow();
                            next.run();
                            mayThrow();
                        };
                    });
            executor(executor, builder);
            delays(random.nextInt(5), builder);
            this.bus = builder.build();
            for (int i = 0; i < listeners; i++) {
                bus.subscribe(Counted.class, this::hear, settings());
            }
        }

        private void executor(int kind, EventBus.Builder builder) {
            switch (kind) {
                case 0, 1 -> {}
                case 2 ->
                    builder.executor(task -> {
                        mayThrow();
                        task.run();
                        mayThrow();
                    });
                case 3 -> builder.executor(own);
                case 4 ->
                    builder.executor(task -> {
                        mayThrow();
                        pool.execute(task);
                        mayThrow();
                    });
                case 5 ->
                    builder.executor(task -> {
                        own.execute(task);
                        own.execute(task);
                        mayThrow();
                    });
                case 6 ->
                    builder.executor(task -> {
                        if (chance(0.5)) {
                            throw any();
                        }
                        pool.execute(task);
                    });
                default ->
                    builder.executor(task -> {
                        if (!chance(0.1)) {
                            pool.execute(task);
                        }
                    });
            }
        }

        private void delays(int kind, EventBus.Builder builder) {
            Function<Duration, Executor> delayed = switch (kind) {
                case 0 ->
                    wait -> {
                        mayThrow();
                        return task -> {
                            task.run();
                            mayThrow();
                        };
                    };
                case 1 ->
                    wait -> task -> {
                        mayThrow();
                        pool.execute(task);
                        pool.execute(task);
                        mayThrow();
                    };
                case 2 -> wait -> chance(mischief) ? null : pool;
                default -> null;
            };
            if (delayed != null) {
                builder.delayed(delayed);
            }
        }

        private SubscriptionSettings<Counted> settings() {
            if (random.nextInt(4) == 0) {
                return SubscriptionSettings.<Counted>sync().build();
            }
            int keys = 1 + random.nextInt(20);
            SubscriptionSettings.Builder<Counted> settings = SubscriptionSettings.<Counted>async()
                    .mailbox(1 + random.nextInt(64), Overflow.values()[random.nextInt(3)])
                    .concurrency(1 + random.nextInt(4))
                    .longestWait(Duration.ofMillis(random.nextInt(10)))
                    .retry(1 + random.nextInt(3), Duration.ofNanos(random.nextInt(100_000)), Duration.ofMillis(1));
            return keys == 1
                    ? settings.build()
                    : settings.key(event -> {
                                mayThrow();
                                return event.number() % keys == 0 ? null : "key " + event.number() % keys;
                            })
                            .build();
        }

        private void hear(Counted event) {
            if (event.depth() < 3 && chance(0.1)) {
                publish(new Counted(event.number(), event.depth() + 1));
            }
            if (chance(0.01)) {
                Thread.currentThread().interrupt();
            }
            mayThrow();
        }

        private void publish(Counted event) {
            published.increment();
            bus.publish(event);
        }

        List<CompletableFuture<Delivery>> publishAll(boolean closesInTheMiddle) throws InterruptedException {
            ConcurrentLinkedQueue<CompletableFuture<Delivery>> deliveries = new ConcurrentLinkedQueue<>();
            CountDownLatch done = new CountDownLatch(threads);
            List<Throwable> thrown = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                new Thread(() -> {
                            try {
                                publishSome(deliveries);
                            } catch (Throwable e) {
                                synchronized (thrown) {
                                    thrown.add(e);
                                }
                            } finally {
                                done.countDown();
                            }
                        })
                        .start();
            }
            if (closesInTheMiddle) {
                await().pollInterval(Duration.ofMillis(1)).until(() -> published.sum() > PER_ROUND / 4);
                bus.close(Duration.ofNanos(-1));
            }
            assertThat(done.await(100, TimeUnit.SECONDS)).as("publishers").isTrue();
            assertThat(thrown).as("publish never throws").isEmpty();
            return List.copyOf(deliveries);
        }

        private void publishSome(ConcurrentLinkedQueue<CompletableFuture<Delivery>> deliveries) {
            for (int i = 0; i < PER_ROUND / threads; i++) {
                if (i % 5 == 0) {
                    published.increment();
                    CompletableFuture<Delivery> delivery = bus.deliver(
                                    new Envelope<>("id", Instant.EPOCH, "key " + i % 7, new Counted(i, 0)))
                            .toCompletableFuture();
                    deliveries.add(delivery.whenComplete(
                            (told, failure) -> refused.add(told.failures().size())));
                } else {
                    publish(new Counted(i, 0));
                }
                if (i % 1000 == 999) {
                    Thread.currentThread().interrupt();
                } else if (i % 10 == 0) {
                    Thread.interrupted();
                }
            }
        }

        long expected() {
            return published.sum() * listeners;
        }

        long ended() {
            return handled.sum() + dead.sum() + refused.sum();
        }

        /** Waits for what still runs. */
        void finish() {
            own.shutdown();
            await().atMost(Duration.ofSeconds(60)).until(own::isTerminated);
        }

        private boolean chance(double part) {
            return ThreadLocalRandom.current().nextDouble() < part;
        }

        private void mayThrow() {
            if (chance(mischief)) {
                throw any();
            }
        }

        private RuntimeException any() {
            return Mischief.sneak(kinds.get(ThreadLocalRandom.current().nextInt(kinds.size())));
        }
    }
}
