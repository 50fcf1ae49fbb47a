package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {
    private static final String VISA = "4111111111111111";

    @TempDir
    private Path folder;

    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder().ledgerFile(folder.resolve("l")).start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @ParameterizedTest
    @CsvSource({"2, [0-9A-F]{32}", "3, [0-9A-Z]{20}", "4, [0-9]{22}", "5, [0-9]{16}", "6, [0-9A-Z]{32}"})
    void tokenise_givesATokenOfItsForm(int form, String pattern) throws Exception {
        assertThat(save(form).path("token").asText()).matches(pattern);
    }

    @Test
    void tokenInfo_makesATokenToo_andIsCheckedToo() throws Exception {
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-2", "10.00", "SAR"), VISA);
        order.putObject("token_info").put("tokenise", 4).put("token_type", "unscheduled");
        assertThat(merchant.order(order).path("token").asText()).matches("[0-9]{22}");
        order.putObject("token_info").put("tokenise", 7);
        assertRefused("/payment/request", order);
    }

    @Test
    void tokenise_notAskedOrDeclined_givesNone() throws Exception {
        assertThat(save(1).has("token")).isFalse();
        ObjectNode declined = Merchant.withCard(merchant.sale("ORD-2", "10.00", "SAR"), "4000031600000001")
                .put("tokenise", 2);
        assertThat(merchant.order(declined).has("token")).isFalse();
    }

    @Test
    void token_isQueried_charged_andDeleted() throws Exception {
        JsonNode saved = save(2);
        String token = saved.path("token").asText();
        JsonNode queried = merchant.ok(merchant.post("/payment/token", named(token)));
        assertThat(queried.path("tran_ref")).isEqualTo(saved.path("tran_ref"));
        assertThat(queried.at("/payment_info/payment_description"))
                .isEqualTo(saved.at("/payment_info/payment_description"));

        JsonNode charged = merchant.order(recurring("ORD-2", token));
        assertThat(Merchant.outcome(charged)).isEqualTo("A");
        assertThat(charged.path("previous_tran_ref")).isEqualTo(saved.path("tran_ref"));
        assertThat(charged.has("redirect_url")).isFalse();
        assertThat(charged.path("token").asText()).isEqualTo(token);

        JsonNode deleted = merchant.ok(merchant.post("/payment/token/delete", named(token)));
        assertThat(deleted.path("code").asInt(-1)).isZero();
        assertRefused("/payment/token", named(token));
        assertRefused("/payment/token/delete", named(token));
        assertRefused("/payment/request", recurring("ORD-3", token));
        sandbox.close();
        try (PayTabsSandbox again =
                        PayTabsSandbox.builder().ledgerFile(folder.resolve("l")).start();
                Merchant shop = new Merchant(again)) {
            assertThat(shop.post("/payment/token", named(token)).statusCode()).isEqualTo(400);
            assertThat(again.ledger().totals("ORD-2").charges()).isEqualTo(1);
        }
    }

    @Test
    void token_deletedForeignOrOfAnExpiredCard_refusedWithTheReason() throws Exception {
        String token = save(2).path("token").asText();
        String brief = merchant.order(Merchant.withCard(merchant.sale("ORD-9", "10.00", "SAR"), VISA)
                        .put("tokenise", 2))
                .path("token")
                .asText();
        merchant.ok(merchant.post("/payment/token/delete", named(token)));

        assertThat(reason(recurring("ORD-3", token))).isEqualTo("Invalid token: it was deleted");
        assertThat(reason(recurring("ORD-3", "A".repeat(32)))).isEqualTo("Invalid token: this profile has none such");
        assertThat(Merchant.outcome(merchant.order(recurring("ORD-3", brief)))).isEqualTo("A");
    }

    @Test
    void walletToken_usedExpiredOrForeign_refusedWithTheReason() throws Exception {
        assertThat(Merchant.outcome(merchant.order(wallet("ORD-3", "apple_pay_token", "one"))))
                .isEqualTo("A");
        assertThat(reason(wallet("ORD-4", "apple_pay_token", "one")))
                .isEqualTo("Invalid apple_pay_token: it was used before");
        assertThat(reason(wallet("ORD-4", "samsung_pay_token", "expired-1")))
                .isEqualTo("Invalid samsung_pay_token: its time is over");
        assertThat(reason(wallet("ORD-4", "samsung_pay_token", "foreign-1")))
                .isEqualTo("Invalid samsung_pay_token: it was made for another merchant");
        JsonNode declined = merchant.order(wallet("ORD-4", "samsung_pay_token", "code-316-1"));
        assertThat(Merchant.outcome(declined)).isEqualTo("D316");
        assertThat(sandbox.ledger().totals("ORD-4").charges()).isZero();
    }

    private ObjectNode wallet(String cartId, String field, String data) {
        ObjectNode order = Merchant.withCard(merchant.sale(cartId, "10.00", "SAR"), VISA);
        order.remove("card_details");
        order.putObject(field).put("data", data);
        return order;
    }

    private String reason(ObjectNode body) throws Exception {
        HttpResponse<String> refused = merchant.post("/payment/request", body);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        return Merchant.MAPPER.readTree(refused.body()).path("message").asText();
    }

    @Test
    void recurring_hasItsRules() throws Exception {
        String token = save(2).path("token").asText();
        ObjectNode noToken = recurring("ORD-2", token);
        noToken.remove("token");
        assertRefused("/payment/request", noToken);
        assertRefused("/payment/request", recurring("ORD-2", token).put("tran_type", "register"));
        ObjectNode shipped = recurring("ORD-2", token);
        shipped.putObject("shipping_details").put("name", "Huda");
        assertRefused("/payment/request", shipped);
        ObjectNode info = recurring("ORD-2", token);
        info.remove("token");
        info.putObject("token_info").put("token", token).put("token_type", "unscheduled");
        assertThat(Merchant.outcome(merchant.order(info))).isEqualTo("A");
    }

    @Test
    void moto_needsNoCvv_andAsksNobody() throws Exception {
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-2", "10.00", "SAR"), TestCards.CHALLENGED)
                .put("tran_class", "moto");
        ((ObjectNode) order.path("card_details")).remove("cvv");
        assertThat(Merchant.outcome(merchant.order(order))).isEqualTo("A");
        order.remove("card_details");
        assertRefused("/payment/request", order.put("cart_id", "ORD-3"));
    }

    @Test
    void register_verifiesWithoutACharge() throws Exception {
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-2", "1.00", "SAR"), VISA)
                .put("tran_type", "register")
                .put("tokenise", 2);
        JsonNode registered = merchant.order(order);
        assertThat(registered.path("tran_type").asText()).isEqualTo("Register");
        assertThat(registered.path("token").asText()).isNotEmpty();
        assertThat(sandbox.ledger().totals("ORD-2").charges()).isZero();
    }

    private JsonNode save(int form) throws Exception {
        return merchant.order(Merchant.withCard(merchant.sale("ORD-1-" + form, "10.00", "SAR"), VISA)
                .put("tokenise", form));
    }

    private ObjectNode named(String token) {
        return Merchant.MAPPER
                .createObjectNode()
                .put("profile_id", sandbox.profileId())
                .put("token", token);
    }

    private ObjectNode recurring(String cartId, String token) {
        return merchant.sale(cartId, "10.00", "SAR")
                .put("tran_class", "recurring")
                .put("token", token);
    }

    private void assertRefused(String path, ObjectNode body) throws Exception {
        HttpResponse<String> refused = merchant.post(path, body);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                .isEqualTo(2);
    }
}
