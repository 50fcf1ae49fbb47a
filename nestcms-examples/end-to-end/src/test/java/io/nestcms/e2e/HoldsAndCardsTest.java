package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Money that is held and taken later, and cards that were saved, over HTTP. */
class HoldsAndCardsTest {
    @TempDir
    static Path data;

    private static Stage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = new Stage(data);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static String paid(ObjectNode order, String status) {
        String cart = order.path("cartId").asText();
        String id = stage.merchant.create("key-" + cart, order).text("id");
        stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo(status));
        return id;
    }

    private static ObjectNode order(String cart) {
        return Merchant.order(cart, "250.000", "KWD");
    }

    private static Merchant.Answer post(String id, String what, String key, String body) {
        return stage.merchant.post("/payments/v2/" + id + "/" + what, body, "Idempotency-Key", key);
    }

    @Test
    void auth_heldThenCapturedInPartsThenGivenBack() {
        String id = paid(order("HOLD-1").put("mode", "auth"), "AUTHORIZED");
        JsonNode held = stage.merchant.find(id).json();
        assertThat(held.path("mode").asText()).isEqualTo("auth");
        assertThat(held.path("held").asText()).isEqualTo("250.000");
        assertThat(held.path("taken").asText()).isEqualTo("0.000");

        Merchant.Answer captured = post(id, "captures", "c-1", "{\"amount\":\"100.000\"}");
        assertThat(captured.status()).isEqualTo(200);
        assertThat(captured.text("state")).isEqualTo("DONE");
        assertThat(captured.text("status")).isEqualTo("CAPTURED");
        assertThat(post(id, "captures", "c-1", "{\"amount\":\"100.000\"}").text("tranRef"))
                .isEqualTo(captured.text("tranRef"));
        assertThat(post(id, "captures", "c-2", "{\"amount\":\"150.001\"}").status())
                .isEqualTo(422);
        assertThat(post(id, "captures", "c-2", "{}").status()).isEqualTo(200);
        assertThat(stage.merchant.find(id).text("taken")).isEqualTo("250.000");
        assertThat(post(id, "refunds", "r-1", "{}").text("status")).isEqualTo("REFUNDED");
    }

    @Test
    void auth_voided_nothingTaken() {
        String id = paid(order("HOLD-2").put("mode", "auth"), "AUTHORIZED");

        Merchant.Answer voided = post(id, "void", "v-1", "{}");

        assertThat(voided.status()).isEqualTo(200);
        assertThat(voided.text("status")).isEqualTo("VOIDED");
        assertThat(stage.merchant.find(id).text("held")).isEqualTo("0.000");
        assertThat(post(id, "captures", "c-1", "{}").status()).isEqualTo(409);
    }

    @Test
    void create_unknownMode_refused() {
        assertThat(stage.merchant
                        .create("key-m", order("HOLD-3").put("mode", "hold"))
                        .text("field"))
                .isEqualTo("mode");
        assertThat(stage.merchant
                        .create("key-m", order("HOLD-3").put("saveCard", "yes"))
                        .text("rule"))
                .isEqualTo("true or false");
    }

    @Test
    void savedCard_listedChargedAtOnceDeletedAndThenRefused() {
        paid(order("CARD-1").put("payer", "huda").put("saveCard", true), "SUCCEEDED");
        Stage.eventually().untilAsserted(() -> assertThat(cards("huda")).hasSize(1));
        JsonNode card = cards("huda").get(0);
        assertThat(card.path("description").asText()).contains("####");
        String token = card.path("savedCard").asText();
        Merchant other = Merchant.signIn(stage.tap.uri(), Stage.OTHER, Stage.PASSWORD);
        assertThat(other.get("/payments/v2/cards/huda").json().path("items")).isEmpty();

        String id = stage.merchant
                .create("key-CARD-2", order("CARD-2").put("payer", "huda").put("savedCard", token))
                .text("id");
        Merchant.Answer charged = stage.merchant.process(id);
        assertThat(charged.status()).isEqualTo(200);
        assertThat(charged.text("status")).isEqualTo("SUCCEEDED");
        assertThat(charged.json().path("redirectUrl").isNull()).isTrue();

        String theirs = other.create(
                        "key-CARD-3", order("CARD-3").put("payer", "huda").put("savedCard", token))
                .text("id");
        assertThat(other.process(theirs).status()).isEqualTo(409);
        assertThat(delete(other, token)).isEqualTo(404);
        assertThat(delete(stage.merchant, token)).isEqualTo(204);
        assertThat(cards("huda")).isEmpty();
        String late = stage.merchant
                .create("key-CARD-4", order("CARD-4").put("payer", "huda").put("savedCard", token))
                .text("id");
        assertThat(stage.merchant.process(late).status()).isEqualTo(409);
        assertThat(stage.sandbox().ledger().totals(Stage.cart("CARD-4")).charges())
                .isZero();
    }

    @Test
    void retry_afterADecline_paysTheSamePayment() {
        String id = stage.merchant.create("key-RETRY", order("RETRY")).text("id");
        stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), "4000031600000001");
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo("FAILED"));
        assertThat(stage.merchant.find(id).json().path("retryable").asBoolean()).isTrue();

        Merchant.Answer again = post(id, "retry", "again-1", "{}");
        stage.payer.pay(again.text("redirectUrl"), Payer.APPROVED);

        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED"));
        assertThat(stage.merchant.find(id).json().path("attempts")).hasSize(2);
    }

    private static JsonNode cards(String payer) {
        return stage.merchant.get("/payments/v2/cards/" + payer).json().path("items");
    }

    private static int delete(Merchant who, String token) {
        HttpRequest request =
                who.request("/payments/v2/cards/huda/" + token).DELETE().build();
        return who.send(request).status();
    }
}
