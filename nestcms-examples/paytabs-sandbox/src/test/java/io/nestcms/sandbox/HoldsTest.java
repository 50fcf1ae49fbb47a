package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hold on reject: anti-fraud turns a sale into an authorisation that a person in the dashboard captures, or gives back. */
class HoldsTest {
    private static final String VISA = "4111111111111111";
    private static final String HELD = TestCards.coded(TestCards.ON_HOLD);
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder()
                .duplicates(DuplicateRule.OFF, Duration.ofMinutes(2))
                .assume(Assumption.CALLBACKS_TELL_OF_THE_DASHBOARD)
                .start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void heldSale_isToldAsAuthH_andOnlyItsQuerySaysWhatWasAskedFor() throws Exception {
        JsonNode reply = buy("sale", "120.30", HELD);
        assertThat(reply.path("tran_type").asText()).isEqualTo("Auth");
        assertThat(reply.has("original_tran_type")).isFalse();
        JsonNode queried = merchant.queryRef(ref(reply));
        assertThat(queried.path("tran_type").asText()).isEqualTo("Auth");
        assertThat(queried.path("original_tran_type").asText()).isEqualTo("Sale");
        assertThat(queried.at("/payment_result/response_status").asText()).isEqualTo("H");
        assertThat(queried.at("/payment_result/response_message").asText()).isEqualTo("Authorised");
        JsonNode listed = merchant.queryCart("ORD-1").get(0);
        assertThat(listed.path("tran_type").asText()).isEqualTo("Auth");
        assertThat(listed.has("original_tran_type")).isFalse();
        JsonNode told = told(1);
        assertThat(told.path("tran_type").asText()).isEqualTo("Auth");
        assertThat(told.has("original_tran_type")).isFalse();
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isZero();
        assertThat(sandbox.ledger().totals("ORD-1").authorised()).isZero();
    }

    @Test
    void heldAuthorisation_isNoSale() throws Exception {
        JsonNode queried = merchant.queryRef(ref(buy("auth", "120.30", HELD)));
        assertThat(queried.path("tran_type").asText()).isEqualTo("Auth");
        assertThat(queried.has("original_tran_type")).isFalse();
    }

    @Test
    void anyFollowUpOfAHeldOne_isRefusedWithE120_andMovesNothing() throws Exception {
        String held = ref(buy("sale", "120.30", HELD));
        for (String type : new String[] {"capture", "void", "release", "refund", "authext"}) {
            JsonNode refused = merchant.order(merchant.followUp(type, held, "F-" + type, "1.30", "SAR"));
            assertThat(Merchant.outcome(refused)).as(type).isEqualTo("E120");
            assertThat(refused.at("/payment_result/response_message").asText())
                    .isEqualTo("Previous transaction is on hold");
            assertThat(refused.path("previous_tran_ref").asText()).isEqualTo(held);
        }
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isZero();
        assertThat(sandbox.ledger().totals("ORD-1").refunds()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void dashboardCapture_takesTheMoney_andTheHoldIsToldAsSwitched(HoldAfterCapture after) throws Exception {
        merchant.control(
                "POST",
                "/faults",
                "{\"fault\":\"hold-after-capture\",\"is\":\"" + after.name().toLowerCase(Locale.ROOT) + "\"}");
        String held = ref(buy("sale", "120.30", HELD));
        assertThat(merchant.queryRef(held).at("/payment_result/response_status").asText())
                .as("not captured yet")
                .isEqualTo("H");
        told(1);

        JsonNode captured = Merchant.MAPPER.readTree(merchant.control(
                        "POST", "/transactions/" + held + "/follow-up", "{\"type\":\"capture\",\"amount\":\"120.30\"}")
                .body());

        assertThat(captured.path("status").asText()).isEqualTo("A");
        JsonNode told = told(2);
        assertThat(told.path("tran_type").asText()).isEqualTo("Capture");
        assertThat(told.path("previous_tran_ref").asText()).isEqualTo(held);
        assertThat(told.path("paymentChannel").asText()).isEqualTo("Dashboard");
        CartTotals totals = sandbox.ledger().totals("ORD-1");
        assertThat(totals.charges()).isEqualTo(1);
        assertThat(totals.charged()).isEqualByComparingTo("120.30");
        JsonNode list = merchant.queryCart("ORD-1");
        assertThat(list.get(0).path("tran_type").asText()).isEqualTo("Capture");
        switch (after) {
            case HELD, AUTHORISED -> {
                JsonNode queried = merchant.queryRef(held);
                assertThat(queried.path("original_tran_type").asText()).isEqualTo("Sale");
                assertThat(queried.path("tran_type").asText()).isEqualTo("Auth");
                assertThat(queried.at("/payment_result/response_status").asText())
                        .isEqualTo(after == HoldAfterCapture.HELD ? "H" : "A");
                assertThat(list).hasSize(2);
            }
            case GONE -> {
                ObjectNode query = Merchant.MAPPER
                        .createObjectNode()
                        .put("profile_id", sandbox.profileId())
                        .put("tran_ref", held);
                assertThat(merchant.post("/payment/query", query).statusCode()).isEqualTo(400);
                assertThat(list).hasSize(1);
            }
        }
        String capture = captured.path("ref").asText();
        assertThat(Merchant.outcome(merchant.order(merchant.followUp("refund", capture, "R-1", "20.30", "SAR"))))
                .isEqualTo("A");
        assertThat(Merchant.outcome(merchant.order(merchant.followUp("refund", held, "R-2", "1.00", "SAR"))))
                .as("the hold itself was never charged")
                .isEqualTo("D320");
        assertThatThrownBy(() -> sandbox.settle(held, "A", ""))
                .as("it would be charged twice")
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void dashboardCapture_inParts_neverExceedsTheHold() throws Exception {
        String held = ref(buy("sale", "100.00", HELD));
        assertThat(sandbox.followUp(held, "capture", new BigDecimal("60")).status())
                .isEqualTo("A");
        assertThat(sandbox.followUp(held, "capture", new BigDecimal("40.01")).code())
                .isEqualTo("325");
        assertThat(sandbox.followUp(held, "void", new BigDecimal("40")).status())
                .isEqualTo("A");
        assertThat(sandbox.followUp(held, "capture", new BigDecimal("0.01")).code())
                .isEqualTo("325");
        assertThat(sandbox.ledger().totals("ORD-1").charged()).isEqualByComparingTo("60");
    }

    @Test
    void dashboardVoidOfASale_givesItBack_andThereIsNothingLeftToRefund() throws Exception {
        String sale = ref(buy("sale", "100.00", VISA));
        String other = ref(buy("sale", "100.00", VISA));
        assertThat(Merchant.outcome(merchant.order(merchant.followUp("void", sale, "V-1", "100.00", "SAR"))))
                .as("the API refunds a sale")
                .isEqualTo("D335");
        LedgerEntry voided = sandbox.followUp(sale, "void", new BigDecimal("100"), "told-by-nobody");
        assertThat(voided.status()).isEqualTo("A");
        assertThat(voided.cartId()).isEqualTo("told-by-nobody");
        assertThat(Merchant.outcome(merchant.order(merchant.followUp("refund", sale, "R-1", "0.01", "SAR"))))
                .isEqualTo("D342");
        assertThat(Merchant.outcome(merchant.order(merchant.followUp("refund", other, "R-2", "100.00", "SAR"))))
                .as("the other sale stands")
                .isEqualTo("A");
        CartTotals totals = sandbox.ledger().totals("ORD-1");
        assertThat(totals.voided()).isEqualByComparingTo("100");
        assertThat(totals.refunded()).isEqualByComparingTo("100");
        assertThat(merchant.queryRef(sale).at("/payment_result/response_status").asText())
                .isEqualTo("A");
        sandbox.switches().assume(Assumption.VOIDED_AUTH_SHOWS_V);
        assertThat(merchant.queryRef(sale).at("/payment_result/response_status").asText())
                .isEqualTo("V");
        assertThat(merchant.queryRef(other)
                        .at("/payment_result/response_status")
                        .asText())
                .isEqualTo("A");
    }

    @Test
    void dashboardRefund_isToldWithTheReferenceOfItsSale() throws Exception {
        String sale = ref(buy("sale", "100.00", VISA));
        told(1);
        HttpResponse<String> done = merchant.control(
                "POST",
                "/transactions/" + sale + "/follow-up",
                "{\"type\":\"refund\",\"amount\":\"25\",\"cart_id\":\"WEB-991\"}");
        assertThat(done.statusCode()).isEqualTo(200);
        JsonNode told = told(2);
        assertThat(told.path("cart_id").asText()).isEqualTo("WEB-991");
        assertThat(told.path("previous_tran_ref").asText()).isEqualTo(sale);
        assertThat(told.path("tran_type").asText()).isEqualTo("Refund");
        assertThat(sandbox.ledger().totals("ORD-1").refunded()).isEqualByComparingTo("25");
        assertThat(sandbox.ledger().entries("WEB-991")).hasSize(1);
    }

    @Test
    void heldOne_decidedFromOutside_isASaleAgain() throws Exception {
        String held = ref(buy("sale", "100.00", HELD));
        sandbox.settle(held, "A", "");
        JsonNode queried = merchant.queryRef(held);
        assertThat(queried.path("tran_type").asText()).isEqualTo("Sale");
        assertThat(queried.has("original_tran_type")).isFalse();
        assertThat(sandbox.ledger().totals("ORD-1").charged()).isEqualByComparingTo("100");
    }

    private JsonNode buy(String type, String amount, String card) throws Exception {
        return merchant.order(
                Merchant.withCard(merchant.sale("ORD-1", amount, "SAR").put("tran_type", type), card));
    }

    private static String ref(JsonNode reply) {
        return reply.path("tran_ref").asText();
    }

    /** The notification of so many that came last. */
    private JsonNode told(int count) throws Exception {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> merchant.notifications.size() == count && sandbox.callbacksUnderWay() == 0);
        return merchant.notifications.get(count - 1).json();
    }
}
