package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.sandbox.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Money given back: in parts, once per key, and never on a guess. */
class RefundsTest {
    @TempDir
    Path data;

    private Stage stage;
    private String id;

    @BeforeEach
    void pay() throws IOException {
        stage = new Stage(data);
        id = stage.merchant
                .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                .text("id");
        stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED"));
    }

    @org.junit.jupiter.api.AfterEach
    void close() {
        stage.close();
    }

    private Merchant.Answer refund(String key, String body) {
        return stage.merchant.post("/payments/v2/" + id + "/refunds", body, "Idempotency-Key", key);
    }

    @Test
    void refund_inPartsUpToAll_oncePerKey() {
        Merchant.Answer first = refund("r-1", "{\"amount\":\"100.000\"}");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text("state")).isEqualTo("DONE");
        assertThat(first.text("status")).isEqualTo("PARTIALLY_REFUNDED");

        assertThat(refund("r-1", "{\"amount\":\"100.000\"}").text("tranRef")).isEqualTo(first.text("tranRef"));
        assertThat(refund("r-1", "{\"amount\":\"99.000\"}").status()).isEqualTo(422);
        assertThat(refund("r-2", "{\"amount\":\"150.001\"}").status()).isEqualTo(422);
        assertThat(refund("r-2", "{}").text("status")).isEqualTo("REFUNDED");
        assertThat(refund("r-3", "{\"amount\":\"0.001\"}").status()).isEqualTo(409);

        assertThat(stage.sandbox().ledger().totals(Stage.cart("ORD-1")).refunded())
                .isEqualByComparingTo("250.000");
        assertThat(stage.merchant.find(id).json().path("followUps")).hasSize(2);
    }

    @Test
    void refund_replyLost_isNeverSentAgainAndFoundByQuery() {
        stage.sandbox().faults().next(1, "/payment/request", Fault.dropReply());
        long before = stage.sandbox().calls("/payment/request");

        assertThat(refund("r-1", "{\"amount\":\"100.000\"}").status()).isEqualTo(202);
        assertThat(refund("r-1", "{\"amount\":\"100.000\"}").status()).isEqualTo(202);
        stage.reconcileAfter(Duration.ofSeconds(5));

        assertThat(refund("r-1", "{\"amount\":\"100.000\"}").text("state")).isEqualTo("DONE");
        assertThat(stage.sandbox().calls("/payment/request")).isEqualTo(before + 1);
        assertThat(stage.sandbox().ledger().totals(Stage.cart("ORD-1")).refunded())
                .isEqualByComparingTo("100.000");
    }

    @Test
    void refund_withoutKeyOrWithAnotherField_refused() {
        assertThat(stage.merchant
                        .post("/payments/v2/" + id + "/refunds", "{\"amount\":\"1.000\"}")
                        .status())
                .isEqualTo(400);
        assertThat(refund("r-1", "{\"amount\":\"1.0001\"}").status()).isEqualTo(422);
        assertThat(refund("r-1", "{\"sum\":\"1.000\"}").status()).isEqualTo(422);
        assertThat(stage.merchant
                        .post("/payments/v2/" + id + "/captures", "{}", "Idempotency-Key", "c-1")
                        .status())
                .isEqualTo(409);
        assertThat(stage.merchant
                        .post("/payments/v2/" + id + "/void", "{}", "Idempotency-Key", "v-1")
                        .status())
                .isEqualTo(409);
    }
}
