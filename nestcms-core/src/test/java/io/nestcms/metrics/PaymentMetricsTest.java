package io.nestcms.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.store.DueBacklog;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.PaymentStore;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaymentMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    @Test
    void outbox_eventsWaiting_ageAndCountAreMeasured() {
        Payment payment = Samples.payment("1");
        store.insert(payment, Samples.entries(payment, 1, 1));
        Instant due = Objects.requireNonNull(store.outbox().backlog().oldest());

        new OutboxMetrics(store.outbox(), at(due.plusSeconds(90))).bindTo(registry);

        assertThat(gauge("nestcms.outbox.waiting")).isEqualTo(1);
        assertThat(gauge("nestcms.outbox.age")).isEqualTo(90);
        assertThat(gauge("nestcms.outbox.buried")).isZero();
    }

    @Test
    void outbox_eventsLeftForAnotherNode_areCounted() {
        Payment payment = Samples.payment("1");
        store.insert(payment, Samples.entries(payment, 1, 1));
        Instant now = Samples.NOON.plusSeconds(60);
        OutboxBatch batch = store.outbox()
                .claim(OutboxClaim.of("w", Set.of("receipts"), now, Duration.ofSeconds(30)))
                .orElseThrow();
        store.outbox().release(batch, new OutboxRest(1, null, Set.of("crm"), List.of(), now.plus(Duration.ofDays(1))));

        new OutboxMetrics(store.outbox(), at(now)).bindTo(registry);

        assertThat(gauge("nestcms.outbox.left")).isEqualTo(1);
        assertThat(gauge("nestcms.outbox.waiting")).isZero();
    }

    @Test
    void outbox_nothingWaits_ageIsZero() {
        new OutboxMetrics(store.outbox(), Clock.systemUTC()).bindTo(registry);

        assertThat(gauge("nestcms.outbox.waiting")).isZero();
        assertThat(gauge("nestcms.outbox.age")).isZero();
    }

    @Test
    void reconciler_overduePayment_ageCountsFromWhenItWasDue() {
        Instant due = overdue();
        Clock clock = at(due.plusSeconds(30));
        Reconciler reconciler = reconciler(store, clock);
        new ReconcilerMetrics(reconciler, clock).bindTo(registry);

        assertThat(gauge("nestcms.reconciler.due")).isEqualTo(1);
        assertThat(gauge("nestcms.reconciler.due.age")).isEqualTo(30);
        assertThat(gauge("nestcms.reconciler.idle")).isNaN();
        assertThat(reconciler.backlog(10)).isEqualTo(new DueBacklog(1, due));
    }

    @Test
    void reconciler_runs_areCountedWithTheirResults() {
        Instant due = overdue();
        Clock clock = at(due.plusSeconds(30));
        Reconciler reconciler = reconciler(store, clock);
        new ReconcilerMetrics(reconciler, clock).bindTo(registry);

        reconciler.runOnce(10);
        reconciler.runOnce(10);

        assertThat(registry.get("nestcms.reconciler.runs").functionCounter().count())
                .isEqualTo(2);
        // the gateway does not answer: that is no check, and the payment keeps its place
        assertThat(checks("unchanged") + checks("moved") + checks("failed")).isZero();
        assertThat(gauge("nestcms.reconciler.idle")).isZero();
        assertThat(gauge("nestcms.reconciler.due.age")).isEqualTo(30);
    }

    @Test
    void store_cannotBeRead_isNoNumberAndNotZero() {
        PaymentStore broken = (PaymentStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PaymentStore.class}, (proxy, method, arguments) -> {
                    throw new IllegalStateException("the store is down");
                });
        new ReconcilerMetrics(reconciler(broken, Clock.systemUTC()), Clock.systemUTC()).bindTo(registry);

        assertThat(gauge("nestcms.reconciler.due")).isNaN();
        assertThat(gauge("nestcms.reconciler.due.age")).isNaN();
    }

    @Test
    void reading_severalGauges_oneReadPerSecond() {
        AtomicLong now = new AtomicLong();
        AtomicLong reads = new AtomicLong();
        Reading<Long> reading = new Reading<>(reads::incrementAndGet, now::get);

        assertThat(reading.value(it -> it)).isEqualTo(1);
        now.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(reading.value(it -> it)).isEqualTo(1);
        now.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(reading.value(it -> it)).isEqualTo(2);
    }

    private double checks(String result) {
        return registry.get("nestcms.reconciler.checks")
                .tag("result", result)
                .functionCounter()
                .count();
    }

    private static Clock at(Instant instant) {
        return Clock.fixed(instant, ZoneOffset.UTC);
    }

    private static Reconciler reconciler(PaymentStore store, Clock clock) {
        PaymentGateway silent = (PaymentGateway) Proxy.newProxyInstance(
                PaymentMetricsTest.class.getClassLoader(),
                new Class<?>[] {PaymentGateway.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("name")) {
                        return "silent";
                    }
                    if (method.getName().equals("queriesUnavailableFor")) {
                        return Optional.empty();
                    }
                    throw new IllegalStateException("the gateway is down");
                });
        return Payments.builder(silent, store).clock(clock).build().reconciler();
    }

    /** Puts a payment on record that became due then. */
    private Instant overdue() {
        Payment payment = Samples.payment("1");
        store.insert(payment, List.of());
        store.replace(Samples.dueAt(payment, Samples.NOON), List.of());
        return Samples.NOON;
    }
}
