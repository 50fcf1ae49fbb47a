package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each body that PayTabs recorded from its own gateway: in the same situation the sandbox gives the same fields with the same JSON types,
 * and the same words where a client may read them. Only the card numbers are our own.
 */
class RecordedBodiesTest {
    private static final String VISA = "4111111111111111";
    /** What clients decide by: these are equal to the recording, not only alike. */
    private static final List<String> WORDS = List.of(
            "/tran_type",
            "/original_tran_type",
            "/cart_amount",
            "/tran_total",
            "/tran_class",
            "/payment_result/response_status",
            "/payment_result/response_message",
            "/payment_result/acquirer_message",
            "/payment_info/payment_method",
            "/payment_info/card_scheme",
            "/payment_info/payment_description",
            "/payment_info/issuerCountry",
            "/payment_info/issuerName",
            "/threeDSDetails/enrolled",
            "/invoice_status",
            "/tran_status",
            "/tran_status_msg",
            "/code",
            "/error",
            "/errorCode",
            "/errorField",
            "/errorStatus",
            "/status",
            "/biller_id");

    private final MovableClock clock = new MovableClock();
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder()
                .clock(clock)
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
    void page() throws Exception {
        ObjectNode order = order("sale", "12.30", "AED").put("return", "none");
        order.set("shipping_details", customer().put("ip", "2001:db8::21"));
        assertLike("hpp-created", merchant.order(order));
    }

    @Test
    void heldSale_voidRefused_capturedInTheDashboard() throws Exception {
        String held = onPage(order("sale", "120.30", "SAR"), TestCards.coded("900"));
        assertLike("query-onhold", merchant.queryRef(held));
        assertLike("ipn-onhold", told(1));
        assertLike("reply-void-onhold", merchant.order(followUp("void", held, "1.30", "SAR")));
        told(2);

        String other = onPage(order("sale", "2.00", "AED"), TestCards.coded("900"));
        told(3);
        sandbox.followUp(other, "capture", new BigDecimal("2.00"));
        assertLike("ipn-capture-onhold", told(4));
    }

    @Test
    void voids() throws Exception {
        String whole = onPage(order("auth", "120.30", "SAR"), VISA);
        assertLike("reply-void-success", merchant.order(followUp("void", whole, "120.30", "SAR")));
        String part = onPage(order("auth", "120.31", "SAR"), VISA);
        JsonNode released = merchant.order(followUp("void", part, "1.33", "SAR"));
        assertLike("query-void-release", merchant.queryRef(ref(released)));
    }

    @Test
    void discounted_approvedDeclinedAndCancelled() throws Exception {
        onPage(discounted().put("tokenise", 2), VISA);
        assertLike("ipn-success-discount", told(1));
        clock.advance(Duration.ofMinutes(3));
        onPage(discounted(), TestCards.coded("305"));
        assertThat(told(2).path("tran_total").asText())
                .as("no discount for this card")
                .isEqualTo("700.00");
        clock.advance(Duration.ofMinutes(3));
        sandbox.faults().nextDecisions(1, "sale", "305");
        onPage(discounted(), VISA);
        assertLike("ipn-declined-discount", told(3));
        clock.advance(Duration.ofMinutes(3));
        merchant.act(
                merchant.order(discounted()).path("redirect_url").asText(),
                Merchant.MAPPER.createObjectNode().put("action", "cancel"));
        assertLike("ipn-cancelled", told(4));
    }

    @Test
    void noResponse_isAnErrorThatMayTurn() throws Exception {
        String ref = onPage(order("sale", "5085.41", "EGP"), TestCards.coded("401"));
        JsonNode told = told(1);
        assertLike("ipn-error", told);
        assertThat(told.at("/payment_result/response_code").asText()).isEqualTo("401");
        assertThat(sandbox.ledger().totals("cart_11111").charges()).isZero();
        sandbox.settle(ref, "A", "");
        assertThat(Merchant.outcome(merchant.queryRef(ref))).isEqualTo("A");
        assertThat(sandbox.ledger().totals("cart_11111").charges()).isEqualTo(1);
    }

    @Test
    void expired() throws Exception {
        ObjectNode order = order("sale", "200.00", "EGP");
        order.putArray("payment_methods").add("instapay");
        String ref = elsewhere(order, "instapay");
        told(1);
        clock.advance(Duration.ofHours(25));
        assertThat(Merchant.outcome(merchant.queryRef(ref))).isEqualTo("X355");
        assertLike("ipn-expired", told(2));

        String paid = elsewhere(order.put("cart_id", "cart_2"), "instapay");
        sandbox.redeem(paid);
        assertThat(Merchant.outcome(merchant.queryRef(paid))).isEqualTo("A");
        assertThat(sandbox.ledger().totals("cart_2").charges()).isEqualTo(1);
    }

    @Test
    void paidElsewhere() throws Exception {
        ObjectNode order = order("sale", "150.00", "EGP");
        order.putArray("payment_methods").add("aman");
        String promise = elsewhere(order, "aman");
        JsonNode pending = told(1);
        assertLike("ipn-pending", pending);
        assertThat(pending.at("/payment_result/response_code"))
                .as("the reference to pay with")
                .isEqualTo(pending.at("/payment_result/acquirer_ref"));
        sandbox.redeem(promise);
        assertLike("ipn-pending-completed", told(2));

        ObjectNode sadad = order("sale", "100.00", "SAR");
        sadad.putArray("payment_methods").add("sadad");
        elsewhere(sadad, "sadad");
        assertLike("ipn-pending-sadad", told(3));
    }

    @Test
    void sadadBill_withoutAPage() throws Exception {
        ObjectNode order = order("sale", "500.00", "SAR").put("cart_description", "Sadad transaction via direct API");
        order.remove(List.of("tran_type", "tran_class"));
        ObjectNode customer = Merchant.MAPPER.createObjectNode();
        customer.put("name", "Amal Test").put("phone", "0500000000").put("ip", "2001:db8::21");
        order.set("customer_details", customer);
        JsonNode bill = merchant.ok(merchant.post("/payment/apm/sadad/ifs/request", order));
        assertLike("api-sadad-create", bill);
        assertLike("query-sadad", withIssuer(merchant.queryRef(ref(bill)), "IFS"));
        assertThat(merchant.post("/payment/apm/sadad/ifs/request", order.put("cart_currency", "EGP"))
                        .statusCode())
                .isEqualTo(400);
        sandbox.redeem(ref(bill));
        assertThat(sandbox.ledger().totals("cart_11111").charged()).isEqualByComparingTo("500");
    }

    /** Recorded a year and a half apart, the same issuer has two names. */
    private static JsonNode withIssuer(JsonNode query, String name) {
        assertThat(query.at("/payment_info/issuerName").asText()).isEqualTo("Sadad");
        ((ObjectNode) query.path("payment_info")).put("issuerName", name);
        return query;
    }

    @Test
    void cart_newestFirst_withLessThanTheQueryOfOne() throws Exception {
        String cancelled = ref(merchant.order(order("sale", "12.30", "AED")));
        merchant.act(
                sandbox.baseUri() + "/payment/page/" + pageOf(cancelled),
                Merchant.MAPPER.createObjectNode().put("action", "cancel"));
        clock.advance(Duration.ofMinutes(3));
        onPage(order("sale", "12.30", "AED"), TestCards.coded("900"));
        clock.advance(Duration.ofMinutes(3));
        onPage(order("auth", "120.30", "AED"), VISA);
        onPage(order("sale", "12.30", "AED"), TestCards.coded("354"));
        clock.advance(Duration.ofMinutes(3));
        ObjectNode last = order("sale", "120.30", "AED").put("tokenise", 2);
        last.set("shipping_details", customer());
        String newest = onPage(last, VISA);

        JsonNode list = merchant.queryCart("cart_11111");

        JsonNode recorded = recorded("query-by-cart");
        int[] entries = {0, 4, 6, 7, 10};
        assertThat(list).hasSize(entries.length);
        for (int i = 0; i < entries.length; i++) {
            assertAlike("query-by-cart " + entries[i], list.get(i), zipped(recorded.get(entries[i])));
        }
        assertThat(list.get(1).at("/payment_result/response_code").asText()).isEqualTo("354");
        JsonNode one = merchant.queryRef(newest);
        assertThat(one.has("token")).as("only the query of one has it").isTrue();
        assertThat(one.has("shipping_details")).isTrue();
    }

    /** The recorder's payer of those days gave no zip code. */
    private static JsonNode zipped(JsonNode recorded) {
        ((ObjectNode) recorded.path("customer_details")).put("zip", "12345");
        return recorded;
    }

    @Test
    void token() throws Exception {
        JsonNode saved = merchant.order(Merchant.withCard(order("sale", "9.00", "SAR"), VISA)
                .put("tokenise", 2)
                .set("customer_details", customer().put("ip", "2001:db8::21")));
        ObjectNode named = profile().put("token", saved.path("token").asText());
        assertLike("query-token", merchant.ok(merchant.post("/payment/token", named)));
    }

    @Test
    void invoices() throws Exception {
        ObjectNode order = order("sale", "115.00", "SAR");
        ObjectNode invoice = order.putObject("invoice").put("lang", "en");
        JsonNode made = merchant.ok(merchant.post("/payment/invoice/new", order));
        assertLike("invoice-created", made);
        String status = "/payment/invoice/" + made.path("invoice_id").asLong() + "/status";
        assertLike("invoice-not-paid", merchant.ok(get(status)));
        String page = merchant.get(made.path("invoice_link").asText())
                .headers()
                .firstValue("Location")
                .orElseThrow();
        JsonNode paid = merchant.pay(sandbox.baseUri() + page);
        sandbox.followUp(ref(paid), "void", new BigDecimal("115.00"));
        assertLike("invoice-paid-void", merchant.ok(get(status)));

        assertEnvelope("err-invoice-not-found", 400, get("/payment/invoice/17/status"));
        invoice.put("expiry_date", clock.instant().minusSeconds(1) + "");
        assertEnvelope("err-invoice-expired", 400, merchant.post("/payment/invoice/new", order.put("cart_id", "c2")));
    }

    @Test
    void managedForm() throws Exception {
        Map<String, String> card =
                Map.of("key", sandbox.clientKey(), "number", VISA, "expmonth", "12", "expyear", "2031", "cvv", "123");
        String url = sandbox.baseUri() + "/payment/js/token";
        JsonNode token = merchant.ok(merchant.form(url, card));
        assertLike("managed-form-token", token);
        assertThat(token.path("token").asText()).hasSize(20);
        Map<String, String> wrong = new java.util.HashMap<>(card);
        wrong.put("number", "4111111111111112");
        HttpResponse<String> refused = merchant.form(url, wrong);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertLike("managed-form-error", Merchant.MAPPER.readTree(refused.body()));
    }

    @Test
    void duplicate() throws Exception {
        merchant.order(order("sale", "12.30", "AED"));
        assertEnvelope("err-duplicate", 409, merchant.post("/payment/request", order("sale", "12.30", "AED")));
    }

    @Test
    void returns() throws Exception {
        List<String> forms = text("return-forms.txt").lines().toList();
        ObjectNode saved = order("sale", "12.30", "AED").put("tokenise", 2);
        JsonNode approved =
                merchant.pay(merchant.order(saved).path("redirect_url").asText());
        assertForm(forms.get(0), approved);
        ObjectNode sadad = order("sale", "100.00", "SAR");
        sadad.putArray("payment_methods").add("sadad");
        assertForm(
                forms.get(1),
                merchant.act(
                        merchant.order(sadad).path("redirect_url").asText(),
                        Merchant.MAPPER.createObjectNode().put("method", "sadad")));
        assertForm(
                forms.get(2),
                merchant.act(
                        merchant.order(order("sale", "1.00", "SAR"))
                                .path("redirect_url")
                                .asText(),
                        Merchant.MAPPER.createObjectNode().put("action", "cancel")));
    }

    /** The same names in the same order, empty where the recording is empty. */
    private static void assertForm(String recorded, JsonNode outcome) {
        assertThat(shape(outcome.at("/return/encoded").asText())).isEqualTo(shape(recorded));
    }

    private static List<String> shape(String form) {
        return Arrays.stream(form.split("&", -1))
                .map(field -> field.endsWith("=") ? field : field.substring(0, field.indexOf('=')))
                .toList();
    }

    private ObjectNode order(String type, String amount, String currency) {
        ObjectNode order = merchant.sale("cart_11111", amount, currency).put("tran_type", type);
        order.set("customer_details", customer().put("ip", "2001:db8::21"));
        return order;
    }

    private ObjectNode discounted() {
        ObjectNode order = order("sale", "700.00", "SAR").put("customer_ref", "customer-ref-1");
        order.putObject("user_defined")
                .put("udf1", "udf_1")
                .put("udf4", "udf_4")
                .put("udf8", "udf_8");
        order.putArray("card_discounts")
                .addObject()
                .put("discount_cards", "4111")
                .put("discount_amount", 10)
                .put("discount_title", "10 off");
        order.putObject("invoice").put("lang", "en");
        return order;
    }

    private ObjectNode followUp(String type, String ref, String amount, String currency) {
        return merchant.followUp(type, ref, "cart_66666", amount, currency);
    }

    private String onPage(ObjectNode order, String card) throws Exception {
        JsonNode redirect = merchant.order(order);
        merchant.pay(redirect.path("redirect_url").asText(), card);
        return ref(redirect);
    }

    private String elsewhere(ObjectNode order, String method) throws Exception {
        JsonNode redirect = merchant.order(order);
        merchant.act(
                redirect.path("redirect_url").asText(),
                Merchant.MAPPER.createObjectNode().put("method", method));
        return ref(redirect);
    }

    private String pageOf(String ref) {
        return Objects.requireNonNull(sandbox.ledger().entry(ref).orElseThrow().page(), "page");
    }

    private static ObjectNode customer() {
        return Merchant.MAPPER
                .createObjectNode()
                .put("name", "Amal Test")
                .put("email", "payer@example.com")
                .put("phone", "0500000000")
                .put("street1", "1 Example Street")
                .put("city", "Makka")
                .put("state", "02")
                .put("country", "SA")
                .put("zip", "12345");
    }

    private ObjectNode profile() {
        return Merchant.MAPPER.createObjectNode().put("profile_id", sandbox.profileId());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return merchant.send(HttpRequest.newBuilder(sandbox.baseUri().resolve(path))
                .header("Authorization", sandbox.serverKey())
                .build());
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

    private static void assertEnvelope(String file, int status, HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode envelope = Merchant.MAPPER.readTree(response.body());
        assertLike(file, envelope);
        assertThat(envelope.path("message")).isEqualTo(recorded(file).path("message"));
    }

    private static void assertLike(String file, JsonNode actual) throws Exception {
        assertAlike(file, actual, recorded(file));
    }

    private static void assertAlike(String name, JsonNode actual, JsonNode recorded) {
        Map<String, String> expected = FixturesTest.types(recorded);
        assertThat(FixturesTest.types(actual)).as(name).isEqualTo(expected);
        for (String word : WORDS) {
            if (!recorded.at(word).asText().startsWith("4111 11")) {
                assertThat(actual.at(word)).as(name + " " + word).isEqualTo(recorded.at(word));
            }
        }
    }

    private static JsonNode recorded(String name) throws Exception {
        return Merchant.MAPPER.readTree(text(name + ".json"));
    }

    private static String text(String file) throws Exception {
        try (InputStream in = RecordedBodiesTest.class.getResourceAsStream("/paytabs-recorded/" + file)) {
            return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
