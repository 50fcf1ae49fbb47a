package io.nestcms.subscriptions;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.event.EventBus;
import io.nestcms.money.Money;
import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentSecret;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.service.SavedCards;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.InMemorySavedCardStore;
import io.nestcms.paytabs.PayTabs;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.sandbox.Fault;
import io.nestcms.sandbox.PayTabsSandbox;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the sandbox over HTTP, with a clock in the test's hand. */
class SubscriptionsTest {
    private static final Money AMOUNT = Money.parse("SAR 49.00");
    private static final Customer CUSTOMER =
            new Customer("Huda Salem", "huda@example.test", "+966500000000", "1 Street", "Riyadh", "SA");
    private static final ZoneId RIYADH = ZoneId.of("Asia/Riyadh");

    private static PayTabsSandbox sandbox;
    private static PayTabs payTabs;
    private static int runs;

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-01-31T09:00:00Z"));
    private final InMemoryPaymentStore records = new InMemoryPaymentStore();
    private final SavedCards cards = SavedCards.of(payTabs.gateway(), records, new InMemorySavedCardStore(), clock);
    private final Payments payments = Payments.builder(payTabs.gateway(), records)
            .clock(clock)
            .savedCards(cards)
            .build();
    private final Reconciler reconciler = payments.reconciler();
    private final List<SubscriptionEvent> heard = new ArrayList<>();
    private final String id = "s" + ++runs;

    private static final class MovableClock extends Clock {
        private Instant now;

        MovableClock(Instant start) {
            now = start;
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeAll
    static void start() {
        sandbox = PayTabsSandbox.builder().start();
        payTabs = PayTabs.builder(
                        PayTabsProfile.builder(sandbox.profileId(), sandbox.serverKey(), sandbox.baseUri())
                                .build(),
                        CircuitBreakers.builder().build())
                .build();
    }

    @AfterAll
    static void stop() {
        payTabs.close();
        sandbox.close();
    }

    /** The payer pays once, and agrees to the rest. */
    @BeforeEach
    void subscribe() {
        sandbox.faults().clear();
        EventBus bus = EventBus.builder().build();
        OutboxRelay relay = OutboxRelay.builder(records.outbox(), bus)
                .clock(clock)
                .executor(Runnable::run)
                .build();
        relay.on("cards", PaymentEvent.class, cards::hear);
        PaymentOrder first = PaymentOrder.builder(new CartId("FIRST-" + id), AMOUNT)
                .description("Subscription, first month")
                .customer(CUSTOMER)
                .payer("huda-" + id)
                .method(new PaymentMethod.OwnForm())
                .saveCard(CardPlan.builder(CardPlan.Kind.RECURRING_FIXED)
                        .every(CardPlan.Frequency.MONTHLY, 0)
                        .amounts(AMOUNT, AMOUNT)
                        .build())
                .build();
        Payment payment =
                ((CreateResult.Created) payments.create(new IdempotencyKey("shop", "first-" + id), first)).payment();
        assertThat(payments.process(payment.id(), new PaymentSecret.Card("4111111111111111", 12, 2031, "123")))
                .isInstanceOf(ProcessResult.Settled.class);
        relay.runOnce();
        SavedCard card = cards.list("huda-" + id).get(0);
        Subscription subscription =
                Subscription.from(YearMonth.of(2026, 2), id, "huda-" + id, CUSTOMER, card.token(), AMOUNT, 31, RIYADH);
        assertThat(new SubscriptionFiles(folder).insert(subscription)).isTrue();
        bus.close();
    }

    /** A new process each time. */
    private void run(String at) {
        clock.now = Instant.parse(at);
        new Subscriptions(payments, new SubscriptionFiles(folder), clock, heard::add).run();
    }

    private Subscription now() {
        return new SubscriptionFiles(folder).find(id).orElseThrow();
    }

    private int charges(String month) {
        return sandbox.ledger().totals("SUB-" + id + "-" + month).charges();
    }

    private List<SubscriptionEvent.What> told() {
        return heard.stream().map(SubscriptionEvent::what).toList();
    }

    @Test
    void run_monthByMonth_chargedOnceEachOnTheDay() {
        run("2026-02-27T20:59:59Z");
        assertThat(charges("2026-02")).isZero();
        // the 28th begins in Riyadh, and February has no 31st
        run("2026-02-27T21:00:00Z");
        run("2026-02-28T12:00:00Z");
        run("2026-03-30T20:00:00Z");
        assertThat(charges("2026-02")).isOne();
        assertThat(charges("2026-03")).isZero();
        run("2026-03-30T21:00:00Z");
        run("2026-04-29T21:00:00Z");

        assertThat(List.of(charges("2026-02"), charges("2026-03"), charges("2026-04")))
                .containsOnly(1);
        assertThat(told()).containsOnly(SubscriptionEvent.What.MONTH_CHARGED).hasSize(3);
        assertThat(heard).extracting(SubscriptionEvent::month).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void run_clockStepsBackAndJumpsAhead_noMonthTwiceAndOneAheadAtMost() {
        run("2026-02-28T10:00:00Z");
        run("2026-01-15T10:00:00Z");
        run("2026-02-28T10:00:00Z");
        assertThat(charges("2026-02")).isOne();
        run("2036-02-28T10:00:00Z");
        run("2036-02-28T11:00:00Z");
        run("2026-03-01T10:00:00Z");
        run("2026-03-31T10:00:00Z");

        // its card has expired by that clock: no call was made
        assertThat(charges("2026-02")).isOne();
        assertThat(charges("2026-03")).isLessThanOrEqualTo(1);
        assertThat(charges("2026-04")).isZero();
    }

    @Test
    void run_answerLost_askedAboutAndChargedOnce() {
        sandbox.faults().next(1, "/payment/request", Fault.dropReply());
        run("2026-02-28T10:00:00Z");
        run("2026-02-28T10:00:05Z");
        assertThat(now().next()).isEqualTo(YearMonth.of(2026, 2));
        assertThat(told()).isEmpty();

        clock.now = Instant.parse("2026-02-28T10:02:00Z");
        reconciler.runOnce(10);
        run("2026-02-28T10:03:00Z");

        assertThat(charges("2026-02")).isOne();
        assertThat(told()).containsExactly(SubscriptionEvent.What.MONTH_CHARGED);
    }

    @Test
    void run_declined_dunnedThenSuspendedThenResumed() {
        sandbox.faults().nextDecisions(4, "sale", "316");
        run("2026-02-28T10:00:00Z");
        run("2026-02-28T11:00:00Z");
        assertThat(told()).containsExactly(SubscriptionEvent.What.CHARGE_DECLINED);
        run("2026-03-01T10:00:00Z");
        run("2026-03-04T10:00:00Z");
        assertThat(told()).hasSize(3).containsOnly(SubscriptionEvent.What.CHARGE_DECLINED);
        run("2026-03-09T10:00:00Z");
        run("2026-03-20T10:00:00Z");
        assertThat(told()).last().isEqualTo(SubscriptionEvent.What.SUSPENDED);
        assertThat(now().suspended()).isTrue();
        assertThat(charges("2026-02")).isZero();

        Subscriptions again = new Subscriptions(payments, new SubscriptionFiles(folder), clock, heard::add);
        assertThat(again.resume(id)).isTrue();
        assertThat(again.resume(id)).isFalse();
        run("2026-03-20T11:00:00Z");

        // each try has a cart of its own, and all are of one payment
        assertThat(payments.find(firstOf()).orElseThrow().taken()).isEqualTo(AMOUNT);
        assertThat(told()).endsWith(SubscriptionEvent.What.RESUMED, SubscriptionEvent.What.MONTH_CHARGED);
    }

    @Test
    void run_declinedAndSucceedsOnTheSecondTry_oneMonthOneCharge() {
        sandbox.faults().nextDecisions(1, "sale", "316");
        run("2026-02-28T10:00:00Z");
        run("2026-03-01T10:00:00Z");

        assertThat(told())
                .containsExactly(SubscriptionEvent.What.CHARGE_DECLINED, SubscriptionEvent.What.MONTH_CHARGED);
        assertThat(payments.find(firstOf()).orElseThrow().attempts()).hasSize(2);
    }

    private PaymentId firstOf() {
        return records.findByCart(new CartId("SUB-" + id + "-2026-02"))
                .orElseThrow()
                .id();
    }

    @Test
    void run_listenerFails_toldAgainByTheNextProcess() {
        clock.now = Instant.parse("2026-02-28T10:00:00Z");
        new Subscriptions(payments, new SubscriptionFiles(folder), clock, event -> {
                    throw new IllegalStateException("mail server down");
                })
                .run();
        assertThat(now().untold()).hasSize(1);

        run("2026-02-28T10:05:00Z");

        assertThat(told()).containsExactly(SubscriptionEvent.What.MONTH_CHARGED);
        assertThat(now().untold()).isEmpty();
        assertThat(charges("2026-02")).isOne();
    }

    @Test
    void run_cardDeleted_noCallAndDunning() {
        cards.delete(now().token());
        long calls = sandbox.calls("/payment/request");

        run("2026-02-28T10:00:00Z");

        assertThat(told()).containsExactly(SubscriptionEvent.What.CHARGE_DECLINED);
        assertThat(sandbox.calls("/payment/request")).isEqualTo(calls);
    }
}
