package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is charged when it is not what the cart says, and cards that the merchant never sees. */
class TariffTest {
    private static final String VISA = "4111111111111111";
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder().start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void donation_isWhatThePayerChose_insideItsBounds() throws Exception {
        ObjectNode order = merchant.sale("ORD-1", "10.00", "SAR")
                .put("donation_mode", true)
                .put("cart_min", 5)
                .put("cart_max", 50);
        String page = merchant.order(order).path("redirect_url").asText();
        assertThat(merchant.get(page).body()).contains("id=\"donation\"");
        Map<String, String> form = new LinkedHashMap<>(
                Map.of("card-number", VISA, "expiry", "12/31", "cvv", "123", "action", "pay", "amount", "50.01"));
        assertThat(merchant.form(page, form).statusCode()).isEqualTo(422);
        form.put("amount", "37.50");
        merchant.form(page, form);
        JsonNode paid = merchant.queryCart("ORD-1").get(0);
        assertThat(paid.path("cart_amount").asText()).isEqualTo("10.00");
        assertThat(paid.path("tran_total").asText()).isEqualTo("37.50");
        assertThat(sandbox.ledger().totals("ORD-1").charged()).isEqualTo("37.50");
        JsonNode refund =
                merchant.order(merchant.followUp("refund", paid.path("tran_ref").asText(), "ORD-1", "37.51", "SAR"));
        assertThat(Merchant.outcome(refund)).isEqualTo("D342");
    }

    @Test
    void discount_isForItsCards() throws Exception {
        ObjectNode order = merchant.sale("ORD-1", "9.99", "SAR");
        var discounts = order.putArray("card_discounts");
        discounts
                .addObject()
                .put("discount_cards", "5200,4111")
                .put("discount_percent", 15)
                .put("discount_title", "15 %");
        discounts
                .addObject()
                .put("discount_cards", "4000")
                .put("discount_amount", 2)
                .put("discount_title", "2 off");
        merchant.pay(merchant.order(order).path("redirect_url").asText());
        assertThat(sandbox.ledger().totals("ORD-1").charged()).isEqualTo("8.49");
        JsonNode otp = merchant.pay(
                merchant.order(order.put("cart_id", "ORD-2"))
                        .path("redirect_url")
                        .asText(),
                TestCards.CHALLENGED);
        merchant.act(
                otp.path("redirect_url").asText(),
                Merchant.MAPPER.createObjectNode().put("otp", TestCards.OTP));
        assertThat(sandbox.ledger().totals("ORD-2").charged()).isEqualTo("7.99");
        merchant.pay(
                merchant.order(order.put("cart_id", "ORD-3"))
                        .path("redirect_url")
                        .asText(),
                "4464040000000007");
        assertThat(sandbox.ledger().totals("ORD-3").charged()).isEqualTo("9.99");
        JsonNode typed = merchant.order(Merchant.withCard(order.put("cart_id", "ORD-4"), VISA));
        assertThat(typed.path("tran_total").asText()).isEqualTo("8.49");
    }

    @Test
    void cardFilter_takesOnlyItsCards() throws Exception {
        ObjectNode order = merchant.sale("ORD-1", "9.99", "SAR")
                .put("card_filter", "5200,4464")
                .put("card_filter_title", "Only our bank's cards");
        String page = merchant.order(order).path("redirect_url").asText();
        Map<String, String> form =
                new LinkedHashMap<>(Map.of("card-number", VISA, "expiry", "12/31", "cvv", "123", "action", "pay"));
        assertThat(merchant.form(page, form).body()).contains("Only our bank&#39;s cards");
        form.put("card-number", "5200000000000114");
        merchant.form(page, form);
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isEqualTo(1);
        ObjectNode typed = Merchant.withCard(order.put("cart_id", "ORD-2"), VISA);
        HttpResponse<String> refused = merchant.post("/payment/request", typed);
        assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                .isEqualTo(200);
    }

    @Test
    void managedForm_givesATokenThatIsGoodOnce() throws Exception {
        Map<String, String> form = new LinkedHashMap<>(
                Map.of("key", sandbox.clientKey(), "number", VISA, "expmonth", "12", "expyear", "2031", "cvv", "123"));
        String url = sandbox.baseUri() + "/payment/js/token";
        HttpResponse<String> held = merchant.form(url, form);
        assertThat(held.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
        String token = merchant.ok(held).path("token").asText();
        ObjectNode order = merchant.sale("ORD-1", "9.99", "SAR").put("payment_token", token);
        assertThat(merchant.post("/payment/request", order).statusCode())
                .as("no customer")
                .isEqualTo(400);
        token = merchant.ok(merchant.form(url, form)).path("token").asText();
        order.put("payment_token", token).putObject("customer_details").put("name", "Huda Salem");
        assertThat(Merchant.outcome(merchant.order(order))).isEqualTo("A");
        assertThat(merchant.post("/payment/request", order.put("cart_id", "ORD-2"))
                        .statusCode())
                .isEqualTo(400);

        form.put("number", "4111111111111112");
        assertThat(merchant.form(url, form).statusCode()).isEqualTo(400);
        form.put("key", "C-wrong");
        assertThat(merchant.form(url, form).statusCode()).isEqualTo(401);
        HttpResponse<String> script =
                merchant.send(HttpRequest.newBuilder(sandbox.baseUri().resolve("/payment/js/paylib.js"))
                        .build());
        assertThat(script.body()).contains("inlineForm");
    }

    @Test
    void wallet_isChargedAtOnce() throws Exception {
        ObjectNode order = merchant.sale("ORD-1", "9.99", "SAR");
        order.putObject("customer_details").put("name", "Huda Salem");
        order.putObject("apple_pay_token").put("data", "opaque");
        JsonNode paid = merchant.order(order);
        assertThat(Merchant.outcome(paid)).isEqualTo("A");
        assertThat(paid.at("/payment_info/payment_method").asText()).isEqualTo("ApplePay");
    }
}
