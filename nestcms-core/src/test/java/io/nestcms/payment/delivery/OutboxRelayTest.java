package io.nestcms.payment.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nestcms.event.EventBus;
import io.nestcms.event.contract.Mischief;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.PaymentStatusChanged;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.contract.ForwardingOutbox;
import io.nestcms.payment.contract.MovingClock;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.FailedDelivery;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxBacklog;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OutboxRelayTest {
    private final MovingClock clock = new MovingClock(Samples.NOON.plusSeconds(60));
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final EventBus bus = EventBus.builder().build();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean broken = new AtomicBoolean();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        bus.close(Duration.ofSeconds(5));
        pool.shutdownNow();
    }

    private OutboxRelay.Builder onBus() {
        bus.subscribe(PaymentStatusChanged.class, event -> {
            if (broken.get() && event.paymentId().value().equals("a")) {
                throw new IllegalStateException("the mail server said something secret");
            }
            hear(event);
        });
        return configured(OutboxRelay.builder(store.outbox(), bus));
    }

    private OutboxRelay.Builder relay() {
        return configured(OutboxRelay.builder(store.outbox()));
    }

    private OutboxRelay.Builder configured(OutboxRelay.Builder builder) {
        return builder.clock(clock)
                .backoff(Duration.ofSeconds(1), Duration.ofSeconds(3))
                .attempts(4);
    }

    private void hear(PaymentEvent event) {
        heard.add(event.paymentId() + " " + event.at().getEpochSecond() % 60);
    }

    private void record(String name, int events) {
        Payment payment = Samples.payment(name);
        store.insert(payment, Samples.entries(payment, 1, events));
    }

    private Optional<OutboxBatch> claim() {
        return store.outbox().claim(OutboxClaim.of("another", Set.of("bus"), clock.instant(), Duration.ofSeconds(1)));
    }

    // ---- one listener, the bus

    @Test
    void runOnce_deliversInOrderAndEmptiesTheOutbox() {
        record("a", 3);

        assertThat(onBus().build().runOnce()).isEqualTo(3);
        assertThat(heard).containsExactly("a 1", "a 2", "a 3");
        assertThat(store.outbox().backlog().payments()).isZero();
    }

    @Test
    void listenerFails_triesLaterAndInOrder_othersDoNotWait() {
        record("a", 2);
        record("b", 1);
        broken.set(true);
        OutboxRelay relay = onBus().build();

        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(heard).containsExactly("b 1");
        assertThat(relay.runOnce()).isZero();

        broken.set(false);
        clock.advance(Duration.ofSeconds(1));
        assertThat(relay.runOnce()).isEqualTo(2);
        assertThat(heard).containsExactly("b 1", "a 1", "a 2");
    }

    @Test
    void listenerFailsForGood_isBuriedWithoutSecretsAndCanBeReplayed() {
        record("a", 1);
        broken.set(true);
        OutboxRelay relay = onBus().build();
        for (int i = 0; i < 4; i++) {
            relay.runOnce();
            clock.advance(Duration.ofSeconds(4));
        }

        List<BuriedEvent> buried = store.outbox().buried(10);
        assertThat(buried).hasSize(1);
        assertThat(buried.get(0).listener()).isEqualTo("bus");
        assertThat(buried.get(0).attempts()).isEqualTo(4);
        assertThat(buried.get(0).cause()).contains("IllegalStateException").doesNotContain("secret");

        broken.set(false);
        store.outbox().replay(new PaymentId("a"), buried.get(0).id(), clock.instant());
        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(heard).containsExactly("a 1");
    }

    // ---- names

    @Test
    void on_nameOfAnotherForm_isRefused() {
        OutboxRelay relay = relay().build();

        for (String name : List.of("", "CRM", "a b", "ä", "a.b", "$a", "x".repeat(65))) {
            assertThatThrownBy(() -> relay.on(name, PaymentEvent.class, this::hear))
                    .as(name)
                    .isInstanceOf(InvalidInputException.class);
        }
        relay.on("a-1", PaymentEvent.class, this::hear).on("x".repeat(64), PaymentEvent.class, this::hear);
    }

    @Test
    void on_nameThatIsTaken_isRefused() {
        OutboxRelay relay = OutboxRelay.builder(store.outbox(), bus).build().on("a", PaymentEvent.class, this::hear);

        for (String name : List.of("a", "bus")) {
            assertThatThrownBy(() -> relay.onEnvelopes(name, PaymentEvent.class, it -> {}))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void settings_outOfRange_areRefused() {
        assertThatThrownBy(() -> relay().threads(0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> relay().leaveFor(Duration.ZERO)).isInstanceOf(InvalidInputException.class);
    }

    // ---- listeners that take too long

    @Test
    void hangs_isAFailureOfThatOneAlone_andOtherPaymentsDoNotWait() throws Exception {
        for (int n = 0; n < 50; n++) {
            record("p" + n, 1);
        }
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        OutboxRelay relay = relay().lease(Duration.ofSeconds(3)).build();
        relay.on("receipts", PaymentEvent.class, this::hear).on("crm", PaymentEvent.class, event -> {
            calls.incrementAndGet();
            awaitThroughInterrupts(end);
        });

        relay.runOnce();

        assertThat(heard).hasSize(50);
        assertThat(calls).as("it rests after the first").hasValue(1);
        clock.advance(Duration.ofSeconds(1));
        List<FailedDelivery> failed = failuresOf("crm");
        assertThat(failed).hasSize(50);
        assertThat(failed)
                .filteredOn(it -> it.attempts() == 1)
                .singleElement()
                .satisfies(it -> assertThat(it.cause()).isEqualTo("not handled within PT2S"));
        assertThat(failed).filteredOn(it -> it.attempts() == 0).hasSize(49);
        end.countDown();
        clock.advance(Duration.ofSeconds(5));
        await().untilAsserted(() -> {
            relay.runOnce();
            assertThat(calls).hasValueGreaterThanOrEqualTo(51);
        });
        assertThat(heard).hasSize(50);
        assertThat(store.outbox().backlog().payments()).isZero();
    }

    private List<FailedDelivery> failuresOf(String listener) {
        List<FailedDelivery> all = new ArrayList<>();
        Optional<OutboxBatch> batch = claim();
        while (batch.isPresent()) {
            for (WaitingEvent event : batch.get().entries()) {
                event.failure(listener).ifPresent(all::add);
            }
            batch = claim();
        }
        return all;
    }

    private static void awaitThroughInterrupts(CountDownLatch latch) {
        boolean over = false;
        while (!over) {
            try {
                over = latch.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException ignored) {
                // what a listener that hangs does with it
                over = false;
            }
        }
    }

    @Test
    void hangsEachTime_isBuriedAfterItsLastAttempt_withoutAThreadForEach() {
        record("a", 1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        OutboxRelay relay = relay().lease(Duration.ofMillis(60)).attempts(20).build();
        relay.on("crm", PaymentEvent.class, event -> {
            calls.incrementAndGet();
            awaitThroughInterrupts(end);
        });
        // a call that finds no thread in time is none
        await().until(() -> {
            relay.runOnce();
            clock.advance(Duration.ofSeconds(4));
            return !store.outbox().buried(10).isEmpty();
        });

        assertThat(store.outbox().buried(10)).singleElement().satisfies(it -> {
            assertThat(it.listener()).isEqualTo("crm");
            assertThat(it.attempts()).isEqualTo(20);
        });
        assertThat(calls).hasValue(16);
        end.countDown();
    }

    @Test
    void takesTooLong_isInterrupted() {
        record("a", 1);
        AtomicBoolean interrupted = new AtomicBoolean();
        OutboxRelay relay = relay().lease(Duration.ofMillis(60)).attempts(1_000).build();
        relay.on("crm", PaymentEvent.class, event -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException late) {
                interrupted.set(true);
            }
        });

        await().until(() -> {
            relay.runOnce();
            clock.advance(Duration.ofSeconds(4));
            return interrupted.get();
        });
    }

    @Test
    void noThreadFree_countsNoFailure() {
        record("a", 1);
        AtomicBoolean full = new AtomicBoolean(true);
        OutboxRelay relay = relay().executor(task -> {
                    if (full.get()) {
                        throw new RejectedExecutionException("full");
                    }
                    task.run();
                })
                .build()
                .on("crm", PaymentEvent.class, this::hear);

        relay.runOnce();
        full.set(false);
        clock.advance(Duration.ofSeconds(1));

        assertThat(failuresOf("crm")).extracting(FailedDelivery::attempts).containsExactly(0);
        clock.advance(Duration.ofSeconds(1));
        assertThat(relay.runOnce()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void executorThrowsAnything_listenerRestsAndNothingIsLost(Throwable anything) {
        record("a", 1);
        AtomicBoolean full = new AtomicBoolean(true);
        OutboxRelay relay = relay().executor(task -> {
                    if (full.getAndSet(false)) {
                        throw Mischief.sneak(anything);
                    }
                    task.run();
                })
                .build()
                .on("crm", PaymentEvent.class, this::hear);

        relay.runOnce();
        clock.advance(Duration.ofSeconds(1));
        assertThat(failuresOf("crm")).extracting(FailedDelivery::attempts).containsExactly(0);
        clock.advance(Duration.ofSeconds(1));
        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(heard).containsExactly("a 1");
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void executorRunsTheTaskAndThrowsAnything_isHandledOnce(Throwable anything) {
        record("a", 1);
        OutboxRelay relay = relay().executor(task -> {
                    task.run();
                    throw Mischief.sneak(anything);
                })
                .build()
                .on("crm", PaymentEvent.class, this::hear);

        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(heard).containsExactly("a 1");
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void storeThrowsAnythingAtOnePayment_othersAreDelivered(Throwable anything) {
        AtomicInteger faults = new AtomicInteger();
        ForwardingOutbox fragile = new ForwardingOutbox(store.outbox()) {
            @Override
            public boolean remove(OutboxBatch batch, WaitingEvent event, Instant until) {
                if (batch.paymentId().value().equals("a")) {
                    faults.incrementAndGet();
                    throw Mischief.sneak(anything);
                }
                return super.remove(batch, event, until);
            }
        };
        record("a", 1);
        record("b", 1);
        OutboxRelay relay = configured(OutboxRelay.builder(fragile)).build().on("crm", PaymentEvent.class, event -> {});

        assertThatThrownBy(relay::runOnce).isInstanceOf(RuntimeException.class);
        assertThat(store.outbox().backlog().payments()).isEqualTo(1);

        record("c", 1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(relay.close(Duration.ofSeconds(30)).payments()).isEqualTo(1);
        assertThat(faults).hasValue(2);
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void run_storeThrowsAnything_goesOn(Throwable anything) {
        List<Throwable> faults = new CopyOnWriteArrayList<>(List.of(anything));
        ForwardingOutbox fragile = new ForwardingOutbox(store.outbox()) {
            @Override
            public Optional<OutboxBatch> claim(OutboxClaim claim) {
                if (!faults.isEmpty()) {
                    throw Mischief.sneak(faults.remove(0));
                }
                return super.claim(claim);
            }
        };
        OutboxRelay relay = configured(OutboxRelay.builder(fragile))
                .poll(Duration.ofMillis(1))
                .build()
                .on("crm", PaymentEvent.class, this::hear);
        record("a", 1);
        pool.execute(relay);

        await().until(() -> heard.size() == 1);
        relay.close();
        assertThat(heard).containsExactly("a 1");
        assertThat(faults).isEmpty();
    }

    // ---- being stopped

    @Test
    void interrupted_countsNoFailureAndTakesNoMore() {
        record("a", 1);
        record("b", 1);
        OutboxRelay relay = onBus().attempts(1).executor(Runnable::run).build();
        bus.subscribe(PaymentStatusChanged.class, event -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("torn down");
        });

        assertThat(relay.runOnce()).isZero();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(heard).hasSize(1);
        assertThat(store.outbox().buried(10)).isEmpty();
        assertThat(claim()).as("the other payment at once").isPresent();
        clock.advance(Duration.ofSeconds(30));
        assertThat(claim())
                .get()
                .satisfies(batch -> assertThat(batch.entries().get(0).failed()).isEmpty());
    }

    @Test
    void interruptedWhileAListenerWorks_stopsIt_andCountsNoFailure() throws Exception {
        record("a", 1);
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        OutboxRelay relay = relay().build().on("crm", PaymentEvent.class, event -> {
            working.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException told) {
                stopped.countDown();
            }
        });
        Future<?> running = pool.submit(relay);
        assertThat(working.await(60, TimeUnit.SECONDS)).isTrue();

        pool.shutdownNow();

        assertThat(stopped.await(60, TimeUnit.SECONDS)).isTrue();
        running.get(60, TimeUnit.SECONDS);
        clock.advance(Duration.ofSeconds(30));
        assertThat(failuresOf("crm")).isEmpty();
    }

    // ---- its threads

    @Test
    void run_wakesUpAndClosesDrained() {
        OutboxRelay relay = onBus().poll(Duration.ofHours(1)).build();
        pool.execute(relay);
        record("a", 1);
        relay.wake();
        await().until(() -> heard.size() == 1);
        record("b", 2);

        OutboxBacklog left = relay.close(Duration.ofSeconds(30));

        assertThat(left.payments()).isZero();
        assertThat(heard).containsExactly("a 1", "b 1", "b 2");
    }

    @Test
    void run_severalThreads_workOnAsManyPaymentsAtATime_andAllEnd() throws Exception {
        CyclicBarrier four = new CyclicBarrier(4);
        OutboxRelay relay = relay().threads(4).poll(Duration.ofHours(1)).build();
        relay.on("crm", PaymentEvent.class, event -> {
            meet(four);
            hear(event);
        });
        Future<?> running = pool.submit(relay);
        for (int n = 0; n < 8; n++) {
            record("p" + n, 1);
        }

        await().until(() -> {
            relay.wake();
            return heard.size() == 8;
        });
        relay.close();

        running.get(60, TimeUnit.SECONDS);
        assertThat(store.outbox().backlog().payments()).isZero();
    }

    private static void meet(CyclicBarrier others) {
        try {
            others.await(60, TimeUnit.SECONDS);
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Test
    void close_withoutARun_leavesWhatAnotherNodesListenerNeeds() {
        relay().build().on("crm", PaymentEvent.class, this::hear).runOnce();
        record("a", 1);
        OutboxRelay relay = relay().build().on("receipts", PaymentEvent.class, this::hear);

        assertThat(relay.close(Duration.ofSeconds(30)).left()).isEqualTo(1);

        assertThat(heard).containsExactly("a 1");
    }

    @Test
    void listenerAddedWhileItRuns_isKnownAndHears() {
        OutboxRelay relay = relay().poll(Duration.ofHours(1)).build().on("receipts", PaymentEvent.class, event -> {});
        relay.runOnce();

        relay.on("crm", PaymentEvent.class, this::hear);
        record("a", 1);
        relay.runOnce();

        assertThat(store.outbox().listeners()).containsOnlyKeys("receipts", "crm");
        assertThat(heard).containsExactly("a 1");
    }
}
