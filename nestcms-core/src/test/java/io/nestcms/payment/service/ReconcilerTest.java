package io.nestcms.payment.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.CreateResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.UnreadableRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Asking about payments is bounded, fair, and harmed by nothing that is wrong with one of them. */
class ReconcilerTest {
    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final ScriptedGateway gateway = new ScriptedGateway(clock);
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final Payments payments = service(store);
    private final Reconciler reconciler = payments.reconciler();

    private Payments service(PaymentStore over) {
        return Payments.builder(gateway, over).clock(clock).build();
    }

    private Payment initiated(String name) {
        Payment created = ((CreateResult.Created) payments.create(
                        new IdempotencyKey("shop", name), Samples.payment(name).order()))
                .payment();
        return ((ProcessResult.Ready) payments.process(created.id())).payment();
    }

    private Payment now(Payment payment) {
        return store.find(payment.id()).orElseThrow();
    }

    private int seconds(int count) {
        int checked = 0;
        for (int i = 0; i < count; i++) {
            clock.advance(Duration.ofSeconds(1));
            checked += reconciler.runOnce(1_000).checked();
        }
        return checked;
    }

    private long settled(List<Payment> all) {
        return all.stream()
                .filter(it -> now(it).status() == PaymentStatus.SUCCEEDED)
                .count();
    }

    private List<Payment> charged(int count) {
        List<Payment> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(initiated("p" + i));
            clock.advance(Duration.ofMillis(100));
        }
        all.forEach(it -> gateway.turn(it, TransactionState.APPROVED));
        return all;
    }

    @Test
    void gatewayDownForTwentyMinutes_thenBack_theOldestAreAskedWithinSeconds_allAtTheSetRate() {
        for (boolean open : new boolean[] {true, false}) {
            ReconcilerTest test = new ReconcilerTest();
            List<Payment> all = test.charged(100);
            if (open) {
                test.gateway.unavailable = Duration.ofSeconds(5);
            }
            test.gateway.queryFailure = new GatewayOutcome.Indeterminate<>("timeout");
            test.seconds(20 * 60);
            assertThat(test.settled(all)).isZero();
            test.gateway.unavailable = null;
            test.gateway.queryFailure = null;
            test.gateway.calls.clear();

            test.seconds(6);
            assertThat(test.now(all.get(0)).status()).isEqualTo(PaymentStatus.SUCCEEDED);
            assertThat(test.gateway.calls.size())
                    .as("ten seconds' worth at once, then ten a second")
                    .isBetween(20, 160);
            test.seconds(14);
            assertThat(test.settled(all)).isEqualTo(100);
        }
    }

    @Test
    void checkThatIsNotAnswered_neitherCountsNorStretchesTheWait() {
        Payment payment = initiated("a");
        gateway.queryFailure = new GatewayOutcome.Indeterminate<>("timeout");
        Instant planned = now(payment).watch().checkAt();
        seconds(10 * 60);

        assertThat(now(payment).watch().checkAt()).isEqualTo(planned);
        assertThat(now(payment).watch().checks()).isZero();
        assertThat(now(payment).revision()).as("nothing was written").isEqualTo(payment.revision());
    }

    @Test
    void gatewayThatHasTooMuch_isAskedMoreSlowly() {
        charged(100);
        clock.advance(Duration.ofMinutes(1));
        gateway.queryFailure =
                new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.THROTTLED, Duration.ofSeconds(1));
        seconds(30);
        gateway.calls.clear();
        seconds(10);
        assertThat(gateway.calls.size()).isLessThanOrEqualTo(10);

        gateway.queryFailure = null;
        seconds(120);
        assertThat(store.backlog(clock.instant(), 10).payments()).isZero();
    }

    @Test
    void manyThatAreHeldForLongerThanTheyMay_areToldOnce_andCostFreshOnesNothing() {
        for (int i = 0; i < 400; i++) {
            Payment held = initiated("held" + i);
            gateway.turn(held, TransactionState.ON_HOLD);
            payments.apply(new GatewayNotification(
                    Objects.requireNonNull(held.ref()),
                    null,
                    held.order().cartId(),
                    io.nestcms.payment.TransactionKind.SALE,
                    TransactionState.ON_HOLD,
                    null));
        }
        for (int i = 0; i < 80; i++) {
            clock.advance(Duration.ofHours(1));
            for (int run = 0; run < 60; run++) {
                clock.advance(Duration.ofSeconds(5));
                reconciler.runOnce(1_000);
            }
        }
        assertThat(store.undecided(1_000)).isEmpty();
        long told = events(PaymentEvent.PaymentOverdue.class);
        assertThat(told).isEqualTo(400);

        Payment fresh = initiated("fresh");
        gateway.turn(fresh, TransactionState.APPROVED);
        seconds(31);
        assertThat(now(fresh).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        gateway.calls.clear();
        seconds(24 * 3600 / 10);
        assertThat(gateway.calls.size())
                .as("a tenth of a day, at most one question a day each")
                .isLessThan(200);
    }

    private long events(Class<? extends PaymentEvent> type) {
        long count = 0;
        while (true) {
            var batch =
                    store.outbox().claim(OutboxClaim.of("w" + count, Set.of(), clock.instant(), Duration.ofDays(1)));
            if (batch.isEmpty()) {
                return count;
            }
            count += Samples.events(batch.get()).stream()
                    .filter(type::isInstance)
                    .count();
        }
    }

    @Test
    void oneUnreadableOfFive_theOthersSettle() {
        List<Payment> all = charged(5);
        PaymentId bad = all.get(0).id();
        Payments service = service(new ForwardingStore(store) {
            @Override
            public List<DuePayment> claimDue(boolean slow, Instant now, Duration lease, int limit) {
                return super.claimDue(slow, now, lease, limit).stream()
                        .map(it -> it instanceof DuePayment.Found found
                                        && found.payment().id().equals(bad)
                                ? new DuePayment.Unreadable(new UnreadableRecord(bad.value(), "no such status"))
                                : it)
                        .toList();
            }
        });
        clock.advance(Duration.ofSeconds(40));

        assertThat(service.reconciler().runOnce(100)).isEqualTo(new Reconciler.Run(4, 4, 1));
        assertThat(settled(all)).isEqualTo(4);
    }

    @Test
    void severalThreadsAndNodes_shareWhatIsDue() throws Exception {
        List<Payment> all = charged(60);
        clock.advance(Duration.ofMinutes(1));
        gateway.calls.clear();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Reconciler one = payments.reconciler(new ReconcilerSettings(1_000, 4, threads));
            Reconciler other = service(store).reconciler(new ReconcilerSettings(1_000, 4, threads));
            var first = threads.submit(() -> one.runOnce(1_000));
            var second = threads.submit(() -> other.runOnce(1_000));

            assertThat(first.get().checked() + second.get().checked()).isEqualTo(60);
        } finally {
            threads.shutdown();
        }
        assertThat(settled(all)).isEqualTo(60);
        assertThat(gateway.calls).as("each asked about once").hasSize(60).doesNotHaveDuplicates();
    }

    @Test
    void executorThatTakesNoMore_theCallingThreadDoesItAll() {
        List<Payment> all = charged(5);
        clock.advance(Duration.ofMinutes(1));
        ExecutorService ended = Executors.newSingleThreadExecutor();
        ended.shutdown();

        payments.reconciler(new ReconcilerSettings(100, 3, ended)).runOnce(100);

        assertThat(settled(all)).isEqualTo(5);
    }
}
