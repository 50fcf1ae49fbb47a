package io.nestcms.payment.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentSecret;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.Rejection;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxEntry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What may happen to a call that takes the money itself, once for each way to pay. */
class WaysToPayTest {
    private static final String PAN = "4111111111111111";
    private static final String CVV = "739";

    /** The ways, each with what it needs. */
    enum Way {
        HOSTED_PAGE(PaymentMethod.hostedPage(), null),
        LINK(PaymentMethod.link(Duration.ofMinutes(20)), null),
        SAVED_CARD(PaymentMethod.savedCard(new CardToken("tok-present-0001")), null),
        RECURRING(PaymentMethod.recurring(new CardToken("tok-recurring-01")), null),
        UNSCHEDULED(PaymentMethod.unscheduled(new CardToken("tok-unscheduled1")), null),
        MOTO(new PaymentMethod.TelephoneOrder(), new PaymentSecret.Card(PAN, 12, 2031, null)),
        OWN_FORM(new PaymentMethod.OwnForm(), new PaymentSecret.Card(PAN, 12, 2031, CVV)),
        MANAGED_FORM(new PaymentMethod.ManagedForm(), new PaymentSecret.FormToken("form-" + PAN)),
        APPLE_PAY(
                new PaymentMethod.Wallet(PaymentMethod.WalletKind.APPLE_PAY),
                new PaymentSecret.WalletToken("{\"data\":\"" + PAN + "\"}")),
        SAMSUNG_PAY(
                new PaymentMethod.Wallet(PaymentMethod.WalletKind.SAMSUNG_PAY),
                new PaymentSecret.WalletToken("{\"data\":\"" + PAN + "\"}")),
        GOOGLE_PAY(
                new PaymentMethod.PassThrough(PaymentMethod.PassThroughKind.GOOGLE_PAY),
                new PaymentSecret.Fields(Map.of("google_pay_token", "{\"data\":\"" + PAN + "\"}"))),
        SADAD(
                new PaymentMethod.PassThrough(PaymentMethod.PassThroughKind.SADAD),
                new PaymentSecret.Fields(Map.of("sadad_olp", "\"" + PAN + "\"")));

        final PaymentMethod method;
        final @Nullable PaymentSecret secret;

        Way(PaymentMethod method, @Nullable PaymentSecret secret) {
            this.method = method;
            this.secret = secret;
        }

        ProcessResult process(Payments payments, Payment payment) {
            return secret == null ? payments.process(payment.id()) : payments.process(payment.id(), secret);
        }
    }

    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final ScriptedGateway gateway = new ScriptedGateway(clock);
    private final InMemoryPaymentStore records = new InMemoryPaymentStore();
    private final List<PaymentEvent> told = new ArrayList<>();
    private int writesUntilDeath = Integer.MAX_VALUE;
    private boolean diesAfterIt;

    /** Remembers every event that was written, and dies when told to: right before or right after a write. */
    private final class Store extends ForwardingStore {
        Store() {
            super(records);
        }

        @Override
        public boolean replace(Payment payment, List<OutboxEntry> events) {
            boolean last = --writesUntilDeath == 0;
            if (last && !diesAfterIt) {
                throw new Crash();
            }
            boolean replaced = super.replace(payment, events);
            if (replaced) {
                events.forEach(it -> told.add(it.event()));
            }
            if (last) {
                throw new Crash();
            }
            return replaced;
        }
    }

    private Payments payments = service(false);
    private Reconciler reconciler = payments.reconciler();

    private Payments service(boolean givesBack) {
        return Payments.builder(gateway, new Store())
                .clock(clock)
                .giveBackSecondCharges(givesBack)
                .build();
    }

    private void restart(boolean givesBack) {
        writesUntilDeath = Integer.MAX_VALUE;
        payments = service(givesBack);
        reconciler = payments.reconciler();
    }

    private static PaymentOrder order(Way way) {
        PaymentOrder sample = Samples.payment("w").order();
        return PaymentOrder.builder(new CartId("cart-" + way), sample.amount())
                .description(sample.description())
                .customer(sample.customer())
                .method(way.method)
                .build();
    }

    private static IdempotencyKey key(String value) {
        return new IdempotencyKey("shop", value);
    }

    private Payment created(Way way) {
        return ((CreateResult.Created) payments.create(key(way.name()), order(way))).payment();
    }

    private Payment now(Payment payment) {
        return records.find(payment.id()).orElseThrow();
    }

    private void next(Function<GatewayCharge, GatewayOutcome<Initiation>> answer) {
        gateway.next.add(answer);
    }

    private GatewayOutcome<Initiation> decided(GatewayCharge charge, TransactionState state) {
        GatewayTransaction made = gateway.transaction(gateway.ref(), charge, state);
        gateway.ledger.add(made);
        return new GatewayOutcome.Accepted<>(new Initiation.Completed(made));
    }

    private static GatewayOutcome<Initiation> lost() {
        return new GatewayOutcome.Indeterminate<>("read timed out");
    }

    private long charges() {
        return gateway.calls.stream().filter(it -> it.startsWith("initiate")).count();
    }

    private long told(Class<? extends PaymentEvent> type) {
        return told.stream().filter(type::isInstance).count();
    }

    /** Lets the background work go on for a while. */
    private void pass(Duration time) {
        for (Duration gone = Duration.ZERO; gone.compareTo(time) < 0; gone = gone.plusMinutes(1)) {
            clock.advance(Duration.ofMinutes(1));
            reconciler.runOnce(10);
        }
    }

    private void assertNothingHasTheCard(Payment payment) {
        Stream.of(told.toString(), text(now(payment)), gateway.calls.toString())
                .forEach(text -> assertThat(text).doesNotContain(PAN).doesNotContain(CVV + ","));
    }

    private static String text(Payment payment) {
        return Stream.of(
                        payment.order(),
                        payment.attempts(),
                        payment.followUps(),
                        payment.entries(),
                        payment.history(),
                        payment.decisions())
                .map(String::valueOf)
                .reduce("", String::concat);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_approvedAtOnce_settledAndNoCardOnRecord(Way way) {
        Payment payment = created(way);
        next(charge -> decided(charge, TransactionState.APPROVED));

        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Settled.class);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isOne();
        assertNothingHasTheCard(payment);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_whileItIsTaken_secretReachesTheGatewayAlone(Way way) {
        Payment payment = created(way);
        next(charge -> {
            assertThat(charge.secret()).isEqualTo(way.secret);
            assertThat(charge.toString()).doesNotContain(PAN);
            assertThat(now(payment).attempt().state()).isEqualTo(AttemptState.SENDING);
            return decided(charge, TransactionState.APPROVED);
        });

        way.process(payments, payment);

        assertThat(charges()).isOne();
        assertNothingHasTheCard(payment);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_declined_failedAndMayBeRetried(Way way) {
        Payment payment = created(way);
        next(charge -> decided(charge, TransactionState.DECLINED));

        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Settled.class);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.FAILED);
        assertThat(told(PaymentEvent.PaymentFailed.class)).isOne();
        next(charge -> decided(charge, TransactionState.APPROVED));
        ProcessResult again = way.secret == null
                ? payments.retry(payment.id(), key("again"))
                : payments.retry(payment.id(), key("again"), way.secret);
        assertThat(again).isInstanceOf(ProcessResult.Settled.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertNothingHasTheCard(payment);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_refusedByTheGateway_failed(Way way) {
        Payment payment = created(way);
        next(charge -> new GatewayOutcome.Rejected<>(new Rejection("2", "Invalid token", null)));

        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Settled.class);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.FAILED);
        assertThat(now(payment).attempt().reason()).isEqualTo("Invalid token");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_neverSent_sameCallAgainCharges(Way way) {
        Payment payment = created(way);
        next(charge -> new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null));

        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Unavailable.class);

        next(charge -> decided(charge, TransactionState.APPROVED));
        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Settled.class);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isOne();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_chargedAndAnswerLost_askedAboutAndNeverRepeated(Way way) {
        Payment payment = created(way);
        next(charge -> {
            decided(charge, TransactionState.APPROVED);
            return lost();
        });

        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Unknown.class);
        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Unknown.class);
        assertThat(told(PaymentEvent.PaymentOutcomeUnknown.class)).isOne();
        pass(Duration.ofMinutes(1));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(way.process(payments, payment)).isEqualTo(new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED));
        assertThat(charges()).isOne();
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isOne();
        assertNothingHasTheCard(payment);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_nothingArrived_startedAgainOnlyAfterProof(Way way) {
        Payment payment = created(way);
        next(charge -> lost());
        way.process(payments, payment);

        pass(Duration.ofMinutes(2));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);
        pass(Duration.ofMinutes(10));

        if (way.method.isProvenByAbsence()) {
            assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
            next(charge -> decided(charge, TransactionState.APPROVED));
            assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Settled.class);
        } else {
            assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);
            assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Unknown.class);
            assertThat(charges()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"GOOGLE_PAY", "SADAD"})
    void process_unknownOfAnUndocumentedCall_waitsForAPersonWhoDecides(Way way) {
        Payment payment = created(way);
        next(charge -> lost());
        way.process(payments, payment);

        pass(Duration.ofHours(2));

        assertThat(now(payment).isUndecided()).isTrue();
        assertThat(told(PaymentEvent.PaymentOverdue.class)).isOne();
        payments.resolve(
                payment.id(), new Resolution.TookNothing(now(payment).attempt().cartId()), "huda");
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.FAILED);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_transactionWithoutAResultAfterALostAnswer_keptOpenWhereTheCallTakesTheMoney(Way way) {
        Payment payment = created(way);
        next(charge -> {
            gateway.page(charge);
            return lost();
        });
        way.process(payments, payment);

        pass(Duration.ofMinutes(20));

        assertThat(now(payment).status())
                .isEqualTo(way.method.isDirect() ? PaymentStatus.UNKNOWN : PaymentStatus.CREATED);
        gateway.turn(now(payment), TransactionState.APPROVED);
        pass(Duration.ofMinutes(40));
        if (way.method.isDirect()) {
            assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        }
        assertThat(charges()).isOne();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_payerMustConfirm_pageAndThenItsResult(Way way) {
        Payment payment = created(way);
        next(gateway::page);

        ProcessResult result = way.process(payments, payment);

        URI page = ((ProcessResult.Ready) result).page();
        assertThat(((ProcessResult.Ready) way.process(payments, payment)).page())
                .isEqualTo(page);
        gateway.turn(now(payment), TransactionState.APPROVED);
        GatewayNotification news = news(payment);
        assertThat(payments.apply(news)).isInstanceOf(ApplyResult.Applied.class);
        assertThat(payments.apply(news)).isInstanceOf(ApplyResult.Unchanged.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isOne();
        assertThat(charges()).isOne();
    }

    private GatewayNotification news(Payment payment) {
        return new GatewayNotification(
                Objects.requireNonNull(now(payment).ref()),
                null,
                now(payment).attempt().cartId(),
                TransactionKind.SALE,
                gateway.ledger.get(gateway.ledger.size() - 1).state(),
                payment.order().amount());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_payerNeverComesBackAndIsFoundOutLate_expiredAndThenFailedOrPaid(Way way) {
        Payment payment = created(way);
        next(gateway::page);
        way.process(payments, payment);

        pass(Duration.ofMinutes(30));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.EXPIRED);

        // the gateway's own inquiry, more than an hour later
        clock.advance(Duration.ofMinutes(70));
        gateway.turn(now(payment), TransactionState.DECLINED);
        payments.apply(news(payment));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.FAILED);
        assertThat(charges()).isOne();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_resultIsToldBeforeTheCallReturns_oneSettlement(Way way) {
        Payment payment = created(way);
        next(charge -> {
            GatewayOutcome<Initiation> answer = decided(charge, TransactionState.APPROVED);
            GatewayTransaction made = gateway.ledger.get(0);
            payments.apply(new GatewayNotification(
                    made.ref(),
                    null,
                    charge.cartId(),
                    TransactionKind.SALE,
                    null,
                    payment.order().amount()));
            return answer;
        });

        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Settled.class);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isOne();
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_pageAndResultAtOnce_thePayerIsNotSentToPayAgain(Way way) {
        Payment payment = created(way);
        next(charge -> {
            GatewayOutcome<Initiation> page = gateway.page(charge);
            gateway.turn(payment, TransactionState.APPROVED);
            payments.apply(new GatewayNotification(
                    gateway.ledger.get(0).ref(), null, charge.cartId(), TransactionKind.SALE, null, null));
            return page;
        });

        assertThat(way.process(payments, payment)).isEqualTo(new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_killedAtEveryWrite_chargedOnceAndKnown(Way way) {
        for (int write = 1; write <= 2; write++) {
            for (boolean after : new boolean[] {false, true}) {
                gateway.calls.clear();
                gateway.ledger.clear();
                gateway.next.clear();
                told.clear();
                restart(false);
                Payment payment = ((CreateResult.Created) payments.create(
                                key(way + "-" + write + after), at(order(way), way + "-" + write + after)))
                        .payment();
                next(charge -> decided(charge, TransactionState.APPROVED));
                writesUntilDeath = write;
                diesAfterIt = after;

                assertThatThrownBy(() -> way.process(payments, payment)).isInstanceOf(Crash.class);
                restart(false);
                pass(Duration.ofMinutes(10));
                boolean wasCalled = write == 2;
                assertThat(now(payment).status())
                        .as("killed %s write %d", after ? "after" : "before", write)
                        .isEqualTo(wasCalled ? PaymentStatus.SUCCEEDED : died(way, after));
                assertThat(charges()).isEqualTo(wasCalled ? 1 : 0);
            }
        }
    }

    /** Nothing was sent; only the gateway could say so, and of an undocumented call not even that one. */
    private static PaymentStatus died(Way way, boolean announced) {
        return announced && !way.method.isProvenByAbsence() ? PaymentStatus.UNKNOWN : PaymentStatus.CREATED;
    }

    private static PaymentOrder at(PaymentOrder order, String cart) {
        return PaymentOrder.builder(new CartId("cart-" + cart), order.amount())
                .description(order.description())
                .customer(order.customer())
                .method(order.method())
                .build();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_callLandsAfterOurHorizon_toldAndGivenBack(Way way) {
        restart(true);
        Payment payment = created(way);
        List<GatewayCharge> late = new ArrayList<>();
        next(charge -> {
            late.add(charge);
            return lost();
        });
        way.process(payments, payment);
        pass(Duration.ofMinutes(10));
        if (!way.method.isProvenByAbsence()) {
            // nobody sends it again before a person has decided
            gateway.charge(late.get(0));
            pass(Duration.ofMinutes(30));
            assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
            return;
        }
        next(charge -> decided(charge, TransactionState.APPROVED));
        assertThat(way.process(payments, payment)).isInstanceOf(ProcessResult.Settled.class);

        GatewayTransaction second = gateway.charge(late.get(0));
        payments.apply(new GatewayNotification(
                second.ref(), null, second.cartId(), TransactionKind.SALE, null, second.cartAmount()));
        pass(Duration.ofMinutes(10));

        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isOne();
        assertThat(now(payment).refunded()).isEqualTo(payment.order().amount());
        assertThat(gateway.calls.stream().filter(it -> it.startsWith("REFUND"))).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_lateCallThatNobodyTells_foundByTheReconciler(Way way) {
        restart(true);
        Payment payment = created(way);
        List<GatewayCharge> late = new ArrayList<>();
        next(charge -> {
            late.add(charge);
            return lost();
        });
        way.process(payments, payment);
        pass(Duration.ofMinutes(10));
        if (!way.method.isProvenByAbsence()) {
            assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);
            return;
        }
        next(charge -> decided(charge, TransactionState.APPROVED));
        way.process(payments, payment);
        gateway.charge(late.get(0));

        pass(Duration.ofMinutes(30));

        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isOne();
        assertThat(now(payment).refunded()).isEqualTo(payment.order().amount());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_withoutOrWithAnotherSecret_refusedWithoutACall(Way way) {
        Payment payment = created(way);
        PaymentSecret other = way.secret instanceof PaymentSecret.FormToken
                ? new PaymentSecret.WalletToken("{}")
                : new PaymentSecret.FormToken("another");

        ProcessResult none = way.secret == null ? null : payments.process(payment.id());

        assertThat(payments.process(payment.id(), other))
                .isEqualTo(new ProcessResult.Refused(PaymentRefusal.SECRET_MISSING));
        assertThat(none).isIn(null, new ProcessResult.Refused(PaymentRefusal.SECRET_MISSING));
        assertThat(charges()).isZero();
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
    }

    @Test
    void create_otherWayUnderTheSameKey_refused() {
        created(Way.MOTO);
        PaymentOrder other = at(order(Way.OWN_FORM), Way.MOTO.name());

        assertThat(payments.create(key(Way.MOTO.name()), other))
                .isEqualTo(new CreateResult.Refused(PaymentRefusal.KEY_REUSED));
        assertThat(payments.create(key(Way.MOTO.name()), order(Way.MOTO))).isInstanceOf(CreateResult.Created.class);
    }

    @Test
    void within_aShorterTime_reachesTheGatewayAndOutOfRangeIsRefused() {
        Payment payment = created(Way.RECURRING);
        next(charge -> {
            assertThat(charge.within()).isEqualTo(Duration.ofSeconds(2));
            return decided(charge, TransactionState.APPROVED);
        });

        assertThat(payments.within(Duration.ofSeconds(2)).process(payment.id()))
                .isInstanceOf(ProcessResult.Settled.class);

        for (Duration unfit : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofHours(1))) {
            assertThatThrownBy(() -> payments.within(unfit)).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void async_eachTwin_givesTheSame() {
        AsyncPayments async = payments.async(Runnable::run);
        Payment payment = ((CreateResult.Created)
                        async.create(key("async"), order(Way.MOTO)).join())
                .payment();
        next(charge -> decided(charge, TransactionState.DECLINED));
        assertThat(async.process(payment.id()).join())
                .isEqualTo(new ProcessResult.Refused(PaymentRefusal.SECRET_MISSING));
        assertThat(async.process(payment.id(), Objects.requireNonNull(Way.MOTO.secret))
                        .join())
                .isInstanceOf(ProcessResult.Settled.class);
        next(charge -> decided(charge, TransactionState.APPROVED));
        assertThat(async.retry(payment.id(), key("again"), Objects.requireNonNull(Way.MOTO.secret))
                        .join())
                .isInstanceOf(ProcessResult.Settled.class);
        assertThat(async.apply(news(payment)).join()).isInstanceOf(ApplyResult.Unchanged.class);
        async.refund(payment.id(), key("refund"), null).join();

        assertThat(now(payment).refunded()).isEqualTo(payment.order().amount());
        assertThat(async.capture(payment.id(), key("capture"), null).join()).isInstanceOf(FollowUpResult.Refused.class);
        assertThat(async.voidHold(payment.id(), key("void")).join()).isInstanceOf(FollowUpResult.Refused.class);
    }

    @Test
    void async_executorRefusesOrTheFutureIsCancelled_nothingIsDone() {
        Payment payment = created(Way.RECURRING);
        List<Runnable> waiting = new ArrayList<>();

        assertThat(payments.async(task -> {
                            throw new RejectedExecutionException("full");
                        })
                        .process(payment.id()))
                .isCompletedExceptionally();
        CompletableFuture<ProcessResult> given = payments.async(waiting::add).process(payment.id());
        given.cancel(false);
        waiting.forEach(Runnable::run);

        assertThat(charges()).isZero();
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
    }

    private Payment linked(String cart) {
        PaymentOrder sample = Samples.payment("w").order();
        PaymentOrder order = PaymentOrder.builder(new CartId(cart), sample.amount())
                .description("Invoice 17")
                .customer(sample.customer())
                .method(PaymentMethod.link(Duration.ofDays(7)))
                .build();
        Payment payment = ((CreateResult.Created) payments.create(key(cart), order)).payment();
        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
        return now(payment);
    }

    /** The table of docs/guides/ways-to-pay.md: what a link that was paid late, in parts, twice or never comes to. */
    @ParameterizedTest
    @CsvSource({
        "3 days later,  100, SUCCEEDED,  100",
        "in part,        40, PROCESSING,   0",
        "in two parts,   50, PROCESSING,   0",
        "twice,         100, SUCCEEDED,  200",
        "never,           0, EXPIRED,      0"
    })
    void link_openedDaysLater_landsOnItsOrder(String how, int percent, PaymentStatus status, int taken) {
        Payment payment = linked("invoice-" + how.replace(' ', '-'));
        pass(Duration.ofDays(3));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.INITIATED);
        Money part = share(payment, percent);
        int times = how.equals("twice") || how.equals("in two parts") ? 2 : percent == 0 ? 0 : 1;
        for (int time = 0; time < times; time++) {
            GatewayTransaction paid = paid(payment, part, time);
            payments.apply(new GatewayNotification(
                    paid.ref(), null, paid.cartId(), TransactionKind.SALE, TransactionState.APPROVED, part));
        }
        pass(Duration.ofDays(5));

        assertThat(now(payment).status()).isEqualTo(status);
        assertThat(now(payment).taken()).isEqualTo(share(payment, taken));
        assertThat(now(payment).isUndecided()).isEqualTo(status == PaymentStatus.PROCESSING);
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isEqualTo(how.equals("twice") ? 1 : 0);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(status == PaymentStatus.SUCCEEDED ? 1 : 0);
        assertThat(charges()).isOne();
    }

    private static Money share(Payment payment, int percent) {
        Money whole = payment.order().amount();
        return Money.ofMinorUnits(whole.minorUnits() * percent / 100, whole.currency());
    }

    /** The first pays the page itself, a further one is a transaction of its own under the same cart. */
    private GatewayTransaction paid(Payment payment, Money part, int time) {
        GatewayTransaction page = gateway.ledger.get(0);
        GatewayTransaction paid = new GatewayTransaction(
                time == 0 ? page.ref() : gateway.ref(),
                null,
                null,
                TransactionKind.SALE,
                TransactionState.APPROVED,
                payment.order().cartId(),
                part,
                part,
                "G1",
                "ok",
                clock.instant());
        if (time == 0) {
            gateway.ledger.set(0, paid);
        } else {
            gateway.ledger.add(paid);
        }
        return paid;
    }
}
