package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestCheckTest {
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeAll
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder().currencies("SAR", "KWD", "JPY").start();
        merchant = new Merchant(sandbox);
    }

    @AfterAll
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cart_id          | 17            | 101",
                "cart_id          | \"\"          | 101",
                "cart_id          | null          | 101",
                "cart_description | 17            | 102",
                "cart_currency    | \"ZZZ\"       | 206",
                "cart_currency    | \"USD\"       | 206",
                "cart_currency    | 414           | 206",
                "cart_amount      | \"ten\"       | 2",
                "cart_amount      | 0             | 2",
                "cart_amount      | -1            | 2",
                "cart_amount      | 10.001        | 2",
                "cart_amount      | 99999999999   | 2",
                "cart_amount      | null          | 2",
                "tran_type        | \"steal\"     | 2",
                "tran_class       | \"first\"     | 2",
                "callback         | \"ftp://x\"   | 2",
                "return           | \"nowhere\"   | 2",
                "tokenise         | 7             | 2",
                "paypage_ttl      | 0             | 2",
                "user_defined     | {\"udf10\":1} | 2",
            })
    void badField_isRefusedWithItsCode(String field, String value, int code) throws Exception {
        ObjectNode order = merchant.sale("BAD", "10.00", "SAR");
        order.set(field, Merchant.MAPPER.readTree(value));
        HttpResponse<String> refused = merchant.post("/payment/request", order);
        JsonNode envelope = Merchant.MAPPER.readTree(refused.body());
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(envelope.path("code").asInt()).as(refused.body()).isEqualTo(code);
        assertThat(envelope.path("trace").asText()).matches("[A-Z]{4}\\d{4}\\.[0-9A-F]{8}\\.[0-9A-F]{8}");
        assertThat(sandbox.ledger().entries("BAD")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "KWD, 1.234, 1.234",
        "KWD, 1, 1.000",
        "SAR, 0.1, 0.10",
        "JPY, 500, 500",
        "SAR, 9999999999.99, 9999999999.99"
    })
    void amount_isExact(String currency, String asked, String told) throws Exception {
        JsonNode redirect = merchant.order(merchant.sale("EXACT-" + currency + asked, asked, currency));
        assertThat(redirect.path("cart_amount").asText()).isEqualTo(told);
        assertThat(sandbox.ledger().entries("EXACT-" + currency + asked).get(0).amount())
                .isEqualTo(new BigDecimal(told));
    }

    @Test
    void wrongKey_orProfile_is401() throws Exception {
        ObjectNode order = merchant.sale("AUTH", "10.00", "SAR");
        for (String key : new String[] {"S-wrong", "Bearer " + sandbox.serverKey(), ""}) {
            HttpResponse<String> refused = merchant.send(
                    merchant.request("/payment/request", order, key).build());
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                    .isEqualTo(1);
        }
        HttpResponse<String> refused = merchant.post("/payment/request", order.put("profile_id", 1));
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(merchant.post("/payment/query", order.put("profile_id", 1)).statusCode())
                .isEqualTo(401);
        assertThat(sandbox.ledger().entries("AUTH")).isEmpty();
    }

    @Test
    void query_needsExactlyOneName() throws Exception {
        ObjectNode query = Merchant.MAPPER.createObjectNode().put("profile_id", sandbox.profileId());
        assertThat(merchant.post("/payment/query", query).statusCode()).isEqualTo(400);
        assertThat(merchant.post("/payment/query", query.put("tran_ref", "TST1").put("cart_id", "C"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(merchant.queryCart("nobody-bought-this")).isEmpty();
    }

    @Test
    void badJson_isRefused() throws Exception {
        HttpResponse<String> refused = merchant.send(
                merchant.request("/payment/request", Merchant.MAPPER.createObjectNode(), sandbox.serverKey())
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"profile_id\":"))
                        .build());
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                .isEqualTo(2);
    }
}
