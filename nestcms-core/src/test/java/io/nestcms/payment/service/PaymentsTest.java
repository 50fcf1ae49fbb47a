package io.nestcms.payment.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cache.MemoryCache;
import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.Rejection;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.PaymentStore;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PaymentsTest {
    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final ScriptedGateway gateway = new ScriptedGateway(clock);
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final AtomicInteger recorded = new AtomicInteger();
    private final Payments payments = service(store);
    private final Reconciler reconciler = payments.reconciler();

    private Payments service(PaymentStore over) {
        return Payments.builder(gateway, over)
                .clock(clock)
                .cache(MemoryCache.create(100, Duration.ofMinutes(1)))
                .onRecorded(recorded::incrementAndGet)
                .build();
    }

    private static PaymentOrder order(String cart) {
        return Samples.payment(cart).order();
    }

    private static IdempotencyKey key(String value) {
        return new IdempotencyKey("shop", value);
    }

    private Payment created(String name) {
        return ((CreateResult.Created) payments.create(key(name), order(name))).payment();
    }

    private Payment initiated(String name) {
        return ((ProcessResult.Ready) payments.process(created(name).id())).payment();
    }

    private Payment now(Payment payment) {
        return store.find(payment.id()).orElseThrow();
    }

    private GatewayNotification hint(Payment payment) {
        return new GatewayNotification(
                Objects.requireNonNull(payment.ref()),
                null,
                payment.order().cartId(),
                TransactionKind.SALE,
                null,
                payment.order().amount());
    }

    private List<String> events(Payment payment) {
        List<String> names = new ArrayList<>();
        OutboxClaim claim = OutboxClaim.of("w", Set.of(), clock.instant(), Duration.ofMinutes(1));
        Optional<OutboxBatch> batch = store.outbox().claim(claim);
        while (batch.isPresent()) {
            OutboxBatch claimed = batch.get();
            if (claimed.paymentId().equals(payment.id())) {
                Samples.events(claimed)
                        .forEach(event -> names.add(event.getClass().getSimpleName()));
            }
            claimed.entries().forEach(event -> store.outbox().remove(claimed, event, claim.until()));
            store.outbox().release(claimed, OutboxRest.nothing());
            batch = store.outbox().claim(claim);
        }
        return names;
    }

    private static GatewayOutcome<Initiation> noAnswer() {
        return new GatewayOutcome.Indeterminate<>("read timed out");
    }

    // ---- create

    @Test
    void create_sameKeyAndOrder_givesTheFirstAnswerAgain() {
        Payment first = created("a");
        payments.process(first.id());

        CreateResult again = payments.create(key("a"), order("a"));

        assertThat(again).isEqualTo(new CreateResult.Created(first, true));
        // and after a restart, with nothing cached
        assertThat(service(store).create(key("a"), order("a"))).isEqualTo(new CreateResult.Created(first, true));
        assertThat(events(first)).containsExactly("PaymentCreated", "PaymentInitiated", "PaymentStatusChanged");
    }

    @Test
    void create_sameKeyOtherOrder_refused() {
        created("a");

        PaymentOrder other = PaymentOrder.sale(
                new CartId("a2"), Money.parse("KWD 1.000"), "Other", order("a").customer());

        assertThat(payments.create(key("a"), other)).isEqualTo(new CreateResult.Refused(PaymentRefusal.KEY_REUSED));
        assertThat(service(store).create(key("a"), other))
                .isEqualTo(new CreateResult.Refused(PaymentRefusal.KEY_REUSED));
        assertThat(store.findByCart(new CartId("a2"))).isEmpty();
    }

    @Test
    void create_cartOfAnotherPayment_refused() {
        created("a");

        assertThat(payments.create(key("b"), order("a")))
                .isEqualTo(new CreateResult.Refused(PaymentRefusal.CART_TAKEN));
    }

    @Test
    void create_whileTheSameKeyRuns_refused() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PaymentStore slow = new ForwardingStore(store) {
            @Override
            public Insertion insert(Payment payment, List<OutboxEntry> entries) {
                inside.countDown();
                await(goOn);
                return super.insert(payment, entries);
            }
        };
        Payments service = service(slow);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<CreateResult> first = thread.submit(() -> service.create(key("a"), order("a")));
            await(inside);

            assertThat(service.create(key("a"), order("a")))
                    .isEqualTo(new CreateResult.Refused(PaymentRefusal.KEY_IN_PROGRESS));

            goOn.countDown();
            assertThat(first.get()).isInstanceOf(CreateResult.Created.class);
            assertThat(((CreateResult.Created) service.create(key("a"), order("a"))).replayed())
                    .isTrue();
        } finally {
            goOn.countDown();
            thread.shutdown();
        }
    }

    // ---- process

    @Test
    void process_givesThePageAndGivesItAgain() {
        Payment payment = created("a");

        ProcessResult first = payments.process(payment.id());
        ProcessResult second = payments.process(payment.id());

        assertThat(((ProcessResult.Ready) first).page()).isEqualTo(URI.create("https://gateway.test/page/TST1"));
        assertThat(second).isEqualTo(first);
        assertThat(gateway.calls)
                .containsExactly("initiate cart-a"
                        .replace("cart-a", payment.order().cartId().value()));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void process_isOnRecordBeforeTheGatewayIsCalled() {
        Payment payment = created("a");
        gateway.next.add(seen -> {
            Payment recordedThen = now(payment);
            assertThat(recordedThen.attempt().state()).isEqualTo(AttemptState.SENDING);
            assertThat(recordedThen.watch().checkAt()).isNotNull();
            return gateway.page(seen);
        });

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
        assertThat(now(payment).attempt().state()).isEqualTo(AttemptState.OPEN);
    }

    @Test
    void process_circuitOpen_changesNothingAndStaysResumable() {
        Payment payment = created("a");
        gateway.unavailable = Duration.ofSeconds(17);

        assertThat(payments.process(payment.id()))
                .isEqualTo(new ProcessResult.Unavailable(payment, Duration.ofSeconds(17)));
        assertThat(now(payment)).isEqualTo(payment);
        assertThat(gateway.calls).isEmpty();

        gateway.unavailable = null;
        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
    }

    @Test
    void process_notSent_staysCreatedAndResumable() {
        Payment payment = created("a");
        gateway.next.add(
                any -> new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, Duration.ofSeconds(3)));

        ProcessResult result = payments.process(payment.id());

        assertThat(((ProcessResult.Unavailable) result).retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
        assertThat(now(payment).watch().checkAt()).isNull();
        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
        assertThat(now(payment).attempt().sends()).isEqualTo(2);
    }

    @Test
    void process_indeterminate_isUnknownAndNeverSentAgain() {
        Payment payment = created("a");
        gateway.next.add(any -> noAnswer());

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unknown.class);
        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unknown.class);

        assertThat(gateway.calls).hasSize(1);
        assertThat(events(payment)).containsExactly("PaymentCreated", "PaymentOutcomeUnknown", "PaymentStatusChanged");
    }

    @Test
    void process_gatewayThrows_isUnknown() {
        Payment payment = created("a");
        gateway.next.add(any -> {
            throw new IllegalStateException("bug");
        });

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unknown.class);
    }

    @Test
    void process_rejected_fails() {
        Payment payment = created("a");
        gateway.next.add(any -> new GatewayOutcome.Rejected<>(new Rejection("206", "Currency not available", "t")));

        ProcessResult result = payments.process(payment.id());

        assertThat(((ProcessResult.Settled) result).payment().status()).isEqualTo(PaymentStatus.FAILED);
        assertThat(payments.process(payment.id())).isEqualTo(new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED));
    }

    @Test
    void process_completedAtOnce_settles() {
        Payment payment = created("a");
        gateway.next.add(any -> new GatewayOutcome.Accepted<>(new Initiation.Completed(gateway.charge(payment))));

        ProcessResult result = payments.process(payment.id());

        assertThat(((ProcessResult.Settled) result).payment().status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(events(payment)).containsExactly("PaymentCreated", "PaymentSucceeded", "PaymentStatusChanged");
    }

    @Test
    void process_completedWithAnotherAmount_isUnknownAndAMismatch() {
        Payment payment = created("a");
        gateway.next.add(any -> {
            GatewayTransaction charged = gateway.charge(payment);
            return new GatewayOutcome.Accepted<>(new Initiation.Completed(with(charged, Money.parse("KWD 1.000"))));
        });

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unknown.class);
        assertThat(now(payment).ledger().mismatches()).hasSize(1);
        assertThat(now(payment).moves()).isEmpty();
    }

    private static GatewayTransaction with(GatewayTransaction it, Money charged) {
        return new GatewayTransaction(
                it.ref(),
                it.previousRef(),
                it.asked(),
                it.kind(),
                it.state(),
                it.cartId(),
                it.cartAmount(),
                charged,
                it.code(),
                it.message(),
                it.at());
    }

    @Test
    void process_fromManyThreads_callsTheGatewayOnce() throws Exception {
        Payment payment = created("a");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<ProcessResult>> calls =
                    java.util.Collections.nCopies(32, () -> payments.process(payment.id()));
            for (Future<ProcessResult> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isInstanceOfAny(ProcessResult.Ready.class, ProcessResult.Refused.class);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(gateway.calls).hasSize(1);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void process_stoodStillPastItsLease_doesNotCall() {
        Payment payment = created("a");
        PaymentStore stalling = new ForwardingStore(store) {
            @Override
            public boolean replace(Payment next, List<OutboxEntry> entries) {
                boolean done = super.replace(next, entries);
                if (next.attempt().state() == AttemptState.SENDING) {
                    clock.advance(Duration.ofSeconds(61));
                }
                return done;
            }
        };

        assertThat(service(stalling).process(payment.id())).isInstanceOf(ProcessResult.Unavailable.class);
        assertThat(gateway.calls).isEmpty();
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
    }

    // ---- apply

    @Test
    void apply_approved_succeedsOnce() {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.APPROVED);

        ApplyResult first = payments.apply(hint(payment));
        ApplyResult second = payments.apply(hint(payment));

        assertThat(((ApplyResult.Applied) first).payment().status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(second).isInstanceOf(ApplyResult.Unchanged.class);
        assertThat(payments.find(payment.id()).orElseThrow().status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(events(payment))
                .containsExactly(
                        "PaymentCreated",
                        "PaymentInitiated",
                        "PaymentStatusChanged",
                        "PaymentSucceeded",
                        "PaymentStatusChanged");
    }

    @Test
    void apply_fromManyThreads_isOneTransition() throws Exception {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.APPROVED);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<ApplyResult>> calls = java.util.Collections.nCopies(32, () -> payments.apply(hint(payment)));
            int applied = 0;
            for (Future<ApplyResult> call : threads.invokeAll(calls)) {
                applied += call.get() instanceof ApplyResult.Applied ? 1 : 0;
            }
            assertThat(applied).isEqualTo(1);
        } finally {
            threads.shutdown();
        }
        assertThat(events(payment)).hasSize(5);
    }

    @Test
    void apply_claimsSuccess_gatewaySaysOpen_changesNothing() {
        Payment payment = initiated("a");

        assertThat(payments.apply(hint(payment))).isInstanceOf(ApplyResult.Unchanged.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void apply_anotherAmountOrCurrencyThanTheGateways_refusedAndChangesNothing() {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.APPROVED);
        GatewayNotification hint = hint(payment);

        for (int i = 0; i < 2; i++) {
            assertThat(payments.apply(claiming(hint, Money.parse("KWD 249.999"))))
                    .isEqualTo(new ApplyResult.Refused(PaymentRefusal.AMOUNT_MISMATCH));
            assertThat(payments.apply(claiming(hint, Money.parse("USD 250.00"))))
                    .isEqualTo(new ApplyResult.Refused(PaymentRefusal.CURRENCY_MISMATCH));
        }

        assertThat(now(payment)).isEqualTo(payment);
        assertThat(payments.apply(hint)).isInstanceOf(ApplyResult.Applied.class);
    }

    private static GatewayNotification claiming(GatewayNotification hint, Money amount) {
        return new GatewayNotification(hint.ref(), null, hint.cartId(), hint.kind(), hint.state(), amount);
    }

    @Test
    void apply_unknownCart_refused() {
        assertThat(payments.apply(new GatewayNotification(
                        new TransactionRef("TST9"), null, new CartId("nobody"), TransactionKind.SALE, null, null)))
                .isEqualTo(new ApplyResult.Refused(PaymentRefusal.CART_UNKNOWN));
    }

    @Test
    void apply_referenceOfAnotherCart_refusedAndNotRecorded() {
        Payment mine = initiated("a");
        Payment other = initiated("b");
        gateway.turn(other, TransactionState.APPROVED);

        GatewayNotification mixed = new GatewayNotification(
                hint(other).ref(),
                null,
                mine.order().cartId(),
                TransactionKind.SALE,
                null,
                mine.order().amount());

        assertThat(payments.apply(mixed)).isEqualTo(new ApplyResult.Refused(PaymentRefusal.CART_MISMATCH));
        assertThat(now(mine)).isEqualTo(mine);
    }

    @Test
    void apply_gatewayChargedAnotherAmount_isAMismatchToldOnce() {
        Payment payment = initiated("a");
        GatewayTransaction approved = gateway.turn(payment, TransactionState.APPROVED);
        gateway.ledger.set(0, with(approved, Money.parse("KWD 25.000")));

        for (int i = 0; i < 2; i++) {
            assertThat(payments.apply(hint(payment)))
                    .isEqualTo(new ApplyResult.Refused(PaymentRefusal.AMOUNT_MISMATCH));
        }

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.PROCESSING);
        assertThat(now(payment).ledger().mismatches())
                .extracting(it -> it.entry().ref())
                .containsExactly(approved.ref());
        assertThat(payments.process(payment.id())).isEqualTo(new ProcessResult.Refused(PaymentRefusal.IN_PROGRESS));
        assertThat(payments.undecided(10)).containsExactly(now(payment));
        assertThat(events(payment)).containsOnlyOnce("PaymentMismatch");
    }

    @Test
    void apply_gatewaySilent_isDeferredOnRecord() {
        Payment payment = initiated("a");
        gateway.queryFailure = new GatewayOutcome.Indeterminate<>("timeout");

        assertThat(payments.apply(hint(payment))).isInstanceOf(ApplyResult.Deferred.class);
        assertThat(now(payment).watch().checkAt()).isEqualTo(clock.instant().plusSeconds(10));

        gateway.queryFailure = null;
        gateway.turn(payment, TransactionState.APPROVED);
        clock.advance(Duration.ofSeconds(10));
        assertThat(reconciler.runOnce(10)).isEqualTo(new Reconciler.Run(1, 1, 0));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void apply_secondChargeOfTheCart_isToldAndChangesNoStatus() {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.APPROVED);
        payments.apply(hint(payment));
        GatewayTransaction again = gateway.charge(payment);

        ApplyResult result = payments.apply(new GatewayNotification(
                again.ref(),
                null,
                payment.order().cartId(),
                TransactionKind.SALE,
                null,
                payment.order().amount()));

        assertThat(result).isInstanceOf(ApplyResult.Applied.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).taken()).isEqualTo(Money.parse("KWD 500.000"));
        assertThat(events(payment)).containsOnlyOnce("PaymentChargedAgain");
    }

    @Test
    void apply_lateSuccessAfterDecline_turns() {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.DECLINED);
        payments.apply(hint(payment));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.FAILED);

        gateway.turn(payment, TransactionState.APPROVED);
        clock.advance(Duration.ofMinutes(10));
        reconciler.runOnce(10);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void apply_refundBeforeItsSale_takesTheWholeCart() {
        Payment payment = initiated("a");
        GatewayTransaction sale = gateway.turn(payment, TransactionState.APPROVED);
        gateway.followUp(sale.ref(), payment.order(), TransactionKind.REFUND, Money.parse("KWD 50.000"));
        TransactionRef refund = gateway.ledger.get(1).ref();

        payments.apply(new GatewayNotification(
                refund, null, payment.order().cartId(), TransactionKind.REFUND, null, Money.parse("KWD 50.000")));

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.PARTIALLY_REFUNDED);
        assertThat(now(payment).refunded()).isEqualTo(Money.parse("KWD 50.000"));
        gateway.followUp(sale.ref(), payment.order(), TransactionKind.REFUND, Money.parse("KWD 200.000"));
        payments.apply(new GatewayNotification(
                gateway.ledger.get(2).ref(), null, payment.order().cartId(), TransactionKind.REFUND, null, null));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
    }

    // ---- reconcile

    @Test
    void reconcile_chargedAndReplyLost_settlesWithOneCharge() {
        Payment payment = created("a");
        gateway.next.add(any -> {
            gateway.charge(payment);
            return noAnswer();
        });
        payments.process(payment.id());

        clock.advance(Duration.ofSeconds(10));
        reconciler.runOnce(10);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(gateway.ledger).hasSize(1);
    }

    @Test
    void reconcile_nothingArrived_isResumableOnlyAfterProof() {
        Payment payment = created("a");
        gateway.next.add(any -> noAnswer());
        payments.process(payment.id());

        clock.advance(Duration.ofSeconds(60));
        reconciler.runOnce(10);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);

        clock.advance(Duration.ofMinutes(4));
        reconciler.runOnce(10);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.CREATED);
        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
    }

    @Test
    void reconcile_gatewaySilent_provesNothing() {
        Payment payment = created("a");
        gateway.next.add(any -> noAnswer());
        payments.process(payment.id());
        gateway.queryFailure =
                new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.CIRCUIT_OPEN, Duration.ofSeconds(5));

        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofHours(2));
            reconciler.runOnce(10);
        }

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);
    }

    @Test
    void reconcile_processDiedDuringTheCall_findsTheCharge() {
        Payment payment = created("a");
        gateway.next.add(any -> new GatewayOutcome.Accepted<>(new Initiation.Completed(gateway.charge(payment))));
        Payments dying = service(new ForwardingStore(store) {
            @Override
            public boolean replace(Payment next, List<OutboxEntry> entries) {
                if (!gateway.ledger.isEmpty()) {
                    throw new Killed();
                }
                return super.replace(next, entries);
            }
        });
        assertThatThrownBy(() -> dying.process(payment.id())).isInstanceOf(Killed.class);
        assertThat(payments.process(payment.id())).isEqualTo(new ProcessResult.Refused(PaymentRefusal.IN_PROGRESS));

        clock.advance(Duration.ofSeconds(60));
        reconciler.runOnce(10);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(events(payment)).contains("PaymentSucceeded");
    }

    @Test
    void process_gatewayThrowsAnError_isUnknownAndAskedAbout() {
        Payment payment = created("a");
        gateway.next.add(any -> {
            gateway.charge(payment);
            throw new NoClassDefFoundError("a part of the client");
        });

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Unknown.class);

        clock.advance(Duration.ofSeconds(10));
        reconciler.runOnce(10);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void reconcile_callbackLost_settles() {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.APPROVED);

        clock.advance(Duration.ofMinutes(2));
        reconciler.runOnce(10);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(payment).watch().checkAt()).isNull();
    }

    @Test
    void reconcile_neverPaid_expiresAfterThePageAndLooksLaterOnce() {
        Payment payment = initiated("a");
        int queries = 0;
        for (int minute = 0; minute < 26; minute++) {
            clock.advance(Duration.ofMinutes(1));
            queries += reconciler.runOnce(10).checked();
        }
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.EXPIRED);
        assertThat(queries).isLessThanOrEqualTo(7);
        assertThat(events(payment)).contains("PaymentTimedOut");

        gateway.turn(payment, TransactionState.APPROVED);
        clock.advance(Duration.ofMinutes(10));
        reconciler.runOnce(10);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void reconcile_failedForGood_isLeftAloneAfterTheLateChecks() {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.DECLINED);
        payments.apply(hint(payment));

        int checks = 0;
        for (int i = 0; i < 200; i++) {
            clock.advance(Duration.ofHours(1));
            checks += reconciler.runOnce(10).checked();
        }

        assertThat(checks).isEqualTo(3);
        assertThat(now(payment).watch().checkAt()).isNull();
    }

    @Test
    void reconcile_onTwoNodes_asksOnce() {
        Payment payment = initiated("a");
        gateway.turn(payment, TransactionState.APPROVED);
        clock.advance(Duration.ofMinutes(2));
        gateway.calls.clear();
        Payments other = service(new ForwardingStore(store) {
            @Override
            public List<DuePayment> claimDue(boolean slow, Instant at, Duration lease, int limit) {
                reconciler.runOnce(10);
                return super.claimDue(slow, at, lease, limit);
            }
        });

        assertThat(other.reconciler().runOnce(10)).isEqualTo(new Reconciler.Run(0, 0, 0));
        assertThat(gateway.calls).containsExactly("cart " + payment.order().cartId());
    }

    @Test
    void reconcile_storeFailsForOne_goesOnWithTheOthers() {
        Payment broken = initiated("a");
        Payment good = initiated("b");
        gateway.turn(broken, TransactionState.APPROVED);
        gateway.turn(good, TransactionState.APPROVED);
        clock.advance(Duration.ofMinutes(2));
        Payments service = service(new ForwardingStore(store) {
            @Override
            public boolean replace(Payment next, List<OutboxEntry> entries) {
                if (next.id().equals(broken.id())) {
                    throw new IllegalStateException("disk full");
                }
                return super.replace(next, entries);
            }
        });

        assertThat(service.reconciler().runOnce(10)).isEqualTo(new Reconciler.Run(1, 1, 1));
        assertThat(now(good).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(broken).status()).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void everyWrite_isAnnounced() {
        initiated("a");

        assertThat(recorded).hasValue(3);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void reconcile_answerThatCameToUsLate_isNoProof() {
        Payment payment = created("a");
        gateway.next.add(it -> noAnswer());
        payments.process(payment.id());
        gateway.afterAnswer = () -> {
            gateway.charge(payment);
            clock.advance(Duration.ofMinutes(10));
            gateway.afterAnswer = () -> {};
        };

        clock.advance(Duration.ofSeconds(10));
        reconciler.runOnce(10);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.UNKNOWN);

        clock.advance(Duration.ofMinutes(1));
        reconciler.runOnce(10);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void create_keysThatLookAlikeJoined_areTwoMerchants() {
        payments.create(new IdempotencyKey("a/b", "c"), order("a"));

        assertThat(payments.create(new IdempotencyKey("a", "b/c"), order("a")))
                .isEqualTo(new CreateResult.Refused(PaymentRefusal.CART_TAKEN));
    }

    @Test
    void apply_deferredBeforeAnyAttempt_isAskedUntilAnswered() {
        Payment payment = created("a");
        GatewayTransaction charged = gateway.charge(payment);
        gateway.queryFailure = new GatewayOutcome.Indeterminate<>("timeout");
        payments.apply(new GatewayNotification(
                charged.ref(),
                null,
                payment.order().cartId(),
                TransactionKind.SALE,
                null,
                payment.order().amount()));

        clock.advance(Duration.ofSeconds(10));
        reconciler.runOnce(10);
        gateway.queryFailure = null;
        clock.advance(Duration.ofHours(1));
        reconciler.runOnce(10);

        assertThat(now(payment).status()).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void process_rejectionOfALostAttempt_doesNotEndTheNextOne() {
        Payment payment = created("a");
        gateway.next.add(it -> {
            clock.advance(Duration.ofMinutes(2));
            reconciler.runOnce(10);
            clock.advance(Duration.ofMinutes(10));
            reconciler.runOnce(10);
            payments.process(payment.id());
            return new GatewayOutcome.Rejected<>(new Rejection("1", "late", null));
        });

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void apply_refundWithoutItsSale_isOnRecordAndFallsIntoPlace() {
        Payment payment = initiated("a");
        TransactionRef refund = gateway.ref();
        gateway.ledger.add(new GatewayTransaction(
                refund,
                null,
                null,
                TransactionKind.REFUND,
                TransactionState.APPROVED,
                null,
                payment.order().amount(),
                payment.order().amount(),
                null,
                null,
                null));

        ApplyResult result = payments.apply(new GatewayNotification(
                refund,
                null,
                payment.order().cartId(),
                TransactionKind.REFUND,
                null,
                payment.order().amount()));

        assertThat(result).isInstanceOf(ApplyResult.Applied.class);
        assertThat(now(payment).refunded()).isEqualTo(payment.order().amount());

        gateway.turn(payment, TransactionState.APPROVED);
        payments.apply(hint(payment));
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.REFUNDED);
        assertThat(now(payment).ledger().left(TransactionKind.REFUND).isPositive())
                .isFalse();
    }

    @Test
    void process_declinedCompletionOfALostAttempt_doesNotEndTheNextOne() {
        Payment payment = created("a");
        gateway.next.add(it -> {
            clock.advance(Duration.ofMinutes(2));
            reconciler.runOnce(10);
            clock.advance(Duration.ofMinutes(10));
            reconciler.runOnce(10);
            payments.process(payment.id());
            return new GatewayOutcome.Accepted<>(
                    new Initiation.Completed(gateway.transaction(gateway.ref(), it, TransactionState.DECLINED)));
        });

        assertThat(payments.process(payment.id())).isInstanceOf(ProcessResult.Ready.class);
        assertThat(now(payment).status()).isEqualTo(PaymentStatus.INITIATED);
    }
}
