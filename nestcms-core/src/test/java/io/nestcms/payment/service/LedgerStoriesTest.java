package io.nestcms.payment.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the simulation found, each in the fewest steps that show it. */
class LedgerStoriesTest {
    private static final Money ALL = Money.of("100.000", "KWD");
    private static final Money PART = Money.of("40.000", "KWD");
    private static final TransactionRef FIRST = new TransactionRef("TST1");

    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final ScriptedGateway gateway = new ScriptedGateway(clock);
    private final List<PaymentEvent> events = new ArrayList<>();
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final Payments payments = Payments.builder(gateway, new ForwardingStore(store) {
                @Override
                public boolean replace(Payment payment, List<OutboxEntry> entries) {
                    entries.forEach(it -> events.add(it.event()));
                    return super.replace(payment, entries);
                }
            })
            .clock(clock)
            .build();
    private final Reconciler reconciler = payments.reconciler();

    private static IdempotencyKey key(String value) {
        return new IdempotencyKey("shop", value);
    }

    private Payment initiated(ChargeMode mode) {
        PaymentOrder sample = Samples.payment("a").order();
        PaymentOrder order = new PaymentOrder(sample.cartId(), ALL, "Tickets", sample.customer(), null, mode);
        Payment created = ((CreateResult.Created) payments.create(key("a"), order)).payment();
        return ((ProcessResult.Ready) payments.process(created.id())).payment();
    }

    private Payment now(Payment payment) {
        return payments.find(payment.id()).orElseThrow();
    }

    private Payment paid(ChargeMode mode) {
        Payment payment = initiated(mode);
        gateway.turn(payment, TransactionState.APPROVED);
        tell(payment, FIRST, TransactionState.APPROVED);
        return now(payment);
    }

    private void tell(Payment payment, TransactionRef ref, TransactionState state) {
        payments.apply(new GatewayNotification(ref, null, payment.order().cartId(), TransactionKind.SALE, state, null));
    }

    /** A transaction of the order's cart that the gateway shows from now on, in place of one of the same name. */
    private TransactionRef show(
            Payment payment,
            String ref,
            @Nullable TransactionRef previous,
            TransactionKind kind,
            TransactionState state,
            Money amount) {
        TransactionRef named = new TransactionRef(ref);
        gateway.ledger.removeIf(it -> it.ref().equals(named));
        gateway.ledger.add(new GatewayTransaction(
                named,
                previous,
                null,
                kind,
                state,
                payment.order().cartId(),
                previous == null ? ALL : amount,
                amount,
                "1",
                state.name(),
                clock.instant()));
        return named;
    }

    private void pass(Duration time) {
        for (Duration left = time; !left.isNegative(); left = left.minusMinutes(1)) {
            reconciler.runOnce(100);
            clock.advance(Duration.ofMinutes(1));
        }
    }

    private long told(Class<? extends PaymentEvent> type) {
        return events.stream().filter(type::isInstance).count();
    }

    @Test
    void unreadableBesideAnUnpaidPage_onceDecided_letsThePageExpire() {
        Payment payment = initiated(ChargeMode.SALE);
        TransactionRef garbage =
                show(payment, "X1", null, TransactionKind.UNRECOGNISED, TransactionState.UNRECOGNISED, ALL);
        pass(Duration.ofMinutes(5));

        payments.resolve(payment.id(), new Resolution.Keep(garbage), "Amal");
        pass(Duration.ofHours(3));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.EXPIRED);
    }

    @Test
    void notDone_canBeDecidedAgain_afterTheSameKeyWasLostAgain() {
        Payment payment = paid(ChargeMode.SALE);
        for (int time = 0; time < 2; time++) {
            gateway.nextFollowUp.add(asked -> new GatewayOutcome.Indeterminate<>("lost"));
            assertThat(payments.refund(payment.id(), key("r"), PART)).isInstanceOf(FollowUpResult.Unknown.class);
            pass(Duration.ofMinutes(30));
            CartId cart = now(payment).followUps().get(0).cartId();
            assertThat(now(payment).followUps().get(0).undecided()).isTrue();

            payments.resolve(payment.id(), new Resolution.WasNotDone(cart), "Amal");

            assertThat(now(payment).followUps().get(0).state()).isEqualTo(FollowUpState.NOT_SENT);
        }
    }

    @Test
    void done_decidedWhileTheGatewayHasNoAnswer_countsAsGivenBack() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(asked -> gateway.answer(asked, TransactionState.UNANSWERED));
        payments.refund(payment.id(), key("r"), PART);
        pass(Duration.ofMinutes(30));
        CartId cart = now(payment).followUps().get(0).cartId();
        TransactionRef ref =
                Objects.requireNonNull(now(payment).followUps().get(0).ref());

        payments.resolve(payment.id(), new Resolution.WasDone(cart, ref), "Amal");

        assertThat(now(payment).refunded()).isEqualTo(PART);
    }

    @Test
    void refundOfMoneyThatWasKept_givesNothingOfTheOrderBack() {
        Payment payment = initiated(ChargeMode.SALE);
        TransactionRef wrong = show(payment, "TST7", null, TransactionKind.SALE, TransactionState.APPROVED, PART);
        tell(payment, wrong, TransactionState.APPROVED);
        payments.resolve(payment.id(), new Resolution.Keep(wrong), "Amal");
        gateway.turn(payment, TransactionState.APPROVED);
        show(payment, "TST7", null, TransactionKind.SALE, TransactionState.APPROVED, PART);
        show(payment, "TST1", null, TransactionKind.SALE, TransactionState.APPROVED, ALL);
        tell(payment, FIRST, TransactionState.APPROVED);
        TransactionRef refund = show(payment, "TST8", wrong, TransactionKind.REFUND, TransactionState.APPROVED, PART);
        tell(payment, refund, TransactionState.APPROVED);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).refunded().isPositive()).isFalse();
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(1);
    }

    @Test
    void captureBeforeTheNewsOfItsHold_isNoMismatch() {
        Payment payment = initiated(ChargeMode.AUTHORIZE);
        reconciler.runOnce(10);
        pass(Duration.ofMinutes(2));
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.APPROVED, ALL);
        TransactionRef capture = show(payment, "TST5", FIRST, TransactionKind.CAPTURE, TransactionState.APPROVED, PART);

        tell(payment, capture, TransactionState.APPROVED);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CAPTURED);
        assertThat(told(PaymentEvent.PaymentMismatch.class)).isZero();
    }

    @Test
    void captureOfAHold_voided_leavesNoExpiredPayment() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        TransactionRef capture = show(payment, "TST5", FIRST, TransactionKind.CAPTURE, TransactionState.APPROVED, PART);
        tell(payment, capture, TransactionState.APPROVED);
        clock.advance(Duration.ofMinutes(1));
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.EXPIRED, ALL);
        tell(payment, FIRST, TransactionState.EXPIRED);
        show(payment, "TST5", FIRST, TransactionKind.CAPTURE, TransactionState.VOIDED, PART);
        tell(payment, capture, TransactionState.VOIDED);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.VOIDED);
    }

    @Test
    void heldSale_whoseCaptureAPersonKeeps_isOver() {
        Payment payment = initiated(ChargeMode.SALE);
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.ON_HOLD, ALL);
        tell(payment, FIRST, TransactionState.ON_HOLD);
        TransactionRef capture = show(payment, "TST5", FIRST, TransactionKind.CAPTURE, TransactionState.APPROVED, PART);
        tell(payment, capture, TransactionState.APPROVED);

        payments.resolve(payment.id(), new Resolution.Keep(capture), "Amal");

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.FAILED);
    }

    @Test
    void twoHolds_areVoidedUnderOneKey() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        TransactionRef second =
                show(payment, "TST6", null, TransactionKind.AUTHORIZATION, TransactionState.APPROVED, ALL);
        tell(payment, second, TransactionState.APPROVED);

        payments.voidHold(payment.id(), key("v"));

        assertThat(now(payment).ledger().held().isPositive()).isFalse();
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.VOIDED);
    }

    @Test
    void secondSaleFirstHeardOfAsVoided_thenTheFirst_isToldAsPaid() {
        Payment payment = initiated(ChargeMode.SALE);
        TransactionRef second = show(payment, "TST6", null, TransactionKind.SALE, TransactionState.VOIDED, ALL);
        tell(payment, second, TransactionState.VOIDED);
        show(payment, "TST1", null, TransactionKind.SALE, TransactionState.APPROVED, ALL);
        tell(payment, FIRST, TransactionState.APPROVED);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(1);
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isZero();
    }

    @Test
    void heldSaleCaptured_heardOfTogetherWithASecondCharge_isToldAsPaid() {
        Payment payment = initiated(ChargeMode.SALE);
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.APPROVED, ALL);
        tell(payment, FIRST, TransactionState.APPROVED);
        TransactionRef second = show(payment, "TST2", null, TransactionKind.SALE, TransactionState.APPROVED, ALL);
        show(payment, "TST3", FIRST, TransactionKind.CAPTURE, TransactionState.APPROVED, ALL);

        tell(payment, second, TransactionState.APPROVED);

        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(1);
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isEqualTo(1);
    }

    @Test
    void lateApprovalOfTheFirstAttempt_whileTheNextWasNeverSent_isFound() {
        Payment payment = initiated(ChargeMode.SALE);
        gateway.turn(payment, TransactionState.DECLINED);
        tell(payment, FIRST, TransactionState.DECLINED);
        gateway.next.add(charge -> new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null));
        payments.retry(payment.id(), key("again"));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);

        show(payment, "TST1", null, TransactionKind.SALE, TransactionState.APPROVED, ALL);
        pass(Duration.ofHours(3));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void pageOfItsOwn_paidBesideAnotherTransaction_isFoundWithIt() {
        Payment payment = initiated(ChargeMode.SALE);
        gateway.turn(payment, TransactionState.APPROVED);
        TransactionRef second = show(payment, "TST6", null, TransactionKind.SALE, TransactionState.APPROVED, ALL);

        tell(payment, second, TransactionState.APPROVED);

        assertThat(now(payment).taken()).isEqualTo(ALL.plus(ALL));
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isEqualTo(1);
    }

    @Test
    void holdToldDeclined_approvedUnheard_capturedInPart_isHeldForTheRest() {
        Payment payment = initiated(ChargeMode.AUTHORIZE);
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.DECLINED, ALL);
        tell(payment, FIRST, TransactionState.DECLINED);
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.APPROVED, ALL);
        TransactionRef capture = show(payment, "TST5", FIRST, TransactionKind.CAPTURE, TransactionState.APPROVED, PART);

        tell(payment, capture, TransactionState.APPROVED);

        assertThat(now(payment).taken()).isEqualTo(PART);
        assertThat(now(payment).ledger().held()).isEqualTo(ALL.minus(PART));
        payments.capture(payment.id(), key("rest"), null);
        assertThat(now(payment).taken()).isEqualTo(ALL);
    }

    /** The first question may get an answer that cannot be read. */
    @Test
    void captureOfAHoldThatIsNotToldAsHeld_isAskedAboutAgain() {
        Payment payment = initiated(ChargeMode.AUTHORIZE);
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.DECLINED, ALL);
        tell(payment, FIRST, TransactionState.DECLINED);
        TransactionRef capture = show(payment, "TST5", FIRST, TransactionKind.CAPTURE, TransactionState.APPROVED, PART);
        tell(payment, capture, TransactionState.APPROVED);
        assertThat(now(payment).ledger().held().isPositive()).isFalse();

        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.APPROVED, ALL);
        pass(Duration.ofMinutes(2));

        assertThat(now(payment).ledger().held()).isEqualTo(ALL.minus(PART));
    }

    @Test
    void heldSaleUndone_thenASecondCharge_isToldAsPaidOnce() {
        Payment payment = initiated(ChargeMode.SALE);
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.APPROVED, ALL);
        tell(payment, FIRST, TransactionState.APPROVED);
        show(payment, "TST1", null, TransactionKind.AUTHORIZATION, TransactionState.VOIDED, ALL);
        tell(payment, FIRST, TransactionState.VOIDED);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.VOIDED);
        assertThat(now(payment).paidAt()).isNull();

        TransactionRef second = show(payment, "TST2", null, TransactionKind.SALE, TransactionState.APPROVED, ALL);
        tell(payment, second, TransactionState.APPROVED);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(1);
        assertThat(now(payment).paidAt()).isEqualTo(clock.instant());
    }

    @Test
    void saleToldAsPaid_voided_thenPaidByAnother_isToldAsPaidOnce() {
        Payment payment = paid(ChargeMode.SALE);
        show(payment, "TST1", null, TransactionKind.SALE, TransactionState.VOIDED, ALL);
        tell(payment, FIRST, TransactionState.VOIDED);
        TransactionRef second = show(payment, "TST2", null, TransactionKind.SALE, TransactionState.APPROVED, ALL);
        tell(payment, second, TransactionState.APPROVED);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(told(PaymentEvent.PaymentSucceeded.class)).isEqualTo(1);
        assertThat(told(PaymentEvent.PaymentChargedAgain.class)).isEqualTo(1);
    }

    /** Of two voids of one amount the one that was known before is not ours. */
    @Test
    void voidOfTheRest_besideAnEqualOneFromTheDashboard_isConcludedByItsOwn() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        Money half = Money.of("50.000", "KWD");
        TransactionRef foreign = show(payment, "TST6", FIRST, TransactionKind.VOID, TransactionState.APPROVED, half);
        tell(payment, foreign, TransactionState.APPROVED);
        clock.advance(Duration.ofMinutes(1));
        gateway.nextFollowUp.add(asked -> new GatewayOutcome.Indeterminate<>("lost"));
        payments.voidHold(payment.id(), key("v"));

        // told under the order's cart, as a gateway does that does not tell the own one
        TransactionRef ours = show(payment, "TST7", FIRST, TransactionKind.VOID, TransactionState.APPROVED, half);
        tell(payment, ours, TransactionState.APPROVED);

        assertThat(now(payment).followUps().get(0).state()).isEqualTo(FollowUpState.DONE);
        assertThat(now(payment).followUps().get(0).ref()).isEqualTo(ours);
    }

    /** What cannot be read now may be the void of what a person has just accepted. */
    @Test
    void voidOfAMismatch_toldWhileItCannotBeRead_isAskedForAgain() {
        Payment payment = initiated(ChargeMode.SALE);
        show(payment, "TST1", null, TransactionKind.SALE, TransactionState.APPROVED, PART);
        gateway.ledger.replaceAll(it -> new GatewayTransaction(
                it.ref(), null, null, it.kind(), it.state(), it.cartId(), ALL, PART, "1", "ok", it.at()));
        tell(payment, FIRST, TransactionState.APPROVED);
        gateway.ledger.replaceAll(it -> new GatewayTransaction(
                it.ref(),
                null,
                null,
                TransactionKind.UNRECOGNISED,
                TransactionState.UNRECOGNISED,
                it.cartId(),
                null,
                null,
                null,
                null,
                null));

        ApplyResult result = payments.apply(new GatewayNotification(
                FIRST, null, payment.order().cartId(), TransactionKind.SALE, TransactionState.VOIDED, null));

        assertThat(result).isInstanceOf(ApplyResult.Deferred.class);
    }

    /** The form was reserved later: an order that has it is read, and is the answer to its key. */
    @Test
    void orderWithAReservedCart_isRefusedWhenItIsNew_andReadWhenItIsOld() {
        PaymentOrder sample = Samples.payment("a").order();
        PaymentOrder order = PaymentOrder.sale(new CartId("NC--a"), ALL, "Tickets", sample.customer());

        assertThatThrownBy(() -> payments.create(key("a"), order))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("cartId")
                .hasMessageContaining("reserved");
        assertThat(store.findByCart(order.cartId())).isEmpty();

        Payment old = Payment.created(
                new PaymentId("old"), order, new IdempotencyClaim(key("a"), Fingerprint.of(order)), clock.instant());
        store.insert(old, List.of());
        assertThat(payments.create(key("a"), order)).isEqualTo(new CreateResult.Created(old, true));
        assertThatThrownBy(() -> payments.create(key("b"), order)).isInstanceOf(InvalidInputException.class);
    }
}
