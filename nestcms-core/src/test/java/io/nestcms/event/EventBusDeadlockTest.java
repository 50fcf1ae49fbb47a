package io.nestcms.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners that publish: nobody waits for itself, and nobody waits for ever. */
@Timeout(90)
class EventBusDeadlockTest {
    private record Ping(int left) {}

    private record Pong(int left) {}

    private final ExecutorService others = Executors.newCachedThreadPool();
    private final AtomicLong handled = new AtomicLong();
    private final AtomicLong dead = new AtomicLong();

    @AfterEach
    void end() {
        others.shutdownNow();
    }

    private <E> SubscriptionSettings<E> settings(int mailbox, int concurrency) {
        return SubscriptionSettings.<E>async()
                .mailbox(mailbox, Overflow.BLOCK)
                .key(event -> Integer.toString(event.hashCode() % concurrency))
                .concurrency(concurrency)
                .longestWait(Duration.ofMillis(200))
                .build();
    }

    /** Two listeners, each of whose events is answered to the other until it has been there and back often enough. */
    private void playPingPong(EventBus bus, Consumer<Object> publish, int mailbox, int concurrency) {
        bus.subscribe(
                Ping.class,
                ping -> {
                    if (ping.left() > 0) {
                        publish.accept(new Pong(ping.left() - 1));
                    }
                    handled.incrementAndGet();
                },
                settings(mailbox, concurrency));
        bus.subscribe(
                Pong.class,
                pong -> {
                    if (pong.left() > 0) {
                        publish.accept(new Ping(pong.left() - 1));
                    }
                    handled.incrementAndGet();
                },
                settings(mailbox, concurrency));
    }

    private EventBus bus(EventBus.Builder builder) {
        return builder.onDeadLetter(letter -> dead.incrementAndGet()).build();
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "64, 1", "1024, 1", "4, 4", "64, 16", "1024, 16"})
    void twoListenersThatPublishToEachOther_handleEverything(int mailbox, int concurrency) throws InterruptedException {
        EventBus bus = bus(EventBus.builder());
        playPingPong(bus, bus::publish, mailbox, concurrency);
        int hops = 10;
        int begun = 4 * mailbox;
        Thread[] publishers = new Thread[4];
        for (int i = 0; i < publishers.length; i++) {
            publishers[i] = new Thread(() -> {
                for (int n = 0; n < begun / 4; n++) {
                    bus.publish(n % 2 == 0 ? new Ping(hops) : new Pong(hops));
                }
            });
            publishers[i].start();
        }
        for (Thread each : publishers) {
            each.join();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> bus.listeners().stream().allMatch(each -> each.waiting() == 0));
        bus.close(Duration.ZERO);
        assertEverythingHasAnEnd(begun, hops);
    }

    /** Each begun event makes one more at each hop, unless it or one of its successors was given up. */
    private void assertEverythingHasAnEnd(int begun, int hops) {
        long all = (long) begun * (hops + 1);
        assertThat(handled.get() + dead.get()).isLessThanOrEqualTo(all);
        // a dead letter has no successors: at most so many events were never made
        assertThat(handled.get() + dead.get() + dead.get() * hops).isGreaterThanOrEqualTo(all);
        if (dead.get() == 0) {
            assertThat(handled).hasValue(all);
        }
    }

    /** Nothing shows the bus that the other thread publishes for the listener: the limit of the wait helps. */
    @ParameterizedTest
    @ValueSource(ints = {4, 64, 1024})
    void twoListenersThatPublishToEachOtherOnAnotherThread_endAllTheSame(int mailbox) {
        EventBus bus = bus(EventBus.builder());
        playPingPong(
                bus,
                event -> CompletableFuture.runAsync(() -> bus.publish(event), others)
                        .join(),
                mailbox,
                1);
        int hops = 4;
        int begun = 4 * mailbox;
        for (int i = 0; i < begun; i++) {
            bus.publish(i % 2 == 0 ? new Ping(hops) : new Pong(hops));
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> bus.listeners().stream().allMatch(each -> each.waiting() == 0));
        bus.close(Duration.ZERO);
        assertEverythingHasAnEnd(begun, hops);
    }

    /** A thread for both: the one must not wait for the other, which gets the thread only after it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64})
    void oneThreadForTwoListenersInARow_losesNothing(int mailbox) {
        ExecutorService one = Executors.newSingleThreadExecutor();
        EventBus bus = bus(EventBus.builder().executor(one));
        bus.subscribe(Integer.class, number -> bus.publish("n" + number), settings(5_000, 1));
        bus.subscribe(String.class, text -> handled.incrementAndGet(), settings(mailbox, 1));
        for (int i = 0; i < 5_000; i++) {
            bus.publish(i);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> handled.get() + dead.get() == 5_000);
        assertThat(dead).hasValue(0);
        bus.close(Duration.ZERO);
        one.shutdownNow();
    }

    @Test
    void listenerInARowBeforeASlowerOne_waitsForIt() {
        EventBus bus = bus(EventBus.builder());
        AtomicLong most = new AtomicLong();
        bus.subscribe(Integer.class, number -> bus.publish("n" + number), settings(100, 1));
        bus.subscribe(
                String.class,
                text -> {
                    most.accumulateAndGet(bus.listeners().get(1).waiting(), Math::max);
                    handled.incrementAndGet();
                },
                settings(8, 1));
        for (int i = 0; i < 2_000; i++) {
            bus.publish(i);
        }
        await().until(() -> handled.get() + dead.get() == 2_000);
        assertThat(dead).hasValue(0);
        // up to one more for each hand-over, when the second had no worker yet, and never past what a cycle may take
        assertThat(most.get()).isLessThanOrEqualTo(8 + 1024);
        bus.close(Duration.ZERO);
    }

    /** An event that makes two has no end: the mailbox has, and what it does not take is a dead letter. */
    @Test
    void listenerThatMakesTwoOfEach_isBounded() {
        AtomicLong most = new AtomicLong();
        CountDownLatch enough = new CountDownLatch(20_000);
        EventBus bus = bus(EventBus.builder());
        bus.subscribe(
                Integer.class,
                number -> {
                    most.accumulateAndGet(bus.listeners().get(0).waiting(), Math::max);
                    bus.publish(number + 1);
                    bus.publish(number + 1);
                    enough.countDown();
                },
                SubscriptionSettings.<Integer>async().mailbox(4, Overflow.BLOCK).build());
        bus.publish(0);
        await().until(() -> enough.getCount() == 0);
        assertThat(most.get()).isLessThanOrEqualTo(4 + 1024);
        assertThat(dead.get()).isPositive();
        assertThat(bus.deadLetters()).allMatch(letter -> letter.reason() == DeadLetter.Reason.NO_ROOM);
        bus.close(Duration.ofMillis(100));
    }

    @Test
    void waitForRoom_endsAtItsLimitWithANamedOutcome_andTheNextDoesNotWaitWhileNothingMoves() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        EventBus bus = bus(EventBus.builder());
        bus.subscribe(
                Integer.class,
                number -> {
                    try {
                        assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    heard.add(number);
                },
                SubscriptionSettings.<Integer>async()
                        .mailbox(2, Overflow.BLOCK)
                        .longestWait(Duration.ofMillis(300))
                        .build());
        bus.publish(0);
        bus.publish(1);
        long begun = System.nanoTime();
        bus.publish(2);
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(300_000_000L);
        for (int i = 3; i < 1_000; i++) {
            bus.publish(i);
        }
        assertThat(bus.deadLetters()).hasSize(998).allMatch(each -> each.reason() == DeadLetter.Reason.NO_ROOM);
        assertThat(System.nanoTime() - begun).as("one wait, not a thousand").isLessThan(30_000_000_000L);
        assertThat(bus.deliver(new Envelope<>("id", Instant.EPOCH, "k", 7))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS)
                        .failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.cause())
                        .isInstanceOfSatisfying(
                                UndeliveredException.class,
                                cause -> assertThat(cause.reason()).isEqualTo(DeadLetter.Reason.NO_ROOM)));
        assertThat(bus.listeners().get(0).rejected()).isEqualTo(999);
        release.countDown();
        await().until(() -> heard.equals(List.of(0, 1)));
        bus.publish(3);
        await().until(() -> heard.equals(List.of(0, 1, 3)));
        bus.close();
    }
}
