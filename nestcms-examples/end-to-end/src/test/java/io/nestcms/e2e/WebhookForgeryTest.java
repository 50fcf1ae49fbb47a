package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nestcms.webhook.Refusal;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import io.nestcms.webhook.WebhookEvent.WebhookRejected;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A genuine callback is caught before it arrives; forgeries of it are refused and change nothing; then it is let in. */
class WebhookForgeryTest {
    private static final String WEBHOOK = "/payments/v2/webhook";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path data;

    private Stage stage;
    private String id;
    private Tap.Seen genuine;
    private Payer.WayBack wayBack;
    private JsonNode before;

    @BeforeEach
    void catchCallback() throws IOException {
        stage = new Stage(data);
        id = stage.merchant
                .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                .text("id");
        String page = stage.merchant.process(id).text("redirectUrl");
        stage.tap.swallow(request -> request.path().equals(WEBHOOK));
        wayBack = stage.payer.pay(page, Payer.APPROVED);
        Stage.eventually().until(() -> !stage.tap.seen(WEBHOOK).isEmpty());
        stage.tap.swallow(request -> false);
        genuine = stage.tap.seen(WEBHOOK).get(0);
        before = stage.merchant.find(id).json();
        assertThat(before.path("status").asText()).isEqualTo("INITIATED");
    }

    @AfterEach
    void nothingChangedAndTheGenuineOneIsTaken() {
        assertThat(stage.merchant.find(id).json()).isEqualTo(before);
        assertThat(stage.paymentEvents(id)).doesNotContain("PaymentSucceeded");

        assertThat(send(genuine.body(), genuine.header("signature"))).isEqualTo(200);
        assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED");
        stage.close();
    }

    private int send(byte[] body, String signature) {
        HttpRequest.Builder request = Merchant.stranger(stage.server.uri())
                .request(WEBHOOK)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!signature.isEmpty()) {
            request.header("signature", signature);
        }
        Merchant.Answer answer = stage.merchant.send(request.build());
        assertThat(answer.raw().body()).isEmpty();
        return answer.status();
    }

    private String sign(byte[] body, String key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The callback with another content, signed with the right key: as if the gateway itself were wrong. */
    private int sendSigned(Consumer<ObjectNode> change) throws IOException {
        ObjectNode changed = (ObjectNode) JSON.readTree(genuine.body());
        change.accept(changed);
        byte[] body = JSON.writeValueAsBytes(changed);
        return send(body, sign(body, stage.sandbox().serverKey()));
    }

    private Refusal.Reason lastReason() {
        List<WebhookRejected> rejected = stage.heard(WebhookRejected.class);
        return rejected.get(rejected.size() - 1).refusal().reason();
    }

    @Test
    void callback_oneByteAltered_refused() {
        byte[] body = genuine.body();
        for (int i = 0; i < body.length; i += 37) {
            byte[] altered = body.clone();
            altered[i] ^= 1;
            assertThat(send(altered, genuine.header("signature")))
                    .as("byte " + i)
                    .isEqualTo(401);
        }
        assertThat(lastReason()).isEqualTo(Refusal.Reason.SIGNATURE_MISMATCH);
        // so many that somebody should look, and none that contradicts a record
        assertThat(stage.heard(SecurityAlert.class))
                .isNotEmpty()
                .extracting(SecurityAlert::kind)
                .doesNotContain(SecurityAlert.Kind.CONTENT_MISMATCH);
    }

    @Test
    void callback_unsignedOrSignedWithAnotherKey_refused() {
        assertThat(send(genuine.body(), "")).isEqualTo(401);
        assertThat(lastReason()).isEqualTo(Refusal.Reason.SIGNATURE_MISSING);
        assertThat(send(genuine.body(), sign(genuine.body(), "SOMEBODY-ELSES-KEY")))
                .isEqualTo(401);
        assertThat(lastReason()).isEqualTo(Refusal.Reason.SIGNATURE_MISMATCH);
        assertThat(send(genuine.body(), "zz")).isEqualTo(401);
        assertThat(lastReason()).isEqualTo(Refusal.Reason.SIGNATURE_MALFORMED);
        assertThat(send(new byte[0], genuine.header("signature"))).isEqualTo(401);
    }

    @Test
    void callback_ofATimeToCome_refused() throws IOException {
        String later = Instant.now().plus(Duration.ofDays(2)).toString();

        assertThat(sendSigned(it -> ((ObjectNode) it.path("payment_result")).put("transaction_time", later)))
                .isEqualTo(401);

        assertThat(lastReason()).isEqualTo(Refusal.Reason.TIMESTAMP_IN_FUTURE);
    }

    @Test
    void callback_tooLarge_refused() {
        byte[] body = new byte[1024 * 1024 + 1];
        assertThat(send(body, sign(body, stage.sandbox().serverKey()))).isEqualTo(401);
        assertThat(lastReason()).isEqualTo(Refusal.Reason.BODY_TOO_LARGE);
    }

    @Test
    void callback_forAnotherProfile_refused() throws IOException {
        assertThat(sendSigned(body -> body.put("profile_id", 555))).isEqualTo(401);
        assertThat(lastReason()).isEqualTo(Refusal.Reason.PROFILE_MISMATCH);
    }

    @Test
    void callback_amountCurrencyOrCartChanged_refusedWithAlert() throws IOException {
        assertThat(sendSigned(body -> body.put("cart_amount", "0.001"))).isEqualTo(401);
        assertThat(sendSigned(body -> body.put("cart_currency", "USD").put("cart_amount", "250.00")))
                .isEqualTo(401);
        assertThat(sendSigned(body -> body.put("cart_id", "ORD-2"))).isEqualTo(401);
        assertThat(sendSigned(body -> body.remove("cart_amount"))).isEqualTo(401);

        assertThat(stage.heard(WebhookRejected.class))
                .hasSize(4)
                .allSatisfy(event -> assertThat(event.refusal().reason()).isEqualTo(Refusal.Reason.CONTENT_MISMATCH));
        assertThat(stage.heard(SecurityAlert.class))
                .extracting(SecurityAlert::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).startsWith("cart_amount"),
                        detail -> assertThat(detail).startsWith("cart_currency"),
                        detail -> assertThat(detail).startsWith("cart_id"),
                        detail -> assertThat(detail).startsWith("cart_amount"));
    }

    @Test
    void browserReturn_forged_refused() {
        Map<String, String> fields = new TreeMap<>(wayBack.fields());
        fields.put("respStatus", "D");
        assertThat(stage.payer.post(wayBack.action(), fields).statusCode()).isEqualTo(401);
        fields.putAll(wayBack.fields());
        fields.remove("signature");
        assertThat(stage.payer.post(wayBack.action(), fields).statusCode()).isEqualTo(401);
        assertThat(stage.heard(WebhookRejected.class)).hasSize(2);
    }
}
