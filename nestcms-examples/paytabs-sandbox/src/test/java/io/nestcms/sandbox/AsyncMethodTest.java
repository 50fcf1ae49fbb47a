package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AsyncMethodTest {
    private final MovableClock clock = new MovableClock();
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder().clock(clock).start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void reference_isPending_thenPaidAtTheKiosk() throws Exception {
        JsonNode redirect = merchant.order(order("fawry"));
        String page = redirect.path("redirect_url").asText();
        assertThat(merchant.get(page).body()).contains("id=\"fawry\"").doesNotContain("id=\"card-number\"");
        assertThat(merchant.form(page, Map.of("method", "fawry")).body())
                .contains("name=\"respStatus\" value=\"P\"")
                .containsPattern("name=\"respCode\" value=\"\\d{12}\"");
        JsonNode pending = merchant.queryRef(redirect.path("tran_ref").asText());
        assertThat(pending.path("tran_type").asText()).isEqualTo("Payment Request");
        assertThat(pending.at("/payment_info/payment_method").asText()).isEqualTo("Fawry");
        assertThat(pending.path("original_tran_type").asText()).isEqualTo("Sale");
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isZero();

        var paid = merchant.control(
                "POST", "/transactions/" + redirect.path("tran_ref").asText() + "/redeem", "");
        assertThat(paid.statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
        JsonNode sale = told().stream()
                .filter(n -> n.path("tran_type").asText().equals("Sale"))
                .findFirst()
                .orElseThrow();
        assertThat(sale.path("previous_tran_ref")).isEqualTo(redirect.path("tran_ref"));
        assertThat(Merchant.outcome(sale)).isEqualTo("A");
        assertThat(sale.at("/payment_result/response_code"))
                .as("the reference that was paid with")
                .isEqualTo(pending.at("/payment_result/response_code"));
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isEqualTo(1);
        clock.advance(Duration.ofDays(2));
        assertThat(sandbox.expirePages()).isZero();
        assertThat(merchant.control(
                                "POST",
                                "/transactions/" + redirect.path("tran_ref").asText() + "/redeem",
                                "")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void sadadInquiry_showsTheTransaction_andNoOtherMethods() throws Exception {
        JsonNode sadad = merchant.order(order("sadad"));
        merchant.act(
                sadad.path("redirect_url").asText(),
                Merchant.MAPPER.createObjectNode().put("method", "sadad"));

        JsonNode shown = merchant.ok(inquire(sadad));

        assertThat(shown.path("tran_ref")).isEqualTo(sadad.path("tran_ref"));
        assertThat(Merchant.outcome(shown)).matches("P\\d{12}");
        JsonNode fawry = merchant.order(order("fawry").put("cart_id", "ORD-2"));
        assertThat(inquire(fawry).statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> inquire(JsonNode about) throws Exception {
        ObjectNode body = Merchant.MAPPER.createObjectNode().put("profile_id", sandbox.profileId());
        body.set("tran_ref", about.path("tran_ref"));
        return merchant.post("/payment/apm/sadad/ifs/inquiry", body);
    }

    @Test
    void valuInquiry_offersInstalmentsThatAddUpToTheAmountOrMore() throws Exception {
        ObjectNode body = Merchant.MAPPER
                .createObjectNode()
                .put("profile_id", sandbox.profileId())
                .put("cart_amount", 1000)
                .put("cart_currency", "EGP");
        body.putObject("customer_details").put("phone", "01000000000");

        JsonNode offered = merchant.ok(merchant.post("/payment/info/valu/inquiry", body))
                .at("/valuResponse/productList/0/tenureList");

        assertThat(offered)
                .extracting(
                        plan -> plan.path("tenorMonth").asInt(),
                        plan -> plan.path("emi").asText())
                .startsWith(tuple(3, "333.34"), tuple(6, "166.67"));
        assertThat(merchant.ok(merchant.post("/payment/info/valu/inquiry", body))
                        .at("/valuResponse/responseCode")
                        .asInt(-1))
                .isZero();
        assertThat(merchant.post("/payment/info/valu/inquiry", body.put("cart_currency", "SAR"))
                        .body())
                .contains("206");
    }

    @Test
    void reference_neverPaid_expires() throws Exception {
        JsonNode redirect = merchant.order(order("sadad"));
        merchant.act(
                redirect.path("redirect_url").asText(),
                Merchant.MAPPER.createObjectNode().put("method", "sadad"));
        clock.advance(Duration.ofHours(24));
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
        assertThat(told())
                .extracting(Merchant::outcome)
                .satisfiesExactlyInAnyOrder(
                        promised -> assertThat(promised).matches("P\\d{12}"),
                        over -> assertThat(over).isEqualTo("X355"));
    }

    @Test
    void cardAndLater_mayBothBeOffered() throws Exception {
        ObjectNode order = order("aman");
        ((com.fasterxml.jackson.databind.node.ArrayNode) order.path("payment_methods")).add("card");
        JsonNode redirect = merchant.order(order);
        String page = redirect.path("redirect_url").asText();
        assertThat(merchant.get(page).body()).contains("id=\"aman\"", "id=\"card-number\"");
        assertThat(merchant.pay(page).path("status").asText()).isEqualTo("A");
    }

    @Test
    void unansweredChallenge_isDeclinedAnHourLater_withANotificationOnly() throws Exception {
        JsonNode redirect = merchant.order(merchant.sale("ORD-2", "10.00", "SAR"));
        merchant.pay(redirect.path("redirect_url").asText(), TestCards.CHALLENGED);
        clock.advance(Duration.ofMinutes(60));
        assertThat(merchant.queryRef(redirect.path("tran_ref").asText()).has("payment_result"))
                .isFalse();
        clock.advance(Duration.ofMinutes(5));
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 1);
        assertThat(Merchant.outcome(told().get(0))).isEqualTo("D345");
    }

    private ObjectNode order(String method) {
        ObjectNode order = merchant.sale("ORD-1", "310.00", "EGP");
        order.putArray("payment_methods").add(method);
        return order;
    }

    private List<JsonNode> told() {
        return merchant.notifications.stream()
                .map(notification -> {
                    try {
                        return notification.json();
                    } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }
}
