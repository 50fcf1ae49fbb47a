package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nestcms.event.EventBus;
import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentSecret;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
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
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way to pay over HTTP: what goes wrong on the wire costs nobody money, and no card number is kept anywhere. */
class WaysToPayTest {
    private static final String PAN = "4111111111111111";
    private static final String CHALLENGED = "4000000000000002";
    private static final String CVV = "739";
    private static final Money AMOUNT = Money.parse("SAR 25.00");
    private static final Customer PAYER =
            new Customer("Huda Salem", "huda@example.test", "+966500000000", "1 Street", "Riyadh", "SA");
    private static final AtomicInteger CARTS = new AtomicInteger();

    private static PayTabsSandbox sandbox;
    private static PayTabs payTabs;
    private static ListAppender<ILoggingEvent> log;

    private final MutableClock clock = new MutableClock(Clock.systemUTC().instant());
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final SavedCards cards = SavedCards.of(payTabs.gateway(), store, new InMemorySavedCardStore(), clock);
    private final Payments payments = Payments.builder(payTabs.gateway(), store)
            .clock(clock)
            .savedCards(cards)
            .build();
    private final Reconciler reconciler = payments.reconciler();
    private final List<PaymentEvent> heard = new CopyOnWriteArrayList<>();
    private final EventBus bus = EventBus.builder().build();
    private final OutboxRelay relay = OutboxRelay.builder(store.outbox(), bus)
            .clock(clock)
            .executor(Runnable::run)
            .build();

    enum Way {
        SAVED_CARD,
        RECURRING,
        UNSCHEDULED,
        MOTO,
        OWN_FORM,
        MANAGED_FORM,
        APPLE_PAY,
        SAMSUNG_PAY
    }

    @BeforeAll
    static void start() {
        sandbox = PayTabsSandbox.builder().start();
        payTabs = PayTabs.builder(
                        PayTabsProfile.builder(sandbox.profileId(), sandbox.serverKey(), sandbox.baseUri())
                                .build(),
                        CircuitBreakers.builder().build())
                .gateway(options -> options.attempts(1))
                .build();
        log = new ListAppender<>();
        log.start();
        Logger root = (Logger) root();
        root.addAppender(log);
        ((Logger) org.slf4j.LoggerFactory.getLogger("io.nestcms")).setLevel(Level.TRACE);
    }

    private static org.slf4j.Logger root() {
        return org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @AfterAll
    static void stop() {
        ((Logger) org.slf4j.LoggerFactory.getLogger("io.nestcms")).setLevel(null);
        ((Logger) root()).detachAppender(log);
        payTabs.close();
        sandbox.close();
    }

    @BeforeEach
    void listen() {
        bus.subscribe(PaymentEvent.class, heard::add);
        relay.on("cards", PaymentEvent.class, cards::hear);
        sandbox.faults().clear();
    }

    /** A card number is looked for in all that is left: records, events, saved cards and log. */
    @AfterEach
    void noCardNumberIsLeft() {
        relay.runOnce();
        List<String> left = new ArrayList<>();
        heard.forEach(event -> left.add(event.toString()));
        payments.list(PaymentQuery.newest(100)).items().forEach(it -> left.add(text(it)));
        cards.list("huda").forEach(card -> left.add(card + " " + card.card().description()));
        log.list.forEach(event -> left.add(event.getFormattedMessage()));
        assertThat(left)
                .isNotEmpty()
                .allSatisfy(text -> assertThat(text)
                        .doesNotContain(PAN)
                        .doesNotContain(CHALLENGED)
                        .doesNotContain("cvv"));
        bus.close();
    }

    private static String text(Payment payment) {
        return payment + " " + payment.order() + payment.attempts() + payment.entries() + payment.history();
    }

    private static IdempotencyKey key(String value) {
        return new IdempotencyKey("shop", value);
    }

    private Payment now(Payment payment) {
        return store.find(payment.id()).orElseThrow();
    }

    private PaymentOrder.Builder order() {
        return PaymentOrder.builder(new CartId("WAY-" + CARTS.incrementAndGet()), AMOUNT)
                .description("Two tickets")
                .customer(PAYER)
                .payer("huda");
    }

    private Payment create(PaymentOrder order) {
        return ((CreateResult.Created) payments.create(key(order.cartId().value()), order)).payment();
    }

    private static PaymentSecret.Card card(String number) {
        return new PaymentSecret.Card(number, 12, 2031, CVV);
    }

    /** A card that was saved with a payment on the own form. */
    private SavedCard saved(@Nullable CardPlan plan) {
        PaymentOrder.Builder order = order().method(new PaymentMethod.OwnForm());
        Payment payment = create((plan == null ? order.saveCard() : order.saveCard(plan)).build());
        assertThat(payments.process(payment.id(), card(PAN))).isInstanceOf(ProcessResult.Settled.class);
        relay.runOnce();
        return cards.list("huda").stream()
                .filter(it -> payment.id().equals(it.savedWith()))
                .findFirst()
                .orElseThrow();
    }

    private record Ready(Payment payment, @Nullable PaymentSecret secret) {}

    private Ready ready(Way way) throws Exception {
        String once = "{\"data\":\"once-" + CARTS.incrementAndGet() + "\"}";
        return switch (way) {
            case SAVED_CARD -> ready(PaymentMethod.savedCard(saved(null).token()), null);
            case RECURRING -> ready(PaymentMethod.recurring(saved(null).token()), null);
            case UNSCHEDULED -> ready(PaymentMethod.unscheduled(saved(null).token()), null);
            case MOTO -> ready(new PaymentMethod.TelephoneOrder(), new PaymentSecret.Card(PAN, 12, 2031, null));
            case OWN_FORM -> ready(new PaymentMethod.OwnForm(), card(PAN));
            case MANAGED_FORM -> ready(new PaymentMethod.ManagedForm(), new PaymentSecret.FormToken(formToken()));
            case APPLE_PAY ->
                ready(
                        new PaymentMethod.Wallet(PaymentMethod.WalletKind.APPLE_PAY),
                        new PaymentSecret.WalletToken(once));
            case SAMSUNG_PAY ->
                ready(
                        new PaymentMethod.Wallet(PaymentMethod.WalletKind.SAMSUNG_PAY),
                        new PaymentSecret.WalletToken(once));
        };
    }

    private Ready ready(PaymentMethod method, @Nullable PaymentSecret secret) {
        return new Ready(create(order().method(method).build()), secret);
    }

    private ProcessResult process(Ready ready) {
        return ready.secret() == null
                ? payments.process(ready.payment().id())
                : payments.process(ready.payment().id(), ready.secret());
    }

    /** What the gateway's script does in the payer's browser. */
    private static String formToken() throws IOException, InterruptedException {
        String form = Map.of("key", sandbox.clientKey(), "number", PAN, "cvv", CVV, "expmonth", "12", "expyear", "2031")
                .entrySet()
                .stream()
                .map(it -> it.getKey() + "=" + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(sandbox.baseUri() + "/payment/js/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        String answer = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return answer.replaceAll("(?s).*\"token\"\\s*:\\s*\"([^\"]+)\".*", "$1");
    }

    private int charges(Ready ready) {
        return sandbox.ledger().totals(ready.payment().order().cartId().value()).charges();
    }

    private void pass(Duration time) {
        clock.advance(time);
        reconciler.runOnce(100);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_approved_succeeded(Way way) throws Exception {
        Ready ready = ready(way);

        assertThat(process(ready)).isInstanceOf(ProcessResult.Settled.class);

        assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.SUCCEEDED);
        assertThat(now(ready.payment()).taken()).isEqualTo(AMOUNT);
        assertThat(charges(ready)).isOne();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_replyLost_unknownThenFoundAndNeverSentAgain(Way way) throws Exception {
        for (Fault fault : List.of(Fault.dropReply(), Fault.cutReply(1), Fault.cutReply(200))) {
            Ready ready = ready(way);
            sandbox.faults().next(1, "/payment/request", fault);
            long calls = sandbox.calls("/payment/request");

            assertThat(process(ready)).as(fault + "").isInstanceOf(ProcessResult.Unknown.class);
            assertThat(process(ready)).isInstanceOf(ProcessResult.Unknown.class);
            pass(Duration.ofMinutes(1));

            assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.SUCCEEDED);
            assertThat(sandbox.calls("/payment/request")).isEqualTo(calls + 1);
            assertThat(charges(ready)).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_requestCutOrServerBroken_startedAgainAfterProofOnly(Way way) throws Exception {
        for (Fault fault : List.of(Fault.cutRequest(30), Fault.status(503))) {
            Ready ready = ready(way);
            sandbox.faults().next(1, "/payment/request", fault);

            assertThat(process(ready)).as(fault + "").isInstanceOf(ProcessResult.Unknown.class);
            pass(Duration.ofMinutes(1));
            assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.UNKNOWN);
            pass(Duration.ofMinutes(4));
            assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.CREATED);

            assertThat(process(ready)).isInstanceOf(ProcessResult.Settled.class);
            assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.SUCCEEDED);
            assertThat(charges(ready)).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_connectionRefused_nothingSentAndStartedAgain(Way way) throws Exception {
        Ready ready = ready(way);
        sandbox.faults().refuseConnections();
        try {
            assertThat(process(ready)).isInstanceOfAny(ProcessResult.Unavailable.class, ProcessResult.Unknown.class);
        } finally {
            sandbox.faults().acceptConnections();
        }
        if (now(ready.payment()).status() == PaymentStatus.UNKNOWN) {
            // a kept connection broke under the call
            pass(Duration.ofMinutes(4));
        }
        assertThat(process(ready)).isInstanceOf(ProcessResult.Settled.class);
        assertThat(charges(ready)).isOne();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void process_refused_failedWithTheReason(Way way) throws Exception {
        Ready ready = ready(way);
        sandbox.faults().next(1, "/payment/request", Fault.envelope(400, 2));

        assertThat(process(ready)).isInstanceOf(ProcessResult.Settled.class);

        assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.FAILED);
        assertThat(charges(ready)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void apply_forgedAndRepeatedNews_oneSettlement(Way way) throws Exception {
        Ready ready = ready(way);
        process(ready);
        Payment paid = now(ready.payment());
        GatewayNotification news = new GatewayNotification(
                Objects.requireNonNull(paid.ref()), null, paid.order().cartId(), TransactionKind.SALE, null, AMOUNT);
        GatewayNotification forged = new GatewayNotification(
                Objects.requireNonNull(paid.ref()),
                null,
                paid.order().cartId(),
                TransactionKind.SALE,
                null,
                Money.parse("SAR 1.00"));

        assertThat(payments.apply(forged)).isEqualTo(new ApplyResult.Refused(PaymentRefusal.AMOUNT_MISMATCH));
        for (int i = 0; i < 3; i++) {
            assertThat(payments.apply(news)).isInstanceOf(ApplyResult.Unchanged.class);
        }
        relay.runOnce();
        assertThat(heard.stream()
                        .filter(it -> it instanceof PaymentEvent.PaymentSucceeded
                                && it.paymentId().equals(paid.id())))
                .hasSize(1);
    }

    @Test
    void process_challengedCard_pageAndOneCharge() {
        Ready ready =
                new Ready(create(order().method(new PaymentMethod.OwnForm()).build()), card(CHALLENGED));

        assertThat(process(ready)).isInstanceOf(ProcessResult.Ready.class);
        assertThat(process(ready)).isInstanceOf(ProcessResult.Ready.class);

        assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.INITIATED);
        assertThat(charges(ready)).isZero();
    }

    @Test
    void walletToken_usedExpiredOrForeign_failedWithTheReason() {
        for (String data : List.of("expired-1", "foreign-1")) {
            Ready ready = ready(
                    new PaymentMethod.Wallet(PaymentMethod.WalletKind.APPLE_PAY),
                    new PaymentSecret.WalletToken("{\"data\":\"" + data + "\"}"));

            process(ready);

            assertThat(now(ready.payment()).status()).isEqualTo(PaymentStatus.FAILED);
            assertThat(now(ready.payment()).attempt().reason()).startsWith("Invalid apple_pay_token: it");
        }
    }

    @Test
    void recurring_withinThePlan_thenRefusedWithEachReason() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        SavedCard card = saved(CardPlan.builder(CardPlan.Kind.RECURRING_FIXED)
                .times(3)
                .every(CardPlan.Frequency.MONTHLY, 28)
                .amounts(Money.parse("SAR 1.00"), AMOUNT)
                .days(today, today.plusDays(100))
                .build());

        assertThat(refusal(PaymentMethod.unscheduled(card.token()))).isEqualTo(PaymentRefusal.PLAN_OTHER_USE);
        Ready first = ready(PaymentMethod.recurring(card.token()), null);
        assertThat(process(first)).isInstanceOf(ProcessResult.Settled.class);
        assertThat(refusal(PaymentMethod.recurring(card.token()))).isEqualTo(PaymentRefusal.PLAN_TOO_SOON);
        clock.advance(Duration.ofDays(29));
        assertThat(refusal(Money.parse("SAR 26.00"), PaymentMethod.recurring(card.token())))
                .isEqualTo(PaymentRefusal.PLAN_OUT_OF_AMOUNTS);
        assertThat(process(ready(PaymentMethod.recurring(card.token()), null)))
                .isInstanceOf(ProcessResult.Settled.class);
        clock.advance(Duration.ofDays(29));
        assertThat(refusal(PaymentMethod.recurring(card.token()))).isEqualTo(PaymentRefusal.PLAN_SPENT);

        long calls = sandbox.calls("/payment/request");
        assertThat(cards.delete(card.token())).contains(true);
        assertThat(refusal(PaymentMethod.recurring(card.token()))).isEqualTo(PaymentRefusal.CARD_DELETED);
        assertThat(refusal(PaymentMethod.recurring(new CardToken("unknown")))).isEqualTo(PaymentRefusal.CARD_UNKNOWN);
        assertThat(sandbox.calls("/payment/request")).isEqualTo(calls);
        assertThat(cards.list("huda")).isEmpty();
    }

    @Test
    void savedCard_itsLastMonthIsOver_refused() {
        SavedCard card = saved(null);
        assertThat(card.card().expiry()).isNotNull();
        clock.advance(Duration.ofDays(366 * 6));

        assertThat(refusal(PaymentMethod.savedCard(card.token()))).isEqualTo(PaymentRefusal.CARD_EXPIRED);
    }

    @Test
    void recurring_declined_givesItsChargeBackToThePlan() {
        SavedCard card = saved(
                CardPlan.builder(CardPlan.Kind.RECURRING_VARIABLE).times(2).build());
        sandbox.faults().nextDecisions(1, "sale", "316");
        assertThat(process(ready(PaymentMethod.recurring(card.token()), null)))
                .isInstanceOf(ProcessResult.Settled.class);

        assertThat(process(ready(PaymentMethod.recurring(card.token()), null)))
                .isInstanceOf(ProcessResult.Settled.class);

        assertThat(refusal(PaymentMethod.recurring(card.token()))).isEqualTo(PaymentRefusal.PLAN_SPENT);
    }

    @Test
    void delete_answerLost_chargedNoMoreAndConfirmedLater() {
        SavedCard card = saved(null);
        sandbox.faults().next(1, "/payment/token/delete", Fault.dropReply());

        assertThat(cards.delete(card.token())).contains(false);
        assertThat(refusal(PaymentMethod.savedCard(card.token()))).isEqualTo(PaymentRefusal.CARD_DELETED);
        assertThat(cards.delete(card.token())).contains(true);
        assertThat(cards.query(card.token())).isInstanceOf(GatewayOutcome.Rejected.class);
    }

    private PaymentRefusal refusal(PaymentMethod method) {
        return refusal(AMOUNT, method);
    }

    private PaymentRefusal refusal(Money amount, PaymentMethod method) {
        PaymentOrder like = order().build();
        Payment payment = create(PaymentOrder.builder(like.cartId(), amount)
                .description("x")
                .customer(PAYER)
                .method(method)
                .build());
        return ((ProcessResult.Refused) payments.process(payment.id())).refusal();
    }
}
