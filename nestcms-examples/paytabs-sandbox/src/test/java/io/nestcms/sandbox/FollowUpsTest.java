package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FollowUpsTest {
    private static final String VISA = "4111111111111111";
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder()
                .duplicates(DuplicateRule.OFF, Duration.ofMinutes(2))
                .start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void refunds_inParts_neverExceedThePayment() throws Exception {
        String sale = buy("sale", "100.00", VISA);
        JsonNode first = merchant.order(merchant.followUp("refund", sale, "ORD-1", "40.00", "SAR"));
        assertThat(first.path("tran_type").asText()).isEqualTo("Refund");
        assertThat(first.path("previous_tran_ref").asText()).isEqualTo(sale);
        assertThat(first.path("tran_ref").asText()).isNotEqualTo(sale);
        assertThat(first.path("tran_total").asText()).isEqualTo("40.00");
        assertThat(first.at("/customer_details/name").asText()).isEqualTo("Huda Salem");
        assertThat(refund(sale, "60.01")).isEqualTo("D342");
        assertThat(refund(sale, "60.00")).isEqualTo("A");
        assertThat(refund(sale, "0.01")).isEqualTo("D342");
        CartTotals totals = sandbox.ledger().totals("ORD-1");
        assertThat(totals.refunded()).isEqualByComparingTo("100");
        assertThat(totals.refunds()).isEqualTo(2);
        assertThat(Merchant.outcome(merchant.queryRef(sale))).isEqualTo("A");
        assertThat(merchant.queryCart("ORD-1")).hasSize(5);
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 5);
    }

    @Test
    void refunds_atOnce_neverExceedThePayment() throws Exception {
        String sale = buy("sale", "100.00", VISA);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            Callable<String> one = () -> refund(sale, "30.00");
            List<String> outcomes = pool.invokeAll(java.util.Collections.nCopies(8, one)).stream()
                    .map(done -> {
                        try {
                            return done.get();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toList();
            assertThat(outcomes).filteredOn("A"::equals).hasSize(3);
            assertThat(outcomes).filteredOn("D342"::equals).hasSize(5);
        } finally {
            pool.shutdown();
        }
        assertThat(sandbox.ledger().totals("ORD-1").refunded()).isEqualByComparingTo("90");
    }

    @Test
    void captures_inParts_thenRelease_thenNothingIsLeft() throws Exception {
        String auth = buy("auth", "100.00", VISA);
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isZero();
        assertThat(follow("capture", auth, "60.00")).isEqualTo("A");
        assertThat(follow("capture", auth, "40.01")).isEqualTo("D325");
        assertThat(follow("release", auth, "10.00")).isEqualTo("A");
        assertThat(follow("void", auth, "100.00")).isEqualTo("D325");
        assertThat(follow("capture", auth, "30.00")).isEqualTo("A");
        assertThat(follow("capture", auth, "0.01")).isEqualTo("D325");
        CartTotals totals = sandbox.ledger().totals("ORD-1");
        assertThat(totals.charged()).isEqualByComparingTo("90");
        assertThat(totals.charges()).isEqualTo(2);
        assertThat(totals.authorised()).isEqualByComparingTo("100");
    }

    @Test
    void void_givesThePartOrTheWholeRestBack_once() throws Exception {
        String auth = buy("auth", "100.00", VISA);
        assertThat(follow("void", auth, "100.01")).isEqualTo("D325");
        assertThat(follow("void", auth, "1.33")).isEqualTo("A");
        assertThat(follow("void", auth, "100.00")).isEqualTo("D325");
        assertThat(follow("void", auth, "98.67")).isEqualTo("A");
        assertThat(follow("void", auth, "0.01")).isEqualTo("D325");
        assertThat(follow("capture", auth, "0.01")).isEqualTo("D325");
    }

    @Test
    void authext_prolongsAHold_andMovesNoMoney() throws Exception {
        String auth = buy("auth", "100.00", VISA);
        JsonNode longer = merchant.order(merchant.followUp("authext", auth, "X-1", "100.00", "SAR"));
        assertThat(longer.path("tran_type").asText()).isEqualTo("AuthExt");
        assertThat(longer.path("previous_tran_ref").asText()).isEqualTo(auth);
        assertThat(Merchant.outcome(longer)).isEqualTo("A");
        assertThat(follow("capture", auth, "100.00")).isEqualTo("A");
        assertThat(follow("authext", auth, "100.00")).isEqualTo("D325");
        assertThat(follow("authext", buy("sale", "5.00", VISA), "5.00")).isEqualTo("D335");
        CartTotals totals = sandbox.ledger().totals("ORD-1");
        assertThat(totals.charged()).isEqualByComparingTo("105");
        assertThat(totals.authorised()).isEqualByComparingTo("100");
    }

    @Test
    void refund_isOfACapture_notOfItsAuthorisation() throws Exception {
        String auth = buy("auth", "100.00", VISA);
        JsonNode capture = merchant.order(merchant.followUp("capture", auth, "ORD-1", "70.00", "SAR"));
        assertThat(refund(auth, "10.00")).isEqualTo("D320");
        assertThat(refund(capture.path("tran_ref").asText(), "70.01")).isEqualTo("D342");
        assertThat(refund(capture.path("tran_ref").asText(), "70.00")).isEqualTo("A");
    }

    @Test
    void wrongOriginal_isDeclined() throws Exception {
        String sale = buy("sale", "100.00", VISA);
        assertThat(follow("capture", sale, "100.00")).isEqualTo("D335");
        assertThat(follow("void", sale, "100.00")).isEqualTo("D335");
        String declined = buy("sale", "50.00", "4000031600000001");
        assertThat(refund(declined, "50.00")).isEqualTo("D320");
        String held = buy("auth", "50.00", "4000090000000003");
        assertThat(follow("capture", held, "50.00")).isEqualTo("E120");
        sandbox.settle(held, "A", "");
        assertThat(follow("capture", held, "50.00")).isEqualTo("A");
    }

    @Test
    void otherCurrency_orUnknownOriginal_isRefused() throws Exception {
        String sale = buy("sale", "100.00", VISA);
        assertRefused(merchant.followUp("refund", sale, "ORD-1", "10.000", "KWD"), 206);
        assertRefused(merchant.followUp("refund", "TST0", "ORD-1", "10.00", "SAR"), 2);
        ObjectNode nameless = merchant.followUp("refund", sale, "ORD-1", "10.00", "SAR");
        nameless.remove("tran_ref");
        assertRefused(nameless, 2);
        assertThat(sandbox.ledger().totals("ORD-1").refunds()).isZero();
    }

    @Test
    void refund_mayStayPending_orBeDeclinedByTheCard() throws Exception {
        String pending = buy("sale", "10.00", TestCards.coded(TestCards.REFUND_PENDING));
        assertThat(refund(pending, "10.00")).isEqualTo("P600");
        assertThat(refund(pending, "10.00")).isEqualTo("D342");
        String declined = buy("sale", "20.00", TestCards.coded(TestCards.REFUND_DECLINED));
        assertThat(refund(declined, "20.00")).isEqualTo("D320");
    }

    @Test
    void equalRefunds_collideInsideTheWindow_byDefault() throws Exception {
        try (PayTabsSandbox strict = PayTabsSandbox.builder().start();
                Merchant shop = new Merchant(strict)) {
            JsonNode sale = shop.order(Merchant.withCard(shop.sale("ORD-1", "10.00", "SAR"), VISA));
            String ref = sale.path("tran_ref").asText();
            shop.order(shop.followUp("refund", ref, "ORD-1", "5.00", "SAR"));
            HttpResponse<String> second =
                    shop.post("/payment/request", shop.followUp("refund", ref, "ORD-1", "5.00", "SAR"));
            assertThat(second.statusCode()).isEqualTo(409);
            assertThat(strict.ledger().totals("ORD-1").refunds()).isEqualTo(1);
        }
    }

    private String buy(String type, String amount, String card) throws Exception {
        ObjectNode order =
                Merchant.withCard(merchant.sale("ORD-1", amount, "SAR").put("tran_type", type), card);
        return merchant.order(order).path("tran_ref").asText();
    }

    private String refund(String ref, String amount) throws Exception {
        return follow("refund", ref, amount);
    }

    private String follow(String type, String ref, String amount) throws Exception {
        return Merchant.outcome(merchant.order(merchant.followUp(type, ref, "ORD-1", amount, "SAR")));
    }

    private void assertRefused(ObjectNode order, int code) throws Exception {
        HttpResponse<String> refused = merchant.post("/payment/request", order);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                .isEqualTo(code);
    }
}
