package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A merchant's server and client over real HTTP, with its own idea of the signatures. */
final class Merchant implements AutoCloseable {
    static final JsonMapper MAPPER = new JsonMapper();
    private static final String APPROVED = "4111111111111111";

    final List<Notification> notifications = new CopyOnWriteArrayList<>();
    final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final Deque<Integer> answers = new ArrayDeque<>();
    private final HttpServer server;
    private final PayTabsSandbox sandbox;

    record Notification(Map<String, List<String>> headers, byte[] body) {
        JsonNode json() throws IOException {
            return MAPPER.readTree(body);
        }

        String signature() {
            return headers.get("Signature").get(0);
        }
    }

    Merchant(PayTabsSandbox sandbox) throws IOException {
        this.sandbox = sandbox;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/callback", this::callback);
        server.start();
    }

    /** The statuses of the next answers to notifications; 200 after that. */
    void answer(int... statuses) {
        synchronized (answers) {
            for (int status : statuses) {
                answers.addLast(status);
            }
        }
    }

    private void callback(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        notifications.add(new Notification(Map.copyOf(exchange.getRequestHeaders()), body));
        int status;
        synchronized (answers) {
            status = answers.isEmpty() ? 200 : answers.removeFirst();
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    ObjectNode sale(String cartId, String amount, String currency) {
        ObjectNode body = MAPPER.createObjectNode()
                .put("profile_id", sandbox.profileId())
                .put("tran_type", "sale")
                .put("tran_class", "ecom")
                .put("cart_id", cartId)
                .put("cart_currency", currency)
                .put("cart_description", "Two <tickets>");
        body.put("cart_amount", new java.math.BigDecimal(amount));
        return body.put("callback", url("/callback").toString())
                .put("return", url("/return").toString());
    }

    static ObjectNode withCard(ObjectNode order, String pan) {
        order.putObject("card_details")
                .put("pan", pan)
                .put("cvv", "123")
                .put("expiry_month", 12)
                .put("expiry_year", 2031);
        order.putObject("customer_details").put("name", "Huda Salem").put("email", "huda@example.test");
        return order;
    }

    HttpResponse<String> post(String path, JsonNode body) throws IOException, InterruptedException {
        return send(request(path, body, sandbox.serverKey()).build());
    }

    HttpRequest.Builder request(String path, JsonNode body, String key) {
        return HttpRequest.newBuilder(sandbox.baseUri().resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    JsonNode ok(HttpResponse<String> response) throws IOException {
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return MAPPER.readTree(response.body());
    }

    JsonNode order(ObjectNode order) throws IOException, InterruptedException {
        return ok(post("/payment/request", order));
    }

    JsonNode queryRef(String ref) throws IOException, InterruptedException {
        return ok(post(
                "/payment/query",
                MAPPER.createObjectNode().put("profile_id", sandbox.profileId()).put("tran_ref", ref)));
    }

    JsonNode queryCart(String cartId) throws IOException, InterruptedException {
        return ok(post(
                "/payment/query",
                MAPPER.createObjectNode().put("profile_id", sandbox.profileId()).put("cart_id", cartId)));
    }

    ObjectNode followUp(String type, String ref, String cartId, String amount, String currency) {
        return sale(cartId, amount, currency).put("tran_type", type).put("tran_ref", ref);
    }

    /** The letter and the code of a reply or a query's answer. */
    static String outcome(JsonNode reply) {
        String status = reply.at("/payment_result/response_status").asText();
        return status.equals("A")
                ? status
                : status + reply.at("/payment_result/response_code").asText();
    }

    /** Pays without a browser. */
    JsonNode pay(String page, String card) throws IOException, InterruptedException {
        return act(
                page,
                MAPPER.createObjectNode()
                        .put("card", card)
                        .put("expiry", "12/31")
                        .put("cvv", "123"));
    }

    JsonNode pay(String page) throws IOException, InterruptedException {
        return pay(page, APPROVED);
    }

    JsonNode act(String page, JsonNode body) throws IOException, InterruptedException {
        return ok(send(HttpRequest.newBuilder(URI.create(page + "/pay"))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build()));
    }

    HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url))
                .header("Accept", "text/html")
                .build());
    }

    HttpResponse<String> form(String url, Map<String, String> fields) throws IOException, InterruptedException {
        String body = fields.entrySet().stream()
                .map(f -> f.getKey() + "=" + URLEncoder.encode(f.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    HttpResponse<String> control(String method, String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(sandbox.controlUri().resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    String hmac(byte[] text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(sandbox.serverKey().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(text));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
