package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayOutcome.Accepted;
import io.nestcms.payment.gateway.GatewayOutcome.Indeterminate;
import io.nestcms.payment.gateway.GatewayOutcome.NotSent;
import io.nestcms.payment.gateway.GatewayOutcome.Rejected;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.RetryBudget;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayTabsGatewayTest {
    private final MockWebServer server = new MockWebServer();
    private final AtomicLong now = new AtomicLong();
    private final List<Duration> waits = new ArrayList<>();
    private final CircuitBreakers breakers =
            CircuitBreakers.builder().ticker(now::get).build();
    private final OkHttpClient http = new OkHttpClient();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    @Test
    void initiate_page_hostedPage() throws Exception {
        answer(200, Fixtures.text("payment-request-redirect.json"));
        GatewayOutcome<Initiation> outcome = gateway(server.url("/").uri()).initiate(payment("250.00", "SAR"));
        assertThat(outcome)
                .isEqualTo(new Accepted<>(new Initiation.HostedPage(
                        new TransactionRef("TST2632602000417"),
                        URI.create("https://secure.paytabs.sa/payment/page/5F3C0A9B82E64A7DB1E0C4D27A915E36"))));
        assertThat(server.takeRequest().getBody().utf8())
                .contains("\"tran_type\":\"sale\"", "\"cart_amount\":250.00,", "\"cart_id\":\"ORD-2026-000417\"")
                .contains("\"email\":\"ali@example.test\"")
                .doesNotContain("\"name\"");
    }

    @Test
    void initiate_pageOptions_areSentWithEveryPayment() throws Exception {
        answer(200, Fixtures.text("payment-request-redirect.json"));
        PageOptions page = PageOptions.builder()
                .methods("fawry", "-knet")
                .language(PageOptions.Language.AR)
                .build();

        PayTabsGateway.builder(client(server.url("/").uri()), breakers)
                .page(page)
                .build()
                .initiate(payment("250.00", "SAR"));

        assertThat(server.takeRequest().getBody().utf8())
                .contains("\"payment_methods\":[\"fawry\",\"-knet\"]", "\"paypage_lang\":\"ar\"");
    }

    @Test
    void initiate_authorisation_auth() throws Exception {
        answer(200, Fixtures.text("payment-request-redirect.json"));
        gateway(server.url("/").uri()).initiate(payment("250.000", "KWD", ChargeMode.AUTHORIZE));
        assertThat(server.takeRequest().getBody().utf8())
                .contains("\"tran_type\":\"auth\"", "\"cart_amount\":250.000,", "\"cart_currency\":\"KWD\"");
    }

    @Test
    void initiate_completed_transaction() {
        answer(200, Fixtures.text("payment-completed-authorised.json"));
        assertThat(gateway(server.url("/").uri()).initiate(payment("250.00", "SAR")))
                .isEqualTo(new Accepted<>(new Initiation.Completed(authorised())));
    }

    @Test
    void initiate_declined_acceptedAndNothingCharged() {
        answer(200, Fixtures.text("payment-declined.json"));
        GatewayOutcome<Initiation> outcome = gateway(server.url("/").uri()).initiate(payment("250.00", "SAR"));
        assertThat(outcome).isInstanceOfSatisfying(Accepted.class, accepted -> {
            GatewayTransaction tried = ((Initiation.Completed) accepted.value()).transaction();
            assertThat(tried.state()).isEqualTo(TransactionState.DECLINED);
            assertThat(tried.charged()).isNull();
            assertThat(tried.cartAmount()).isEqualTo(Money.of("250.00", "SAR"));
            assertThat(tried.code()).isEqualTo("316");
        });
    }

    @Test
    void initiate_answerForAnotherCart_indeterminate() {
        answer(200, Fixtures.text("payment-request-redirect.json").replace("ORD-2026-000417", "ORD-1"));
        assertThat(gateway(server.url("/").uri()).initiate(payment("250.00", "SAR")))
                .isInstanceOf(Indeterminate.class);
    }

    @Test
    void initiate_beyondPayTabsLimits_rejectedWithoutACall() {
        GatewayOutcome<Initiation> outcome = gateway(server.url("/").uri()).initiate(payment("10000000000.00", "SAR"));
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.rejection().code()).isEqualTo("invalid_input");
            assertThat(rejected.rejection().message()).startsWith("cart_amount ");
        });
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void initiate_connectionRefused_triedAgainWithBackOffThenNotSent() throws IOException {
        GatewayOutcome<Initiation> outcome = gateway(refusing()).initiate(payment("250.00", "SAR"));
        assertThat(outcome).isEqualTo(new NotSent<>(NotSent.Cause.NO_CONNECTION, null));
        assertThat(waits).hasSize(2);
        assertThat(waits.get(0)).isBetween(Duration.ofMillis(125), Duration.ofMillis(250));
        assertThat(waits.get(1)).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
    }

    @Test
    void initiate_indeterminate_neverTriedAgain() {
        answer(500, "");
        assertThat(gateway(server.url("/").uri()).initiate(payment("250.00", "SAR")))
                .isInstanceOf(Indeterminate.class);
        assertThat(server.getRequestCount()).isEqualTo(1);
        assertThat(waits).isEmpty();
    }

    @Test
    void initiate_throttledWithRetryAfter_triedAgainNoEarlier() {
        server.enqueue(new MockResponse.Builder()
                .code(429)
                .addHeader("Retry-After", "4")
                .build());
        answer(200, Fixtures.text("payment-request-redirect.json"));
        assertThat(gateway(server.url("/").uri()).initiate(payment("250.00", "SAR")))
                .isInstanceOf(Accepted.class);
        assertThat(waits).containsExactly(Duration.ofSeconds(4));
    }

    @Test
    void initiate_retryAfterBeyondTheDeadline_notSentAtOnce() {
        server.enqueue(new MockResponse.Builder()
                .code(429)
                .addHeader("Retry-After", "90")
                .build());
        assertThat(gateway(server.url("/").uri()).initiate(payment("250.00", "SAR")))
                .isEqualTo(new NotSent<>(NotSent.Cause.THROTTLED, Duration.ofSeconds(90)));
        assertThat(waits).isEmpty();
    }

    @Test
    void initiate_circuitOpen_notSentWithoutACall() {
        PayTabsGateway gateway = gateway(server.url("/").uri());
        fail(gateway);

        assertThat(gateway.unavailableFor())
                .hasValueSatisfying(wait -> assertThat(wait).isEqualTo(Duration.ofSeconds(30)));
        assertThat(gateway.initiate(payment("250.00", "SAR")))
                .isEqualTo(new NotSent<>(NotSent.Cause.CIRCUIT_OPEN, Duration.ofSeconds(30)));
        assertThat(server.getRequestCount()).isEqualTo(4);
    }

    @Test
    void initiate_afterTheOpenTime_probesAndCloses() {
        PayTabsGateway gateway = gateway(server.url("/").uri());
        fail(gateway);
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        answer(200, Fixtures.text("payment-request-redirect.json"));

        assertThat(gateway.initiate(payment("250.00", "SAR"))).isInstanceOf(Accepted.class);
        assertThat(gateway.unavailableFor()).isEmpty();
    }

    @Test
    void queries_whilePaymentsFail_getThrough() {
        PayTabsGateway gateway = gateway(server.url("/").uri());
        fail(gateway);
        answer(200, Fixtures.text("query-by-cart-id.json"));

        assertThat(gateway.findByCart(Fixtures.CART)).isInstanceOf(Accepted.class);
        assertThat(gateway.unavailableFor()).isPresent();
    }

    @Test
    void declinesAndRefusals_leaveTheCircuitClosed() {
        PayTabsGateway gateway = gateway(server.url("/").uri());
        for (int i = 0; i < 10; i++) {
            answer(200, Fixtures.text("payment-declined.json"));
            answer(400, Fixtures.text("error-validation.json"));
            answer(409, Fixtures.text("error-duplicate.json"));
            gateway.initiate(payment("250.00", "SAR"));
            gateway.initiate(payment("250.00", "SAR"));
            gateway.initiate(payment("250.00", "SAR"));
        }
        assertThat(gateway.unavailableFor()).isEmpty();
        assertThat(server.getRequestCount()).isEqualTo(30);
    }

    @Test
    void initiate_deadlinePassedWhileWaiting_noFurtherAttempt() throws IOException {
        PayTabsGateway gateway = PayTabsGateway.builder(client(refusing()), breakers)
                .breaker(breaker())
                .deadline(Duration.ofSeconds(1))
                .backOff(Duration.ofMillis(700))
                .attempts(10)
                .ticker(now::get)
                .pause(this::wait)
                .random(() -> 0)
                .build();
        assertThat(gateway.initiate(payment("250.00", "SAR")))
                .isEqualTo(new NotSent<>(NotSent.Cause.NO_CONNECTION, null));
        assertThat(waits).containsExactly(Duration.ofMillis(700));
    }

    @ParameterizedTest
    @CsvSource({
        "CAPTURE, capture.json, TST2632602000445, ORD-2026-000433, 100.00, APPROVED",
        "VOID, void.json, TST2632602000433, ORD-2026-000431, 420.00, APPROVED",
        "REFUND, refund-accepted.json, TST2632602000417, ORD-2026-000417, 75.50, APPROVED",
        "REFUND, refund-declined.json, TST2632602000417, ORD-2026-000417, 900.00, DECLINED"
    })
    void followUp_answered_transactionOfItsOwn(
            TransactionKind kind, String fixture, String of, String cart, String amount, TransactionState state)
            throws Exception {
        answer(200, Fixtures.text(fixture).replace(cart, Fixtures.CART.value()));
        GatewayOutcome<GatewayTransaction> outcome =
                gateway(server.url("/").uri()).followUp(followUp(kind, Money.of(amount, "SAR"), of));
        assertThat(outcome).isInstanceOfSatisfying(Accepted.class, accepted -> {
            GatewayTransaction done = (GatewayTransaction) accepted.value();
            assertThat(done.kind()).isEqualTo(kind);
            assertThat(done.state()).isEqualTo(state);
            assertThat(done.previousRef()).isEqualTo(new TransactionRef(of));
        });
        assertThat(server.takeRequest().getBody().utf8())
                .contains("\"tran_type\":\"" + kind.name().toLowerCase(Locale.ROOT) + "\"")
                .contains("\"tran_ref\":\"" + of + "\"", "\"cart_amount\":" + amount + ",");
    }

    @Test
    void followUp_toldUnderAnotherNameOrCart_isGivenAsTold() {
        PayTabsGateway gateway = gateway(server.url("/").uri());
        GatewayFollowUp refund = followUp(TransactionKind.REFUND, Money.of("75.50", "SAR"), "TST2632602000417");
        answer(200, Fixtures.text("refund-accepted.json").replace("\"Refund\"", "\"Sale\""));
        assertThat(gateway.followUp(refund)).isInstanceOfSatisfying(Accepted.class, accepted -> {
            GatewayTransaction told = (GatewayTransaction) accepted.value();
            assertThat(told.kind()).isEqualTo(TransactionKind.SALE);
            assertThat(told.cartId()).isEqualTo(new CartId("ORD-2026-000417"));
        });
    }

    @Test
    void calls_wrongKey_areOurOwnFaultAndNotSent() {
        PayTabsGateway gateway = gateway(server.url("/").uri());
        for (int i = 0; i < 3; i++) {
            answer(401, Fixtures.text("error-auth.json"));
        }
        NotSent<?> misconfigured = new NotSent<>(NotSent.Cause.MISCONFIGURED, null);
        assertThat(gateway.initiate(payment("250.00", "SAR"))).isEqualTo(misconfigured);
        assertThat(gateway.followUp(followUp(TransactionKind.REFUND, Money.of("1.00", "SAR"), "TST1")))
                .isEqualTo(misconfigured);
        assertThat(gateway.findByCart(Fixtures.CART)).isEqualTo(misconfigured);
    }

    @Test
    void initiate_currencyNotConfigured_concernsThatCurrencyAlone() {
        answer(400, "{\"code\":206,\"message\":\"Currency not available\",\"trace\":\"T\"}");
        assertThat(gateway(server.url("/").uri()).initiate(payment("250.00", "SAR")))
                .isEqualTo(new NotSent<>(NotSent.Cause.CURRENCY_NOT_CONFIGURED, null));
    }

    @Test
    void findByCart_oneUnreadable_hidesNoOther() {
        answer(
                200,
                "[{\"tran_ref\":\"TST1\",\"tran_type\":\"Sale\"},{\"tran_ref\":\"TST2\",\"cart_amount\":\"12,5\",\"cart_currency\":\"SAR\"}]");
        assertThat(gateway(server.url("/").uri()).findByCart(Fixtures.CART))
                .isInstanceOfSatisfying(Accepted.class, accepted -> {
                    List<?> told = (List<?>) accepted.value();
                    assertThat(told)
                            .map(it -> ((GatewayTransaction) it).state())
                            .isEqualTo(List.of(TransactionState.OPEN, TransactionState.UNRECOGNISED));
                });
    }

    @Test
    void allowance_isWhatThePageMayChange() {
        PayTabsGateway gateway = PayTabsGateway.builder(client(server.url("/").uri()), breakers)
                .name("discounts")
                .page(PageOptions.builder()
                        .discounts(
                                CardDiscount.of("4111", Money.of("10.00", "SAR"), "Ten less"),
                                CardDiscount.of("5200", new BigDecimal("33.3"), "A third less"))
                        .build())
                .build();
        PaymentOrder order = payment("250.00", "SAR").order();
        assertThat(gateway.allowance(order))
                .isEqualTo(new Allowance(Money.of("166.75", "SAR"), Money.of("250.00", "SAR")));
        assertThat(gateway(server.url("/").uri()).allowance(order))
                .isEqualTo(Allowance.exactly(Money.of("250.00", "SAR")));
    }

    @Test
    void followUp_duplicate_indeterminateAndSentOnce() {
        answer(409, Fixtures.text("error-duplicate.json"));
        assertThat(gateway(server.url("/").uri())
                        .followUp(followUp(TransactionKind.REFUND, Money.of("75.50", "SAR"), "TST1")))
                .isInstanceOf(Indeterminate.class);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void followUp_belowPayTabsLimit_rejectedWithoutACall() {
        assertThat(gateway(server.url("/").uri())
                        .followUp(followUp(TransactionKind.REFUND, Money.of("0.005", "KWD"), "TST1")))
                .isInstanceOf(Rejected.class);
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void calls_whileAllAttemptsFail_furtherAttemptsKeepToTheirBudget() throws IOException {
        AtomicInteger connects = new AtomicInteger();
        OkHttpClient counting = http.newBuilder()
                .addInterceptor(chain -> {
                    connects.incrementAndGet();
                    return chain.proceed(chain.request());
                })
                .build();
        PayTabsClient refused = PayTabsClient.builder(Fixtures.profile(refusing()))
                .httpClient(counting)
                .build();
        PayTabsGateway gateway = PayTabsGateway.builder(refused, breakers)
                .breaker(breaker().toBuilder().minimumCalls(20).failureRate(1).build())
                .retryBudget(RetryBudget.of(0.2, 10, Duration.ofHours(1), now::get))
                .ticker(now::get)
                .pause(this::wait)
                .build();
        breakers.find("paytabs").orElseThrow().disable();
        for (int i = 0; i < 1000; i++) {
            assertThat(gateway.initiate(payment("250.00", "SAR"))).isInstanceOf(NotSent.class);
        }
        assertThat(connects.get()).isGreaterThan(1000).isLessThanOrEqualTo(1000 + 200 + 10);
    }

    @Test
    void calls_overTheirPace_waitForAPlaceOrAreNotSent() {
        PayTabsGateway gateway = PayTabsGateway.builder(client(server.url("/").uri()), breakers)
                .callsPerMinute(2)
                .ticker(now::get)
                .pause(this::wait)
                .build();
        for (int i = 0; i < 4; i++) {
            answer(200, "[]");
        }
        gateway.findByCart(Fixtures.CART);
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        gateway.findByCart(Fixtures.CART);

        // a place is free in 50 seconds, which is past the deadline
        assertThat(gateway.findByCart(Fixtures.CART))
                .isEqualTo(new NotSent<>(NotSent.Cause.THROTTLED, Duration.ofSeconds(50)));
        now.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(gateway.findByCart(Fixtures.CART)).isInstanceOf(Accepted.class);
        assertThat(waits).containsExactly(Duration.ofSeconds(20));
        assertThat(server.getRequestCount()).isEqualTo(3);
        assertThat(gateway.unavailableFor()).isEmpty();
    }

    @Test
    void findByCart_all_inOurTerms() {
        answer(200, Fixtures.text("query-by-cart-id.json"));
        GatewayOutcome<List<GatewayTransaction>> outcome =
                gateway(server.url("/").uri()).findByCart(Fixtures.CART);
        assertThat(outcome).isInstanceOf(Accepted.class);
        assertThat(((Accepted<List<GatewayTransaction>>) outcome).value())
                .hasSize(3)
                .contains(
                        authorised(),
                        new GatewayTransaction(
                                new TransactionRef("TST2632702000462"),
                                new TransactionRef("TST2632602000417"),
                                null,
                                TransactionKind.REFUND,
                                TransactionState.APPROVED,
                                Fixtures.CART,
                                Money.of("75.50", "SAR"),
                                Money.of("75.50", "SAR"),
                                "G09314",
                                "Authorised",
                                Instant.parse("2026-11-23T07:30:55Z")));
    }

    @Test
    void findByCart_none_emptyList() {
        answer(200, "[]");
        assertThat(gateway(server.url("/").uri()).findByCart(Fixtures.CART)).isEqualTo(new Accepted<>(List.of()));
    }

    @Test
    void findByCart_cartThatCannotBeOurs_isGivenWithoutACart() {
        answer(200, "[{\"tran_ref\":\"TST1\",\"cart_id\":\"two words\"}]");
        assertThat(gateway(server.url("/").uri()).findByCart(Fixtures.CART))
                .isInstanceOfSatisfying(Accepted.class, accepted -> {
                    GatewayTransaction told = (GatewayTransaction) ((List<?>) accepted.value()).get(0);
                    assertThat(told.cartId()).isNull();
                });
    }

    @Test
    void findByReference_unpaidPage_open() {
        answer(
                200,
                "{\"tran_ref\":\"TST1\",\"tran_type\":\"Sale\",\"cart_id\":\"ORD-1\",\"cart_amount\":\"1.00\","
                        + "\"cart_currency\":\"SAR\",\"tran_total\":\"0\",\"tran_currency\":\"\"}");
        assertThat(gateway(server.url("/").uri()).findByReference(new TransactionRef("TST1")))
                .isEqualTo(new Accepted<>(new GatewayTransaction(
                        new TransactionRef("TST1"),
                        null,
                        null,
                        TransactionKind.SALE,
                        TransactionState.OPEN,
                        new CartId("ORD-1"),
                        Money.of("1.00", "SAR"),
                        null,
                        null,
                        null,
                        null)));
    }

    @Test
    void build_nameTaken_refused() {
        PayTabsProfile profile = Fixtures.profile(server.url("/").uri());
        try (PayTabs first = PayTabs.builder(profile, breakers).build();
                PayTabs second = PayTabs.builder(profile, breakers)
                        .client(options -> options.timeouts(Fixtures.SHORT))
                        .gateway(options -> options.name("paytabs-kw"))
                        .build()) {
            assertThat(first.gateway().name()).isEqualTo("paytabs");
            assertThat(second.gateway().name()).isEqualTo("paytabs-kw");
            assertThat(breakers.find("paytabs-kw-query").orElseThrow().dependency())
                    .isEqualTo("paytabs-kw");
            assertThatThrownBy(() -> PayTabs.builder(profile, breakers).build())
                    .isInstanceOf(InvalidInputException.class);
        }
    }

    private void fail(PayTabsGateway gateway) {
        for (int status : new int[] {500, 502, 503, 504}) {
            answer(status, "");
            gateway.initiate(payment("250.00", "SAR"));
        }
    }

    private PayTabsGateway gateway(URI base) {
        return PayTabsGateway.builder(client(base), breakers)
                .breaker(breaker())
                .ticker(now::get)
                .pause(this::wait)
                .build();
    }

    private PayTabsClient client(URI base) {
        return PayTabsClient.builder(Fixtures.profile(base))
                .httpClient(http)
                .timeouts(Fixtures.LONG)
                .build();
    }

    private static BreakerSettings breaker() {
        return BreakerSettings.builder()
                .countWindow(20)
                .minimumCalls(4)
                .failureRate(0.9)
                .trialCalls(1)
                .jitter(0)
                .build();
    }

    private void wait(Duration wait) {
        waits.add(wait);
        now.addAndGet(wait.toNanos());
    }

    private void answer(int status, String body) {
        server.enqueue(new MockResponse.Builder().code(status).body(body).build());
    }

    private static URI refusing() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://localhost:" + closed.getLocalPort());
        }
    }

    private static GatewayTransaction authorised() {
        return new GatewayTransaction(
                new TransactionRef("TST2632602000417"),
                null,
                null,
                TransactionKind.SALE,
                TransactionState.APPROVED,
                Fixtures.CART,
                Money.of("250.00", "SAR"),
                Money.of("250.00", "SAR"),
                "G52817",
                "Authorised",
                Instant.parse("2026-11-22T08:15:42Z"),
                new CardOnFile(
                        new CardToken("9C1E55A2B7F04D36E8A1704BC2D95F03"),
                        "4111 11## #### 1111",
                        "Visa",
                        YearMonth.of(2031, 11)));
    }

    private static GatewayFollowUp followUp(TransactionKind kind, Money amount, String of) {
        return new GatewayFollowUp(
                payment("900.00", "SAR").order(), Fixtures.CART, kind, amount, new TransactionRef(of));
    }

    private static GatewayCharge payment(String amount, String currency) {
        return payment(amount, currency, ChargeMode.SALE);
    }

    private static GatewayCharge payment(String amount, String currency, ChargeMode mode) {
        // a name that PayTabs would refuse and the core takes
        Customer customer = new Customer("Ali", "ali@example.test", "+96550001122", null, null, "KW");
        return new GatewayCharge(
                new PaymentOrder(
                        Fixtures.CART, Money.of(amount, currency), "Two concert tickets", customer, null, mode),
                Fixtures.CART);
    }
}
