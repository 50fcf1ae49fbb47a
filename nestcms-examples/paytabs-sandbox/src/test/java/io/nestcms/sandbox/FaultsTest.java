package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultsTest {
    private static final String REQUEST = "/payment/request";
    private static final String VISA = "4111111111111111";
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder().start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void refuse_closesThePort_andOpensItAgain_whileControlAnswers() throws Exception {
        merchant.order(merchant.sale("ORD-1", "1", "SAR"));
        int port = sandbox.baseUri().getPort();
        assertThat(merchant.control("POST", "/faults", "{\"fault\":\"refuse\"}").body())
                .contains("\"accepting\":false");
        assertThatThrownBy(() -> merchant.post(REQUEST, merchant.sale("ORD-2", "1", "SAR")))
                .isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(ConnectException.class);
        assertThat(merchant.control("POST", "/faults", "{\"fault\":\"accept\"}").statusCode())
                .isEqualTo(200);
        assertThat(sandbox.baseUri().getPort()).isEqualTo(port);
        merchant.order(merchant.sale("ORD-2", "1", "SAR"));
        assertThat(sandbox.calls(REQUEST)).isEqualTo(2);
        assertThat(sandbox.ledger().entries("ORD-2")).hasSize(1);
    }

    @Test
    void accept_waitsForAPortThatSomebodyHasForAMoment() throws Exception {
        int port = sandbox.baseUri().getPort();
        sandbox.faults().refuseConnections();
        var opening = new java.util.concurrent.CompletableFuture<Void>();
        try (var taken = new java.net.ServerSocket()) {
            taken.setReuseAddress(true);
            taken.bind(new java.net.InetSocketAddress("127.0.0.1", port));
            Thread thread = new Thread(() -> {
                sandbox.faults().acceptConnections();
                opening.complete(null);
            });
            thread.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            assertThat(opening).isNotDone();
        }
        opening.get(20, java.util.concurrent.TimeUnit.SECONDS);
        assertThat(merchant.queryCart("nobody")).isEmpty();
    }

    @Test
    void dropReply_charges_andTheQueryFindsIt() throws Exception {
        sandbox.faults().next(1, REQUEST, Fault.dropReply());
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-1", "5.00", "SAR"), VISA);
        assertThatThrownBy(() -> merchant.post(REQUEST, order)).isInstanceOf(IOException.class);
        assertThat(merchant.queryCart("ORD-1")
                        .get(0)
                        .at("/payment_result/response_status")
                        .asText())
                .isEqualTo("A");
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isEqualTo(1);
        assertThat(sandbox.faults().left()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1", "12", "40", "120", "200"})
    void cutReply_sendsExactlySoManyBytes_andCharges(int bytes) throws Exception {
        sandbox.faults().next(1, REQUEST, Fault.cutReply(bytes));
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-1", "5.00", "SAR"), VISA);
        byte[] received = raw(order);
        assertThat(received).hasSize(bytes);
        assertThat("HTTP/1.1 200 OK\r\n")
                .startsWith(new String(received, 0, Math.min(bytes, 17), StandardCharsets.US_ASCII));
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isEqualTo(1);
    }

    @Test
    void cutRequest_chargesNothing() {
        sandbox.faults().next(1, REQUEST, Fault.cutRequest(10));
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-1", "5.00", "SAR"), VISA);
        assertThatThrownBy(() -> merchant.post(REQUEST, order)).isInstanceOf(IOException.class);
        assertThat(sandbox.ledger().entries("ORD-1")).isEmpty();
        assertThat(sandbox.calls(REQUEST)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"500", "503", "429"})
    void status_isAnswered_andNothingCharged(int status) throws Exception {
        sandbox.faults().next(2, REQUEST, Fault.status(status));
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = merchant.post(REQUEST, merchant.sale("ORD-1", "5.00", "SAR"));
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(Merchant.MAPPER.readTree(answer.body()).path("code").asInt())
                    .isEqualTo(status == 429 ? 5 : 400);
            assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 429);
        }
        assertThat(sandbox.ledger().entries()).isEmpty();
        merchant.order(merchant.sale("ORD-1", "5.00", "SAR"));
        assertThat(sandbox.calls(REQUEST)).isEqualTo(3);
    }

    @Test
    void envelope_hasAnyCode_andNothingIsCharged() throws Exception {
        merchant.control("POST", "/faults", "{\"fault\":\"envelope\",\"status\":400,\"code\":109}");
        HttpResponse<String> answer = merchant.post(REQUEST, merchant.sale("ORD-1", "5.00", "SAR"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Merchant.MAPPER.readTree(answer.body()).path("code").asInt()).isEqualTo(109);
        assertThat(sandbox.ledger().entries()).isEmpty();
    }

    @Test
    void html_isNotJson() throws Exception {
        sandbox.faults().next(1, "/payment/query", Fault.html(502));
        HttpResponse<String> answer = merchant.post("/payment/query", merchant.sale("ORD-1", "5.00", "SAR"));
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(answer.body()).startsWith("<html>");
    }

    @Test
    void delayedReply_chargesThoughTheClientGaveUp() {
        sandbox.faults().next(1, REQUEST, Fault.delayReply(Duration.ofSeconds(30)));
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-1", "5.00", "SAR"), VISA);
        assertThatThrownBy(() -> merchant.send(merchant.request(REQUEST, order, sandbox.serverKey())
                        .timeout(Duration.ofSeconds(3))
                        .build()))
                .isInstanceOf(HttpTimeoutException.class);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> sandbox.ledger().totals("ORD-1").charges() == 1);
    }

    @Test
    void control_plansByPathAndCount_andForgets() throws Exception {
        merchant.control(
                "POST", "/faults", "{\"fault\":\"status\",\"status\":500,\"path\":\"/payment/query\",\"count\":3}");
        assertThat(sandbox.faults().left()).isEqualTo(3);
        merchant.order(merchant.sale("ORD-1", "5.00", "SAR"));
        assertThat(merchant.control("DELETE", "/faults", "").body()).contains("\"left\":0");
        assertThat(merchant.queryCart("ORD-1")).hasSize(1);
        assertThat(merchant.control("POST", "/faults", "{\"fault\":\"explode\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void cutInput_atAnyByteOfTheRequest_chargesNothing() throws Exception {
        ObjectNode order = Merchant.withCard(merchant.sale("ORD-1", "5.00", "SAR"), VISA);
        int length = rawRequest(order).length;
        for (int bytes = 1; bytes <= length; bytes += 97) {
            sandbox.faults().cutNextInput(bytes);
            assertThat(raw(order)).isEmpty();
        }
        sandbox.faults().cutNextInput(length);
        assertThat(raw(order)).isEmpty();
        assertThat(sandbox.ledger().entries()).isEmpty();
        assertThat(sandbox.faults().left()).isZero();
        assertThat(merchant.order(order).has("payment_result")).isTrue();
    }

    @Test
    void chance_isFixedByTheSeed() throws Exception {
        String first = unlucky(7);
        assertThat(first).contains("5").contains("2");
        assertThat(unlucky(7)).isEqualTo(first);
        assertThat(unlucky(8)).isNotEqualTo(first);
    }

    private static String unlucky(long seed) throws Exception {
        StringBuilder outcomes = new StringBuilder();
        try (PayTabsSandbox seeded = PayTabsSandbox.builder().seed(seed).start();
                Merchant shop = new Merchant(seeded)) {
            seeded.faults().randomly(0.4, "/payment/query", Fault.status(500), Fault.html(502));
            for (int i = 0; i < 40; i++) {
                outcomes.append(shop.post(
                                "/payment/query",
                                Merchant.MAPPER
                                        .createObjectNode()
                                        .put("profile_id", seeded.profileId())
                                        .put("cart_id", "X"))
                        .statusCode());
            }
        }
        return outcomes.toString();
    }

    @Test
    void chance_overTheControlPort_isForgotten() throws Exception {
        merchant.control("POST", "/faults", "{\"fault\":\"status\",\"path\":\"/payment/query\",\"share\":1}");
        assertThat(merchant.post("/payment/query", merchant.sale("X", "1", "SAR"))
                        .statusCode())
                .isEqualTo(500);
        merchant.control("DELETE", "/faults", "");
        assertThat(merchant.queryCart("X")).isEmpty();
    }

    @Test
    void happened_countsEachKindUnderTheNameOfTheControlPort() throws Exception {
        sandbox.faults().next(2, REQUEST, Fault.status(500)).next(1, REQUEST, Fault.html(502));
        for (int i = 0; i < 3; i++) {
            assertThat(merchant.post(REQUEST, merchant.sale("ORD-" + i, "1", "SAR"))
                            .statusCode())
                    .isGreaterThanOrEqualTo(500);
        }
        merchant.control("POST", "/faults", "{\"fault\":\"refuse\"}");

        merchant.control("DELETE", "/faults", "");

        assertThat(sandbox.faults().happened())
                .containsExactlyInAnyOrderEntriesOf(java.util.Map.of("status", 2L, "html", 1L, "refuse", 1L));
        assertThat(merchant.control("GET", "/faults", "").body())
                .contains("\"happened\":{\"html\":1,\"refuse\":1,\"status\":2}");
    }

    @Test
    void skewedClock_writesWrongTimes() throws Exception {
        merchant.control("POST", "/faults", "{\"fault\":\"skew-clock\",\"seconds\":-86400}");
        var paid = merchant.order(Merchant.withCard(merchant.sale("ORD-1", "5.00", "SAR"), VISA));
        var at = java.time.Instant.parse(
                paid.at("/payment_result/transaction_time").asText());
        assertThat(Duration.between(at, java.time.Instant.now())).isBetween(Duration.ofHours(23), Duration.ofHours(25));
        sandbox.faults().clear();
        var right = merchant.order(Merchant.withCard(merchant.sale("ORD-2", "5.00", "SAR"), VISA));
        at = java.time.Instant.parse(
                right.at("/payment_result/transaction_time").asText());
        assertThat(Duration.between(at, java.time.Instant.now())).isLessThan(Duration.ofHours(1));
    }

    @Test
    void tls_isServed_andItsRepliesAreCutToo(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder)
            throws Exception {
        var tls = SelfSigned.context(folder);
        try (PayTabsSandbox secure = PayTabsSandbox.builder().tls(tls).start()) {
            assertThat(secure.baseUri().getScheme()).isEqualTo("https");
            for (int bytes : new int[] {0, 1, 100, 100_000}) {
                secure.faults().next(1, REQUEST, Fault.cutReply(bytes));
                try (Socket socket = tls.getSocketFactory()
                        .createSocket("127.0.0.1", secure.baseUri().getPort())) {
                    socket.setSoTimeout(20_000);
                    socket.getOutputStream().write(rawRequest(Merchant.MAPPER.createObjectNode()));
                    byte[] received = socket.getInputStream().readAllBytes();
                    assertThat(received.length).isLessThanOrEqualTo(bytes);
                    assertThat(received.length == bytes || bytes == 100_000).isTrue();
                }
            }
        }
    }

    private byte[] rawRequest(ObjectNode order) {
        byte[] body = order.toString().getBytes(StandardCharsets.UTF_8);
        String head = "POST " + REQUEST + " HTTP/1.1\r\nHost: sandbox\r\nAuthorization: " + sandbox.serverKey()
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
        return (head + order).getBytes(StandardCharsets.UTF_8);
    }

    /** Over a bare socket, to see the very bytes; empty when the connection was reset. */
    private byte[] raw(ObjectNode order) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", sandbox.baseUri().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(rawRequest(order));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            return in.readAllBytes();
        } catch (SocketException e) {
            return new byte[0];
        }
    }
}
