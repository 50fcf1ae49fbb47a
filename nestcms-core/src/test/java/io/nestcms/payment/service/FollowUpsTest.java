package io.nestcms.payment.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cache.Cache;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Decision;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.ResolveResult;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.Rejection;
import io.nestcms.payment.store.GatewayEvidence;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxClaim;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FollowUpsTest {
    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final ScriptedGateway gateway = new ScriptedGateway(clock);
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final Payments payments =
            Payments.builder(gateway, store).clock(clock).build();

    private static Money kwd(String amount) {
        return Money.of(amount, "KWD");
    }

    private static IdempotencyKey key(String value) {
        return new IdempotencyKey("shop", value);
    }

    private Payment paid(ChargeMode mode) {
        PaymentOrder sample = Samples.payment("a").order();
        PaymentOrder order =
                new PaymentOrder(sample.cartId(), sample.amount(), sample.description(), sample.customer(), null, mode);
        Payment created = ((CreateResult.Created) payments.create(key("a"), order)).payment();
        gateway.next.add(it -> new GatewayOutcome.Accepted<>(new Initiation.Completed(gateway.charge(it))));
        return ((ProcessResult.Settled) payments.process(created.id())).payment();
    }

    private Payment now(Payment payment) {
        return store.find(payment.id()).orElseThrow();
    }

    private FollowUpResult refund(Payment payment, String name, @Nullable Money amount) {
        return payments.refund(payment.id(), key(name), amount);
    }

    private static FollowUpState state(FollowUpResult result) {
        return ((FollowUpResult.Recorded) result).followUp().state();
    }

    private static FollowUpResult refused(PaymentRefusal refusal) {
        return new FollowUpResult.Refused(refusal);
    }

    @Test
    void refund_inPartsUpToAll() {
        Payment payment = paid(ChargeMode.SALE);

        assertThat(state(refund(payment, "r1", kwd("100.000")))).isEqualTo(FollowUpState.DONE);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.PARTIALLY_REFUNDED);
        assertThat(refund(payment, "r2", kwd("150.001"))).isEqualTo(refused(PaymentRefusal.TOO_MUCH));
        assertThat(state(refund(payment, "r2", null))).isEqualTo(FollowUpState.DONE);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
        assertThat(now(payment).refunded()).isEqualTo(kwd("250.000"));
        assertThat(refund(payment, "r3", kwd("0.001"))).isEqualTo(refused(PaymentRefusal.NOT_ALLOWED));
    }

    @Test
    void refund_sameKey_movesMoneyOnce() {
        Payment payment = paid(ChargeMode.SALE);

        FollowUpResult first = refund(payment, "r1", kwd("100.000"));
        FollowUpResult again = refund(payment, "r1", kwd("100.000"));

        assertThat(again).isEqualTo(first);
        assertThat(refund(payment, "r1", kwd("99.000"))).isEqualTo(refused(PaymentRefusal.KEY_REUSED));
        assertThat(now(payment).refunded()).isEqualTo(kwd("100.000"));
        assertThat(gateway.ledger).hasSize(2);
    }

    @Test
    void refund_otherCurrencyOrUnpaid_refused() {
        Payment payment = paid(ChargeMode.SALE);
        Payment unpaid = ((CreateResult.Created)
                        payments.create(key("b"), Samples.payment("b").order()))
                .payment();

        assertThat(refund(payment, "r1", Money.parse("USD 1.00"))).isEqualTo(refused(PaymentRefusal.CURRENCY_MISMATCH));
        assertThat(refund(unpaid, "r1", null)).isEqualTo(refused(PaymentRefusal.NOT_ALLOWED));
        assertThat(payments.refund(new PaymentId("nobody"), key("r1"), null))
                .isEqualTo(refused(PaymentRefusal.NOT_FOUND));
        assertThat(gateway.ledger).hasSize(1);
    }

    @Test
    void refund_withoutAnswer_isUnknownAndNeverSentAgain() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> {
            gateway.answer(refund, TransactionState.APPROVED);
            return new GatewayOutcome.Indeterminate<>("timeout");
        });

        assertThat(refund(payment, "r1", kwd("100.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        assertThat(refund(payment, "r1", kwd("100.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        assertThat(refund(payment, "r2", kwd("1.000"))).isEqualTo(refused(PaymentRefusal.IN_PROGRESS));

        clock.advance(Duration.ofSeconds(10));
        payments.reconciler().runOnce(10);
        assertThat(state(refund(payment, "r1", kwd("100.000")))).isEqualTo(FollowUpState.DONE);
        assertThat(now(payment).refunded()).isEqualTo(kwd("100.000"));
        assertThat(gateway.calls).filteredOn(it -> it.startsWith("REFUND")).hasSize(1);
    }

    /** Minutes in which the reconciler looks at what is due. */
    private void pass(int minutes) {
        for (int i = 0; i < minutes; i++) {
            clock.advance(Duration.ofMinutes(1));
            payments.reconciler().runOnce(10);
        }
    }

    @Test
    void refund_thatNeverArrived_mayBeAskedForAgainAfterProof() {
        Payment payment = paid(ChargeMode.SALE);
        refund(payment, "r0", kwd("10.000"));
        pass(2);
        gateway.nextFollowUp.add(refund -> new GatewayOutcome.Indeterminate<>("timeout"));
        refund(payment, "r1", kwd("100.000"));

        pass(2);
        assertThat(now(payment).followUps().get(1).state()).isEqualTo(FollowUpState.UNKNOWN);
        pass(3);

        assertThat(now(payment).followUps().get(1).state()).isEqualTo(FollowUpState.NOT_SENT);
        assertThat(state(refund(payment, "r1", kwd("100.000")))).isEqualTo(FollowUpState.DONE);
        assertThat(now(payment).followUps()).hasSize(2);
    }

    @Test
    void refund_thatNeverArrived_whereTheGatewayWasNeverSeenToShowOne_waitsForAPerson() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> new GatewayOutcome.Indeterminate<>("timeout"));
        refund(payment, "r1", kwd("100.000"));

        pass(60);

        assertThat(refund(payment, "r1", kwd("100.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        assertThat(payments.undecided(10)).containsExactly(now(payment));
        assertThat(events())
                .filteredOn(PaymentEvent.FollowUpUndecided.class::isInstance)
                .hasSize(1);
        // its amount is set aside, and holds up no other
        assertThat(refund(payment, "r2", kwd("150.001"))).isEqualTo(refused(PaymentRefusal.TOO_MUCH));
        assertThat(state(refund(payment, "r2", kwd("150.000")))).isEqualTo(FollowUpState.DONE);

        payments.resolve(
                payment.id(),
                new Resolution.WasNotDone(now(payment).followUps().get(0).cartId()),
                "Amal");
        assertThat(payments.undecided(10)).isEmpty();
        assertThat(state(refund(payment, "r1", kwd("100.000")))).isEqualTo(FollowUpState.DONE);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
        assertThat(now(payment).decisions()).extracting(Decision::by).containsExactly("Amal");
    }

    @Test
    void refundOfAllThatIsLeft_overSeveralCaptures_isAsManyRefunds() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        payments.capture(payment.id(), key("c1"), kwd("100.000"));
        payments.capture(payment.id(), key("c2"), kwd("50.000"));
        gateway.nextFollowUp.add(refund -> gateway.answer(refund, TransactionState.APPROVED));
        gateway.nextFollowUp.add(refund ->
                new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, Duration.ofSeconds(2)));

        assertThat(refund(payment, "all", null)).isInstanceOf(FollowUpResult.Unavailable.class);
        assertThat(now(payment).refunded()).isEqualTo(kwd("100.000"));
        assertThat(state(refund(payment, "all", null))).isEqualTo(FollowUpState.DONE);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
        assertThat(now(payment).refunded()).isEqualTo(kwd("150.000"));
        assertThat(state(refund(payment, "all", null))).isEqualTo(FollowUpState.DONE);
        assertThat(gateway.calls).filteredOn(it -> it.startsWith("REFUND")).hasSize(3);
    }

    @Test
    void followUps_areBounded() {
        Payment payment = paid(ChargeMode.SALE);
        for (int i = 0; i < 64; i++) {
            assertThat(state(refund(payment, "r" + i, kwd("0.001")))).isEqualTo(FollowUpState.DONE);
        }

        assertThat(refund(payment, "one-more", kwd("0.001"))).isEqualTo(refused(PaymentRefusal.TOO_MANY));
    }

    @Test
    void refund_declinedOrRejected_isOnRecordAndMovesNothing() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> gateway.answer(refund, TransactionState.DECLINED));
        gateway.nextFollowUp.add(
                refund -> new GatewayOutcome.Rejected<>(new Rejection("320", "Unable to refund", null)));

        assertThat(state(refund(payment, "r1", kwd("1.000")))).isEqualTo(FollowUpState.REFUSED);
        FollowUpResult rejected = refund(payment, "r2", kwd("1.000"));

        assertThat(((FollowUpResult.Recorded) rejected).followUp().reason()).isEqualTo("Unable to refund");
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).refunded()).isEqualTo(kwd("0.000"));
    }

    @Test
    void refund_notSent_keepsTheKeyFree() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund ->
                new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, Duration.ofSeconds(2)));

        assertThat(((FollowUpResult.Unavailable) refund(payment, "r1", kwd("1.000"))).retryAfter())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(state(refund(payment, "r1", kwd("1.000")))).isEqualTo(FollowUpState.DONE);
    }

    @Test
    void refund_circuitOpen_writesNothing() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.unavailable = Duration.ofSeconds(9);

        assertThat(refund(payment, "r1", null))
                .isEqualTo(new FollowUpResult.Unavailable(payment, Duration.ofSeconds(9)));
        assertThat(now(payment)).isEqualTo(payment);
    }

    @Test
    void refund_pending_countsAgainstTheRestAndEndsByReconciling() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> gateway.answer(refund, TransactionState.PENDING));

        assertThat(state(refund(payment, "r1", kwd("200.000")))).isEqualTo(FollowUpState.PENDING);
        assertThat(refund(payment, "r2", kwd("100.000"))).isEqualTo(refused(PaymentRefusal.TOO_MUCH));

        gateway.turn(payment, TransactionState.APPROVED, TransactionKind.REFUND, kwd("200.000"));
        clock.advance(Duration.ofMinutes(2));
        payments.reconciler().runOnce(10);
        assertThat(now(payment).refunded()).isEqualTo(kwd("200.000"));
        assertThat(now(payment).followUps().get(0).state()).isEqualTo(FollowUpState.DONE);
    }

    @Test
    void refundFromTheDashboard_isRecordedOnceBesideOurs() {
        Payment payment = paid(ChargeMode.SALE);
        refund(payment, "r1", kwd("100.000"));
        gateway.followUp(
                Objects.requireNonNull(now(payment).ref()), payment.order(), TransactionKind.REFUND, kwd("50.000"));
        TransactionRef dashboard = gateway.ledger.get(2).ref();

        for (int i = 0; i < 2; i++) {
            payments.apply(new GatewayNotification(
                    dashboard, null, payment.order().cartId(), TransactionKind.REFUND, null, kwd("50.000")));
        }

        assertThat(now(payment).refunded()).isEqualTo(kwd("150.000"));
        assertThat(refund(payment, "r2", kwd("100.001"))).isEqualTo(refused(PaymentRefusal.TOO_MUCH));
    }

    @Test
    void hold_isCapturedInPartsAndRefundedByCapture() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        assertThat(payment.status()).isEqualTo(PaymentStatus.AUTHORIZED);

        assertThat(state(payments.capture(payment.id(), key("c1"), kwd("100.000"))))
                .isEqualTo(FollowUpState.DONE);
        assertThat(state(payments.capture(payment.id(), key("c2"), kwd("50.000"))))
                .isEqualTo(FollowUpState.DONE);
        assertThat(payments.capture(payment.id(), key("c3"), kwd("100.001")))
                .isEqualTo(refused(PaymentRefusal.TOO_MUCH));
        assertThat(payments.voidHold(payment.id(), key("v1"))).isEqualTo(refused(PaymentRefusal.NOT_ALLOWED));
        refund(payment, "r1", kwd("100.000"));

        TransactionRef capture = gateway.ledger.get(1).ref();
        assertThat(gateway.calls).contains("REFUND KWD 100.000 of " + capture);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.PARTIALLY_REFUNDED);
        assertThat(now(payment).taken()).isEqualTo(kwd("150.000"));
    }

    @Test
    void hold_isVoided() {
        Payment payment = paid(ChargeMode.AUTHORIZE);

        assertThat(state(payments.voidHold(payment.id(), key("v1")))).isEqualTo(FollowUpState.DONE);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.VOIDED);
        assertThat(payments.capture(payment.id(), key("c1"), null)).isEqualTo(refused(PaymentRefusal.NOT_ALLOWED));
        assertThat(now(payment).history())
                .extracting(HistoryEntry::status)
                .isEqualTo(List.of(PaymentStatus.CREATED, PaymentStatus.AUTHORIZED, PaymentStatus.VOIDED));
    }

    @Test
    void refund_answerThatCameToUsLate_isNoProofThatItNeverArrived() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> new GatewayOutcome.Indeterminate<>("timeout"));
        refund(payment, "r1", kwd("100.000"));
        gateway.afterAnswer = () -> clock.advance(Duration.ofMinutes(10));

        clock.advance(Duration.ofSeconds(10));
        payments.reconciler().runOnce(10);

        assertThat(now(payment).followUps().get(0).state()).isEqualTo(FollowUpState.UNKNOWN);
    }

    @Test
    void refund_bookedUnderAnotherOrigin_isCountedAndNeverSentAgain() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> {
            gateway.followUp(new TransactionRef("PARENT"), refund.order(), TransactionKind.REFUND, refund.amount());
            return new GatewayOutcome.Accepted<>(gateway.ledger.get(1));
        });
        gateway.nextFollowUp.add(refund -> {
            gateway.followUp(new TransactionRef("PARENT"), refund.order(), TransactionKind.REFUND, refund.amount());
            return new GatewayOutcome.Indeterminate<>("timeout");
        });

        assertThat(state(refund(payment, "r1", kwd("100.000")))).isEqualTo(FollowUpState.DONE);
        assertThat(refund(payment, "r2", kwd("20.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        for (int i = 0; i < 8; i++) {
            clock.advance(Duration.ofMinutes(1));
            payments.reconciler().runOnce(10);
        }

        assertThat(state(refund(payment, "r1", kwd("100.000")))).isEqualTo(FollowUpState.DONE);
        assertThat(refund(payment, "r2", kwd("20.000"))).isInstanceOf(FollowUpResult.Unknown.class);
        assertThat(now(payment).refunded()).isEqualTo(kwd("120.000"));
        assertThat(gateway.calls).filteredOn(it -> it.startsWith("REFUND")).hasSize(2);
    }

    @Test
    void refund_isOfACaptureThatHasEnoughLeft() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        payments.capture(payment.id(), key("c1"), kwd("100.000"));
        payments.capture(payment.id(), key("c2"), kwd("50.000"));
        TransactionRef second = gateway.ledger.get(2).ref();

        refund(payment, "r1", kwd("60.000"));
        refund(payment, "r2", kwd("50.000"));

        assertThat(gateway.calls).contains("REFUND KWD 50.000 of " + second);
        assertThat(refund(payment, "r3", kwd("40.001"))).isEqualTo(refused(PaymentRefusal.TOO_MUCH));
        assertThat(state(refund(payment, "r3", null))).isEqualTo(FollowUpState.DONE);
    }

    /** What the gateway's dashboard did, and the news of it. */
    private void dashboard(Payment payment, TransactionKind kind, Money amount) {
        gateway.followUp(gateway.ledger.get(0).ref(), payment.order(), kind, amount);
        TransactionRef ref = gateway.ledger.get(gateway.ledger.size() - 1).ref();
        payments.apply(new GatewayNotification(ref, null, payment.order().cartId(), kind, null, amount));
    }

    private List<PaymentEvent> events() {
        return Samples.events(store.outbox()
                .claim(OutboxClaim.of("test", Set.of(), clock.instant(), Duration.ofSeconds(30)))
                .orElseThrow());
    }

    @Test
    void hold_voidedAfterACapture_isToldAsReleased_andNoMoreIsLeftToCapture() {
        Payment payment = paid(ChargeMode.AUTHORIZE);
        payments.capture(payment.id(), key("c1"), kwd("100.000"));

        dashboard(payment, TransactionKind.VOID, kwd("150.000"));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CAPTURED);
        assertThat(events())
                .filteredOn(PaymentEvent.PaymentReleased.class::isInstance)
                .extracting(it -> ((PaymentEvent.PaymentReleased) it).amount())
                .isEqualTo(List.of(kwd("150.000")));
        assertThat(payments.capture(payment.id(), key("c2"), kwd("0.001")))
                .isEqualTo(refused(PaymentRefusal.NOT_ALLOWED));
    }

    @Test
    void hold_releasedInPart_isToldOnce_andStaysAuthorised() {
        Payment payment = paid(ChargeMode.AUTHORIZE);

        dashboard(payment, TransactionKind.RELEASE, kwd("50.000"));
        TransactionRef release = gateway.ledger.get(1).ref();
        payments.apply(new GatewayNotification(
                release, null, payment.order().cartId(), TransactionKind.RELEASE, null, kwd("50.000")));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.AUTHORIZED);
        assertThat(events())
                .filteredOn(PaymentEvent.PaymentReleased.class::isInstance)
                .extracting(it -> ((PaymentEvent.PaymentReleased) it).tranRef())
                .isEqualTo(List.of(release));
        assertThat(payments.capture(payment.id(), key("c1"), kwd("200.001")))
                .isEqualTo(refused(PaymentRefusal.TOO_MUCH));
    }

    private long questionsAbout(CartId cart) {
        return gateway.calls.stream().filter(("cart " + cart)::equals).count();
    }

    @Test
    void refund_thatWaitsForAPerson_isAskedAboutEverMoreSeldom_andAfterAnHourOnceADay() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> new GatewayOutcome.Indeterminate<>("timeout"));
        refund(payment, "r1", kwd("100.000"));
        pass(4);
        CartId cart = now(payment).followUps().get(0).cartId();
        assertThat(now(payment).followUps().get(0).undecided()).isTrue();
        assertThat(now(payment).watch().slow()).isFalse();
        gateway.calls.clear();

        pass(100);
        assertThat(questionsAbout(cart)).isBetween(6L, 10L);
        assertThat(now(payment).watch().slow()).isTrue();
        gateway.calls.clear();
        for (int hour = 0; hour < 72; hour++) {
            clock.advance(Duration.ofHours(1));
            payments.reconciler().runOnce(10);
        }

        assertThat(questionsAbout(cart)).isBetween(2L, 3L);
        assertThat(events())
                .filteredOn(PaymentEvent.FollowUpUndecided.class::isInstance)
                .hasSize(1);
    }

    /** The gateway shows it after all, or has been seen to show others like it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refund_thatWaitsForAPerson_concludesByItself_onceThereIsProof(boolean shown) {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> new GatewayOutcome.Indeterminate<>("timeout"));
        refund(payment, "r1", kwd("100.000"));
        pass(10);
        FollowUp open = now(payment).followUps().get(0);
        assertThat(open.undecided()).isTrue();
        if (shown) {
            gateway.answer(
                    new GatewayFollowUp(payment.order(), open.cartId(), open.kind(), open.amount(), open.of()),
                    TransactionState.APPROVED);
        } else {
            store.evidence().shown(gateway.profile(), TransactionKind.REFUND);
        }

        pass(20);

        FollowUp now = now(payment).followUps().get(0);
        assertThat(now.state()).isEqualTo(shown ? FollowUpState.DONE : FollowUpState.NOT_SENT);
        assertThat(now.undecided()).isFalse();
        assertThat(now(payment).isUndecided()).isFalse();
        assertThat(now(payment).refunded()).isEqualTo(shown ? kwd("100.000") : kwd("0.000"));
        assertThat(payments.undecided(10)).isEmpty();
    }

    @Test
    void refund_pendingForLongerThanItTakes_isToldOnce_andAskedAboutOnceADay() {
        Payment payment = paid(ChargeMode.SALE);
        gateway.nextFollowUp.add(refund -> gateway.answer(refund, TransactionState.PENDING));
        refund(payment, "r1", kwd("100.000"));
        for (int hour = 0; hour < 100; hour++) {
            clock.advance(Duration.ofHours(1));
            payments.reconciler().runOnce(10);
        }

        assertThat(now(payment).watch().slow()).isTrue();
        assertThat(events())
                .filteredOn(PaymentEvent.PaymentOverdue.class::isInstance)
                .singleElement()
                .isEqualTo(new PaymentEvent.PaymentOverdue(
                        payment.id(),
                        clock.instant().minus(Duration.ofHours(28)),
                        PaymentStatus.SUCCEEDED,
                        now(payment).followUps().get(0).startedAt()));
        gateway.turn(now(payment), TransactionState.APPROVED, TransactionKind.REFUND, kwd("100.000"));
        for (int hour = 0; hour < 24; hour++) {
            clock.advance(Duration.ofHours(1));
            payments.reconciler().runOnce(10);
        }
        assertThat(now(payment).refunded()).isEqualTo(kwd("100.000"));
    }

    /** A reference that is something else already would count nowhere, and the money could go out again. */
    @Test
    void refund_decidedAsDone_underAReferenceThatIsSomethingElse_isRefused() {
        Payment payment = paid(ChargeMode.SALE);
        refund(payment, "r0", kwd("10.000"));
        // nor was it ever seen to show one
        gateway.ledger.removeIf(it -> it.kind() == TransactionKind.REFUND);
        gateway.nextFollowUp.add(refund -> new GatewayOutcome.Indeterminate<>("timeout"));
        gateway.nextFollowUp.add(refund -> gateway.answer(refund, TransactionState.DECLINED));
        refund(payment, "r1", kwd("100.000"));
        CartId cart = now(payment).followUps().get(1).cartId();
        TransactionRef fresh = new TransactionRef("TST99");

        assertThat(payments.resolve(payment.id(), new Resolution.WasNotDone(cart), "Amal"))
                .as("the call may still be under way")
                .isEqualTo(new ResolveResult.Refused(PaymentRefusal.NOT_ALLOWED));
        pass(10);
        assertThat(now(payment).followUps().get(1).undecided()).isTrue();
        refund(payment, "r2", kwd("20.000"));
        TransactionRef declined =
                Objects.requireNonNull(now(payment).followUps().get(2).ref());
        for (TransactionRef other : List.of(
                Objects.requireNonNull(now(payment).ref()),
                Objects.requireNonNull(now(payment).followUps().get(0).ref()),
                declined)) {
            assertThat(payments.resolve(payment.id(), new Resolution.WasDone(cart, other), "Amal"))
                    .as(other.value())
                    .isEqualTo(new ResolveResult.Refused(PaymentRefusal.NOT_ALLOWED));
        }
        assertThat(payments.resolve(payment.id(), new Resolution.WasDone(cart, fresh), "Amal"))
                .isInstanceOf(ResolveResult.Resolved.class);
        assertThat(now(payment).refunded()).isEqualTo(kwd("110.000"));
    }

    /** What others pass in may do anything: what the gateway has said is on record, and the caller gets it. */
    @Test
    void refund_besideABrokenCacheHookAndEvidence_isDoneAndAnswered() {
        Payment payment = paid(ChargeMode.SALE);
        Payments broken = Payments.builder(gateway, new ForwardingStore(store) {
                    @Override
                    public GatewayEvidence evidence() {
                        throw new StackOverflowError("evidence");
                    }
                })
                .clock(clock)
                .cache(new Cache<>() {
                    @Override
                    public Optional<Payment> find(String key) {
                        throw new NoClassDefFoundError("cache");
                    }

                    @Override
                    public void merge(String key, Payment value, BinaryOperator<Payment> merge) {
                        throw new IllegalStateException("cache");
                    }

                    @Override
                    public void invalidate(String key) {
                        throw new IllegalStateException("cache");
                    }
                })
                .onRecorded(() -> {
                    throw new AssertionError("hook");
                })
                .build();

        FollowUpResult result = broken.refund(payment.id(), key("r1"), kwd("100.000"));

        assertThat(state(result)).isEqualTo(FollowUpState.DONE);
        assertThat(now(payment).refunded()).isEqualTo(kwd("100.000"));
        assertThat(broken.find(payment.id())).contains(now(payment));
        assertThat(state(broken.refund(payment.id(), key("r1"), kwd("100.000"))))
                .isEqualTo(FollowUpState.DONE);
        assertThat(gateway.calls).filteredOn(it -> it.startsWith("REFUND")).hasSize(1);
    }

    /** Two calls of one follow-up that a clock which stepped back gives one beginning. */
    @Test
    void sameCall_isToldByItsLeaseAsWell() {
        FollowUp first = new FollowUp(
                key("r"),
                new CartId("nc--a-f1"),
                TransactionKind.REFUND,
                kwd("1.000"),
                new TransactionRef("TST1"),
                FollowUpState.SENDING,
                null,
                Samples.NOON,
                Samples.NOON.plusSeconds(60),
                null,
                false,
                null);

        assertThat(first.isSameCall(first.in(FollowUpState.UNKNOWN).ended(Samples.NOON)))
                .isTrue();
        assertThat(first.isSameCall(first.sending(Samples.NOON, Samples.NOON.plusSeconds(61))))
                .isFalse();
    }
}
