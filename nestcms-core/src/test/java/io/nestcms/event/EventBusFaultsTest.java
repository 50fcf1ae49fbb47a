package io.nestcms.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nestcms.event.contract.Mischief;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is thrown where other people's code comes in: no lane dies, and every event is handled or a dead letter. */
@Timeout(60)
class EventBusFaultsTest {
    private final List<Object> heard = new CopyOnWriteArrayList<>();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        pool.shutdownNow();
    }

    static List<Throwable> everything() {
        return Mischief.all();
    }

    private static <E> SubscriptionSettings.Builder<E> once() {
        return SubscriptionSettings.<E>async().retry(1, Duration.ZERO, Duration.ZERO);
    }

    private static Envelope<String> envelope(String event) {
        return new Envelope<>("id of " + event, Instant.EPOCH, "key", event);
    }

    private static Delivery delivered(EventBus bus, String event) {
        return bus.deliver(envelope(event))
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @ParameterizedTest
    @MethodSource("everything")
    void executeThrows_withNoOtherWorker_isADeadLetterAndTheNextEventIsHandled(Throwable thrown) {
        AtomicReference<Throwable> next = new AtomicReference<>(thrown);
        try (EventBus bus = EventBus.builder()
                .executor(task -> {
                    Throwable now = next.getAndSet(null);
                    if (now != null) {
                        throw Mischief.<RuntimeException>sneak(now);
                    }
                    task.run();
                })
                .build()) {
            bus.subscribe(
                    String.class,
                    heard::add,
                    EventBusFaultsTest.<String>once().name("first").build());
            bus.subscribe(
                    String.class,
                    heard::add,
                    EventBusFaultsTest.<String>once().name("second").build());
            bus.publish("lost");
            assertThat(heard).as("the next listener hears it").containsExactly("lost");
            assertThat(bus.deadLetters()).singleElement().satisfies(letter -> {
                assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.NO_THREAD);
                assertThat(letter.listener()).isEqualTo("first");
                assertThat(letter.cause() == thrown).isTrue();
            });
            next.set(thrown);
            Delivery delivery = delivered(bus, "lost too");
            assertThat(delivery.handled()).isEqualTo(1);
            assertThat(delivery.failures().get(0).cause())
                    .isInstanceOfSatisfying(
                            UndeliveredException.class,
                            cause -> assertThat(cause.reason()).isEqualTo(DeadLetter.Reason.NO_THREAD));
            heard.clear();
            bus.publish("found");
            assertThat(heard).containsExactly("found", "found");
            assertThat(bus.listeners())
                    .allSatisfy(each -> assertThat(each.waiting()).isZero());
        }
    }

    @Test
    void executeThrows_whileAnotherWorkerRuns_theOtherTakesOver() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger threads = new AtomicInteger();
        try (EventBus bus = EventBus.builder()
                .executor(task -> {
                    if (threads.incrementAndGet() > 1) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    pool.execute(task);
                })
                .build()) {
            bus.subscribe(
                    String.class,
                    event -> {
                        begun.countDown();
                        pass(release);
                        heard.add(event);
                    },
                    EventBusFaultsTest.<String>once().key(event -> event).build());
            bus.publish("a");
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            bus.publish("b");
            bus.publish("c");
            release.countDown();
            await().until(() -> heard.size() == 3);
            assertThat(bus.deadLetters()).isEmpty();
        }
    }

    private static void pass(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void executeThrowsAfterItTookTheTask_isHandledOnce() {
        Deque<Runnable> queue = new ArrayDeque<>();
        try (EventBus bus = EventBus.builder()
                .executor(task -> {
                    queue.add(task);
                    throw new IllegalStateException("taken, and thrown");
                })
                .build()) {
            bus.subscribe(
                    String.class,
                    heard::add,
                    EventBusFaultsTest.<String>once().name("one").build());
            bus.publish("a");
            queue.remove().run();
            assertThat(heard.size() + bus.deadLetters().size()).isEqualTo(1);
            assertThat(bus.listeners().get(0).waiting()).isZero();
        }
    }

    @Test
    void executeRunsAndThenThrows_orRunsTwice_isHandledOnce() {
        try (EventBus bus = EventBus.builder()
                .executor(task -> {
                    task.run();
                    task.run();
                    throw new IllegalStateException("done, and thrown");
                })
                .build()) {
            bus.subscribe(
                    String.class, heard::add, EventBusFaultsTest.<String>once().build());
            bus.publish("a");
            bus.publish("b");
            assertThat(heard).containsExactly("a", "b");
            assertThat(bus.deadLetters()).isEmpty();
        }
    }

    @Test
    void executeThrowsInTheMiddleOfALongLane_theThreadGoesOn() {
        AtomicInteger threads = new AtomicInteger();
        CountDownLatch filled = new CountDownLatch(1);
        try (EventBus bus = EventBus.builder()
                .executor(task -> {
                    if (threads.incrementAndGet() > 1) {
                        throw Mischief.<RuntimeException>sneak(new Exception("one thread is enough"));
                    }
                    pool.execute(task);
                })
                .build()) {
            bus.subscribe(
                    Integer.class,
                    number -> {
                        pass(filled);
                        heard.add(number);
                    },
                    EventBusFaultsTest.<Integer>once()
                            .mailbox(100_000, Overflow.REJECT)
                            .build());
            for (int i = 0; i < 10_000; i++) {
                bus.publish(i);
            }
            filled.countDown();
            await().until(() -> heard.size() == 10_000);
            assertThat(bus.deadLetters()).isEmpty();
            assertThat(threads.get()).as("it asked for others").isGreaterThan(1);
        }
    }

    /** On the caller's own thread however long the lane is: the stack does not grow. */
    @Test
    void executorThatRunsAtOnce_listenerThatPublishesOnAndOn_doesNotOverflowTheStack() {
        AtomicInteger left = new AtomicInteger(200_000);
        try (EventBus bus = EventBus.builder().executor(Runnable::run).build()) {
            bus.subscribe(
                    String.class,
                    event -> {
                        if (left.decrementAndGet() > 0) {
                            bus.publish("next");
                        }
                    },
                    EventBusFaultsTest.<String>once().build());
            bus.publish("first");
            assertThat(left).hasValue(0);
            assertThat(bus.deadLetters()).isEmpty();
        }
    }

    /** As DiscardPolicy does, or an executor that is shut down with its queue. */
    @Test
    void executorThatForgets_isWithoutItsWorkersNotForEver() {
        Deque<Runnable> forgotten = new ArrayDeque<>();
        List<Runnable> kept = new ArrayList<>();
        boolean[] forgets = {true};
        EventBus bus = EventBus.builder()
                .executor(task -> (forgets[0] ? forgotten : kept).add(task))
                .lostAfter(Duration.ofMillis(50))
                .build();
        bus.subscribe(
                String.class,
                heard::add,
                EventBusFaultsTest.<String>once().concurrency(1).build());
        bus.publish("a");
        forgets[0] = false;
        await().until(() -> {
            bus.publish("b");
            return !kept.isEmpty();
        });
        kept.forEach(Runnable::run);
        assertThat(heard).startsWith("a", "b");
        forgotten.forEach(Runnable::run);
        assertThat(bus.close(Duration.ZERO).isComplete()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("everything")
    void delayThrows_isADeadLetterWithTheListenersFailureAndTheLaneGoesOn(Throwable thrown) {
        for (boolean late : List.of(false, true)) {
            heard.clear();
            try (EventBus bus = EventBus.builder()
                    .delayed(wait -> {
                        if (!late) {
                            throw Mischief.<RuntimeException>sneak(thrown);
                        }
                        return task -> {
                            throw Mischief.<RuntimeException>sneak(thrown);
                        };
                    })
                    .build()) {
                bus.subscribe(
                        String.class,
                        this::hearOrThrow,
                        SubscriptionSettings.<String>async().build());
                bus.publish("bad");
                bus.publish("good");
                await().until(() -> heard.equals(List.of("good")));
                assertThat(bus.deadLetters()).singleElement().satisfies(letter -> {
                    assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.FAILED);
                    assertThat(letter.attempts()).isEqualTo(1);
                    assertThat(letter.cause()).hasMessage("bad");
                });
                assertThat(delivered(bus, "bad").failures()).hasSize(1);
            }
        }
    }

    private void hearOrThrow(String event) {
        if (event.equals("bad")) {
            throw new IllegalStateException("bad");
        }
        heard.add(event);
    }

    /** When the wait is over there is no thread any more, and nobody sees what is thrown where it ends. */
    @Test
    void retryThatIsRejected_isADeadLetterAndTheKeyLives() throws Exception {
        List<Future<?>> tasks = new CopyOnWriteArrayList<>();
        List<Runnable> waits = new CopyOnWriteArrayList<>();
        boolean[] full = {false};
        Executor threads = task -> {
            if (full[0]) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            tasks.add(pool.submit(task));
        };
        try (EventBus bus =
                EventBus.builder().executor(threads).delayed(wait -> waits::add).build()) {
            bus.subscribe(
                    String.class,
                    this::hearOrThrow,
                    SubscriptionSettings.<String>async().build());
            bus.publish("bad");
            tasks.get(0).get(30, TimeUnit.SECONDS);
            full[0] = true;
            waits.get(0).run();
            assertThat(bus.deadLetters()).singleElement().satisfies(letter -> {
                assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.NO_THREAD);
                assertThat(letter.attempts()).isEqualTo(1);
            });
            full[0] = false;
            waits.get(0).run();
            bus.publish("good");
            await().until(() -> heard.equals(List.of("good")));
        }
    }

    @Test
    void delayThatRunsAtOnceAndThenThrows_triesAsOftenAsItShould() {
        AtomicInteger tries = new AtomicInteger();
        try (EventBus bus = EventBus.builder()
                .executor(Runnable::run)
                .delayed(wait -> task -> {
                    task.run();
                    task.run();
                    throw new IllegalStateException("done, and thrown");
                })
                .build()) {
            bus.subscribe(
                    String.class,
                    event -> {
                        tries.incrementAndGet();
                        throw new IllegalStateException("always");
                    },
                    SubscriptionSettings.<String>async()
                            .retry(1000, Duration.ZERO, Duration.ZERO)
                            .build());
            bus.publish("a");
            assertThat(tries).hasValue(1000);
            assertThat(bus.deadLetters())
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.attempts()).isEqualTo(1000));
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void listenersHookAndClock_thatThrow_costNoEvent(Throwable thrown) {
        List<DeadLetter> hooked = new CopyOnWriteArrayList<>();
        try (EventBus bus = EventBus.builder()
                .clock(new BrokenClock(thrown))
                .onDeadLetter(letter -> {
                    hooked.add(letter);
                    throw Mischief.<RuntimeException>sneak(thrown);
                })
                .build()) {
            bus.watch(name -> {
                throw Mischief.<RuntimeException>sneak(thrown);
            });
            bus.subscribe(String.class, event -> {
                throw Mischief.<RuntimeException>sneak(thrown);
            });
            bus.subscribe(
                    String.class,
                    event -> {
                        throw Mischief.<RuntimeException>sneak(thrown);
                    },
                    EventBusFaultsTest.<String>once().build());
            bus.subscribe(
                    String.class,
                    heard::add,
                    EventBusFaultsTest.<String>once()
                            .key(event -> {
                                throw Mischief.<RuntimeException>sneak(thrown);
                            })
                            .build());
            bus.subscribe(String.class, heard::add);
            bus.publish("a");
            bus.publish("b");
            assertThat(heard).containsExactly("a", "b");
            await().until(() -> hooked.size() == 6);
            assertThat(bus.deadLetters())
                    .allSatisfy(letter -> assertThat(letter.cause() == thrown).isTrue());
            Delivery delivery = delivered(bus, "c");
            assertThat(delivery.failures())
                    .hasSize(3)
                    .allSatisfy(each -> assertThat(each.cause() == thrown).isTrue());
            assertThat(bus.deliver(envelope("d"), Duration.ofSeconds(30)))
                    .hasValueSatisfying(
                            text -> assertThat(text).contains(thrown.getClass().getSimpleName()));
            await().until(() -> bus.listeners().stream().allMatch(each -> each.waiting() == 0));
        }
    }

    private static final class BrokenClock extends Clock {
        private final Throwable thrown;

        BrokenClock(Throwable thrown) {
            this.thrown = thrown;
        }

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
            throw Mischief.<RuntimeException>sneak(thrown);
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void interceptorThatThrows_isThatEventsDeadLetterForEachListener_andReplayAsksItAgain(Throwable thrown) {
        AtomicReference<Throwable> next = new AtomicReference<>(thrown);
        try (EventBus bus = EventBus.builder()
                .executor(Runnable::run)
                .interceptor(event -> {
                    Throwable now = next.getAndSet(null);
                    if (now != null) {
                        throw Mischief.<RuntimeException>sneak(now);
                    }
                    return (listener, inner) -> inner.run();
                })
                .build()) {
            bus.subscribe(String.class, heard::add);
            bus.subscribeEnvelopes(
                    String.class,
                    envelope -> heard.add(envelope.event()),
                    EventBusFaultsTest.<String>once().build());
            bus.publish("a");
            assertThat(heard).isEmpty();
            assertThat(bus.deadLetters()).hasSize(2).allSatisfy(letter -> {
                assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.FAILED);
                assertThat(letter.event()).isEqualTo("a");
                assertThat(letter.attempts()).isZero();
            });
            bus.deadLetters()
                    .forEach(letter -> assertThat(bus.replay(letter.id())).isTrue());
            assertThat(heard).containsExactly("a", "a");
            assertThat(bus.deadLetters()).isEmpty();
            next.set(thrown);
            assertThat(delivered(bus, "b").failures()).hasSize(2);
            bus.publish("c");
            assertThat(heard).containsExactly("a", "a", "c", "c");
        }
    }

    @Test
    void interceptorThatGivesNothing_orThrowsAroundAListener_isADeadLetter() {
        Deque<EventInterceptor> behaviour = new ArrayDeque<>();
        try (EventBus bus = EventBus.builder()
                .executor(Runnable::run)
                .interceptor(event -> behaviour.remove().published(event))
                .build()) {
            bus.subscribe(
                    String.class, heard::add, EventBusFaultsTest.<String>once().build());
            behaviour.add(event -> null);
            behaviour.add(event -> (listener, next) -> {
                throw Mischief.<RuntimeException>sneak(new Exception("around"));
            });
            behaviour.add(event -> (listener, next) -> next.run());
            bus.publish("a");
            bus.publish("b");
            bus.publish("c");
            assertThat(heard).containsExactly("c");
            assertThat(bus.deadLetters()).extracting(DeadLetter::event).containsExactly("a", "b");
        }
    }

    @Test
    void idsThatThrow_areADeadLetter() {
        try (EventBus bus = EventBus.builder()
                .ids(() -> {
                    throw new IllegalStateException("no id");
                })
                .build()) {
            bus.subscribeEnvelopes(
                    String.class,
                    envelope -> heard.add(envelope.event()),
                    SubscriptionSettings.<String>sync().build());
            bus.publish("a");
            assertThat(bus.deadLetters())
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.cause()).hasMessage("no id"));
        }
    }

    @Test
    void interruptOfOneEvent_isNotSeenByTheNext() {
        List<Boolean> seen = new CopyOnWriteArrayList<>();
        try (EventBus bus = EventBus.builder().build()) {
            bus.subscribe(
                    String.class,
                    event -> {
                        seen.add(Thread.currentThread().isInterrupted());
                        Thread.currentThread().interrupt();
                        if (event.equals("throws")) {
                            throw new IllegalStateException(event);
                        }
                    },
                    SubscriptionSettings.<String>async()
                            .retry(2, Duration.ZERO, Duration.ZERO)
                            .build());
            bus.publish("a");
            bus.publish("throws");
            bus.publish("b");
            await().until(() -> seen.size() == 4);
            assertThat(seen).containsOnly(false);
        }
    }

    /** The publisher's own interrupt stays its own when its thread does the work. */
    @Test
    void interruptOfAPublisherThatDoesTheWork_isHiddenFromTheListenerAndKept() {
        List<Boolean> seen = new ArrayList<>();
        try (EventBus bus = EventBus.builder().executor(Runnable::run).build()) {
            bus.subscribe(
                    String.class,
                    event -> seen.add(Thread.currentThread().isInterrupted()),
                    EventBusFaultsTest.<String>once().build());
            Thread.currentThread().interrupt();
            bus.publish("a");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).containsExactly(false);
        }
    }

    @Test
    void interruptedPublisher_doesNotFillAMailboxWithoutLimit() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        ConcurrentLinkedQueue<DeadLetter> dead = new ConcurrentLinkedQueue<>();
        EventBus bus = EventBus.builder().onDeadLetter(dead::add).build();
        bus.subscribe(
                Integer.class,
                event -> pass(release),
                EventBusFaultsTest.<Integer>once().mailbox(2, Overflow.BLOCK).build());
        Thread publisher = new Thread(() -> {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 5000; i++) {
                bus.publish(i);
            }
        });
        publisher.start();
        publisher.join(30_000);
        assertThat(bus.listeners().get(0).waiting()).isLessThanOrEqualTo(2 + 1024);
        assertThat(dead).hasSizeGreaterThan(3900).allMatch(each -> each.reason() == DeadLetter.Reason.NO_ROOM);
        release.countDown();
        assertThat(bus.close(Duration.ofSeconds(30)).isComplete()).isTrue();
    }

    @Test
    void durationsOfEveryLength_areTakenAndToldTruly() {
        CountDownLatch release = new CountDownLatch(1);
        EventBus bus = EventBus.builder().build();
        bus.subscribe(
                String.class,
                event -> {
                    if (event.equals("slow")) {
                        pass(release);
                    }
                },
                EventBusFaultsTest.<String>once().build());
        Duration huge = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        Duration minus = Duration.ofSeconds(Long.MIN_VALUE);
        assertThat(bus.deliver(envelope("a"), huge)).isEmpty();
        assertThat(bus.deliver(envelope("slow"), minus))
                .hasValueSatisfying(text -> assertThat(text).startsWith("not handled within"));
        assertThat(bus.deliver(envelope("b"), Duration.ZERO)).isPresent();
        assertThat(bus.deliver(envelope("b"), Duration.ofNanos(1))).isPresent();
        release.countDown();
        assertThat(bus.close(huge).isComplete()).isTrue();
        assertThat(bus.close(minus)).isEqualTo(new DrainReport(0, 0, 0, 0));
    }

    @Test
    void closeFromInsideAListener_doesNotWaitForItselfAndTellsTruly() {
        EventBus bus = EventBus.builder().build();
        CompletableFuture<DrainReport> report = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CountDownLatch filled = new CountDownLatch(1);
        bus.subscribe(
                String.class,
                event -> {
                    pass(filled);
                    if (event.equals("closes")) {
                        report.complete(bus.close(Duration.ofSeconds(Long.MAX_VALUE)));
                        interrupted.complete(Thread.currentThread().isInterrupted());
                    }
                    heard.add(event);
                },
                EventBusFaultsTest.<String>once()
                        .key(event -> event.substring(0, 1))
                        .build());
        CompletableFuture<Delivery> first = bus.deliver(envelope("closes")).toCompletableFuture();
        bus.publish("chases it");
        bus.publish("other key");
        CompletableFuture<Delivery> behind =
                bus.deliver(envelope("comes after")).toCompletableFuture();
        filled.countDown();
        assertThat(report.orTimeout(30, TimeUnit.SECONDS).join()).satisfies(told -> {
            assertThat(told.left()).isEqualTo(1);
            assertThat(told.returned()).isEqualTo(1);
            assertThat(told.handled()).isLessThanOrEqualTo(1);
        });
        assertThat(interrupted.join()).isFalse();
        assertThat(first.orTimeout(30, TimeUnit.SECONDS).join().isComplete()).isTrue();
        assertThat(behind.join().isComplete()).isFalse();
        assertThat(heard).containsExactlyInAnyOrder("closes", "other key");
        assertThat(bus.deadLetters()).extracting(DeadLetter::event).containsExactly("chases it");
        await().until(() -> bus.listeners().get(0).waiting() == 0);
    }

    @Test
    void twoListenersThatClose_doNotWaitForEachOther() {
        EventBus bus = EventBus.builder().build();
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch closed = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            bus.subscribe(
                    String.class,
                    event -> {
                        both.countDown();
                        pass(both);
                        assertThat(bus.close(Duration.ofDays(1_000_000)).returned())
                                .isLessThanOrEqualTo(1);
                        closed.countDown();
                    },
                    EventBusFaultsTest.<String>once().build());
        }
        bus.deliver(envelope("closes"));
        pass(closed);
        assertThat(closed.getCount()).isZero();
    }

    @Test
    void deliverFromInsideAListener_toItself_endsAtItsLongestWait() {
        CompletableFuture<String> told = new CompletableFuture<>();
        try (EventBus bus = EventBus.builder().build()) {
            bus.subscribe(
                    String.class,
                    event -> {
                        if (event.equals("outer")) {
                            told.complete(bus.deliver(envelope("inner"), Duration.ofDays(1))
                                    .orElse("handled"));
                        }
                        heard.add(event);
                    },
                    EventBusFaultsTest.<String>once()
                            .longestWait(Duration.ofMillis(50))
                            .build());
            assertThat(bus.deliver(envelope("outer"), Duration.ofSeconds(30))).isEmpty();
            assertThat(told.join()).isEqualTo("not handled within PT0.05S");
            await().until(() -> heard.equals(List.of("outer", "inner")));
        }
    }

    @Test
    void listenerThatFailsAfterTheBusWasClosed_isNotTriedAgain() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        EventBus bus = EventBus.builder().executor(pool).build();
        bus.subscribe(
                String.class,
                event -> {
                    begun.countDown();
                    pass(release);
                    heard.add(event);
                    throw new IllegalStateException("always");
                },
                SubscriptionSettings.<String>async()
                        .retry(5, Duration.ZERO, Duration.ZERO)
                        .build());
        CompletableFuture<Delivery> delivery = bus.deliver(envelope("a")).toCompletableFuture();
        pass(begun);
        assertThat(bus.close(Duration.ofMillis(-1)).returned()).isEqualTo(1);
        assertThat(delivery.join().failures()).hasSize(1);
        release.countDown();
        await().until(() -> heard.size() == 1);
        pool.shutdown();
        await().until(pool::isTerminated);
        assertThat(heard).containsExactly("a");
        assertThat(bus.deadLetters()).isEmpty();
    }
}
