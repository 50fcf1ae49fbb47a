package io.nestcms.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that start together. */
class EventBusConcurrencyTest {
    private record Numbered(int key, int number) {}

    private final ExecutorService threads = Executors.newFixedThreadPool(8);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private List<Future<Void>> start(List<Callable<Void>> tasks) {
        CyclicBarrier start = new CyclicBarrier(tasks.size());
        List<Future<Void>> running = new ArrayList<>();
        for (Callable<Void> task : tasks) {
            running.add(threads.submit(() -> {
                start.await();
                return task.call();
            }));
        }
        return running;
    }

    /** A million events over 10,000 keys by 8 threads, each of which owns its keys. */
    @Test
    void millionEvents_orderPerKeyIsExactAndMemoryBounded() throws Exception {
        int publishers = 8;
        int keys = 10_000;
        int perKey = 100;
        int bound = 5_000;
        AtomicIntegerArray next = new AtomicIntegerArray(keys);
        AtomicInteger outOfOrder = new AtomicInteger();
        AtomicLong handled = new AtomicLong();
        try (EventBus bus = EventBus.builder().build()) {
            bus.subscribe(
                    Numbered.class,
                    event -> {
                        if (!next.compareAndSet(event.key(), event.number(), event.number() + 1)) {
                            outOfOrder.incrementAndGet();
                        }
                        handled.incrementAndGet();
                    },
                    SubscriptionSettings.<Numbered>async()
                            .name("order")
                            .key(event -> Integer.toString(event.key()))
                            .mailbox(bound, Overflow.BLOCK)
                            .build());
            List<Callable<Void>> tasks = new ArrayList<>();
            AtomicInteger largest = new AtomicInteger();
            for (int i = 0; i < publishers; i++) {
                int mine = i;
                tasks.add(() -> {
                    for (int number = 0; number < perKey; number++) {
                        for (int key = mine; key < keys; key += publishers) {
                            bus.publish(new Numbered(key, number));
                        }
                        largest.accumulateAndGet(bus.listeners().get(0).waiting(), Math::max);
                    }
                    return null;
                });
            }
            for (Future<Void> each : start(tasks)) {
                each.get();
            }
            assertThat(bus.close(Duration.ofMinutes(2)).isComplete()).isTrue();
            assertThat(handled).hasValue((long) keys * perKey);
            assertThat(outOfOrder).hasValue(0);
            assertThat(largest.get()).isLessThanOrEqualTo(bound);
        }
    }

    @Test
    void overflowByManyThreads_everyEventIsHandledOrADeadLetter() throws Exception {
        for (Overflow overflow : List.of(Overflow.REJECT, Overflow.DROP_OLDEST)) {
            AtomicLong handled = new AtomicLong();
            AtomicLong dead = new AtomicLong();
            EventBus bus = EventBus.builder()
                    .onDeadLetter(letter -> dead.incrementAndGet())
                    .build();
            bus.subscribe(
                    Numbered.class,
                    event -> handled.incrementAndGet(),
                    SubscriptionSettings.<Numbered>async()
                            .key(event -> Integer.toString(event.key()))
                            .mailbox(16, overflow)
                            .build());
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int mine = i;
                tasks.add(() -> {
                    for (int number = 0; number < 2_000; number++) {
                        bus.publish(new Numbered(mine, number));
                    }
                    return null;
                });
            }
            for (Future<Void> each : start(tasks)) {
                each.get();
            }
            assertThat(bus.close(Duration.ofSeconds(30)).isComplete()).isTrue();
            assertThat(handled.get() + dead.get()).isEqualTo(8_000);
        }
    }

    @Test
    void publishSubscribeAndClose_atOnce_loseNothing() throws Exception {
        for (int round = 0; round < 200; round++) {
            AtomicLong sync = new AtomicLong();
            AtomicLong async = new AtomicLong();
            AtomicLong dead = new AtomicLong();
            EventBus bus = EventBus.builder()
                    .executor(threads)
                    .onDeadLetter(letter -> dead.incrementAndGet())
                    .build();
            bus.subscribe(Numbered.class, event -> sync.incrementAndGet());
            bus.subscribe(
                    Numbered.class,
                    event -> async.incrementAndGet(),
                    SubscriptionSettings.<Numbered>async()
                            .mailbox(4, Overflow.BLOCK)
                            .build());
            List<Future<Void>> running = start(List.of(
                    () -> {
                        for (int i = 0; i < 50; i++) {
                            bus.publish(new Numbered(0, i));
                        }
                        return null;
                    },
                    () -> {
                        for (int i = 0; i < 20; i++) {
                            bus.subscribe(String.class, word -> {}).close();
                        }
                        return null;
                    },
                    () -> {
                        bus.publish(new Numbered(1, 0));
                        bus.close(Duration.ofSeconds(30));
                        return null;
                    }));
            for (Future<Void> each : running) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
                }
            }
            assertThat(sync).hasValue(51);
            await().untilAsserted(() -> assertThat(async.get() + dead.get()).isEqualTo(51));
        }
    }
}
