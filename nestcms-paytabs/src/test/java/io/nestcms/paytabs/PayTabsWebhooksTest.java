package io.nestcms.paytabs;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.nestcms.money.Money;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.webhook.GuardFailurePolicy;
import io.nestcms.webhook.InMemoryReplayGuard;
import io.nestcms.webhook.IpAllowList;
import io.nestcms.webhook.Refusal;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookEvent.WebhookRejected;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookSigner;
import io.nestcms.webhook.WebhookVerifier;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the raw request to the answer, and to what is on record. */
class PayTabsWebhooksTest {
    private static final WireMockServer PAYTABS =
            new WireMockServer(wireMockConfig().dynamicPort().bindAddress("127.0.0.1"));
    private static final Instant NOW = Instant.parse("2026-11-22T08:20:00Z");
    private static final String SALE = Fixtures.text("ipn-sale-authorised.json");

    private final List<Refusal.Reason> refusals = new ArrayList<>();
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final PayTabs payTabs = PayTabs.builder(
                    PayTabsProfile.builder(Fixtures.PROFILE_ID, Fixtures.SERVER_KEY, URI.create(PAYTABS.baseUrl()))
                            .callback(URI.create("http://localhost/callback"))
                            .returnUrl(URI.create("http://localhost/return"))
                            .build(),
                    CircuitBreakers.builder().build())
            .build();
    private final Payments payments = Payments.builder(payTabs.gateway(), store).build();

    @BeforeAll
    static void start() {
        PAYTABS.start();
    }

    @AfterAll
    static void stop() {
        PAYTABS.stop();
    }

    @BeforeEach
    void payPage() {
        PAYTABS.resetAll();
        PAYTABS.stubFor(post("/payment/request").willReturn(okJson(Fixtures.text("payment-request-redirect.json"))));
        PAYTABS.stubFor(post("/payment/query")
                .withRequestBody(containing("tran_ref"))
                .willReturn(okJson(Fixtures.text("query-by-tran-ref.json"))));
    }

    @AfterEach
    void close() {
        payTabs.close();
    }

    private Payment started() {
        PaymentOrder order = PaymentOrder.sale(
                Fixtures.CART,
                Money.of("250.00", "SAR"),
                "Two concert tickets",
                new Customer("Huda Salem", "huda.salem@example.test", null, null, null, "SA"));
        CreateResult created = payments.create(new IdempotencyKey("shop", "1"), order);
        Payment payment = ((CreateResult.Created) created).payment();
        payments.process(payment.id());
        return payment;
    }

    private PayTabsWebhooks webhooks(Consumer<WebhookVerifier.Builder> options) {
        Consumer<WebhookVerifier.Builder> observed =
                verifier -> verifier.clock(Clock.fixed(NOW, ZoneOffset.UTC)).listener(event -> {
                    if (event instanceof WebhookRejected rejected) {
                        refusals.add(rejected.refusal().reason());
                    }
                });
        return payTabs.webhooks(
                payments,
                builder -> builder.callbacks(observed).callbacks(options).returns(observed));
    }

    private PayTabsReceipt receive(String body) {
        return webhooks(options -> {}).receive(signed(body));
    }

    private static WebhookRequest signed(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        WebhookRequest.Builder request = WebhookRequest.builder(bytes)
                .header("Content-Type", "application/json")
                .peer(InetAddress.getLoopbackAddress());
        WebhookSigner.of(SignatureScheme.payTabsCallback(), SigningSecret.utf8(Fixtures.SERVER_KEY))
                .headers("", NOW, bytes)
                .forEach(request::header);
        return request.build();
    }

    private PaymentStatus status(Payment payment) {
        return payments.find(payment.id()).orElseThrow().status();
    }

    @Test
    void receive_genuine_isAskedAboutAndPaid() {
        Payment payment = started();

        PayTabsReceipt receipt = receive(SALE);

        assertThat(receipt.status()).isEqualTo(200);
        assertThat(receipt.payment()).get().extracting(Payment::id).isEqualTo(payment.id());
        assertThat(status(payment)).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void receive_again_nothingIsAskedAgain() {
        started();
        PayTabsWebhooks webhooks = webhooks(
                options -> options.replayGuard(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.PROCEED));
        webhooks.receive(signed(SALE));
        int asked =
                PAYTABS.findAll(postRequestedFor(urlEqualTo("/payment/query"))).size();

        assertThat(webhooks.receive(signed(SALE)).status()).isEqualTo(200);

        assertThat(PAYTABS.findAll(postRequestedFor(urlEqualTo("/payment/query"))))
                .hasSize(asked);
    }

    @Test
    void receive_forged_isRefusedAndNothingIsAsked() {
        started();
        byte[] body = SALE.getBytes(StandardCharsets.UTF_8);

        PayTabsReceipt receipt = webhooks(options -> {})
                .receive(WebhookRequest.builder(body)
                        .header("Content-Type", "application/json")
                        .header("Signature", "0".repeat(64))
                        .build());

        assertThat(receipt.status()).isEqualTo(401);
        assertThat(receipt.payment()).isEmpty();
        assertThat(refusals).containsExactly(Refusal.Reason.SIGNATURE_MISMATCH);
        PAYTABS.verify(0, postRequestedFor(urlEqualTo("/payment/query")));
    }

    @Test
    void receive_fromTheFuture_isRefused() {
        Payment payment = started();

        assertThat(receive(SALE.replace("2026-11-22T08:15:42Z", "2026-11-23T08:20:01Z"))
                        .status())
                .isEqualTo(401);

        assertThat(refusals).containsExactly(Refusal.Reason.TIMESTAMP_IN_FUTURE);
        assertThat(status(payment)).isEqualTo(PaymentStatus.INITIATED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-23T08:19:59Z", "2025-01-01T00:00:00Z", "22/11/2026 08:15", ""})
    void receive_anotherClockOrLateOrOfAnotherForm_isTaken(String time) {
        Payment payment = started();

        assertThat(receive(SALE.replace("2026-11-22T08:15:42Z", time)).status()).isEqualTo(200);

        assertThat(status(payment)).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void receive_fromAnotherSource_isRefused() {
        Payment payment = started();

        PayTabsReceipt receipt = webhooks(options -> options.sources(IpAllowList.of(List.of("203.0.113.0/24"))))
                .receive(signed(SALE));

        assertThat(receipt.status()).isEqualTo(401);
        assertThat(refusals).containsExactly(Refusal.Reason.SOURCE_NOT_ALLOWED);
        assertThat(status(payment)).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void receive_ofAnOlderKey_isTakenOnceItIsNamed() {
        Payment payment = started();
        SigningSecret older = SigningSecret.utf8("SOLDER0000-KEY0000000-0000000000");
        byte[] body = SALE.getBytes(StandardCharsets.UTF_8);
        WebhookRequest.Builder request = WebhookRequest.builder(body).header("Content-Type", "application/json");
        WebhookSigner.of(SignatureScheme.payTabsCallback(), older)
                .headers("", NOW, body)
                .forEach(request::header);

        assertThat(payTabs.webhooks(payments).receive(request.build()).status()).isEqualTo(401);
        assertThat(payTabs.webhooks(payments, options -> options.alsoSignedBy(older))
                        .receive(request.build())
                        .status())
                .isEqualTo(200);

        assertThat(status(payment)).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void receive_whileTheGatewayIsDown_isAskedForAgain() {
        Payment payment = started();
        PAYTABS.stubFor(post("/payment/query").willReturn(serverError()));

        PayTabsReceipt receipt = receive(SALE);

        assertThat(receipt.answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
        assertThat(receipt.retryAfter()).isGreaterThan(Duration.ZERO);
        assertThat(status(payment)).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void receive_ofAnUnknownSale_isTaken_andOfAFollowUpAskedForAgain() {
        assertThat(receive(SALE).status()).isEqualTo(200);
        assertThat(receive(Fixtures.text("ipn-refund.json")).status()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"profile_id\":90417}",
                "{\"profile_id\":90417,\"tran_ref\":7}",
                "{\"profile_id\":90417,\"tran_ref\":\"TST1\",\"cart_id\":null,\"payment_result\":5}",
                "{\"profile_id\":90417,\"tran_ref\":\"TST1\",\"cart_id\":\"ORD-2026-000417\",\"cart_amount\":\"x\"}",
                "{\"profile_id\":90417,\"tran_ref\":\"TST1\",\"cart_amount\":\"1\",\"cart_currency\":[]}",
                "{\"profile_id\":7,\"tran_ref\":\"TST1\"}",
                "[]",
                "7",
                ""
            })
    void receive_genuineButOdd_isRefusedOnce(String body) {
        started();

        assertThat(receive(body).status()).isEqualTo(401);

        assertThat(refusals).hasSize(1);
    }

    @Test
    void receiveReturn_forged_isRefused() {
        PayTabsReceipt receipt = webhooks(options -> {})
                .receiveReturn(
                        WebhookRequest.builder("tranRef=TST1&cartId=1&signature=0".getBytes(StandardCharsets.UTF_8))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .build());

        assertThat(receipt.status()).isEqualTo(401);
        assertThat(receipt.payment()).isEmpty();
    }
}
