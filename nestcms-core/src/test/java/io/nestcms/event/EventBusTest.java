package io.nestcms.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nestcms.context.CallerContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class EventBusTest {
    private sealed interface Fruit permits Apple, Pear {}

    private record Apple(int number) implements Fruit {}

    private record Pear(int number) implements Fruit {}

    private final EventBus bus = EventBus.builder().build();

    @AfterEach
    void close() {
        bus.close(Duration.ZERO);
    }

    private static <E> SubscriptionSettings.Builder<E> once() {
        return SubscriptionSettings.<E>async().retry(1, Duration.ZERO, Duration.ZERO);
    }

    @Test
    void publish_listenersOfClassFamilyAndObject_hearIt() {
        List<Object> heard = new ArrayList<>();
        bus.subscribe(Apple.class, heard::add);
        bus.subscribe(Fruit.class, heard::add);
        bus.subscribe(Object.class, heard::add);
        bus.subscribe(Pear.class, pear -> heard.add("pear"));
        bus.publish(new Apple(1));
        assertThat(heard).containsExactly(new Apple(1), new Apple(1), new Apple(1));
    }

    @Test
    void publish_throwingListener_hurtsNoOtherAndLeavesADeadLetter() {
        List<Object> heard = new ArrayList<>();
        bus.subscribe(Apple.class, apple -> {
            throw new IllegalStateException("rotten");
        });
        bus.subscribe(Apple.class, heard::add);
        bus.publish(new Apple(1));
        assertThat(heard).containsExactly(new Apple(1));
        assertThat(bus.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.FAILED);
            assertThat(letter.cause()).hasMessage("rotten");
        });
    }

    @Test
    void closeSubscription_thenPublish_isNotHeard() {
        List<Object> heard = new ArrayList<>();
        Subscription subscription = bus.subscribe(Apple.class, heard::add);
        subscription.close();
        bus.publish(new Apple(1));
        assertThat(heard).isEmpty();
    }

    @Test
    void async_sameKey_keepsTheOrder() {
        List<Apple> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class, heard::add, SubscriptionSettings.<Apple>async().build());
        for (int i = 0; i < 1000; i++) {
            bus.publish(new Apple(i));
        }
        await().until(() -> heard.size() == 1000);
        assertThat(heard).extracting(Apple::number).isSorted();
    }

    @Test
    void async_keyThatCannotBeTold_isADeadLetterAndHurtsNoOther() {
        List<Integer> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class,
                apple -> heard.add(-1),
                SubscriptionSettings.<Apple>async()
                        .name("by-key")
                        .key(apple -> {
                            throw new IllegalStateException("no key");
                        })
                        .build());
        bus.subscribe(Apple.class, apple -> heard.add(apple.number()));
        bus.publish(new Apple(7));
        assertThat(heard).containsExactly(7);
        assertThat(bus.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.listener()).isEqualTo("by-key");
            assertThat(letter.cause()).isInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void async_blockedKey_delaysNoOther() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        List<Apple> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class,
                apple -> {
                    if (apple.number() == 0) {
                        awaitQuietly(release);
                    }
                    heard.add(apple);
                },
                SubscriptionSettings.<Apple>async()
                        .key(apple -> Integer.toString(apple.number() % 2))
                        .build());
        for (int i = 0; i < 4; i++) {
            bus.publish(new Apple(i));
        }
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly(new Apple(1), new Apple(3));
        release.countDown();
        await().until(() -> heard.size() == 4);
        assertThat(heard).endsWith(new Apple(0), new Apple(2));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void deliver_everyListener_completesWhenAllHaveEnded() {
        CountDownLatch release = new CountDownLatch(1);
        bus.subscribe(Apple.class, apple -> {});
        bus.subscribe(
                Apple.class,
                apple -> awaitQuietly(release),
                EventBusTest.<Apple>once().name("slow").build());
        CompletableFuture<Delivery> delivery = bus.deliver(new Envelope<>("1", Instant.EPOCH, "tree", new Apple(1)))
                .toCompletableFuture();
        assertThat(delivery).isNotDone();
        release.countDown();
        assertThat(delivery.join()).isEqualTo(new Delivery("1", 2, List.of()));
    }

    @Test
    void deliver_failingListener_isReportedNotKept() {
        bus.subscribe(Apple.class, apple -> {});
        bus.subscribe(
                Apple.class,
                apple -> {
                    throw new IllegalStateException("rotten");
                },
                EventBusTest.<Apple>once().name("picky").build());
        Delivery delivery = bus.deliver(new Envelope<>("1", Instant.EPOCH, "tree", new Apple(1)))
                .toCompletableFuture()
                .join();
        assertThat(delivery.handled()).isEqualTo(1);
        assertThat(delivery.isComplete()).isFalse();
        assertThat(delivery.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.listener()).isEqualTo("picky"));
        assertThat(bus.deadLetters()).isEmpty();
    }

    @Test
    void publish_envelopeListener_hearsIdTimeAndKey() {
        List<Envelope<Fruit>> heard = new ArrayList<>();
        bus.subscribeEnvelopes(
                Fruit.class, heard::add, SubscriptionSettings.<Fruit>sync().build());
        bus.publish(new Apple(1));
        Envelope<Apple> sent = new Envelope<>("7", Instant.EPOCH, "tree", new Apple(2));
        bus.deliver(sent);
        assertThat(heard).hasSize(2);
        assertThat(heard.get(0).event()).isEqualTo(new Apple(1));
        assertThat(heard.get(0).key()).isEqualTo(Apple.class.getName());
        assertThat((Object) heard.get(1)).isEqualTo(sent);
    }

    @Test
    void deliver_noListener_isComplete() {
        assertThat(bus.deliver(new Envelope<>("1", Instant.EPOCH, "tree", new Apple(1)))
                        .toCompletableFuture()
                        .join()
                        .isComplete())
                .isTrue();
    }

    @Test
    void deliver_envelopesOfOneKey_keepTheOrder() {
        List<Apple> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class, heard::add, SubscriptionSettings.<Apple>async().build());
        List<CompletableFuture<Delivery>> deliveries = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            deliveries.add(bus.deliver(new Envelope<>("" + i, Instant.EPOCH, "tree" + i % 3, new Apple(i)))
                    .toCompletableFuture());
        }
        assertThat(deliveries)
                .allSatisfy(each -> assertThat(each.join().isComplete()).isTrue());
        for (int key = 0; key < 3; key++) {
            int each = key;
            assertThat(heard.stream().map(Apple::number).filter(number -> number % 3 == each))
                    .isSorted()
                    .isNotEmpty();
        }
    }

    @Test
    void retry_failsTwice_isHandledInOrderOnTheThirdTry() {
        List<Duration> waits = new CopyOnWriteArrayList<>();
        List<Integer> heard = new CopyOnWriteArrayList<>();
        List<Integer> tries = new CopyOnWriteArrayList<>();
        try (EventBus own = EventBus.builder()
                .delayed(wait -> task -> {
                    waits.add(wait);
                    new Thread(task).start();
                })
                .build()) {
            own.subscribe(
                    Apple.class,
                    apple -> {
                        tries.add(apple.number());
                        if (apple.number() == 0 && tries.size() < 3) {
                            throw new IllegalStateException("not yet");
                        }
                        heard.add(apple.number());
                    },
                    SubscriptionSettings.<Apple>async()
                            .retry(3, Duration.ofMillis(10), Duration.ofMillis(15))
                            .build());
            own.publish(new Apple(0));
            own.publish(new Apple(1));
            await().until(() -> heard.size() == 2);
            assertThat(tries).containsExactly(0, 0, 0, 1);
            assertThat(waits).containsExactly(Duration.ofMillis(10), Duration.ofMillis(15));
            assertThat(own.deadLetters()).isEmpty();
        }
    }

    @Test
    void replay_deadLetter_reachesItsListenerOnlyAndLeavesTheList() {
        List<Object> other = new ArrayList<>();
        List<Object> healed = new ArrayList<>();
        boolean[] broken = {true};
        bus.subscribe(Apple.class, other::add);
        bus.subscribe(Apple.class, apple -> {
            if (broken[0]) {
                throw new IllegalStateException("broken");
            }
            healed.add(apple);
        });
        bus.publish(new Apple(1));
        String id = bus.deadLetters().get(0).id();
        assertThat(bus.replay(id)).isTrue();
        assertThat(bus.deadLetters()).as("failed again").hasSize(1);
        broken[0] = false;
        assertThat(bus.replay(bus.deadLetters().get(0).id())).isTrue();
        assertThat(bus.replay(id)).isFalse();
        assertThat(bus.deadLetters()).isEmpty();
        assertThat(healed).containsExactly(new Apple(1));
        assertThat(other).containsExactly(new Apple(1));
    }

    @Test
    void deadLetters_tooMany_forgetTheOldestButTellTheHookOfEach() {
        List<DeadLetter> hooked = new ArrayList<>();
        try (EventBus own = EventBus.builder()
                .deadLetters(2)
                .onDeadLetter(letter -> {
                    hooked.add(letter);
                    throw new IllegalStateException("hook");
                })
                .build()) {
            own.subscribe(Apple.class, apple -> {
                throw new IllegalStateException("broken");
            });
            for (int i = 0; i < 3; i++) {
                own.publish(new Apple(i));
            }
            assertThat(hooked).hasSize(3);
            assertThat(own.deadLetters()).extracting(DeadLetter::event).containsExactly(new Apple(1), new Apple(2));
        }
    }

    /** Publishes to a listener that is stuck on the first event, then lets it go. */
    private List<Integer> overflow(Overflow overflow, int events) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class,
                apple -> {
                    begun.countDown();
                    awaitQuietly(release);
                    heard.add(apple.number());
                },
                SubscriptionSettings.<Apple>async().mailbox(3, overflow).build());
        bus.publish(new Apple(0));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i < events; i++) {
            bus.publish(new Apple(i));
        }
        assertThat(bus.listeners().get(0).waiting()).isEqualTo(3);
        release.countDown();
        await().until(() -> bus.listeners().get(0).waiting() == 0);
        return heard;
    }

    @Test
    void overflow_reject_newOnesAreDeadLetters() throws InterruptedException {
        assertThat(overflow(Overflow.REJECT, 6)).containsExactly(0, 1, 2);
        assertThat(bus.deadLetters())
                .extracting(DeadLetter::event)
                .containsExactly(new Apple(3), new Apple(4), new Apple(5));
        assertThat(bus.deadLetters()).allMatch(letter -> letter.reason() == DeadLetter.Reason.REJECTED);
        assertThat(bus.listeners().get(0).rejected()).isEqualTo(3);
    }

    @Test
    void overflow_dropOldest_oldOnesAreDeadLetters() throws InterruptedException {
        assertThat(overflow(Overflow.DROP_OLDEST, 6)).containsExactly(0, 4, 5);
        assertThat(bus.deadLetters())
                .extracting(DeadLetter::event)
                .containsExactly(new Apple(1), new Apple(2), new Apple(3));
        assertThat(bus.deadLetters()).allMatch(letter -> letter.reason() == DeadLetter.Reason.DROPPED);
        assertThat(bus.listeners().get(0).dropped()).isEqualTo(3);
    }

    @Test
    void overflow_dropOldestOverManyKeys_dropsTheOldestOfAll() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class,
                apple -> {
                    begun.countDown();
                    awaitQuietly(release);
                    heard.add(apple.number());
                },
                SubscriptionSettings.<Apple>async()
                        .mailbox(4, Overflow.DROP_OLDEST)
                        .key(apple -> apple.number() % 2 == 0 ? "even" : "odd")
                        .build());
        bus.publish(new Apple(0));
        bus.publish(new Apple(1));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 2; i < 7; i++) {
            bus.publish(new Apple(i));
        }
        release.countDown();
        await().until(() -> heard.size() == 4);
        assertThat(heard).containsExactlyInAnyOrder(0, 1, 5, 6);
        assertThat(bus.deadLetters())
                .extracting(DeadLetter::event)
                .containsExactly(new Apple(2), new Apple(3), new Apple(4));
    }

    @Test
    void overflow_block_publisherWaitsAndNothingIsLost() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class,
                apple -> {
                    awaitQuietly(release);
                    heard.add(apple.number());
                },
                SubscriptionSettings.<Apple>async().mailbox(2, Overflow.BLOCK).build());
        CountDownLatch published = new CountDownLatch(1);
        Thread publisher = new Thread(() -> {
            for (int i = 0; i < 10; i++) {
                bus.publish(new Apple(i));
            }
            published.countDown();
        });
        publisher.start();
        await().until(() -> publisher.getState() == Thread.State.TIMED_WAITING);
        assertThat(bus.listeners().get(0).waiting()).isEqualTo(2);
        release.countDown();
        assertThat(published.await(30, TimeUnit.SECONDS)).isTrue();
        await().until(() -> heard.size() == 10);
        assertThat(heard).isSorted();
        assertThat(bus.deadLetters()).isEmpty();
    }

    @Test
    void overflow_blockedPublisherInterrupted_keepsTheEventAndTheInterrupt() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class,
                apple -> {
                    awaitQuietly(release);
                    heard.add(apple.number());
                },
                SubscriptionSettings.<Apple>async().mailbox(1, Overflow.BLOCK).build());
        boolean[] interrupted = new boolean[1];
        Thread publisher = new Thread(() -> {
            bus.publish(new Apple(0));
            bus.publish(new Apple(1));
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        publisher.start();
        await().until(() -> publisher.getState() == Thread.State.TIMED_WAITING);
        publisher.interrupt();
        publisher.join(30_000);
        assertThat(interrupted[0]).isTrue();
        release.countDown();
        await().until(() -> heard.equals(List.of(0, 1)));
    }

    @Test
    void overflow_listenerPublishesToItsOwnFullMailbox_doesNotWaitForItself() {
        List<Integer> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class,
                apple -> {
                    heard.add(apple.number());
                    if (apple.number() < 20) {
                        bus.publish(new Apple(apple.number() + 1));
                        bus.publish(new Apple(100));
                    }
                },
                SubscriptionSettings.<Apple>async().mailbox(1, Overflow.BLOCK).build());
        bus.publish(new Apple(0));
        await().until(() -> heard.size() == 41);
        assertThat(heard).contains(20);
    }

    @Test
    void close_drainsWhatWaits() {
        List<Apple> heard = new CopyOnWriteArrayList<>();
        bus.subscribe(
                Apple.class, heard::add, SubscriptionSettings.<Apple>async().build());
        for (int i = 0; i < 1000; i++) {
            bus.publish(new Apple(i));
        }
        DrainReport report = bus.close(Duration.ofSeconds(30));
        assertThat(report.isComplete()).isTrue();
        assertThat(heard).hasSize(1000);
    }

    @Test
    void close_outOfTime_reportsWhatIsReturnedAndWhatIsLeft() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        bus.subscribe(
                Apple.class,
                apple -> {
                    begun.countDown();
                    awaitQuietly(release);
                },
                SubscriptionSettings.<Apple>async().name("stuck").build());
        CompletableFuture<Delivery> first = bus.deliver(new Envelope<>("0", Instant.EPOCH, "tree", new Apple(0)))
                .toCompletableFuture();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Delivery> second = bus.deliver(new Envelope<>("1", Instant.EPOCH, "tree", new Apple(1)))
                .toCompletableFuture();
        bus.publish(new Apple(2));
        Subscription last = bus.subscribe(
                Pear.class, pear -> {}, SubscriptionSettings.<Pear>async().build());
        last.close();
        DrainReport report = bus.close(Duration.ofMillis(20));
        assertThat(report.returned()).isEqualTo(2);
        assertThat(report.left()).isLessThanOrEqualTo(1);
        assertThat(report.left() + report.handled()).isEqualTo(1);
        assertThat(first.join().isComplete()).isFalse();
        assertThat(second.join().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.cause())
                        .isInstanceOfSatisfying(
                                UndeliveredException.class,
                                cause -> assertThat(cause.reason()).isEqualTo(DeadLetter.Reason.CLOSED)));
        release.countDown();
        bus.publish(new Apple(3));
        assertThat(bus.deadLetters())
                .last()
                .satisfies(letter -> assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.CLOSED));
        assertThatThrownBy(() -> bus.subscribe(Apple.class, apple -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void executorThatRefuses_leavesDeadLettersAndTheNextEventIsHandled() {
        List<Integer> heard = new ArrayList<>();
        boolean[] full = {false};
        try (EventBus own = EventBus.builder()
                .executor(task -> {
                    if (full[0]) {
                        throw new RejectedExecutionException("full");
                    }
                    task.run();
                })
                .build()) {
            own.subscribe(
                    Apple.class,
                    apple -> heard.add(apple.number()),
                    SubscriptionSettings.<Apple>async().build());
            own.publish(new Apple(0));
            full[0] = true;
            own.publish(new Apple(1));
            assertThat(own.deadLetters()).extracting(DeadLetter::event).containsExactly(new Apple(1));
            assertThat(own.listeners().get(0).waiting()).isZero();
            full[0] = false;
            own.publish(new Apple(2));
            assertThat(heard).containsExactly(0, 2);
        }
    }

    @Test
    void interceptors_seeEveryTryFromTheOutsideIn() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (EventBus own = EventBus.builder()
                .interceptor(event -> (listener, next) -> {
                    seen.add("outer " + listener);
                    next.run();
                })
                .interceptor(event -> (listener, next) -> {
                    seen.add("inner");
                    next.run();
                    seen.add("after");
                })
                .build()) {
            own.subscribe(
                    Apple.class,
                    apple -> seen.add("handled"),
                    SubscriptionSettings.<Apple>sync().name("pie").build());
            own.publish(new Apple(1));
            assertThat(seen).containsExactly("outer pie", "inner", "handled", "after");
        }
    }

    @Test
    void loggingContext_isCarriedOverTheHopAndPutBack() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (EventBus own = EventBus.builder()
                .interceptor(EventInterceptor.carrying(CallerContext.logging()))
                .build()) {
            own.subscribe(
                    Apple.class,
                    apple -> {
                        seen.add(MDC.get("trace"));
                        MDC.put("trace", "changed");
                    },
                    SubscriptionSettings.<Apple>async().build());
            own.subscribe(Apple.class, apple -> MDC.put("trace", "changed"));
            MDC.put("trace", "t-1");
            own.publish(new Apple(1));
            assertThat(MDC.get("trace")).isEqualTo("t-1");
            await().until(() -> seen.equals(List.of("t-1")));
        } finally {
            MDC.clear();
        }
    }

    @Test
    void ownThreads_areVirtualWhereTheJvmHasThem() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        bus.subscribe(
                Apple.class,
                apple -> thread.complete(Thread.currentThread()),
                SubscriptionSettings.<Apple>async().build());
        bus.publish(new Apple(1));
        Thread worker = thread.get(30, TimeUnit.SECONDS);
        assertThat(worker.isDaemon()).isTrue();
        if (Runtime.version().feature() >= 21) {
            assertThat(Thread.class.getMethod("isVirtual").invoke(worker)).isEqualTo(true);
        }
    }

    @Test
    void settings_badValues_areRefused() {
        assertThatThrownBy(() -> SubscriptionSettings.async().mailbox(0, Overflow.BLOCK))
                .hasMessageContaining("mailbox is 0");
        assertThatThrownBy(() -> SubscriptionSettings.sync().retry(2, Duration.ZERO, Duration.ZERO))
                .hasMessageContaining("attempts is 2");
        assertThatThrownBy(() -> SubscriptionSettings.async().name(" ")).hasMessageContaining("name is blank");
        assertThatThrownBy(() -> SubscriptionSettings.async().retry(2, Duration.ofHours(2), Duration.ZERO))
                .hasMessageContaining("first");
        assertThatThrownBy(() -> SubscriptionSettings.async().concurrency(0)).hasMessageContaining("concurrency is 0");
        assertThatThrownBy(() -> SubscriptionSettings.async().longestWait(Duration.ofHours(2)))
                .hasMessageContaining("longestWait");
        assertThatThrownBy(() -> EventBus.builder().deadLetters(0)).hasMessageContaining("deadLetters");
    }
}
