package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nestcms.e2e.Edge.Reply;
import io.nestcms.e2e.Monitoring.Message;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What is shipped for running it: nginx with its firewall before two nodes, and what watches them. The last test takes a node away. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeploymentTest {
    /** The server's own limits do not tell who is asking here, since the edge names each address. */
    private static final String SLOW_ONES = "127.0.0.2";

    private static final String OPEN = "NestCmsGatewayCircuitOpen";
    private static final String FLOOD = "127.0.0.3";

    private static final String METRICS_TOKEN = "a-token-for-the-scraper-alone";

    @TempDir
    static Path data;

    private static Fleet fleet;
    private static Edge edge;
    private static Process first;
    private static List<Integer> nodes;
    private static List<Integer> watchPorts;
    private static Merchant merchant;

    @BeforeAll
    static void start() throws Exception {
        Machine.require("nginx");
        Iterator<Integer> ports = ChaosStage.freePorts(new Random(), 6).iterator();
        int plain = ports.next();
        int tls = ports.next();
        nodes = List.of(ports.next(), ports.next());
        fleet = new Fleet(data, URI.create("http://127.0.0.1:" + plain));
        watchPorts = List.of(ports.next(), ports.next());
        Map<String, String> further = Map.of("METRICS_TOKEN", METRICS_TOKEN, "EDGE_URLS", "http://127.0.0.1:" + plain);
        first = fleet.start("first", nodes.get(0), further);
        fleet.start("second", nodes.get(1), further);
        edge = Edge.start(data.resolve("edge"), plain, tls, nodes);
        merchant = Merchant.signIn(edge.uri(), Stage.MERCHANT, Stage.PASSWORD);
    }

    @AfterAll
    static void stop() {
        if (edge != null) {
            edge.close();
        }
        if (fleet != null) {
            fleet.close();
        }
    }

    /** The fields of each line of a list, empty ones filled in. */
    private static List<String[]> lines(String file, int fields) throws IOException {
        return Files.readAllLines(Edge.shipped().resolve("traffic").resolve(file)).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> Arrays.copyOf(line.split("\t", -1), fields))
                .map(line -> Arrays.stream(line)
                        .map(field -> field == null ? "" : field)
                        .toArray(String[]::new))
                .toList();
    }

    @Test
    @Order(1)
    void attacks_reachNoNode() throws IOException {
        List<String[]> attacks = lines("attacks.tsv", 6);
        for (String[] attack : attacks) {
            Reply reply = edge.send(attack[1], attack[2], attack[3], attack[4], attack[5]);

            assertThat(reply.status()).as(String.join(" ", attack)).isIn(400, 403, 413);
            assertThat(edge.logged(reply.header("X-Request-Id")).path("node").asText())
                    .as(String.join(" ", attack))
                    .isEmpty();
        }
        assertThat(attacks.stream().collect(Collectors.groupingBy(attack -> attack[0], Collectors.counting())))
                .hasSize(6)
                .allSatisfy((kind, count) -> assertThat(count).as(kind).isGreaterThanOrEqualTo(15));
        // by which rule, and nothing of the bodies' passwords
        assertThat(edge.errors().contains("[id \"949110\"]")).isTrue();
        assertThat(edge.errors().contains("secret")).isFalse();
    }

    @Test
    @Order(2)
    void ordinaryTraffic_allReachesANode() throws IOException {
        List<String[]> benign = lines("benign.tsv", 5);
        for (String[] each : benign) {
            Reply reply = edge.send(each[0], each[1], each[2], each[3], each[4]);

            assertThat(reply.status()).as(String.join(" ", each)).isNotIn(403, 413, 502, 503, 504);
            JsonNode logged = edge.logged(reply.header("X-Request-Id"));
            assertThat(logged.path("node").asText() + logged.path("cache").asText())
                    .as(String.join(" ", each))
                    .isNotEmpty();
        }
        assertThat(benign).hasSizeGreaterThanOrEqualTo(200);
    }

    @Test
    @Order(3)
    void paymentIsMade_andToldByItsNotification() {
        String id = pay("ORD-edge", "ORD-edge");

        Stage.eventually().until(() -> merchant.status(id).equals("SUCCEEDED"));
        assertThat(edge.log())
                .filteredOn(line -> line.path("path").asText().equals("/payments/v2/webhook")
                        && !line.path("agent").asText().contains("Firefox"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.path("status").asInt()).isEqualTo(200));
    }

    private static String pay(String key, String cart) {
        String id = merchant.create(key, Merchant.order(cart, "250.000", "KWD")).text("id");
        new Payer().pay(merchant.process(id).text("redirectUrl"), Payer.APPROVED);
        return id;
    }

    @Test
    @Order(4)
    void tls_isOfToday() throws Exception {
        HttpClient client = HttpClient.newBuilder().sslContext(trustingAll()).build();
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(edge.secure().resolve("/health/liveness"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).hasValue("max-age=31536000");
        assertThat(answer.headers().firstValue("Server")).hasValue("nginx");
    }

    private static SSLContext trustingAll() throws Exception {
        // the certificate was made for this test a moment ago
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        return context;
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    @Order(5)
    void slowBodies_stayHere_andCostNobodyElse() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 90; i++) {
                Socket socket = edge.connect(SLOW_ONES);
                slow.add(socket);
                socket.getOutputStream()
                        .write(("POST /auth/login HTTP/1.1\r\n"
                                        + "Host: pay.example.com\r\n"
                                        + "Content-Type: application/json\r\n"
                                        + "Content-Length: 200\r\n\r\n"
                                        + "{\"username\":\"a")
                                .getBytes(StandardCharsets.US_ASCII));
            }

            String id = pay("ORD-slow", "ORD-slow");

            Stage.eventually().until(() -> merchant.status(id).equals("SUCCEEDED"));
            // the edge gives them ten seconds, and no node ever heard of one
            for (Socket socket : slow) {
                assertThat(isEnded(socket)).isTrue();
            }
            assertThat(edge.log())
                    .filteredOn(line -> line.path("address").asText().equals(SLOW_ONES))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line.path("node").asText()).isEmpty());
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** Whether the other side ends it, in words or by hanging up, before its time limit. */
    private static boolean isEnded(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    @Order(6)
    void floodOfSignIns_meetsItsLimit_andNobodyElseDoes() throws IOException {
        List<Reply> refused = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            try (Socket socket = edge.connect(FLOOD)) {
                socket.getOutputStream()
                        .write(("POST /auth/login HTTP/1.1\r\n"
                                        + "Host: pay.example.com\r\n"
                                        + "Content-Type: application/json\r\n"
                                        + "Accept: */*\r\n"
                                        + "User-Agent: flood\r\n"
                                        + "Content-Length: 2\r\n"
                                        + "Connection: close\r\n\r\n"
                                        + "{}")
                                .getBytes(StandardCharsets.US_ASCII));
                Reply reply = Edge.reply(socket);
                if (reply.status() == 429) {
                    refused.add(reply);
                }
            }
        }

        assertThat(refused).isNotEmpty().allSatisfy(reply -> {
            assertThat(reply.header("Retry-After")).isEqualTo("2");
            assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(edge.logged(reply.header("X-Request-Id")).path("node").asText())
                    .isEmpty();
        });
        assertThat(Merchant.signIn(edge.uri(), Stage.MERCHANT, Stage.PASSWORD)
                        .get("/payments/v2?limit=1")
                        .status())
                .isEqualTo(200);
    }

    @Test
    @Order(7)
    void whatWatchesTheNodes_isNotForTheWorld() throws IOException {
        for (String target : List.of("/metrics", "/health/detailed", "/health/readiness")) {
            assertThat(edge.send("GET", target, "", "", "").status()).isEqualTo(404);
        }
    }

    @Test
    @Order(7)
    void article_isKeptHere_untilItChanges() {
        JsonNode article = merchant.post(
                        "/articles", "{\"title\":\"Kept\",\"slug\":\"kept\",\"html\":\"<p>one</p>\",\"tags\":[]}")
                .json();
        act(article, "PUBLISH");
        Merchant reader = Merchant.stranger(edge.uri());
        Stage.eventually()
                .until(
                        () -> reader.get("/articles/by-slug/kept"),
                        answer -> answer.header("X-Cache").equals("HIT"));

        Merchant.Answer kept = reader.get("/articles/by-slug/kept");
        assertThat(kept.json().path("html").asText()).isEqualTo("<p>one</p>");
        act(merchant.get("/articles/" + article.path("id").asText()).json(), "ARCHIVE");

        Stage.eventually().until(() -> reader.get("/articles/by-slug/kept").status() == 404);
        assertThat(edge.log())
                .filteredOn(line -> line.path("path").asText().equals("/purge/articles/by-slug/kept"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.path("status").asInt()).isIn(200, 404, 412));
        assertThat(kept.header("RateLimit")).isEmpty();
    }

    private static void act(JsonNode article, String action) {
        Merchant.Answer answer = merchant.post(
                "/articles/" + article.path("id").asText() + "/actions", "{\"action\":\"" + action + "\"}");
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    }

    @Test
    @Order(8)
    void openCircuit_alertsWhoeverIsOnCall_andIsOver() throws Exception {
        try (Monitoring monitoring = new Monitoring(
                data.resolve("monitoring"), nodes, METRICS_TOKEN, watchPorts.get(0), watchPorts.get(1))) {
            order("FORCE_OPEN");
            Stage.eventually()
                    .until(
                            () -> monitoring.messages(),
                            told -> told.contains(new Message("payments-on-call", OPEN, "firing")));

            for (JsonNode panel : dashboard().path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    String expression = target.path("expr").asText();
                    Stage.eventually()
                            .untilAsserted(() -> assertThat(monitoring.query(expression))
                                    .as(expression)
                                    .isNotEmpty());
                }
            }

            order("CLOSE");
            Stage.eventually()
                    .until(
                            () -> monitoring.messages(),
                            told -> told.contains(new Message("payments-on-call", OPEN, "resolved")));
            assertThat(monitoring.messages()).extracting(Message::receiver).doesNotContain("platform");
        }
    }

    private static void order(String command) {
        assertThat(merchant.post("/admin/circuits/paytabs/orders", "{\"command\":\"" + command + "\"}")
                        .status())
                .isEqualTo(200);
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper()
                .readTree(Edge.shipped().resolve("grafana/payments.json").toFile());
    }

    @Test
    @Order(9)
    void nodeKilledUnderLoad_nothingIsLostOrDoubled() throws InterruptedException {
        List<String> payments = new ArrayList<>();
        Thread killer = new Thread(first::destroyForcibly, "killer");
        for (int i = 0; i < 12; i++) {
            String cart = "ORD-kill-" + i;
            if (i == 4) {
                killer.start();
            }
            payments.add(Stage.eventually().until(() -> persistently(cart), id -> !id.isEmpty()));
        }
        killer.join();

        for (int i = 0; i < payments.size(); i++) {
            String id = payments.get(i);
            Stage.eventually().until(() -> merchant.status(id).equals("SUCCEEDED"));
            assertThat(fleet.sandbox
                            .ledger()
                            .totals(Stage.cart("ORD-kill-" + i))
                            .charges())
                    .isEqualTo(1);
        }
        // a read goes to the other node by itself
        for (int i = 0; i < 20; i++) {
            assertThat(merchant.get("/payments/v2?limit=1").status()).isEqualTo(200);
        }
    }

    /** What a careful client does: the same key again until it is answered; then the payer's page. */
    private static String persistently(String cart) {
        Merchant.Answer created = merchant.create(cart, Merchant.order(cart, "250.000", "KWD"));
        if (created.status() >= 500) {
            return "";
        }
        String id = created.text("id");
        Merchant.Answer processed = merchant.process(id);
        if (processed.status() != 200) {
            return "";
        }
        new Payer().pay(processed.text("redirectUrl"), Payer.APPROVED);
        return id;
    }
}
