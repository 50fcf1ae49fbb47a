package io.nestcms.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nestcms.event.EventBus;
import io.nestcms.payment.PaymentEvent.PaymentStatusChanged;
import io.nestcms.payment.contract.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxRelayTest {
    private final MovingClock clock = new MovingClock(Samples.NOON.plusSeconds(60));
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final EventBus bus = EventBus.builder().build();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean broken = new AtomicBoolean();

    @AfterEach
    void close() {
        bus.close(Duration.ofSeconds(5));
    }

    private OutboxRelay.Builder relay() {
        bus.subscribe(PaymentStatusChanged.class, event -> {
            if (broken.get() && event.paymentId().value().equals("a")) {
                throw new IllegalStateException("the mail server said something secret");
            }
            heard.add(event.paymentId() + " " + event.at().getEpochSecond() % 60);
        });
        return OutboxRelay.builder(store.outbox(), bus)
                .clock(clock)
                .backoff(Duration.ofSeconds(1), Duration.ofSeconds(3))
                .attempts(4);
    }

    private void record(String name, int events) {
        Payment payment = Samples.payment(name);
        store.insert(payment, Samples.entries(payment, 1, events));
    }

    @Test
    void runOnce_deliversInOrderAndEmptiesTheOutbox() {
        record("a", 3);

        assertThat(relay().build().runOnce()).isEqualTo(3);
        assertThat(heard).containsExactly("a 1", "a 2", "a 3");
        assertThat(store.outbox().backlog().payments()).isZero();
    }

    @Test
    void listenerFails_triesLaterAndInOrder_othersDoNotWait() {
        record("a", 2);
        record("b", 1);
        broken.set(true);
        OutboxRelay relay = relay().build();

        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(heard).containsExactly("b 1");
        assertThat(relay.runOnce()).isZero();

        broken.set(false);
        clock.advance(Duration.ofSeconds(1));
        assertThat(relay.runOnce()).isEqualTo(2);
        assertThat(heard).containsExactly("b 1", "a 1", "a 2");
    }

    @Test
    void interrupted_countsNoFailureAndTakesNoMore() {
        record("a", 1);
        record("b", 1);
        OutboxRelay relay = relay().attempts(1).build();
        bus.subscribe(PaymentStatusChanged.class, event -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("torn down");
        });

        assertThat(relay.runOnce()).isZero();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(heard).hasSize(1);
        assertThat(store.outbox().buried(10)).isEmpty();
        assertThat(store.outbox().claim("another", clock.instant(), Duration.ofSeconds(1)))
                .as("the other payment at once")
                .isPresent();
        clock.advance(Duration.ofSeconds(30));
        assertThat(store.outbox().claim("another", clock.instant(), Duration.ofSeconds(30)))
                .get()
                .satisfies(
                        batch -> assertThat(batch.entries().get(0).attempts()).isZero());
    }

    @Test
    void listenerFailsForGood_isBuriedWithoutSecretsAndCanBeReplayed() {
        record("a", 1);
        broken.set(true);
        OutboxRelay relay = relay().build();
        for (int i = 0; i < 4; i++) {
            relay.runOnce();
            clock.advance(Duration.ofSeconds(4));
        }

        List<OutboxEntry> buried = store.outbox().buried(10);
        assertThat(buried).hasSize(1);
        assertThat(buried.get(0).attempts()).isEqualTo(4);
        assertThat(buried.get(0).cause()).contains("IllegalStateException").doesNotContain("secret");

        broken.set(false);
        store.outbox().replay(new PaymentId("a"), buried.get(0).id(), clock.instant());
        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(heard).containsExactly("a 1");
    }

    @Test
    void run_wakesUpAndClosesDrained() {
        OutboxRelay relay = relay().poll(Duration.ofHours(1)).build();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            thread.execute(relay);
            record("a", 1);
            relay.wake();
            await().until(() -> heard.size() == 1);
            record("b", 2);

            OutboxBacklog left = relay.close(Duration.ofSeconds(30));

            assertThat(left.payments()).isZero();
            assertThat(heard).containsExactly("a 1", "b 1", "b 2");
        } finally {
            thread.shutdown();
        }
        assertThat(thread.isShutdown()).isTrue();
    }

    @Test
    void run_storeBroken_goesOn() {
        AtomicBoolean down = new AtomicBoolean(true);
        Outbox fragile = (Outbox) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Outbox.class}, (proxy, method, arguments) -> {
                    if (down.get()) {
                        throw new IllegalStateException("down");
                    }
                    return method.invoke(store.outbox(), arguments);
                });
        relay();
        OutboxRelay relay = OutboxRelay.builder(fragile, bus)
                .clock(clock)
                .poll(Duration.ofMillis(1))
                .build();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            thread.execute(relay);
            record("a", 1);
            down.set(false);
            await().until(() -> heard.size() == 1);
        } finally {
            relay.close();
            thread.shutdown();
        }
        assertThat(heard).containsExactly("a 1");
    }
}
