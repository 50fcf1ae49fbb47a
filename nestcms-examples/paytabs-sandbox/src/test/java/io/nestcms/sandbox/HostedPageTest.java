package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostedPageTest {
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
    void approvedCard_isChargedOnce_calledBackAndReturned() throws Exception {
        JsonNode redirect = merchant.order(merchant.sale("ORD-1", "250.000", "KWD"));
        assertThat(redirect.path("tran_total").asText()).isEqualTo("0");
        assertThat(redirect.path("cart_amount").asText()).isEqualTo("250.000");
        assertThat(redirect.has("payment_result")).isFalse();
        String page = redirect.path("redirect_url").asText();
        assertThat(page).matches(sandbox.baseUri() + "/payment/page/[0-9A-F]{32}");
        assertThat(merchant.queryRef(redirect.path("tran_ref").asText()).has("payment_result"))
                .isFalse();

        JsonNode paid = merchant.pay(page);
        assertThat(paid.path("status").asText()).isEqualTo("A");

        await().atMost(Duration.ofSeconds(20))
                .until(() -> merchant.notifications.size() == 1 && sandbox.callbacksUnderWay() == 0);
        Merchant.Notification told = merchant.notifications.get(0);
        assertThat(told.signature()).isEqualTo(merchant.hmac(told.body()));
        assertThat(told.json().path("tran_total").asText()).isEqualTo("250.000");
        assertThat(told.json().path("profile_id").asLong()).isEqualTo(sandbox.profileId());
        assertThat(told.json().path("payment_result").path("response_status").asText())
                .isEqualTo("A");
        assertThat(told.json().path("tran_class").asText()).isEqualTo("ECom");

        JsonNode queried = merchant.queryCart("ORD-1");
        assertThat(queried).hasSize(1);
        assertThat(queried.get(0).path("payment_result").path("response_status").asText())
                .isEqualTo("A");
        assertThat(merchant.queryRef(redirect.path("tran_ref").asText())
                        .path("profileId")
                        .asLong())
                .isEqualTo(sandbox.profileId());
        CartTotals totals = sandbox.ledger().totals("ORD-1");
        assertThat(totals.charges()).isEqualTo(1);
        assertThat(totals.charged()).isEqualByComparingTo("250");
        assertThat(sandbox.deliveries())
                .singleElement()
                .satisfies(d -> assertThat(d.outcome()).isEqualTo("delivered"));
    }

    @Test
    void signedReturn_isWhatTheBrowserPosts() throws Exception {
        String page = merchant.order(merchant.sale("ORD-2", "10.50", "SAR"))
                .path("redirect_url")
                .asText();
        String html = merchant.form(page, cardForm("4111 1111 1111 1111")).body();
        Matcher hidden = Pattern.compile("type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"")
                .matcher(html);
        Map<String, String> fields = new LinkedHashMap<>();
        while (hidden.find()) {
            fields.put(hidden.group(1), hidden.group(2));
        }
        assertThat(html).contains("action=\"" + merchant.url("/return") + "\"").contains("return-form').submit()");
        assertThat(fields)
                .containsEntry("cartId", "ORD-2")
                .containsEntry("respStatus", "A")
                .containsKeys("tranRef", "signature");
        String signed = "cartId=ORD-2&respCode=" + fields.get("respCode")
                + "&respMessage=Authorised&respStatus=A&tranRef=" + fields.get("tranRef");
        assertThat(fields.get("signature"))
                .isEqualTo(merchant.hmac(signed.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void cardPage_hasTheFieldsOfABrowserTest_andEscapes() throws Exception {
        String page = merchant.order(merchant.sale("ORD-3", "10", "SAR"))
                .path("redirect_url")
                .asText();
        String html = merchant.get(page).body();
        assertThat(html)
                .contains("id=\"card-number\"", "id=\"expiry\"", "id=\"cvv\"", "id=\"pay\"", "id=\"cancel\"")
                .contains("Two &lt;tickets&gt;")
                .contains("4111111111111111")
                .contains("10.00 SAR");
    }

    @ParameterizedTest
    @CsvSource({
        "4000031600000001, D, 316",
        "4000030000000009, D, 300",
        "4000040000000008, E, 400",
        "4000060000000006, P, 600",
        "5200000000000114, A, ",
        "4464040000000007, A, ",
    })
    void card_decidesTheStatus(String card, String status, String code) throws Exception {
        String page = merchant.order(merchant.sale("ORD-4", "99.99", "SAR"))
                .path("redirect_url")
                .asText();
        JsonNode paid = merchant.pay(page, card);
        assertThat(paid.path("status").asText()).isEqualTo(status);
        if (code != null) {
            assertThat(paid.path("code").asText()).isEqualTo(code);
        }
        assertThat(sandbox.ledger().totals("ORD-4").charges()).isEqualTo(status.equals("A") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"123456, A", "000000, D"})
    void challengedCard_asksForThePassword(String otp, String status) throws Exception {
        String page = merchant.order(merchant.sale("ORD-5", "12.00", "SAR"))
                .path("redirect_url")
                .asText();
        var challenged = merchant.form(page, cardForm(TestCards.CHALLENGED));
        assertThat(challenged.statusCode()).isEqualTo(303);
        String challenge =
                sandbox.baseUri() + challenged.headers().firstValue("Location").orElseThrow();
        assertThat(challenge).contains("/payment/wr/");
        assertThat(merchant.get(challenge).body()).contains("id=\"otp\"", "id=\"confirm\"");
        assertThat(sandbox.ledger().totals("ORD-5").charges()).isZero();

        String html = merchant.form(challenge, Map.of("otp", otp, "action", "confirm"))
                .body();
        assertThat(html).contains("name=\"respStatus\" value=\"" + status + "\"");
        JsonNode queried = merchant.queryCart("ORD-5").get(0);
        assertThat(queried.path("payment_result").path("response_status").asText())
                .isEqualTo(status);
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 1);
        assertThat(merchant.notifications
                        .get(0)
                        .json()
                        .at("/threeDSDetails/enrolled")
                        .asText())
                .isEqualTo(status.equals("A") ? "Y" : "");
    }

    @Test
    void challengedCard_overJson() throws Exception {
        String page = merchant.order(merchant.sale("ORD-6", "12.00", "SAR"))
                .path("redirect_url")
                .asText();
        JsonNode next = merchant.pay(page, TestCards.CHALLENGED);
        assertThat(next.path("next").asText()).isEqualTo("otp");
        JsonNode paid = merchant.act(
                next.path("redirect_url").asText(),
                Merchant.MAPPER.createObjectNode().put("otp", TestCards.OTP));
        assertThat(paid.path("status").asText()).isEqualTo("A");
        assertThat(paid.path("return").path("fields").path("signature").asText())
                .hasSize(64);
    }

    @Test
    void cancelled_isStatusC() throws Exception {
        String page = merchant.order(merchant.sale("ORD-7", "12.00", "SAR"))
                .path("redirect_url")
                .asText();
        assertThat(merchant.form(page, Map.of("action", "cancel")).body()).contains("name=\"respStatus\" value=\"C\"");
        assertThat(merchant.queryCart("ORD-7")
                        .get(0)
                        .at("/payment_result/response_code")
                        .asText())
                .isEqualTo("321");
    }

    @Test
    void wrongNumber_staysOnThePage() throws Exception {
        String page = merchant.order(merchant.sale("ORD-8", "12.00", "SAR"))
                .path("redirect_url")
                .asText();
        var refused = merchant.form(page, cardForm("4111111111111112"));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("id=\"error\"", "Invalid card number");
        assertThat(merchant.queryCart("ORD-8").get(0).has("payment_result")).isFalse();
    }

    @Test
    void manyPayersAtOnePage_payOnce() throws Exception {
        String page = merchant.order(merchant.sale("ORD-20", "12.00", "SAR"))
                .path("redirect_url")
                .asText();
        var pool = java.util.concurrent.Executors.newFixedThreadPool(8);
        try {
            java.util.concurrent.Callable<Integer> pay =
                    () -> merchant.form(page, cardForm("4111111111111111")).statusCode();
            for (var done : pool.invokeAll(java.util.Collections.nCopies(24, pay))) {
                assertThat(done.get()).isEqualTo(200);
            }
        } finally {
            pool.shutdown();
        }
        assertThat(sandbox.ledger().totals("ORD-20").charges()).isEqualTo(1);
        await().atMost(Duration.ofSeconds(20)).until(() -> sandbox.callbacksUnderWay() == 0);
        assertThat(merchant.notifications).hasSize(1);
    }

    @Test
    void paidPage_opensAgain_withoutASecondCharge() throws Exception {
        String page = merchant.order(merchant.sale("ORD-9", "12.00", "SAR"))
                .path("redirect_url")
                .asText();
        merchant.pay(page);
        assertThat(merchant.form(page, cardForm("4111111111111111")).body()).contains("return-form");
        assertThat(merchant.get(page).body()).contains("return-form");
        assertThat(sandbox.ledger().totals("ORD-9").charges()).isEqualTo(1);
    }

    @Test
    void returnUsingGet_putsTheFieldsIntoTheAddress() throws Exception {
        var order = merchant.sale("ORD-10", "12.00", "SAR").put("return_using_get", true);
        String page = merchant.order(order).path("redirect_url").asText();
        var back = merchant.form(page, cardForm("4111111111111111"));
        assertThat(back.statusCode()).isEqualTo(303);
        assertThat(back.headers().firstValue("Location").orElseThrow())
                .startsWith(merchant.url("/return") + "?")
                .contains("cartId=ORD-10", "&signature=");
    }

    @Test
    void pending_isSettledFromOutside_andToldAgain() throws Exception {
        JsonNode redirect = merchant.order(merchant.sale("ORD-11", "12.00", "SAR"));
        merchant.pay(redirect.path("redirect_url").asText(), "4000060000000006");
        var settled = merchant.control(
                "POST", "/transactions/" + redirect.path("tran_ref").asText() + "/settle", "{\"status\":\"A\"}");
        assertThat(settled.statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
        assertThat(sandbox.ledger().totals("ORD-11").charges()).isEqualTo(1);
    }

    @Test
    void ownForm_isDecidedAtOnce() throws Exception {
        JsonNode paid = merchant.order(Merchant.withCard(merchant.sale("ORD-12", "30", "JPY"), "4111111111111111"));
        assertThat(paid.at("/payment_result/response_status").asText()).isEqualTo("A");
        assertThat(paid.path("tran_total").asText()).isEqualTo("30");
        assertThat(paid.at("/payment_info/payment_description").asText()).isEqualTo("4111 11## #### 1111");
        assertThat(paid.toString()).doesNotContain("4111111111111111");
        assertThat(sandbox.ledger().totals("ORD-12").charges()).isEqualTo(1);
    }

    @Test
    void ownForm_withChallengedCard_redirects() throws Exception {
        JsonNode next = merchant.order(Merchant.withCard(merchant.sale("ORD-13", "30", "SAR"), TestCards.CHALLENGED));
        assertThat(next.path("redirect_url").asText()).contains("/payment/wr/");
        assertThat(sandbox.ledger().totals("ORD-13").charges()).isZero();
    }

    private static Map<String, String> cardForm(String number) {
        return Map.of("card-number", number, "expiry", "12 / 31", "cvv", "123", "action", "pay");
    }
}
