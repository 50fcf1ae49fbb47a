package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.money.Money;
import io.nestcms.payment.TransactionRef;
import io.nestcms.paytabs.PayTabsOutcome.Accepted;
import io.nestcms.paytabs.PayTabsOutcome.Indeterminate;
import io.nestcms.paytabs.PayTabsOutcome.Misconfigured;
import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreakers;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every call of the client, whatever it is for. */
class EveryCallTest {
    private static final TransactionRef REF = new TransactionRef("TST1");
    private static final Money AMOUNT = Money.of("75.50", "SAR");

    static final Map<Api, Function<PayTabsClient, PayTabsCall<?>>> CALLS = new EnumMap<>(Api.class);

    static {
        CALLS.put(Api.CHARGE, client -> client.charge(Fixtures.charge()));
        CALLS.put(
                Api.FOLLOW_UP,
                client -> client.followUp(FollowUpRequest.refund(REF, Fixtures.CART, AMOUNT, "Given back")));
        CALLS.put(Api.TRANSACTION, client -> client.transaction(REF));
        CALLS.put(Api.TRANSACTIONS, client -> client.transactions(Fixtures.CART));
        CALLS.put(Api.TOKEN, client -> client.token("9C1E"));
        CALLS.put(Api.DELETE_TOKEN, client -> client.deleteToken("9C1E"));
        CALLS.put(Api.CREATE_INVOICE, client -> client.createInvoice(invoice()));
        CALLS.put(Api.INVOICE_STATUS, client -> client.invoiceStatus(5));
        CALLS.put(Api.INVOICE_STATUS_BY_POST, client -> client.invoiceStatusByPost(5));
        CALLS.put(Api.INVOICE, client -> client.invoice(5));
        CALLS.put(Api.CANCEL_INVOICE, client -> client.cancelInvoice(5));
        CALLS.put(Api.CANCEL_INVOICE_BY_PUT, client -> client.cancelInvoiceByPut(5));
        CALLS.put(
                Api.MARK_INVOICE_PAID,
                client -> client.markInvoicePaid(
                        new InvoicePayment(5, AMOUNT, InvoicePayment.Method.CASH, "At the desk")));
        CALLS.put(Api.TEXT_INVOICE, client -> client.textInvoice(5, "+966500000000"));
        CALLS.put(Api.CREATE_LINK, client -> client.createLink(PayLinkRequest.of("Donations", AMOUNT)));
        CALLS.put(Api.LINK, client -> client.link("L1"));
        CALLS.put(Api.VALU_PLANS, client -> client.valuPlans(AMOUNT, "01000000000"));
        CALLS.put(Api.SADAD_TRANSACTION, client -> client.sadadTransaction(REF));
    }

    static ChargeRequest invoice() {
        return ChargeRequest.builder(ChargeRequest.Type.SALE, Fixtures.CART, AMOUNT, "Tickets")
                .invoice(InvoiceDetails.builder(InvoiceDetails.Line.of("Ticket", AMOUNT, 1))
                        .build())
                .build();
    }

    private final MockWebServer server = new MockWebServer();
    private final CircuitBreakers breakers = CircuitBreakers.builder().build();
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
    void calls_eighteen_eachIsHere() {
        long methods = Arrays.stream(PayTabsClient.class.getMethods())
                .map(Method::getReturnType)
                .filter(PayTabsCall.class::equals)
                .count();
        assertThat(CALLS).hasSize(Api.values().length).hasSize(18);
        assertThat(methods).isEqualTo(18);
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void execute_circuitOpen_nothingLeaves(Api api) throws Exception {
        try (PayTabs paytabs = paytabs(server.url("/").uri())) {
            breakers.find(api.lane().breaker("paytabs")).orElseThrow().forceOpen();
            assertThat(call(api, paytabs).execute())
                    .isInstanceOfSatisfying(
                            NotSent.class, unsent -> assertThat(unsent.cause()).isEqualTo(NotSent.Cause.CIRCUIT_OPEN));
            assertThat(call(api, paytabs).execute(Duration.ofSeconds(1)))
                    .isInstanceOfSatisfying(
                            NotSent.class, unsent -> assertThat(unsent.cause()).isEqualTo(NotSent.Cause.CIRCUIT_OPEN));
            assertThat(call(api, paytabs).start().get(30, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            NotSent.class, unsent -> assertThat(unsent.cause()).isEqualTo(NotSent.Cause.CIRCUIT_OPEN));
        }
        assertThat(server.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void execute_circuitsOfOtherCallsOpen_goesOut(Api api) {
        answering(new MockResponse.Builder().code(401).build());
        try (PayTabs paytabs = paytabs(server.url("/").uri())) {
            for (Api.Lane lane : Api.Lane.values()) {
                if (lane != api.lane()) {
                    breakers.find(lane.breaker("paytabs")).orElseThrow().forceOpen();
                }
            }
            assertThat(call(api, paytabs).execute()).isInstanceOf(Misconfigured.class);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void execute_deadServer_attemptedAgainAndNotSent_andTheCircuitOpens(Api api) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        OkHttpClient counting = http.newBuilder()
                .addInterceptor(chain -> {
                    attempts.incrementAndGet();
                    return chain.proceed(chain.request());
                })
                .build();
        try (PayTabs paytabs = paytabs(refusing(), counting)) {
            assertThat(call(api, paytabs).execute()).isEqualTo(new NotSent<>(NotSent.Cause.NO_CONNECTION, null));
            assertThat(attempts).hasValue(3);
            assertThat(call(api, paytabs).start().get(30, TimeUnit.SECONDS)).isInstanceOf(NotSent.class);
            assertThat(breakers.find(api.lane().breaker("paytabs"))
                            .orElseThrow()
                            .state())
                    .isEqualTo(BreakerState.OPEN);
            int made = attempts.get();
            assertThat(call(api, paytabs).execute()).isInstanceOf(NotSent.class);
            assertThat(attempts).hasValue(made);
        }
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void execute_serverThatBreaks_sentOnceAndTheCircuitOpens(Api api) {
        answering(new MockResponse.Builder().code(503).build());
        try (PayTabs paytabs = paytabs(server.url("/").uri())) {
            for (int i = 0; i < 4; i++) {
                assertThat(call(api, paytabs).execute()).isInstanceOf(Indeterminate.class);
            }
            assertThat(call(api, paytabs).execute()).isInstanceOf(NotSent.class);
        }
        assertThat(server.getRequestCount()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void execute_duplicate_askedAboutAndNeverResent(Api api) {
        answering(new MockResponse.Builder()
                .code(409)
                .body(Fixtures.text("error-duplicate.json"))
                .build());
        try (PayTabs paytabs = paytabs(server.url("/").uri())) {
            assertThat(call(api, paytabs).execute()).isInstanceOf(Indeterminate.class);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void execute_ownPaceUsedUp_notSent(Api api) {
        answering(new MockResponse.Builder().code(401).build());
        try (PayTabs paytabs = PayTabs.builder(Fixtures.profile(server.url("/").uri()), breakers)
                .client(options -> options.httpClient(http))
                .gateway(options -> options.callsPerMinute(1))
                .build()) {
            assertThat(call(api, paytabs).execute()).isInstanceOf(Misconfigured.class);
            assertThat(call(api, paytabs).execute())
                    .isInstanceOfSatisfying(
                            NotSent.class, unsent -> assertThat(unsent.cause()).isEqualTo(NotSent.Cause.THROTTLED));
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void meters_ofEveryCall_oneTimerForEachOperationAndOutcome(Api api) throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        answering(new MockResponse.Builder().code(401).build());
        try (PayTabs paytabs = paytabs(server.url("/").uri())) {
            new PayTabsMetrics(paytabs.client()).bindTo(meters);
            call(api, paytabs).execute();
            call(api, paytabs).start().get(30, TimeUnit.SECONDS);
            breakers.find(api.lane().breaker("paytabs")).orElseThrow().forceOpen();
            call(api, paytabs).execute();
        }
        assertThat(timer(meters, api, "misconfigured").count()).isEqualTo(2);
        assertThat(timer(meters, api, "misconfigured").totalTime(TimeUnit.NANOSECONDS))
                .isPositive();
        assertThat(timer(meters, api, "not_sent").count()).isEqualTo(1);
        assertThat(meters.getMeters()).hasSize(2);
    }

    @Test
    void meters_callsOfTheGateway_countedToo() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        answering(new MockResponse.Builder().body("[]").build());
        try (PayTabs paytabs = paytabs(server.url("/").uri())) {
            new PayTabsMetrics(paytabs.client()).bindTo(meters);
            paytabs.gateway().findByCart(Fixtures.CART);
        }
        assertThat(timer(meters, Api.TRANSACTIONS, "accepted").count()).isEqualTo(1);
    }

    @Test
    void meters_thatBreak_costNobodyTheOutcome() {
        answering(new MockResponse.Builder().body("[]").build());
        try (PayTabs paytabs = paytabs(server.url("/").uri())) {
            paytabs.client().watch((gateway, api, outcome, time) -> {
                throw new IllegalStateException("full");
            });
            assertThat(paytabs.client().transactions(Fixtures.CART).execute())
                    .isEqualTo(new Accepted<>(CartTransactions.NONE));
        }
    }

    @Test
    void client_madeWithoutWiring_isGuardedToo() {
        answering(new MockResponse.Builder().code(503).build());
        try (PayTabsClient client =
                PayTabsClient.create(Fixtures.profile(server.url("/").uri()))) {
            int sent = 0;
            while (client.transactions(Fixtures.CART).execute() instanceof Indeterminate && sent < 1000) {
                sent++;
            }
            assertThat(sent).isBetween(1, 999);
            assertThat(client.transactions(Fixtures.CART).execute())
                    .isInstanceOfSatisfying(
                            NotSent.class, unsent -> assertThat(unsent.cause()).isEqualTo(NotSent.Cause.CIRCUIT_OPEN));
        }
    }

    @Test
    void start_givenUpBetweenTwoAttempts_endsUnsent() throws Exception {
        try (PayTabs paytabs = PayTabs.builder(Fixtures.profile(refusing()), breakers)
                .client(options -> options.httpClient(http))
                .gateway(options -> options.backOff(Duration.ofMillis(400)).random(() -> 0))
                .build()) {
            AtomicBoolean failedOnce = new AtomicBoolean();
            PayTabsCall<CartTransactions> call = paytabs.client().transactions(Fixtures.CART);
            CompletableFuture<PayTabsOutcome<CartTransactions>> outcome = call.start();
            await().until(() -> {
                failedOnce.set(
                        breakers.find("paytabs-query").orElseThrow().snapshot().calls() > 0);
                return failedOnce.get();
            });
            call.cancel();
            assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(NotSent.class);
            assertThat(breakers.find("paytabs-query").orElseThrow().snapshot().calls())
                    .isEqualTo(1);
        }
    }

    private static Timer timer(SimpleMeterRegistry meters, Api api, String outcome) {
        return meters.get("nestcms.paytabs.calls")
                .tags("gateway", "paytabs", "operation", api.label(), "outcome", outcome)
                .timer();
    }

    private static PayTabsCall<?> call(Api api, PayTabs paytabs) {
        return CALLS.get(api).apply(paytabs.client());
    }

    private PayTabs paytabs(URI base) {
        return paytabs(base, http);
    }

    private PayTabs paytabs(URI base, OkHttpClient client) {
        return PayTabs.builder(Fixtures.profile(base), breakers)
                .client(options -> options.httpClient(client).timeouts(Fixtures.LONG))
                .gateway(options -> options.backOff(Duration.ofMillis(1))
                        .breaker(BreakerSettings.builder()
                                .countWindow(20)
                                .minimumCalls(4)
                                .failureRate(0.9)
                                .jitter(0)
                                .build()))
                .build();
    }

    private void answering(MockResponse response) {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return response;
            }
        });
    }

    private static URI refusing() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://localhost:" + closed.getLocalPort());
        }
    }
}
