package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.server.ServerSettings;
import io.nestcms.webhook.Refusal;
import io.nestcms.webhook.WebhookEvent;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main sequence of the architecture, steps 1 to 37, over real HTTP. Two things are done in another order than drawn,
 * on purpose: WebhookReceived (27) is told before the checks, so that a refused webhook is heard of too; and events are
 * written with the state (5, 15, 33, 35) and delivered from there, so that none can be lost between the two.
 */
class FullSequenceTest {
    private static final String WEBHOOK = "/payments/v2/webhook";

    @TempDir
    Path data;

    private final Hops hops = new Hops();

    /** Sees what goes over the wire to the gateway, below the circuit breaker. */
    private Response wire(Interceptor.Chain chain) throws IOException {
        String path = chain.request().url().encodedPath();
        hops.add("circuit -> PayTabs: " + chain.request().method() + " " + path);
        Response answer = chain.proceed(chain.request());
        hops.add("PayTabs -> circuit: " + answer.code());
        return answer;
    }

    private Stage stage() throws IOException {
        OkHttpClient http =
                new OkHttpClient.Builder().addNetworkInterceptor(this::wire).build();
        Stage stage = new Stage(
                data,
                server -> server.store(store -> new RecordingStore(store, hops))
                        .gateway(gateway -> new RecordingGateway(gateway, hops))
                        .cache(cache -> new RecordingCache(cache, hops))
                        .payTabs(options -> options.client(client -> client.httpClient(http)))
                        .listener(event -> {
                            if (event instanceof WebhookEvent) {
                                hops.add("verifier: " + event.getClass().getSimpleName());
                            }
                        }));
        stage.tap.onRequest(request -> hops.add("-> API: " + request.method() + " " + request.path()));
        stage.tap.onAnswer((request, status) -> hops.add("API ->: " + status));
        return stage;
    }

    @Test
    void payment_fromOrderToAcknowledgedWebhook_everyHopInOrder() throws IOException {
        try (Stage stage = stage()) {
            Merchant.Answer created = stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"));
            String id = created.text("id");
            Merchant.Answer started = stage.merchant.process(id);
            hops.add("payer -> PayTabs: pays");
            Payer.WayBack wayBack = stage.payer.pay(started.text("redirectUrl"), Payer.APPROVED);
            Stage.eventually()
                    .until(() -> hops.lines().stream()
                                    .filter(line -> line.startsWith("API ->"))
                                    .count()
                            == 3);

            assertThat(hops.lines())
                    .containsExactly(
                            // 1, 2
                            "-> API: POST /payments/v2",
                            // 3, 4
                            "payments -> cache: is the key known? miss",
                            // 5
                            "payments -> store: CREATED + PaymentCreated",
                            "payments -> cache: CREATED",
                            "API ->: 201",
                            // 6, 7
                            "-> API: POST /payments/v2/" + id + "/process",
                            // 8, 9
                            "payments -> circuit: state? closed",
                            // on record before it is made: no crash can lose the call
                            "payments -> store: CREATED",
                            "payments -> cache: CREATED",
                            // 10, 11
                            "payments -> gateway: create a payment page",
                            // 12, 13
                            "circuit -> PayTabs: POST /payment/request",
                            "PayTabs -> circuit: 200",
                            // 14, 16
                            "gateway -> payments: Accepted",
                            // 15
                            "payments -> store: INITIATED + PaymentInitiated + PaymentStatusChanged",
                            "payments -> cache: INITIATED",
                            // 17, 18
                            "API ->: 200",
                            // 19
                            "payer -> PayTabs: pays",
                            // 20, 21
                            "-> API: POST /payments/v2/webhook",
                            // 27
                            "verifier: WebhookReceived",
                            // 22 to 25
                            "verifier: WebhookValidated",
                            // 26, 28, 29
                            "payments -> gateway: verify the payment",
                            // 30, 31
                            "circuit -> PayTabs: POST /payment/query",
                            "PayTabs -> circuit: 200",
                            // 32
                            "gateway -> payments: Accepted",
                            // 33, 35
                            "payments -> store: SUCCEEDED + PaymentSucceeded + PaymentStatusChanged",
                            // 34
                            "payments -> cache: SUCCEEDED",
                            // 36, 37
                            "API ->: 200");

            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.paymentEvents(id))
                            .containsExactly(
                                    "PaymentCreated",
                                    "PaymentInitiated",
                                    "PaymentStatusChanged",
                                    "PaymentSucceeded",
                                    "PaymentStatusChanged"));
            assertThat(stage.server.breakers().snapshots())
                    .filteredOn(breaker -> breaker.calls() > 0)
                    .allSatisfy(breaker -> assertThat(breaker.calls()).isEqualTo(1))
                    .extracting(BreakerSnapshot::name)
                    .containsExactlyInAnyOrder("paytabs", "paytabs-query");
            assertThat(stage.server.breakers().snapshots())
                    .allSatisfy(breaker -> assertThat(breaker.windowFailures()).isZero());
            paidOnce(stage, id, wayBack);
        }
    }

    /** Steps 22 to 24: each check refuses what is wrong for it alone, and after each the payment is as it was. */
    @Test
    void webhook_wrongForOneCheckOnly_isRefusedByThatOne() throws Exception {
        ServerSettings.Origins origins = new ServerSettings.Origins(List.of("10.1.2.0/24"), List.of("127.0.0.1"));
        try (Stage stage = Stage.withOrigins(data, origins)) {
            String id = stage.merchant
                    .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                    .text("id");
            String page = stage.merchant.process(id).text("redirectUrl");
            stage.tap.swallow(request -> request.path().equals(WEBHOOK));
            stage.payer.pay(page, Payer.APPROVED);
            Stage.eventually().until(() -> !stage.tap.seen(WEBHOOK).isEmpty());
            Tap.Seen genuine = stage.tap.seen(WEBHOOK).get(0);
            String key = stage.sandbox().serverKey();
            byte[] body = genuine.body();
            byte[] later = ofALaterTime(body);

            // 22
            assertThat(send(stage, body, sign(body, key + "x"), "10.1.2.3")).isEqualTo(401);
            // 23
            assertThat(send(stage, later, sign(later, key), "10.1.2.3")).isEqualTo(401);
            // 24
            assertThat(send(stage, body, sign(body, key), "10.9.9.9")).isEqualTo(401);
            assertThat(stage.heard(WebhookEvent.WebhookRejected.class))
                    .extracting(event -> event.refusal().reason())
                    .containsExactly(
                            Refusal.Reason.SIGNATURE_MISMATCH,
                            Refusal.Reason.TIMESTAMP_IN_FUTURE,
                            Refusal.Reason.SOURCE_NOT_ALLOWED);
            assertThat(stage.merchant.status(id)).isEqualTo("INITIATED");

            // 25
            assertThat(send(stage, body, sign(body, key), "10.1.2.3")).isEqualTo(200);
            assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED");
        }
    }

    private static byte[] ofALaterTime(byte[] body) throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode changed = json.readTree(body);
        ((ObjectNode) changed.path("payment_result"))
                .put("transaction_time", Instant.now().plus(Duration.ofDays(2)).toString());
        return json.writeValueAsBytes(changed);
    }

    private static String sign(byte[] body, String key) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(body));
    }

    private static int send(Stage stage, byte[] body, String signature, String from) {
        return stage.merchant
                .send(Merchant.stranger(stage.server.uri())
                        .request(WEBHOOK)
                        .header("Content-Type", "application/json")
                        .header("signature", signature)
                        .header("X-Forwarded-For", from)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build())
                .status();
    }

    /** The payer comes back: the state is shown, and nothing happens a second time. */
    private static void paidOnce(Stage stage, String id, Payer.WayBack wayBack) {
        HttpResponse<String> back = stage.payer.goBack(wayBack);

        assertThat(back.statusCode()).isEqualTo(303);
        assertThat(back.headers().firstValue("Location")).hasValue("/?payment=" + id);
        Merchant.Answer payment = stage.merchant.find(id);
        assertThat(payment.text("status")).isEqualTo("SUCCEEDED");
        assertThat(payment.text("amount")).isEqualTo("250.000");
        assertThat(payment.json().path("transactions")).hasSize(1);
        assertThat(stage.sandbox().ledger().totals(Stage.cart("ORD-1")).charges())
                .isEqualTo(1);
        stage.reconcileAfter(Duration.ofDays(2));
        assertThat(stage.merchant.find(id).json()).isEqualTo(payment.json());
        assertThat(stage.paymentEvents(id)).hasSize(5);
    }
}
