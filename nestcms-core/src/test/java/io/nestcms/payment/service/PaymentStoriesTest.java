package io.nestcms.payment.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nestcms.health.Health;
import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.ResolveResult;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxRest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What PayTabs was seen to do, each as the story of one payment, with the ending that is right. */
class PaymentStoriesTest {
    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final ScriptedGateway gateway = new ScriptedGateway(clock);
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final Payments payments =
            Payments.builder(gateway, store).clock(clock).build();
    private final Reconciler reconciler = payments.reconciler();

    private static Money kwd(String amount) {
        return Money.of(amount, "KWD");
    }

    private static IdempotencyKey key(String value) {
        return new IdempotencyKey("shop", value);
    }

    private Payment created(ChargeMode mode) {
        PaymentOrder sample = Samples.payment("a").order();
        PaymentOrder order =
                new PaymentOrder(sample.cartId(), kwd("100.000"), sample.description(), sample.customer(), null, mode);
        return ((CreateResult.Created) payments.create(key("a"), order)).payment();
    }

    private Payment initiated(ChargeMode mode) {
        return ((ProcessResult.Ready) payments.process(created(mode).id())).payment();
    }

    private Payment paid(ChargeMode mode) {
        Payment payment = initiated(mode);
        gateway.turn(payment, TransactionState.APPROVED);
        tell(page(payment));
        return now(payment);
    }

    private static TransactionRef page(Payment payment) {
        return Objects.requireNonNull(payment.ref());
    }

    private Payment now(Payment payment) {
        return store.find(payment.id()).orElseThrow();
    }

    private ApplyResult tell(TransactionRef ref) {
        GatewayTransaction told = gateway.ledger.stream()
                .filter(it -> it.ref().equals(ref))
                .findFirst()
                .orElseThrow();
        return payments.apply(new GatewayNotification(
                ref, told.previousRef(), told.cartId(), told.kind(), told.state(), told.cartAmount()));
    }

    /** Something that the gateway books by itself; answered for by reference, shown in no cart unless one is given. */
    private TransactionRef books(
            @Nullable TransactionRef parent,
            @Nullable TransactionKind asked,
            TransactionKind kind,
            TransactionState state,
            String cart,
            String amount) {
        TransactionRef ref = gateway.ref();
        gateway.ledger.add(new GatewayTransaction(
                ref,
                parent,
                asked,
                kind,
                state,
                new CartId(cart),
                kwd(amount),
                kwd(amount),
                "G1",
                "Authorised",
                clock.instant().minus(Duration.ofMinutes(6))));
        return ref;
    }

    private void become(
            TransactionRef ref, @Nullable TransactionKind asked, TransactionKind kind, TransactionState state) {
        for (int i = 0; i < gateway.ledger.size(); i++) {
            GatewayTransaction it = gateway.ledger.get(i);
            if (it.ref().equals(ref)) {
                gateway.ledger.set(
                        i,
                        new GatewayTransaction(
                                ref,
                                it.previousRef(),
                                asked,
                                kind,
                                state,
                                it.cartId(),
                                it.cartAmount(),
                                it.cartAmount(),
                                "G1",
                                state.name(),
                                clock.instant()));
            }
        }
    }

    private void pass(Duration time) {
        java.time.Instant end = clock.instant().plus(time);
        while (clock.instant().isBefore(end)) {
            clock.advance(Duration.ofSeconds(20));
            reconciler.runOnce(100);
        }
    }

    private List<PaymentEvent> events() {
        List<PaymentEvent> events = new ArrayList<>();
        Optional<io.nestcms.payment.store.OutboxBatch> batch =
                store.outbox().claim(OutboxClaim.of("w", Set.of(), clock.instant(), Duration.ofMinutes(1)));
        batch.ifPresent(it -> {
            events.addAll(Samples.events(it));
            store.outbox().release(it, OutboxRest.dueAt(it.entries().size(), clock.instant()));
        });
        return events;
    }

    private long told(Class<? extends PaymentEvent> type) {
        return events().stream().filter(type::isInstance).count();
    }

    private FollowUpResult refund(Payment payment, String name, @Nullable Money amount) {
        return payments.refund(payment.id(), key(name), amount);
    }

    private long refundsAtTheGateway() {
        return gateway.ledger.stream()
                .filter(it -> it.kind() == TransactionKind.REFUND)
                .count();
    }

    // ---- follow-ups

    @Test
    void refundWhoseReplyIsLost_gatewaysClockBehind_isOneRefund() {
        Payment payment = paid(ChargeMode.SALE);
        TransactionRef sale = page(payment);
        gateway.nextFollowUp.add(refund -> {
            books(sale, null, TransactionKind.REFUND, TransactionState.APPROVED, "cart-a", "40.000");
            return new GatewayOutcome.Indeterminate<>("reply lost");
        });
        refund(payment, "r1", kwd("40.000"));

        pass(Duration.ofMinutes(12));

        assertThat(refund(payment, "r1", kwd("40.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        assertThat(refundsAtTheGateway()).isEqualTo(1);
        assertThat(now(payment).refunded()).isEqualTo(kwd("40.000"));
        assertThat(payments.undecided(10)).containsExactly(now(payment));
    }

    @Test
    void refundWhoseReplyIsLost_shownUnderItsOwnCart_isDone() {
        Payment payment = paid(ChargeMode.SALE);
        TransactionRef sale = page(payment);
        gateway.nextFollowUp.add(refund -> {
            books(
                    sale,
                    null,
                    TransactionKind.REFUND,
                    TransactionState.APPROVED,
                    refund.cartId().value(),
                    "40.000");
            return new GatewayOutcome.Indeterminate<>("reply lost");
        });
        refund(payment, "r1", kwd("40.000"));

        pass(Duration.ofMinutes(1));

        FollowUp followUp = ((FollowUpResult.Recorded) refund(payment, "r1", kwd("40.000"))).followUp();
        assertThat(followUp.state()).isEqualTo(FollowUpState.DONE);
        assertThat(refundsAtTheGateway()).isEqualTo(1);
        assertThat(now(payment).refunded()).isEqualTo(kwd("40.000"));
    }

    @Test
    void refundWhoseReplyIsLost_shownOfAnotherTransaction_isOneRefund() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> {
            books(
                    new TransactionRef("OTHER"),
                    null,
                    TransactionKind.REFUND,
                    TransactionState.APPROVED,
                    "cart-a",
                    "40.000");
            return new GatewayOutcome.Indeterminate<>("reply lost");
        });
        refund(payment, "r1", kwd("40.000"));

        pass(Duration.ofMinutes(12));

        assertThat(refund(payment, "r1", kwd("40.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        assertThat(refundsAtTheGateway()).isEqualTo(1);
    }

    @Test
    void refundWhoseReplyIsLost_listedNowhere_isDecidedByAPerson() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> new GatewayOutcome.Indeterminate<>("reply lost"));
        refund(payment, "r1", kwd("40.000"));
        TransactionRef booked = new TransactionRef("BANK-1");

        pass(Duration.ofMinutes(12));

        assertThat(refund(payment, "r1", kwd("40.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        assertThat(told(PaymentEvent.FollowUpUndecided.class)).isEqualTo(1);
        CartId cart = now(payment).followUps().get(0).cartId();
        assertThat(payments.resolve(payment.id(), new Resolution.WasDone(cart, booked), "Amal"))
                .isInstanceOf(ResolveResult.Resolved.class);
        FollowUp followUp = ((FollowUpResult.Recorded) refund(payment, "r1", kwd("40.000"))).followUp();
        assertThat(followUp.ref()).isEqualTo(booked);
        assertThat(now(payment).refunded()).as("what a person says counts").isEqualTo(kwd("40.000"));
        assertThat(refund(payment, "r2", kwd("60.001"))).isEqualTo(new FollowUpResult.Refused(PaymentRefusal.TOO_MUCH));
    }

    @Test
    void refundsReplyLost_queriesUnansweredForTenMinutes_isAskedWithinSecondsOfTheReturn() {
        Payment payment = paid(ChargeMode.SALE);
        refund(payment, "r0", kwd("1.000"));
        pass(Duration.ofMinutes(2));
        gateway.nextFollowUp.add(refund -> {
            gateway.answer(refund, TransactionState.APPROVED);
            return new GatewayOutcome.Indeterminate<>("reply lost");
        });
        refund(payment, "r1", kwd("40.000"));
        gateway.queryFailure = new GatewayOutcome.Indeterminate<>("timeout");
        pass(Duration.ofMinutes(10));

        gateway.queryFailure = null;
        pass(Duration.ofSeconds(20));

        assertThat(now(payment).followUps().get(1).state()).isEqualTo(FollowUpState.DONE);
    }

    @Test
    void voidAsked_queryAnswersReleaseWithOriginalVoid_isDoneAndVoided() {
        for (boolean own : new boolean[] {true, false}) {
            PaymentStoriesTest story = new PaymentStoriesTest();
            Payment payment = story.paid(ChargeMode.AUTHORIZE);
            story.gateway.nextFollowUp.add(asked -> {
                story.books(
                        page(payment),
                        TransactionKind.VOID,
                        TransactionKind.RELEASE,
                        TransactionState.APPROVED,
                        own ? asked.cartId().value() : "cart-a",
                        "100.000");
                return new GatewayOutcome.Indeterminate<>("reply lost");
            });
            story.payments.voidHold(payment.id(), key("v1"));

            story.pass(Duration.ofMinutes(1));

            assertThat(story.now(payment).followUps().get(0).state()).isEqualTo(FollowUpState.DONE);
            assertThat(story.now(payment).status()).isEqualTo(PaymentStatus.VOIDED);
            assertThat(story.told(PaymentEvent.PaymentVoided.class)).isEqualTo(1);
        }
    }

    @Test
    void voidAndRelease_ofOneReference_areOneMove() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        TransactionRef release =
                books(page(payment), null, TransactionKind.VOID, TransactionState.APPROVED, "elsewhere", "30.000");
        tell(release);
        become(release, TransactionKind.VOID, TransactionKind.RELEASE, TransactionState.APPROVED);
        tell(release);
        pass(Duration.ofHours(1));

        assertThat(now(payment).ledger().held()).isEqualTo(kwd("70.000"));
        assertThat(told(PaymentEvent.PaymentReleased.class)).isEqualTo(1);
    }

    @Test
    void captureToldAsASaleOfTheHold_isACapture() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        gateway.nextFollowUp.add(capture -> {
            books(
                    page(payment),
                    null,
                    TransactionKind.SALE,
                    TransactionState.APPROVED,
                    capture.cartId().value(),
                    "60.000");
            return new GatewayOutcome.Indeterminate<>("reply lost");
        });
        payments.capture(payment.id(), key("c1"), kwd("60.000"));
        pass(Duration.ofMinutes(1));
        TransactionRef dashboard =
                books(page(payment), null, TransactionKind.SALE, TransactionState.APPROVED, "elsewhere", "15.000");
        tell(dashboard);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CAPTURED);
        assertThat(now(payment).taken()).isEqualTo(kwd("75.000"));
        assertThat(now(payment).ledger().held()).isEqualTo(kwd("25.000"));
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isZero();
    }

    // ---- charges

    @Test
    void secondOfTwoSalesVoidedInTheDashboard_theFirstStands() {
        Payment payment = paid(ChargeMode.SALE);
        TransactionRef second = gateway.charge(payment).ref();
        tell(second);
        tell(books(second, null, TransactionKind.VOID, TransactionState.APPROVED, "elsewhere", "100.000"));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).taken()).isEqualTo(kwd("100.000"));
        assertThat(refund(payment, "r1", null)).isInstanceOf(FollowUpResult.Recorded.class);
        assertThat(gateway.calls).contains("REFUND KWD 100.000 of " + page(payment));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
    }

    @Test
    void voidOfTheSecondSale_beforeItsApproval_isOnRecordAndTold() {
        Payment payment = paid(ChargeMode.SALE);
        TransactionRef second = gateway.ref();
        TransactionRef undoing =
                books(second, null, TransactionKind.VOID, TransactionState.APPROVED, "cart-a", "100.000");
        tell(undoing);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        gateway.ledger.add(new GatewayTransaction(
                second,
                null,
                null,
                TransactionKind.SALE,
                TransactionState.APPROVED,
                payment.order().cartId(),
                kwd("100.000"),
                kwd("100.000"),
                "G1",
                "ok",
                clock.instant()));
        tell(second);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).taken()).isEqualTo(kwd("100.000"));
        assertThat(now(payment).entries()).extracting(it -> it.ref()).contains(second, undoing);
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isEqualTo(1);
        assertThat(now(payment).ledger().mismatches()).isEmpty();
    }

    @Test
    void heldSale_capturedInTheDashboard_succeedsOnce_whateverTheHoldSaysAfterwards() {
        for (String after : List.of("H", "A", "gone")) {
            PaymentStoriesTest story = new PaymentStoriesTest();
            Payment payment = story.initiated(ChargeMode.SALE);
            TransactionRef hold = page(payment);
            story.become(hold, TransactionKind.SALE, TransactionKind.AUTHORIZATION, TransactionState.ON_HOLD);
            story.tell(hold);
            assertThat(story.now(payment).status()).isEqualTo(PaymentStatus.PROCESSING);
            TransactionRef capture =
                    story.books(hold, null, TransactionKind.CAPTURE, TransactionState.APPROVED, "cart-a", "100.000");
            if (after.equals("A")) {
                story.become(hold, TransactionKind.SALE, TransactionKind.AUTHORIZATION, TransactionState.APPROVED);
            } else if (after.equals("gone")) {
                story.gateway.ledger.removeIf(it -> it.ref().equals(hold));
            }
            story.tell(capture);
            story.pass(Duration.ofHours(1));

            assertThat(story.now(payment).status()).as(after).isEqualTo(PaymentStatus.SUCCEEDED);
            assertThat(story.told(PaymentEvent.PaymentSucceeded.class))
                    .as(after)
                    .isEqualTo(1);
            assertThat(story.now(payment).taken()).isEqualTo(kwd("100.000"));
            assertThat(story.refund(payment, "r1", kwd("40.000"))).isInstanceOf(FollowUpResult.Recorded.class);
            assertThat(story.gateway.calls).contains("REFUND KWD 40.000 of " + capture);
        }
    }

    @Test
    void cardDiscount_withinWhatWasAllowed_succeedsWithWhatWasTaken() {
        gateway.allowance = new Allowance(kwd("90.000"), kwd("100.000"));
        Payment payment = initiated(ChargeMode.SALE);
        discount(payment, "95.000");
        tell(page(payment));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).taken()).isEqualTo(kwd("95.000"));
        assertThat(now(payment).entries().get(0).requested()).isEqualTo(kwd("100.000"));
        assertThat(refund(payment, "r1", kwd("95.001"))).isEqualTo(new FollowUpResult.Refused(PaymentRefusal.TOO_MUCH));
        assertThat(refund(payment, "r1", null)).isInstanceOf(FollowUpResult.Recorded.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
    }

    private void discount(Payment payment, String taken) {
        GatewayTransaction it = gateway.turn(payment, TransactionState.APPROVED);
        gateway.ledger.set(
                gateway.ledger.indexOf(it),
                new GatewayTransaction(
                        it.ref(),
                        null,
                        null,
                        it.kind(),
                        it.state(),
                        it.cartId(),
                        it.cartAmount(),
                        kwd(taken),
                        "G1",
                        "ok",
                        it.at()));
    }

    @Test
    void fullyRefunded_thenASecondCharge_canBeGivenBack() {
        Payment payment = paid(ChargeMode.SALE);
        refund(payment, "r1", null);
        TransactionRef second = gateway.charge(payment).ref();
        tell(second);

        assertThat(now(payment).taken()).isEqualTo(kwd("200.000"));
        assertThat(now(payment).refunded()).isEqualTo(kwd("100.000"));
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isEqualTo(1);
        assertThat(refund(payment, "r2", null)).isInstanceOf(FollowUpResult.Recorded.class);
        assertThat(gateway.calls).contains("REFUND KWD 100.000 of " + second);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
    }

    @Test
    void holdToldExpiredOrVoided_thenItsCapture_isRefundable() {
        for (TransactionState ended : List.of(TransactionState.EXPIRED, TransactionState.VOIDED)) {
            PaymentStoriesTest story = new PaymentStoriesTest();
            Payment payment = story.paid(ChargeMode.AUTHORIZE);
            TransactionRef hold = page(payment);
            story.clock.advance(Duration.ofMinutes(5));
            story.become(hold, null, TransactionKind.AUTHORIZATION, ended);
            story.tell(hold);
            assertThat(story.now(payment).status()).isIn(PaymentStatus.EXPIRED, PaymentStatus.VOIDED);

            TransactionRef capture =
                    story.books(hold, null, TransactionKind.CAPTURE, TransactionState.APPROVED, "elsewhere", "100.000");
            story.tell(capture);

            assertThat(story.now(payment).status()).isEqualTo(PaymentStatus.CAPTURED);
            assertThat(story.told(PaymentEvent.PaymentCaptured.class)).isEqualTo(1);
            assertThat(story.refund(payment, "r1", null)).isInstanceOf(FollowUpResult.Recorded.class);
        }
    }

    @Test
    void saleVoidedTheSameDay_countsNothing() {
        Payment payment = paid(ChargeMode.SALE);
        tell(books(page(payment), null, TransactionKind.VOID, TransactionState.APPROVED, "elsewhere", "100.000"));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.VOIDED);
        assertThat(now(payment).taken()).isEqualTo(kwd("0.000"));
        assertThat(now(payment).moves()).isEmpty();
    }

    // ---- attempts

    @Test
    void declined_triedAgain_lateApprovalOfTheFirst_paysTheOrder() {
        Payment payment = initiated(ChargeMode.SALE);
        TransactionRef first = page(payment);
        gateway.turn(payment, TransactionState.DECLINED);
        tell(first);

        ProcessResult again = payments.retry(payment.id(), key("again"));
        assertThat(payments.retry(payment.id(), key("again"))).isEqualTo(again);
        Payment second = ((ProcessResult.Ready) again).payment();
        assertThat(second.attempt().cartId().isReserved()).isTrue();
        assertThat(second.status()).isEqualTo(PaymentStatus.INITIATED);
        become(first, null, TransactionKind.SALE, TransactionState.APPROVED);
        tell(first);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(payments.process(payment.id()))
                .as("the page of the second is offered no more")
                .isEqualTo(new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED));
        gateway.turn(second, TransactionState.APPROVED);
        tell(page(second));
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isEqualTo(1);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(1);
        assertThat(now(payment).taken()).isEqualTo(kwd("200.000"));
        assertThat(refund(payment, "r1", kwd("100.000"))).isInstanceOf(FollowUpResult.Recorded.class);
    }

    @Test
    void chargedAgain_isGivenBackByItself_whereTheShopWantsThat() {
        Payments giving = Payments.builder(gateway, store)
                .clock(clock)
                .giveBackSecondCharges(true)
                .build();
        Payment payment = paid(ChargeMode.SALE);
        GatewayTransaction second = gateway.charge(payment);
        GatewayNotification hint = new GatewayNotification(
                second.ref(), null, second.cartId(), second.kind(), second.state(), second.cartAmount());

        for (int i = 0; i < 3; i++) {
            giving.apply(hint);
        }

        assertThat(refundsAtTheGateway()).isEqualTo(1);
        assertThat(gateway.calls).contains("REFUND KWD 100.000 of " + second.ref());
        assertThat(now(payment).taken()).isEqualTo(kwd("200.000"));
        assertThat(now(payment).refunded()).isEqualTo(kwd("100.000"));
    }

    @Test
    void retry_isRefusedWhileSomethingIsOpenOrPaid() {
        Payment payment = created(ChargeMode.SALE);
        assertThat(payments.retry(payment.id(), key("x")))
                .isEqualTo(new ProcessResult.Refused(PaymentRefusal.NOT_ALLOWED));
        payments.process(payment.id());
        assertThat(payments.retry(payment.id(), key("x")))
                .isEqualTo(new ProcessResult.Refused(PaymentRefusal.IN_PROGRESS));
        gateway.turn(now(payment), TransactionState.APPROVED);
        tell(page(now(payment)));
        assertThat(payments.retry(payment.id(), key("x")))
                .isEqualTo(new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED));
    }

    @Test
    void retry_whoseOutcomeIsUnknown_isAskedAboutByItsOwnCart() {
        Payment payment = initiated(ChargeMode.SALE);
        gateway.turn(payment, TransactionState.CANCELLED);
        tell(page(payment));
        gateway.next.add(charge -> {
            gateway.charge(charge);
            return new GatewayOutcome.Indeterminate<>("reply lost");
        });

        assertThat(payments.retry(payment.id(), key("again"))).isInstanceOf(ProcessResult.Unknown.class);
        pass(Duration.ofMinutes(1));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(gateway.calls).contains("cart " + CartId.ofAttempt(payment.id(), 2));
    }

    // ---- our own fault, and the gateway's

    @Test
    void keyRotated_failsNoPayment_andIsDownUntilAQuerySucceeds() throws Exception {
        Payment payment = created(ChargeMode.SALE);
        GatewayOutcome<?> turnedAway = new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.MISCONFIGURED, null);
        gateway.next.add(charge -> new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.MISCONFIGURED, null));
        gateway.queryFailure = turnedAway;

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unavailable.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
        assertThat(told(PaymentEvent.PaymentFailed.class)).isZero();
        assertThat(payments.gatewayHealth().look()).isNotEqualTo(Health.up());

        gateway.queryFailure = null;
        assertThat(payments.gatewayHealth().look()).isEqualTo(Health.up());
        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
    }

    @Test
    void keyRotated_isOneErrorHoweverManyPaymentsMeetIt() {
        Logger log = (Logger) LoggerFactory.getLogger(GatewayCalls.class);
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.start();
        log.addAppender(heard);
        // as a production's log would have it; the tests' own is quieter
        Level before = log.getLevel();
        log.setLevel(Level.INFO);
        try {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 20; i++) {
                    gateway.next.add(
                            charge -> new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.MISCONFIGURED, null));
                    assertThat(payments.process(createdAs("r" + round + "-" + i).id()))
                            .isInstanceOf(ProcessResult.Unavailable.class);
                }
                assertThat(payments.process(createdAs("r" + round).id())).isInstanceOf(ProcessResult.Ready.class);
            }
        } finally {
            log.setLevel(before);
            log.detachAppender(heard);
        }

        // once each time that the key went wrong
        assertThat(heard.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .hasSize(2);
    }

    private Payment createdAs(String name) {
        return ((CreateResult.Created)
                        payments.create(key(name), Samples.payment(name).order()))
                .payment();
    }

    @Test
    void currencyNotConfigured_failsNoPayment_andIsNotDown() throws Exception {
        Payment payment = created(ChargeMode.SALE);
        gateway.next.add(
                charge -> new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.CURRENCY_NOT_CONFIGURED, null));

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unavailable.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
        assertThat(payments.gatewayHealth().look()).isEqualTo(Health.up());
    }

    @Test
    void gatewayItselfWithoutAnswer_isUnknownAndMayTurnBothWays() {
        Payment payment = initiated(ChargeMode.SALE);
        TransactionRef ref = page(payment);
        become(ref, null, TransactionKind.SALE, TransactionState.UNANSWERED);
        tell(ref);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);
        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unknown.class);
        pass(Duration.ofHours(2));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);
        assertThat(payments.undecided(10)).containsExactly(now(payment));
        assertThat(told(PaymentEvent.PaymentOverdue.class)).isEqualTo(1);

        become(ref, null, TransactionKind.SALE, TransactionState.APPROVED);
        tell(ref);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void unknown_decidedByAPerson_mayBeTriedAgain_andLateMoneyIsFoundAllTheSame() {
        Payment payment = initiated(ChargeMode.SALE);
        TransactionRef ref = page(payment);
        become(ref, null, TransactionKind.SALE, TransactionState.UNANSWERED);
        tell(ref);

        payments.resolve(
                payment.id(), new Resolution.TookNothing(payment.order().cartId()), "Amal");
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.FAILED);
        assertThat(payments.retry(payment.id(), key("again"))).isInstanceOf(ProcessResult.Ready.class);

        become(ref, null, TransactionKind.SALE, TransactionState.APPROVED);
        tell(ref);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void unreadableTransactionInTheCart_harmsNoOther_andIsTold() {
        Payment payment = initiated(ChargeMode.SALE);
        gateway.turn(payment, TransactionState.APPROVED);
        TransactionRef odd = gateway.ref();
        gateway.ledger.add(new GatewayTransaction(
                odd,
                null,
                null,
                TransactionKind.UNRECOGNISED,
                TransactionState.UNRECOGNISED,
                payment.order().cartId(),
                null,
                null,
                null,
                null,
                null));

        pass(Duration.ofMinutes(1));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).ledger().mismatches())
                .extracting(it -> it.entry().ref())
                .containsExactly(odd);
        assertThat(told(PaymentEvent.PaymentMismatch.class)).isEqualTo(1);
    }

    // ---- mismatches

    @Test
    void mismatch_isListedAndResolvedInEachWay() {
        for (String way : List.of("accept", "give back", "keep")) {
            PaymentStoriesTest story = new PaymentStoriesTest();
            Payment payment = story.initiated(ChargeMode.SALE);
            TransactionRef ref = page(payment);
            story.discount(payment, "25.000");
            assertThat(story.tell(ref)).isEqualTo(new ApplyResult.Refused(PaymentRefusal.AMOUNT_MISMATCH));
            assertThat(story.payments.undecided(10)).hasSize(1);
            assertThat(story.refund(payment, "r0", kwd("25.000")))
                    .isEqualTo(new FollowUpResult.Refused(PaymentRefusal.NOT_ALLOWED));

            Resolution resolution = switch (way) {
                case "accept" -> new Resolution.AcceptAsPaid(ref);
                case "give back" -> new Resolution.GiveBack(ref);
                default -> new Resolution.Keep(ref);
            };
            for (int i = 0; i < 2; i++) {
                assertThat(story.payments.resolve(payment.id(), resolution, "Amal"))
                        .isInstanceOf(ResolveResult.Resolved.class);
            }

            Payment after = story.now(payment);
            assertThat(story.payments.undecided(10)).isEmpty();
            assertThat(after.decisions()).hasSize(1);
            assertThat(after.status()).isEqualTo(way.equals("accept") ? PaymentStatus.SUCCEEDED : PaymentStatus.FAILED);
            assertThat(after.taken()).isEqualTo(way.equals("accept") ? kwd("25.000") : kwd("0.000"));
            assertThat(story.refundsAtTheGateway()).isEqualTo(way.equals("give back") ? 1 : 0);
            assertThat(story.told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(way.equals("accept") ? 1 : 0);
        }
    }

    @Test
    void mismatchOfAnotherCurrency_isGivenBackInItsOwn() {
        Payment payment = initiated(ChargeMode.SALE);
        GatewayTransaction it = gateway.turn(payment, TransactionState.APPROVED);
        Money usd = Money.parse("USD 25.00");
        gateway.ledger.set(
                0,
                new GatewayTransaction(
                        it.ref(), null, null, it.kind(), it.state(), it.cartId(), usd, usd, "G1", "ok", it.at()));
        assertThat(tell(it.ref())).isEqualTo(new ApplyResult.Refused(PaymentRefusal.CURRENCY_MISMATCH));

        payments.resolve(payment.id(), new Resolution.GiveBack(it.ref()), "Amal");

        assertThat(gateway.calls).contains("REFUND USD 25.00 of " + it.ref());
        assertThat(now(payment).followUps().get(0).state()).isEqualTo(FollowUpState.DONE);
        assertThat(now(payment).refunded()).isEqualTo(kwd("0.000"));
        assertThat(now(payment).ledger().mismatches()).isEmpty();
    }

    // ---- notifications

    @Test
    void refundMadeElsewhere_isFoundByWhatItRefunds() {
        Payment payment = paid(ChargeMode.SALE);
        TransactionRef refund =
                books(page(payment), null, TransactionKind.REFUND, TransactionState.APPROVED, "R-ODOO-17", "30.000");

        assertThat(tell(refund)).isInstanceOf(ApplyResult.Applied.class);
        assertThat(now(payment).refunded()).isEqualTo(kwd("30.000"));
    }

    @Test
    void notificationReplayed_isAskedAboutNoMore() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.calls.clear();

        for (int i = 0; i < 50; i++) {
            assertThat(tell(page(payment))).isInstanceOf(ApplyResult.Unchanged.class);
        }

        assertThat(gateway.calls).isEmpty();
    }

    @Test
    void completedAtOnce_withoutACart_isThisAttempts() {
        Payment payment = created(ChargeMode.SALE);
        gateway.next.add(charge -> new GatewayOutcome.Accepted<>(
                new Initiation.Completed(gateway.charge(charge).in(null))));

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Settled.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }
}
