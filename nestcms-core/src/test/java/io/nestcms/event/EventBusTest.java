package io.nestcms.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
}
