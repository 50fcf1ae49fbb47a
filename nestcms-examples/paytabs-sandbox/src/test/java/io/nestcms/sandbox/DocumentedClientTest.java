package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A shop that knows PayTabs' documentation and nothing of this sandbox: {@code java.net.http}, three settings (address, profile, server
 * key), the form default of curl as Content-Type, as the official PHP SDK sends it.
 */
class DocumentedClientTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<JsonNode> news = new CopyOnWriteArrayList<>();
    private PayTabsSandbox sandbox;
    private HttpServer shop;
    private URI base;
    private long profile;
    private String serverKey;

    @BeforeEach
    void start() throws IOException {
        sandbox = PayTabsSandbox.builder().start();
        base = sandbox.baseUri();
        profile = sandbox.profileId();
        serverKey = sandbox.serverKey();
        shop = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        shop.createContext("/callback", this::notified);
        shop.start();
    }

    @AfterEach
    void stop() {
        shop.stop(0);
        sandbox.close();
    }

    /** Takes a notification only with the documented signature: HMAC of the raw body. */
    private void notified(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean signed = hmac(body).equals(exchange.getRequestHeaders().getFirst("signature"));
        if (signed) {
            news.add(JSON.readTree(body));
        }
        exchange.sendResponseHeaders(signed ? 200 : 401, -1);
        exchange.close();
    }

    @Test
    void hostedPage_paid_returned_notified_queried_refundedInParts() throws Exception {
        JsonNode page = call("payment/request", """
                {"profile_id": %d, "tran_type": "sale", "tran_class": "ecom", "cart_id": "ORD-1", "cart_currency": "SAR",
                 "cart_amount": 250.00, "cart_description": "Two tickets", "callback": "%s", "return": "https://shop.example/back",
                 "customer_details": {"name": "Huda Salem", "email": "huda.salem+x@example.test", "phone": "+966550001122",
                  "street1": "14 Olaya Street", "city": "Riyadh", "state": "01", "country": "SA", "zip": "12211"},
                 "tokenise": 2}""".formatted(profile, callback()));
        String ref = text(page, "/tran_ref");
        assertThat(page.has("payment_result")).isFalse();

        Map<String, String> back = pay(text(page, "/redirect_url"));
        assertThat(back)
                .containsEntry("cartId", "ORD-1")
                .containsEntry("respStatus", "A")
                .containsEntry("tranRef", ref);
        assertThat(back.get("signature")).isEqualTo(hmac(signedText(back).getBytes(StandardCharsets.UTF_8)));

        JsonNode told = told("Sale");
        assertThat(text(told, "/tran_ref")).isEqualTo(ref);
        assertThat(told.path("profile_id").asLong()).isEqualTo(profile);

        JsonNode queried = call("payment/query", "{\"profile_id\": %d, \"tran_ref\": \"%s\"}".formatted(profile, ref));
        assertThat(List.of(
                        text(queried, "/cart_id"),
                        text(queried, "/tran_currency"),
                        text(queried, "/tran_total"),
                        text(queried, "/payment_result/response_status")))
                .containsExactly("ORD-1", "SAR", "250.00", "A");

        JsonNode refund = followUp("refund", ref, "R-ORD-1-1", "75.50");
        assertThat(text(refund, "/payment_result/response_status")).isEqualTo("A");
        assertThat(text(refund, "/previous_tran_ref")).isEqualTo(ref);
        assertThat(text(told("Refund"), "/tran_total")).isEqualTo("75.50");
        assertThat(text(followUp("refund", ref, "R-ORD-1-2", "200.00"), "/payment_result/response_code"))
                .isEqualTo("342");
        JsonNode own = call("payment/query", "{\"profile_id\": %d, \"cart_id\": \"R-ORD-1-1\"}".formatted(profile));
        assertThat(own.isArray()).isTrue();
        assertThat(text(own, "/0/tran_ref")).isEqualTo(text(refund, "/tran_ref"));
    }

    @Test
    void authorised_capturedInPart_restVoided() throws Exception {
        String auth = text(call("payment/request", ownForm("auth", "ORD-2")), "/tran_ref");
        JsonNode capture = followUp("capture", auth, "P-ORD-2", "60.00");
        assertThat(text(capture, "/tran_type")).isEqualTo("Capture");
        JsonNode rest = followUp("void", auth, "V-ORD-2", "40.00");
        assertThat(text(rest, "/payment_result/response_status")).isEqualTo("A");
        assertThat(text(rest, "/tran_type")).isEqualTo("Void");
        String asked = "{\"profile_id\": %d, \"tran_ref\": \"%s\"}".formatted(profile, text(rest, "/tran_ref"));
        assertThat(text(call("payment/query", asked), "/tran_type")).isIn("Void", "Release");
        assertThat(text(
                        followUp("refund", text(capture, "/tran_ref"), "R-ORD-2", "60.00"),
                        "/payment_result/response_status"))
                .isEqualTo("A");
    }

    @Test
    void savedCard_isChargedAgain_shown_andForgotten() throws Exception {
        String order = ownForm("sale", "ORD-3");
        String saving = order.substring(0, order.length() - 1)
                + ", \"token_info\": {\"tokenise\": 2, \"token_type\": \"unscheduled\"}}";
        String token = text(call("payment/request", saving), "/token");
        JsonNode again = call("payment/request", """
                {"profile_id": %d, "tran_type": "sale", "tran_class": "recurring", "cart_id": "ORD-4", "cart_currency": "SAR",
                 "cart_amount": 10.00, "cart_description": "Next month", "token": "%s"}""".formatted(profile, token));
        assertThat(text(again, "/payment_result/response_status")).isEqualTo("A");
        String named = "{\"profile_id\": %d, \"token\": \"%s\"}".formatted(profile, token);
        assertThat(text(call("payment/token", named), "/payment_info/payment_description"))
                .isEqualTo("4111 11## #### 1111");
        assertThat(call("payment/token/delete", named).path("code").asInt(-1)).isZero();
        assertThat(call("payment/token", named).path("code").asInt()).isPositive();
    }

    @Test
    void invoice_made_paid_andAskedFor() throws Exception {
        JsonNode made = call("payment/invoice/new", """
                {"profile_id": %d, "tran_type": "sale", "tran_class": "ecom", "cart_id": "INV-1", "cart_currency": "SAR",
                 "cart_amount": 115.00, "cart_description": "Invoice", "callback": "%s", "return": "https://shop.example/back",
                 "invoice": {"lang": "en", "line_items": [{"sku": "A", "unit_cost": 115.00, "quantity": 1}]}}""".formatted(profile, callback()));
        String status = "{\"profile_id\": %d, \"invoice_id\": %d}"
                .formatted(profile, made.path("invoice_id").asLong());
        assertThat(text(call("payment/invoice/status", status), "/invoice_status"))
                .isEqualTo("pending");
        HttpResponse<String> link = send(
                HttpRequest.newBuilder(URI.create(text(made, "/invoice_link"))).build());
        pay(base.resolve(link.headers().firstValue("Location").orElseThrow()).toString());
        JsonNode paid = call("payment/invoice/status", status);
        assertThat(text(paid, "/invoice_status")).isEqualTo("paid");
        assertThat(text(paid, "/tran_status")).isEqualTo("A");
        assertThat(told("Sale").path("invoice_id")).isEqualTo(made.path("invoice_id"));
    }

    @Test
    void errors_areEnvelopesWithTheDocumentedCodes() throws Exception {
        assertThat(codes(ownForm("sale", "ORD-5"), "S-of-another-region")).containsExactly(401, 1);
        assertThat(codes(ownForm("sale", "ORD-5"), "Bearer " + serverKey)).containsExactly(401, 1);
        call("payment/request", ownForm("sale", "ORD-5"));
        assertThat(codes(ownForm("sale", "ORD-5"), serverKey)).containsExactly(409, 4);
        assertThat(codes(ownForm("sale", "ORD-6").replace("SAR", "SAX"), serverKey))
                .containsExactly(400, 206);
        assertThat(codes(ownForm("sale", "ORD-7").replace("\"ORD-7\"", "7"), serverKey))
                .containsExactly(400, 101);
    }

    private List<Integer> codes(String body, String key) throws Exception {
        HttpResponse<String> refused = post("payment/request", body, key);
        return List.of(
                refused.statusCode(), JSON.readTree(refused.body()).path("code").asInt());
    }

    private String ownForm(String type, String cart) {
        return """
                {"profile_id": %d, "tran_type": "%s", "tran_class": "ecom", "cart_id": "%s", "cart_currency": "SAR",
                 "cart_amount": 100.00, "cart_description": "Own form", "callback": "%s",
                 "customer_details": {"name": "Huda Salem", "email": "huda@example.test", "street1": "14 Olaya Street",
                  "city": "Riyadh", "country": "SA", "ip": "203.0.113.24"},
                 "card_details": {"pan": "4111111111111111", "cvv": "123", "expiry_month": 11, "expiry_year": 2031}}""".formatted(profile, type, cart, callback());
    }

    private JsonNode followUp(String type, String ref, String cart, String amount) throws Exception {
        return call("payment/request", """
                {"profile_id": %d, "tran_type": "%s", "tran_class": "ecom", "tran_ref": "%s", "cart_id": "%s", "cart_currency": "SAR",
                 "cart_amount": %s, "cart_description": "As agreed", "callback": "%s"}""".formatted(profile, type, ref, cart, amount, callback()));
    }

    private String callback() {
        return "http://127.0.0.1:" + shop.getAddress().getPort() + "/callback";
    }

    /** The browser: fills in the card, and reads the form that leads back to the shop. */
    private Map<String, String> pay(String page) throws Exception {
        assertThat(send(HttpRequest.newBuilder(URI.create(page)).build()).statusCode())
                .isEqualTo(200);
        HttpResponse<String> paid = send(HttpRequest.newBuilder(URI.create(page))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "card-number=4111111111111111&expiry=11%2F31&cvv=123&action=pay"))
                .build());
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher hidden = HIDDEN.matcher(paid.body());
        while (hidden.find()) {
            fields.put(hidden.group(1), hidden.group(2).replace("&#39;", "'").replace("&amp;", "&"));
        }
        return fields;
    }

    private JsonNode call(String path, String body) throws Exception {
        return JSON.readTree(post(path, body, serverKey).body());
    }

    private HttpResponse<String> post(String path, String body, String key) throws Exception {
        return send(HttpRequest.newBuilder(base.resolve("/" + path))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", key)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private JsonNode told(String type) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> news.stream().anyMatch(n -> text(n, "/tran_type").equals(type)));
        return news.stream()
                .filter(n -> text(n, "/tran_type").equals(type))
                .findFirst()
                .orElseThrow();
    }

    /** What the fields of the return sign, as documented: without the empty ones, by name, as a query string. */
    private static String signedText(Map<String, String> fields) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(fields).forEach((name, value) -> {
            if (!name.equals("signature") && !value.isEmpty()) {
                String encoded =
                        URLEncoder.encode(value, StandardCharsets.UTF_8).replace("*", "%2A");
                assertThat(URLDecoder.decode(encoded, StandardCharsets.UTF_8)).isEqualTo(value);
                parts.add(name + "=" + encoded);
            }
        });
        return String.join("&", parts);
    }

    private String hmac(byte[] text) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(serverKey.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text));
        } catch (java.security.GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String text(JsonNode node, String pointer) {
        return node.at(pointer).asText();
    }
}
