package io.nestcms.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nestcms.event.EventBus;
import io.nestcms.event.contract.Mischief;
import io.nestcms.incident.Incidents;
import io.nestcms.notification.Alerts.Level;
import io.nestcms.payment.Payment;
import io.nestcms.payment.contract.MovingClock;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent.BackupFailed;
import io.nestcms.system.SystemEvent.HealthChanged;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AlertsTest {
    private final AtomicLong time = new AtomicLong();
    private final List<String> chat = new CopyOnWriteArrayList<>();
    private final List<String> phones = new CopyOnWriteArrayList<>();
    private final AtomicBoolean chatFails = new AtomicBoolean();
    private final AtomicBoolean smsFails = new AtomicBoolean();
    private final Incidents incidents = Incidents.builder().build();

    private Alerts.Builder builder() {
        return Alerts.builder()
                .chat(text -> said(chatFails, chat, text))
                .sms((to, text) -> said(smsFails, phones, to + " " + text), List.of("+96511111111"))
                .incidents(incidents)
                .ticker(time::get);
    }

    private static void said(AtomicBoolean fails, List<String> heard, String text) {
        if (fails.get()) {
            throw UndeliveredException.failed("away", null, null);
        }
        heard.add(text);
    }

    private void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }

    @Test
    void sameSubject_isToldOnce_thenWithHowOften() {
        Alerts alerts = builder().build();

        assertThat(alerts.report(Level.WARNING, "disk", "disk is full")).isTrue();
        assertThat(alerts.report(Level.WARNING, "disk", "disk is full")).isFalse();
        assertThat(alerts.report(Level.WARNING, "disk", "disk is full")).isFalse();
        pass(Duration.ofMinutes(6));
        assertThat(alerts.report(Level.WARNING, "disk", "disk is full")).isTrue();

        assertThat(chat).containsExactly("disk is full", "disk is full (and 2 more times since the last message)");
        assertThat(phones).isEmpty();
    }

    @Test
    void critical_goesToPhonesToo() {
        builder().build().report(Level.CRITICAL, "disk", "disk is gone");

        assertThat(chat).containsExactly("disk is gone");
        assertThat(phones).containsExactly("+96511111111 disk is gone");
    }

    @Test
    void whatDoesNotStop_becomesAnIncident_onceAndTellsPhones() {
        Alerts alerts = builder().escalateAt(5).build();

        for (int i = 0; i < 40; i++) {
            alerts.report(Level.WARNING, "declined: 05", "payment " + i + " failed");
        }

        assertThat(incidents.open())
                .singleElement()
                .satisfies(it -> assertThat(it.subject()).isEqualTo("declined: 05"));
        assertThat(chat)
                .containsExactly("payment 0 failed", "payment 4 failed (and 3 more times since the last message)");
        assertThat(phones).hasSize(1);
    }

    @Test
    void manySubjects_areBoundByTheMinute_andCounted() {
        Alerts alerts = builder().perMinute(3).build();

        for (int i = 0; i < 10; i++) {
            alerts.report(Level.WARNING, "subject " + i, "text " + i);
        }
        pass(Duration.ofMinutes(1));
        alerts.report(Level.WARNING, "later", "later");

        assertThat(chat).containsExactly("text 0", "text 1", "text 2", "later (7 other alerts were held back)");
    }

    @Test
    void oneChannelAway_theOtherTells_noneThere_throwsAndIsToldNextTime() {
        Alerts alerts = builder().build();
        chatFails.set(true);
        assertThat(alerts.report(Level.CRITICAL, "a", "a")).isTrue();
        assertThat(phones).hasSize(1);

        smsFails.set(true);
        assertThatThrownBy(() -> alerts.report(Level.CRITICAL, "b", "b")).isInstanceOf(UndeliveredException.class);
        chatFails.set(false);
        assertThat(alerts.report(Level.CRITICAL, "b", "b")).isTrue();
        assertThat(chat).containsExactly("b");
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void channelThrowsAnything_theOthersTell_andWithoutOthersItCountsAsNotSent(Throwable anything) {
        ChatChannel broken = text -> {
            throw Mischief.sneak(anything);
        };
        assertThat(builder().chat(broken).build().report(Level.CRITICAL, "a", "a"))
                .isTrue();
        assertThat(phones).hasSize(1);

        Alerts alone = Alerts.builder().chat(broken).ticker(time::get).build();
        assertThatThrownBy(() -> alone.report(Level.CRITICAL, "b", "b")).isInstanceOf(UndeliveredException.class);
    }

    @Test
    void whatAChannelThrows_isToldWithWhereAndWithoutItsWords() {
        Alerts alone = Alerts.builder()
                .sms(
                        (to, text) -> {
                            throw new IllegalStateException(to + " is barred", new IllegalArgumentException(text));
                        },
                        List.of("+96511111111"))
                .ticker(time::get)
                .build();

        UndeliveredException told = catchThrowableOfType(
                UndeliveredException.class, () -> alone.report(Level.CRITICAL, "b", "words of a payer"));

        StringWriter trace = new StringWriter();
        told.printStackTrace(new PrintWriter(trace));
        assertThat(told).hasMessage("sms failed with IllegalStateException");
        assertThat(trace.toString())
                .contains("AlertsTest.java")
                .doesNotContain("96511111111")
                .doesNotContain("words of a payer");
    }

    @Test
    void manyThreads_oneMessage() throws Exception {
        Alerts alerts = builder().escalateAt(1_000_000).build();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            Callable<Boolean> report = () -> alerts.report(Level.WARNING, "same", "same");
            int told = 0;
            for (var result : pool.invokeAll(java.util.Collections.nCopies(400, report))) {
                told += result.get() ? 1 : 0;
            }
            assertThat(told).isEqualTo(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void paymentsEvents_areRouted() {
        InMemoryPaymentStore store = new InMemoryPaymentStore();
        Payment payment = Samples.payment("a");
        store.insert(payment, Samples.entriesOf(Samples.everyEvent(payment.id())));
        OutboxRelay relay = OutboxRelay.builder(store.outbox())
                .clock(new MovingClock(Samples.NOON.plusSeconds(60)))
                .build();
        builder().build().listenTo(relay);

        relay.runOnce();

        assertThat(chat).extracting(it -> it.replaceAll("\\(.*", "").strip()).hasSize(6);
        assertThat(chat).anyMatch(it -> it.contains("failed:"));
        assertThat(phones)
                .hasSize(3)
                .anyMatch(it -> it.contains("charged again"))
                .anyMatch(it -> it.contains("does not match"))
                .anyMatch(it -> it.contains("a person must decide"));
    }

    @Test
    void busEvents_areRouted_andAChannelThatIsAwayDoesNotGoRound() {
        EventBus bus = EventBus.builder().build();
        Alerts alerts = Alerts.builder()
                .chat(text -> {
                    // as its breaker does: a refused call tells that the service is unavailable
                    bus.publish(new ServiceUnavailable("chat", Samples.NOON, Duration.ofSeconds(1)));
                    chat.add(text);
                    throw UndeliveredException.failed("away", null, null);
                })
                .ticker(time::get)
                .build();
        alerts.listenTo(bus);

        bus.publish(new HealthChanged("mongodb", Samples.NOON, HealthStatus.UP, HealthStatus.DOWN, "no primary"));
        bus.publish(new BackupFailed(Samples.NOON, "disk"));
        // a bus that closes takes nothing new, what its listeners publish included
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> chat.size() >= 3);
        bus.close(Duration.ofSeconds(10));

        assertThat(chat)
                .containsExactlyInAnyOrder(
                        "mongodb is DOWN: no primary", "backup failed: disk", "chat is not called for now");
    }

    @Test
    void busEvents_ofASlowChat_doNotHoldWhoPublishes() {
        EventBus bus = EventBus.builder().build();
        CountDownLatch published = new CountDownLatch(1);
        AtomicBoolean wasFree = new AtomicBoolean();
        Alerts.builder()
                .chat(text -> wasFree.set(await(published)))
                .ticker(time::get)
                .build()
                .listenTo(bus);

        bus.publish(new BackupFailed(Samples.NOON, "disk"));
        published.countDown();
        bus.close(Duration.ofMinutes(1));

        assertThat(wasFree).isTrue();
    }

    @Test
    void busEvents_fasterThanTheChatTakesThem_areToldAllTheSame() {
        EventBus bus = EventBus.builder().build();
        AtomicInteger tries = new AtomicInteger();
        Alerts alerts = Alerts.builder()
                .chat(text -> {
                    if (tries.incrementAndGet() == 1) {
                        throw UndeliveredException.overRate("chat was not called", Duration.ofMillis(900));
                    }
                    chat.add(text);
                })
                .perMinute(1)
                .ticker(time::get)
                .build();
        alerts.listenTo(bus);

        bus.publish(new BackupFailed(Samples.NOON, "disk"));
        bus.close(Duration.ofMinutes(1));

        assertThat(chat).containsExactly("backup failed: disk");
    }

    /** Five seconds are reached only by one who keeps the publisher waiting. */
    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
