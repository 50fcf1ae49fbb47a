package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Our own example bodies of PayTabs' API, where no recording says otherwise: the sandbox gives the same fields with the same JSON types
 * in the same situation. {@link RecordedBodiesTest} has the recorded ones.
 */
class FixturesTest {
    /** In our replies, but in no recorded one: only notifications have it. */
    private static final List<String> NOT_IN_REPLIES = List.of(
            "payment_result.acquirer_ref", "payment_result.cvv_result", "payment_result.avs_result", "threeDSDetails");
    /** A payer who is not there has no address. */
    private static final List<String> NOT_IN_FOLLOW_UPS = List.of("customer_details.ip");

    private static final String VISA = "4111111111111111";
    private final MovableClock clock = new MovableClock();
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder()
                .clock(clock)
                .duplicates(DuplicateRule.NEW_PAYMENTS, Duration.ofMinutes(2))
                .start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void redirect() throws Exception {
        ObjectNode order = full("sale", "ORD-1", "250.00");
        order.remove("shipping_details");
        assertThat(types(merchant.order(order)))
                .isEqualTo(without(
                        types(fixture("payment-request-redirect")), List.of("tran_currency", "paymentChannel")));
    }

    @Test
    void completedAndCallback_with3dSecureAndToken() throws Exception {
        JsonNode redirect = merchant.order(full("sale", "ORD-1", "250.00"));
        JsonNode otp = merchant.pay(redirect.path("redirect_url").asText(), TestCards.CHALLENGED);
        merchant.act(
                otp.path("redirect_url").asText(),
                Merchant.MAPPER.createObjectNode().put("otp", TestCards.OTP));
        JsonNode queried = merchant.queryRef(redirect.path("tran_ref").asText());
        assertReply("query-by-tran-ref", queried);
        assertReply("payment-completed-authorised", queried);
        assertLike("ipn-sale-authorised", told(1).get(0));
    }

    @Test
    void declined() throws Exception {
        assertReply("payment-declined", merchant.order(typed("sale", "ORD-1", "250.00", "4000031600000001")));
    }

    @Test
    void onHold() throws Exception {
        assertReply("payment-on-hold", merchant.order(typed("auth", "ORD-1", "1800.00", "4000090000000003")));
    }

    @Test
    void captureAndVoid() throws Exception {
        String auth = bought("auth", "ORD-1", "420.00");
        assertFollowUp("capture", merchant.order(merchant.followUp("capture", auth, "ORD-1", "100.00", "SAR")));
        String other = bought("auth", "ORD-2", "420.00");
        assertFollowUp("void", merchant.order(merchant.followUp("void", other, "ORD-2", "420.00", "SAR")));
        assertThat(types(told(4).get(3))).isEqualTo(without(types(fixture("ipn-void")), NOT_IN_FOLLOW_UPS));
    }

    @Test
    void refundsAndTheCartQuery() throws Exception {
        merchant.order(typed("sale", "ORD-1", "250.00", "4000031600000001"));
        clock.advance(Duration.ofMinutes(3));
        String sale = bought("sale", "ORD-1", "250.00");
        assertFollowUp("refund-accepted", merchant.order(merchant.followUp("refund", sale, "ORD-1", "75.50", "SAR")));
        assertFollowUp("refund-declined", merchant.order(merchant.followUp("refund", sale, "ORD-1", "900.00", "SAR")));
        assertThat(types(told(4).get(2))).isEqualTo(without(types(fixture("ipn-refund")), NOT_IN_FOLLOW_UPS));
        JsonNode array = merchant.queryCart("ORD-1");
        assertThat(array).hasSize(4);
        assertThat(array)
                .allSatisfy(t -> assertThat(types(t)).containsEntry("payment_result.response_status", "STRING"));
        assertThat(outcomes(array)).containsExactly("D342", "A", "A", "D316");
    }

    @Test
    void returnForm() throws Exception {
        String page = merchant.order(full("sale", "ORD-1", "250.00"))
                .path("redirect_url")
                .asText();
        assertLike("return-form", merchant.pay(page).at("/return/fields"));
    }

    @Test
    void errors() throws Exception {
        HttpResponse<String> auth =
                merchant.send(merchant.request("/payment/request", merchant.sale("ORD-1", "1.00", "SAR"), "wrong")
                        .build());
        assertEnvelope("error-auth", auth, 401);
        merchant.order(merchant.sale("ORD-1", "1.00", "SAR"));
        assertEnvelope(
                "error-duplicate", merchant.post("/payment/request", merchant.sale("ORD-1", "1.00", "SAR")), 409);
        ObjectNode unknown = merchant.sale("ORD-2", "1.00", "SAR").put("cart_currency", "SAX");
        assertEnvelope("error-validation", merchant.post("/payment/request", unknown), 400);
    }

    @Test
    void tokens() throws Exception {
        JsonNode saved = merchant.order(typed("sale", "ORD-1", "250.00", VISA).put("tokenise", 2));
        ObjectNode named = Merchant.MAPPER
                .createObjectNode()
                .put("profile_id", sandbox.profileId())
                .put("token", saved.path("token").asText());
        assertThat(types(merchant.ok(merchant.post("/payment/token", named))))
                .isEqualTo(without(
                        types(fixture("token-query")),
                        List.of(
                                "token",
                                "trace",
                                "payment_info.payment_method",
                                "payment_info.expiryMonth",
                                "payment_info.expiryYear")));
        JsonNode deleted = merchant.ok(merchant.post("/payment/token/delete", named));
        assertLike("token-delete", deleted);
        assertThat(deleted.path("code")).isEqualTo(fixture("token-delete").path("code"));
    }

    @Test
    void invoices() throws Exception {
        ObjectNode order = merchant.sale("ORD-1", "115.00", "SAR");
        order.putObject("invoice").put("lang", "en");
        JsonNode made = merchant.ok(merchant.post("/payment/invoice/new", order));
        assertLike("invoice-new", made);
        String page = merchant.get(made.path("invoice_link").asText())
                .headers()
                .firstValue("Location")
                .orElseThrow();
        merchant.pay(sandbox.baseUri() + page);
        JsonNode status = merchant.ok(merchant.send(HttpRequest.newBuilder(sandbox.baseUri()
                        .resolve("/payment/invoice/" + made.path("invoice_id").asLong() + "/status"))
                .header("Authorization", sandbox.serverKey())
                .build()));
        assertThat(types(status)).isEqualTo(without(types(fixture("invoice-status")), List.of("trace")));
        assertThat(status.path("invoice_status").asText()).isEqualTo("paid");
    }

    @Test
    void signaturesOfTheNotificationFiles() throws Exception {
        Signatures signatures = new Signatures("SKTEST0001-AAAAAAAAAA-BBBBBBBBBB");
        Map<String, String> known = Map.of(
                "ipn-sale-authorised", "88119d63d6934b2b33c2805630b57425938cf2446e454faddb5fb8909bb2ad9a",
                "ipn-declined", "f1f192b2bfd5195fa59fb366d0202d62d590d14d0355df48907b5ab48d0dd78d",
                "ipn-refund", "9781d4432f708316c810ae976ef53ef7ea79b29fabc5a4f61b161ab5f659a545",
                "ipn-void", "0274e170a7ffc5da816812d2bff6c88a23bbaa98750ebc23bbe33ed08fc74a2c",
                "ipn-async-pending", "66b3a30f2a8b48f2eb29707241b77b1f6ea24c22396d62e506d691688ac6e4f7");
        for (Map.Entry<String, String> file : known.entrySet()) {
            assertThat(signatures.ofBody(raw(file.getKey()))).as(file.getKey()).isEqualTo(file.getValue());
        }
    }

    private ObjectNode full(String type, String cartId, String amount) {
        ObjectNode order =
                merchant.sale(cartId, amount, "SAR").put("tran_type", type).put("tokenise", 2);
        order.set("customer_details", customer().put("ip", "203.0.113.24"));
        order.set("shipping_details", customer());
        order.putObject("user_defined").put("udf1", "campaign-11").put("udf3", "تذاكر");
        return order;
    }

    private ObjectNode typed(String type, String cartId, String amount, String card) {
        ObjectNode order =
                Merchant.withCard(merchant.sale(cartId, amount, "SAR").put("tran_type", type), card);
        order.set("customer_details", customer().put("ip", "203.0.113.24"));
        return order;
    }

    private static ObjectNode customer() {
        return Merchant.MAPPER
                .createObjectNode()
                .put("name", "Huda Salem")
                .put("email", "huda.salem@example.test")
                .put("phone", "+966550001122")
                .put("street1", "14 Olaya Street")
                .put("city", "Riyadh")
                .put("state", "01")
                .put("country", "SA")
                .put("zip", "12211");
    }

    private String bought(String type, String cartId, String amount) throws Exception {
        return merchant.order(typed(type, cartId, amount, VISA))
                .path("tran_ref")
                .asText();
    }

    /** The notifications in the order of their transactions. */
    private List<JsonNode> told(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == count);
        return merchant.notifications.stream()
                .map(notification -> {
                    try {
                        return notification.json();
                    } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .sorted(Comparator.comparing(n -> n.path("tran_ref").asText()))
                .toList();
    }

    private static List<String> outcomes(JsonNode array) {
        List<String> outcomes = new java.util.ArrayList<>();
        array.forEach(t -> outcomes.add(Merchant.outcome(t)));
        return outcomes;
    }

    private static void assertEnvelope(String fixture, HttpResponse<String> response, int status) throws Exception {
        JsonNode envelope = Merchant.MAPPER.readTree(response.body());
        assertThat(response.statusCode()).isEqualTo(status);
        assertLike(fixture, envelope);
        assertThat(envelope.path("code")).isEqualTo(fixture(fixture).path("code"));
        assertThat(envelope.path("message")).isEqualTo(fixture(fixture).path("message"));
    }

    private static void assertLike(String fixture, JsonNode actual) throws Exception {
        assertThat(types(actual)).as(fixture).isEqualTo(types(fixture(fixture)));
    }

    private static void assertReply(String fixture, JsonNode actual) throws Exception {
        assertThat(types(actual)).as(fixture).isEqualTo(without(types(fixture(fixture)), NOT_IN_REPLIES));
    }

    private static void assertFollowUp(String fixture, JsonNode actual) throws Exception {
        Map<String, String> recorded = without(types(fixture(fixture)), NOT_IN_REPLIES);
        assertThat(types(actual)).as(fixture).isEqualTo(without(recorded, NOT_IN_FOLLOW_UPS));
    }

    private static Map<String, String> without(Map<String, String> types, List<String> fields) {
        types.keySet().removeIf(path -> fields.stream().anyMatch(f -> path.equals(f) || path.startsWith(f + ".")));
        return types;
    }

    /** Every field's path with its JSON type. */
    static Map<String, String> types(JsonNode node) {
        Map<String, String> types = new TreeMap<>();
        collect("", node, types);
        return types;
    }

    private static void collect(String path, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            Set<Map.Entry<String, JsonNode>> fields = node.properties();
            fields.forEach(f -> collect(path.isEmpty() ? f.getKey() : path + "." + f.getKey(), f.getValue(), into));
        } else {
            into.put(path, node.getNodeType().name());
        }
    }

    private static JsonNode fixture(String name) throws Exception {
        return Merchant.MAPPER.readTree(raw(name));
    }

    private static byte[] raw(String name) throws Exception {
        try (InputStream in = FixturesTest.class.getResourceAsStream("/paytabs/" + name + ".json")) {
            return in.readAllBytes();
        }
    }
}
