package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is switched while the sandbox runs, over its control port and in Java, and that clearing puts it all back. */
class SwitchesTest {
    private static final String VISA = "4111111111111111";
    private final MovableClock clock = new MovableClock();
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder()
                .clock(clock)
                .callbackDelays(Duration.ofMillis(5))
                .start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void rotatedKey_refusesTheOldOne_andSignsWithTheNew_untilCleared() throws Exception {
        String old = sandbox.serverKey();
        HttpResponse<String> set = fault("{\"fault\":\"rotate-key\",\"key\":\"SNEWKEY001-AAAAAAAAAA-BBBBBBBBBB\"}");
        assertThat(set.body())
                .contains("\"rotate-key\":true")
                .doesNotContain("SNEWKEY001")
                .doesNotContain(old);
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-1", "1.00", "SAR"), VISA);
        for (String path : new String[] {"/payment/request", "/payment/query", "/payment/token"}) {
            HttpResponse<String> refused =
                    merchant.send(merchant.request(path, order, old).build());
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                    .isEqualTo(1);
        }
        assertThat(sandbox.ledger().entries()).isEmpty();
        assertThat(sandbox.serverKey()).isEqualTo("SNEWKEY001-AAAAAAAAAA-BBBBBBBBBB");
        merchant.order(order);
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 1);
        Merchant.Notification told = merchant.notifications.get(0);
        assertThat(told.signature()).isEqualTo(merchant.hmac(told.body()));
        merchant.control("DELETE", "/faults", "");
        assertThat(sandbox.serverKey()).isEqualTo(old);
        assertThatThrownBy(() -> sandbox.switches().rotateServerKey(" ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void currencyTakenFromTheProfile_isCode206_forThatOneOnly() throws Exception {
        fault("{\"fault\":\"currencies\",\"currencies\":[\"aed\",\"KWD\"]}");
        HttpResponse<String> refused = merchant.post("/payment/request", merchant.sale("ORD-1", "1.00", "SAR"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                .isEqualTo(206);
        merchant.order(merchant.sale("ORD-1", "1.000", "KWD"));
        sandbox.faults().clear();
        merchant.order(merchant.sale("ORD-2", "1.00", "SAR"));
    }

    @Test
    void limitedRequests_are429WithCode5_untilTheMinuteIsOver() throws Exception {
        fault("{\"fault\":\"limit-requests\",\"per_minute\":1}");
        merchant.order(merchant.sale("ORD-1", "1.00", "SAR"));
        HttpResponse<String> refused = merchant.post("/payment/request", merchant.sale("ORD-2", "1.00", "SAR"));
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                .isEqualTo(5);
        clock.advance(Duration.ofMinutes(1));
        merchant.order(merchant.sale("ORD-2", "1.00", "SAR"));
        assertThat(fault("{\"fault\":\"limit-requests\",\"per_minute\":-1}").statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(longs = {-21_600, -360, 21_600})
    void skewedClock_showsInTheTransactionTime_andNowhereElse(long seconds) throws Exception {
        fault("{\"fault\":\"skew-clock\",\"seconds\":" + seconds + "}");
        JsonNode paid = merchant.order(Merchant.withCard(merchant.sale("ORD-1", "1.00", "SAR"), VISA));
        Instant right = clock.instant();
        assertThat(Instant.parse(paid.at("/payment_result/transaction_time").asText()))
                .isEqualTo(right.plusSeconds(seconds));
        LedgerEntry entry = sandbox.ledger().entries("ORD-1").get(0);
        assertThat(entry.createdAt()).isEqualTo(right);
        assertThat(entry.decidedAt()).isEqualTo(right);
        long traced = Long.parseLong(paid.path("trace").asText().split("\\.")[1], 16);
        assertThat(traced).isEqualTo(right.getEpochSecond());
        HttpResponse<String> again =
                merchant.post("/payment/request", Merchant.withCard(merchant.sale("ORD-1", "1.00", "SAR"), VISA));
        assertThat(again.statusCode()).as("the window of duplicates").isEqualTo(409);
        String page = merchant.order(merchant.sale("ORD-2", "1.00", "SAR"))
                .path("redirect_url")
                .asText();
        assertThat(merchant.pay(page).path("status").asText())
                .as("the page is open")
                .isEqualTo("A");
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
        assertThat(merchant.notifications)
                .allSatisfy(n -> assertThat(Instant.parse(
                                n.json().at("/payment_result/transaction_time").asText()))
                        .isEqualTo(right.plusSeconds(seconds)));

        sandbox.switches().skewClock(Duration.ZERO);
        assertThat(merchant.queryRef(paid.path("tran_ref").asText()).at("/payment_result/transaction_time"))
                .as("what was decided then keeps its time")
                .isEqualTo(paid.at("/payment_result/transaction_time"));
        assertThat(fault("{\"fault\":\"skew-clock\",\"seconds\":172801}").statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "sale, 900, H, Authorised",
        "sale, 401, E, No response",
        "sale, 355, X, Transaction expired",
        "sale, 305, D, Card security code (CVV) mismatch",
        "sale, 354, D, Card not approved by merchant",
        "'*', 316, D, Insufficient funds",
    })
    void plannedDecision_outranksTheCard_once(String type, String code, String status, String message)
            throws Exception {
        fault("{\"fault\":\"decision\",\"type\":\"" + type + "\",\"code\":\"" + code + "\"}");
        assertThat(sandbox.faults().left()).isEqualTo(1);
        String page = merchant.order(merchant.sale("ORD-1", "1.00", "SAR"))
                .path("redirect_url")
                .asText();
        JsonNode ended = merchant.pay(page);
        assertThat(ended.path("status").asText()).isEqualTo(status);
        assertThat(ended.path("message").asText()).isEqualTo(message);
        assertThat(sandbox.faults().left()).isZero();
        assertThat(sandbox.faults().happened()).containsEntry("decision", 1L);
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isZero();
        JsonNode next = merchant.order(Merchant.withCard(merchant.sale("ORD-2", "1.00", "SAR"), VISA));
        assertThat(Merchant.outcome(next)).isEqualTo("A");
    }

    @Test
    void plannedDecision_ofARefund_waitsForOneThatTheMoneyAllows() throws Exception {
        String sale = merchant.order(Merchant.withCard(merchant.sale("ORD-1", "10.00", "SAR"), VISA))
                .path("tran_ref")
                .asText();
        sandbox.faults().nextDecisions(1, "refund", "401");
        assertThat(refund(sale, "10.01")).isEqualTo("D342");
        assertThat(refund(sale, "4.00")).isEqualTo("E401");
        assertThat(sandbox.ledger().totals("ORD-1").refunds()).isZero();
        assertThat(refund(sale, "10.00")).isEqualTo("A");
    }

    @Test
    void chanceOfADecision_lastsUntilCleared_andNonsenseIsRefused() throws Exception {
        fault("{\"fault\":\"decision\",\"type\":\"sale\",\"code\":\"401\",\"share\":1}");
        for (int i = 0; i < 3; i++) {
            assertThat(Merchant.outcome(
                            merchant.order(Merchant.withCard(merchant.sale("ORD-" + i, "1.00", "SAR"), VISA))))
                    .isEqualTo("E401");
        }
        sandbox.faults().clear();
        assertThat(Merchant.outcome(merchant.order(Merchant.withCard(merchant.sale("ORD-9", "1.00", "SAR"), VISA))))
                .isEqualTo("A");
        for (String wrong : List.of(
                "{\"fault\":\"decision\",\"type\":\"steal\",\"code\":\"401\"}",
                "{\"fault\":\"decision\",\"code\":\"4\"}",
                "{\"fault\":\"list-follow-ups\",\"under\":\"the-bed\"}",
                "{\"fault\":\"hold-after-capture\"}",
                "{\"fault\":\"name-voids\",\"as\":\"\"}",
                "{\"fault\":\"assume\",\"assumption\":\"nothing\"}")) {
            assertThat(fault(wrong).statusCode()).as(wrong).isEqualTo(400);
        }
        assertThat(sandbox.faults().left()).isZero();
    }

    @Test
    void state_isShown_andClearedToWhatTheBuilderSaid() throws Exception {
        try (PayTabsSandbox built = PayTabsSandbox.builder()
                        .currencies("SAR")
                        .requestsPerMinute(7)
                        .assume(Assumption.VOIDED_AUTH_SHOWS_V)
                        .listFollowUps(FollowUpListing.BOTH)
                        .holdsAfterCapture(HoldAfterCapture.GONE)
                        .nameVoids(VoidName.ALWAYS_VOID)
                        .start();
                Merchant shop = new Merchant(built)) {
            JsonNode first = switches(shop);
            assertThat(first.toString())
                    .isEqualTo(
                            "{\"list-follow-ups\":\"both\",\"hold-after-capture\":\"gone\",\"name-voids\":\"always-void\","
                                    + "\"limit-requests\":7,\"rotate-key\":false,\"skew-clock\":0,"
                                    + "\"assume\":[\"voided-auth-shows-v\"],\"currencies\":[\"SAR\"]}");
            built.switches()
                    .currencies()
                    .requestsPerMinute(0)
                    .forgo(Assumption.VOIDED_AUTH_SHOWS_V)
                    .assume(Assumption.ENVELOPES_ARE_HTTP_200)
                    .listFollowUps(FollowUpListing.NOWHERE)
                    .holdsAfterCapture(HoldAfterCapture.AUTHORISED)
                    .nameVoids(VoidName.ALWAYS_RELEASE)
                    .skewClock(Duration.ofHours(-5))
                    .rotateServerKey("S-other");
            assertThat(switches(shop).toString())
                    .isEqualTo("{\"list-follow-ups\":\"nowhere\",\"hold-after-capture\":\"authorised\","
                            + "\"name-voids\":\"always-release\",\"limit-requests\":0,\"rotate-key\":true,"
                            + "\"skew-clock\":-18000,\"assume\":[\"envelopes-are-http-200\"],\"currencies\":[]}");
            assertThat(built.switches().assumes(Assumption.ENVELOPES_ARE_HTTP_200))
                    .isTrue();
            built.faults().clear();
            assertThat(switches(shop)).isEqualTo(first);
        }
    }

    @Test
    void envelopesWith200_areSwitchedAtRunTime() throws Exception {
        fault("{\"fault\":\"assume\",\"assumption\":\"envelopes-are-http-200\"}");
        ObjectNode unknown = merchant.sale("ORD-1", "1.00", "SAR").put("cart_currency", "SAX");
        HttpResponse<String> refused = merchant.post("/payment/request", unknown);
        assertThat(refused.statusCode()).isEqualTo(200);
        assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                .isEqualTo(206);
        fault("{\"fault\":\"forgo\",\"assumption\":\"envelopes-are-http-200\"}");
        assertThat(merchant.post("/payment/request", unknown).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "text/plain", ""})
    void requestWithoutAJsonContentType_isAnswered(String type) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(sandbox.baseUri().resolve("/payment/request"))
                .header("Authorization", sandbox.serverKey())
                .POST(HttpRequest.BodyPublishers.ofString(
                        merchant.sale("ORD-1", "1.00", "SAR").toString()));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        assertThat(merchant.ok(merchant.send(request.build()))
                        .path("redirect_url")
                        .asText())
                .contains("/payment/page/");
    }

    private String refund(String ref, String amount) throws Exception {
        return Merchant.outcome(merchant.order(merchant.followUp("refund", ref, "R-" + amount, amount, "SAR")));
    }

    private HttpResponse<String> fault(String body) throws Exception {
        return merchant.control("POST", "/faults", body);
    }

    private static JsonNode switches(Merchant shop) throws Exception {
        return Merchant.MAPPER
                .readTree(shop.control("GET", "/faults", "").body())
                .path("switches");
    }
}
