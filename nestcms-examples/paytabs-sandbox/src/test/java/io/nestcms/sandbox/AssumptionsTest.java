package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AssumptionsTest {
    private static final String VISA = "4111111111111111";
    private final MovableClock clock = new MovableClock();

    private interface Check {
        void with(PayTabsSandbox sandbox, Merchant merchant) throws Exception;
    }

    private void assuming(Assumption assumption, Check check) throws Exception {
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder()
                        .assume(assumption)
                        .clock(clock)
                        .callbackDelays(Duration.ofMillis(5))
                        .start();
                Merchant merchant = new Merchant(sandbox)) {
            check.with(sandbox, merchant);
        }
    }

    private static int status(Merchant merchant, PayTabsSandbox sandbox, String field, String value) throws Exception {
        return merchant.post(
                        "/payment/query",
                        Merchant.MAPPER
                                .createObjectNode()
                                .put("profile_id", sandbox.profileId())
                                .put(field, value))
                .statusCode();
    }

    @Test
    void unknownCart() throws Exception {
        assuming(
                Assumption.UNKNOWN_CART_IS_AN_ERROR,
                (sandbox, merchant) -> assertThat(status(merchant, sandbox, "cart_id", "nobody"))
                        .isEqualTo(400));
    }

    @Test
    void unpaidPage() throws Exception {
        assuming(Assumption.UNPAID_PAGE_IS_AN_ERROR, (sandbox, merchant) -> {
            JsonNode redirect = merchant.order(merchant.sale("ORD-1", "1.00", "SAR"));
            assertThat(status(
                            merchant,
                            sandbox,
                            "tran_ref",
                            redirect.path("tran_ref").asText()))
                    .isEqualTo(400);
            assertThat(merchant.queryCart("ORD-1")).isEmpty();
        });
    }

    @Test
    void silentExpiry() throws Exception {
        assuming(Assumption.EXPIRED_PAGES_STAY_SILENT, (sandbox, merchant) -> {
            JsonNode redirect = merchant.order(merchant.sale("ORD-1", "1.00", "SAR"));
            String page = redirect.path("redirect_url").asText();
            clock.advance(Duration.ofHours(1));
            assertThat(sandbox.expirePages()).isZero();
            assertThat(merchant.queryCart("ORD-1").get(0).has("payment_result")).isFalse();
            assertThat(merchant.get(page).statusCode()).isEqualTo(410);
            HttpResponse<String> late =
                    merchant.form(page, Map.of("card-number", VISA, "expiry", "12/31", "cvv", "123", "action", "pay"));
            assertThat(late.statusCode()).isEqualTo(410);
            assertThat(sandbox.ledger().totals("ORD-1").charges()).isZero();
        });
    }

    @Test
    void voidedAuthorisation() throws Exception {
        assuming(Assumption.VOIDED_AUTH_SHOWS_V, (sandbox, merchant) -> {
            String auth = merchant.order(Merchant.withCard(
                            merchant.sale("ORD-1", "9.00", "SAR").put("tran_type", "auth"), VISA))
                    .path("tran_ref")
                    .asText();
            merchant.order(merchant.followUp("void", auth, "ORD-1", "9.00", "SAR"));
            assertThat(merchant.queryRef(auth)
                            .at("/payment_result/response_status")
                            .asText())
                    .isEqualTo("V");
        });
    }

    @Test
    void only200EndsTheTries_andEachHasItsTrace() throws Exception {
        assuming(Assumption.ONLY_200_ENDS_TRIES, (sandbox, merchant) -> {
            merchant.answer(204);
            merchant.order(Merchant.withCard(merchant.sale("ORD-1", "9.00", "SAR"), VISA));
            await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
            assertThat(merchant.notifications.get(1).body())
                    .isEqualTo(merchant.notifications.get(0).body());
        });
        assuming(Assumption.NEW_TRACE_ON_EACH_TRY, (sandbox, merchant) -> {
            merchant.answer(500);
            merchant.order(Merchant.withCard(merchant.sale("ORD-1", "9.00", "SAR"), VISA));
            await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
            Merchant.Notification again = merchant.notifications.get(1);
            assertThat(again.json().path("ipn_trace"))
                    .isNotEqualTo(merchant.notifications.get(0).json().path("ipn_trace"));
            assertThat(again.signature()).isEqualTo(merchant.hmac(again.body()));
        });
    }

    @Test
    void listsTellTheOriginalType_andRepliesTheAcquirer() throws Exception {
        assuming(Assumption.LISTS_TELL_THE_ORIGINAL_TYPE, (sandbox, merchant) -> {
            merchant.order(Merchant.withCard(merchant.sale("ORD-1", "1.00", "SAR"), TestCards.coded("900")));
            assertThat(merchant.queryCart("ORD-1")
                            .get(0)
                            .path("original_tran_type")
                            .asText())
                    .isEqualTo("Sale");
        });
        assuming(Assumption.REPLIES_TELL_THE_ACQUIRER, (sandbox, merchant) -> {
            JsonNode reply =
                    merchant.order(Merchant.withCard(merchant.sale("ORD-1", "1.00", "SAR"), TestCards.WITH_ISSUER));
            for (JsonNode told :
                    new JsonNode[] {reply, merchant.queryCart("ORD-1").get(0)}) {
                assertThat(told.at("/payment_result/acquirer_ref").asText()).startsWith("TRAN");
                assertThat(told.at("/payment_result/acquirer_rrn").asText()).matches("\\d{18}");
                assertThat(told.at("/payment_result/cvv_result").asText()).isEqualTo(" ");
            }
        });
    }

    @Test
    void salesCanBeVoided_byTheApi() throws Exception {
        assuming(Assumption.SALES_CAN_BE_VOIDED, (sandbox, merchant) -> {
            String sale = merchant.order(Merchant.withCard(merchant.sale("ORD-1", "9.00", "SAR"), VISA))
                    .path("tran_ref")
                    .asText();
            assertThat(Merchant.outcome(merchant.order(merchant.followUp("void", sale, "V-1", "9.01", "SAR"))))
                    .isEqualTo("D325");
            assertThat(Merchant.outcome(merchant.order(merchant.followUp("void", sale, "V-2", "9.00", "SAR"))))
                    .isEqualTo("A");
            assertThat(Merchant.outcome(merchant.order(merchant.followUp("refund", sale, "R-1", "0.01", "SAR"))))
                    .isEqualTo("D342");
            assertThat(sandbox.ledger().totals("ORD-1").voided()).isEqualByComparingTo("9");
        });
    }

    @Test
    void twoDecimals() throws Exception {
        assuming(Assumption.TWO_DECIMALS_ALWAYS, (sandbox, merchant) -> {
            JsonNode redirect = merchant.order(merchant.sale("ORD-1", "250.000", "KWD"));
            assertThat(redirect.path("cart_amount").asText()).isEqualTo("250.00");
            assertThat(merchant.post("/payment/request", merchant.sale("ORD-2", "1.234", "KWD"))
                            .statusCode())
                    .isEqualTo(400);
        });
    }

    @Test
    void unsignedErrors() throws Exception {
        assuming(Assumption.ERRORS_ARE_NOT_SIGNED, (sandbox, merchant) -> {
            String page = merchant.order(merchant.sale("ORD-1", "1.00", "SAR"))
                    .path("redirect_url")
                    .asText();
            JsonNode paid = merchant.pay(page, "4000040000000008");
            assertThat(paid.at("/return/fields/signature").asText()).isEmpty();
        });
    }

    @Test
    void zeroIsNotSigned() {
        Map<String, String> fields = Map.of("a", "0", "b", "1");
        assertThat(new Signatures("k", true).ofForm(fields)).isEqualTo(new Signatures("k").ofForm(Map.of("b", "1")));
        assertThat(new Signatures("k").ofForm(fields)).isNotEqualTo(new Signatures("k").ofForm(Map.of("b", "1")));
    }

    @Test
    void envelopesAre200() throws Exception {
        assuming(Assumption.ENVELOPES_ARE_HTTP_200, (sandbox, merchant) -> {
            HttpResponse<String> refused = merchant.post(
                    "/payment/request", merchant.sale("ORD-1", "1.00", "SAR").put("cart_id", 17));
            assertThat(refused.statusCode()).isEqualTo(200);
            assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                    .isEqualTo(101);
            merchant.order(merchant.sale("ORD-1", "1.00", "SAR"));
            HttpResponse<String> again = merchant.post("/payment/request", merchant.sale("ORD-1", "1.00", "SAR"));
            assertThat(again.statusCode()).isEqualTo(200);
            assertThat(Merchant.MAPPER.readTree(again.body()).path("code").asInt())
                    .isEqualTo(4);
            sandbox.switches().rotateServerKey("S-another");
            assertThat(merchant.send(merchant.request(
                                            "/payment/query", merchant.sale("ORD-1", "1.00", "SAR"), "S-the-first")
                                    .build())
                            .statusCode())
                    .isEqualTo(401);
        });
    }

    @Test
    void plainHttp() throws Exception {
        assuming(Assumption.PLAIN_HTTP_HAS_NO_BODY, (sandbox, merchant) -> {
            merchant.order(Merchant.withCard(merchant.sale("ORD-1", "1.00", "SAR"), VISA));
            await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 1);
            assertThat(merchant.notifications.get(0).body()).isEmpty();
        });
    }

    @Test
    void ipnUrl_isToldToo_andAloneOfTheDashboard() throws Exception {
        try (PayTabsSandbox front = PayTabsSandbox.builder().start();
                Merchant profile = new Merchant(front);
                PayTabsSandbox sandbox = PayTabsSandbox.builder()
                        .ipnUrl(URI.create(profile.url("/callback").toString()))
                        .start();
                Merchant merchant = new Merchant(sandbox)) {
            String ref = merchant.order(Merchant.withCard(merchant.sale("ORD-1", "9.00", "SAR"), VISA))
                    .path("tran_ref")
                    .asText();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> merchant.notifications.size() == 1 && profile.notifications.size() == 1);
            LedgerEntry refund = sandbox.followUp(ref, "refund", new java.math.BigDecimal("4"));
            assertThat(refund.status()).isEqualTo("A");
            assertThat(refund.amount()).isEqualTo("4.00");
            await().atMost(Duration.ofSeconds(20)).until(() -> profile.notifications.size() == 2);
            assertThat(profile.notifications.get(1).json().path("tran_type").asText())
                    .isEqualTo("Refund");
            assertThat(merchant.notifications).hasSize(1);
        }
    }
}
