package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.CartId;
import io.nestcms.payment.GatewayOutcome;
import io.nestcms.payment.GatewayOutcome.Accepted;
import io.nestcms.payment.GatewayOutcome.Indeterminate;
import io.nestcms.payment.GatewayOutcome.NotSent;
import io.nestcms.payment.GatewayOutcome.Rejected;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults below and in HTTP, and the outcome of each: what may have left is never called refused or unsent. */
class OutcomeOnTheWireTest {
    private static final String REDIRECT = Fixtures.text("payment-request-redirect.json");

    @Test
    void charge_connectionRefused_notSent() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (PayTabsClient client = client(URI.create("http://localhost:" + port))) {
            assertThat(client.charge(Fixtures.charge()).execute()).isEqualTo(unconnected());
        }
    }

    @Test
    void charge_unknownHost_notSent() {
        OkHttpClient http = new OkHttpClient.Builder()
                .dns(name -> {
                    throw new UnknownHostException(name);
                })
                .build();
        try (PayTabsClient client = client(URI.create("https://gateway.invalid"), http)) {
            assertThat(client.charge(Fixtures.charge()).execute()).isEqualTo(unconnected());
        }
    }

    @Test
    void charge_connectTimesOut_notSent() {
        OkHttpClient http = new OkHttpClient.Builder()
                .socketFactory(new UnconnectableSockets())
                .build();
        try (PayTabsClient client = client(URI.create("http://localhost:1"), http)) {
            assertThat(client.charge(Fixtures.charge()).execute()).isEqualTo(unconnected());
        }
    }

    @Test
    void charge_tlsHandshakeFails_notSent() throws IOException {
        try (RawServer server =
                        new RawServer(socket -> socket.getOutputStream().write("no TLS here".getBytes("US-ASCII")));
                PayTabsClient client = client(URI.create(server.uri().toString().replace("http:", "https:")))) {
            assertThat(client.charge(Fixtures.charge()).execute()).isEqualTo(unconnected());
        }
    }

    @Test
    void charge_resetBeforeTheRequestIsRead_unsentOrIndeterminate() throws IOException {
        try (RawServer server = new RawServer(RawServer::reset);
                PayTabsClient client = client(server.uri())) {
            // the reset races with our first byte: seen before it, provably nothing left; seen after it, nobody knows
            assertThat(client.charge(Fixtures.charge()).execute()).isInstanceOfAny(NotSent.class, Indeterminate.class);
        }
    }

    @Test
    void charge_resetAtEveryByteOfTheRequest_indeterminate() throws IOException {
        int length = wholeRequest().length();
        for (int bytes = 1; bytes <= length; bytes += bytes < 16 || bytes > length - 16 ? 1 : 7) {
            int read = bytes;
            try (RawServer server = new RawServer(socket -> {
                        socket.getInputStream().readNBytes(read);
                        RawServer.reset(socket);
                    });
                    PayTabsClient client = client(server.uri())) {
                assertThat(client.charge(Fixtures.charge()).execute())
                        .as("reset after %d of %d bytes", read, length)
                        .isInstanceOf(Indeterminate.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"payment-request-redirect.json", "payment-declined.json", "error-validation.json"})
    void charge_replyCutAtEveryByte_neverRejectedNorUnsent(String fixture) throws IOException {
        String body = Fixtures.text(fixture).strip();
        int status = fixture.startsWith("error") ? 400 : 200;
        for (byte[] reply : List.of(RawServer.reply(status, body), RawServer.unmeasuredReply(status, body))) {
            assertCutReplies(reply);
        }
    }

    private static void assertCutReplies(byte[] reply) throws IOException {
        try (RawServer server = new RawServer(socket -> {})) {
            try (PayTabsClient client = client(server.uri())) {
                for (int bytes = 0; bytes < reply.length; bytes++) {
                    byte[] part = Arrays.copyOf(reply, bytes);
                    server.script(socket -> {
                        server.readRequest(socket);
                        socket.getOutputStream().write(part);
                    });
                    assertThat(client.charge(Fixtures.charge()).execute())
                            .as("cut after %d of %d bytes", bytes, reply.length)
                            .isInstanceOf(Indeterminate.class);
                }
            }
            // one request for each call: nothing was sent a second time
            assertThat(server.requests()).hasSize(reply.length);
        }
    }

    @Test
    void charge_replyNeverComes_indeterminate() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (RawServer server = new RawServer(socket -> done.await(30, TimeUnit.SECONDS));
                PayTabsClient client = PayTabsClient.builder(Fixtures.profile(server.uri()))
                        .timeouts(Fixtures.SHORT)
                        .build()) {
            assertThat(client.charge(Fixtures.charge()).execute()).isInstanceOf(Indeterminate.class);
        } finally {
            done.countDown();
        }
    }

    @Test
    void charge_limitOfTheCallRunsOutAfterTheRequestLeft_indeterminate() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (RawServer server = new RawServer(socket -> done.await(30, TimeUnit.SECONDS));
                PayTabsClient client = client(server.uri())) {
            assertThat(client.charge(Fixtures.charge()).execute(Duration.ofSeconds(3)))
                    .isInstanceOf(Indeterminate.class);
        } finally {
            done.countDown();
        }
    }

    @Test
    void charge_cancelledAfterTheRequestLeft_indeterminate() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        try (RawServer server = new RawServer(socket -> {
            arrived.countDown();
            done.await(30, TimeUnit.SECONDS);
        })) {
            server.script(socket -> {
                server.readRequest(socket);
                arrived.countDown();
                done.await(30, TimeUnit.SECONDS);
            });
            try (PayTabsClient client = client(server.uri())) {
                PayTabsCall<ChargeReply> call = client.charge(Fixtures.charge());
                CompletableFuture<GatewayOutcome<ChargeReply>> outcome = call.start();
                assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
                call.cancel();
                assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(Indeterminate.class);
            }
        } finally {
            done.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 520})
    void charge_serverError_indeterminate(int status) throws IOException {
        // even with an envelope: a gateway that failed half-way may have charged
        assertThat(chargeAnswered(RawServer.reply(status, "{\"code\":206,\"message\":\"x\",\"trace\":\"t\"}")))
                .isInstanceOf(Indeterminate.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html><body>Welcome</body></html>",
                "null",
                "42",
                "\"yes\"",
                "[]",
                "{}",
                "{\"tran_ref\":\"TST1\"}",
                "{\"redirect_url\":\"https://a.example/p\"}",
                "{\"tran_ref\":\"TST1\",\"redirect_url\":\"javascript:alert(1)\"}",
                "{\"tran_ref\":\"TST1\",\"redirect_url\":\"https://a.example/p\"",
                "{\"tran_ref\":\"TST1\",\"redirect_url\":\"https://a.example/p\"} {}",
                "{\"tran_ref\":\"TST1\",\"tran_ref\":\"TST2\",\"redirect_url\":\"https://a.example/p\"}",
                "{\"tran_ref\":{},\"redirect_url\":\"https://a.example/p\"}",
                "{\"tran_ref\":\"TST1\",\"payment_result\":\"A\"}",
                "{\"tran_ref\":\"TST1\",\"payment_result\":{\"response_status\":\"A\"},\"tran_total\":\"1,250.00\",\"tran_currency\":\"SAR\"}",
                "{\"tran_ref\":\"TST1\",\"payment_result\":{\"response_status\":\"A\"},\"tran_total\":\"1.005\",\"tran_currency\":\"SAR\"}",
                "{\"code\":206,\"message\":\"x\",\"tran_ref\":\"TST1\"}",
                "{\"code\":-1,\"message\":\"x\"}",
                "{\"code\":\"soon\",\"message\":\"x\"}",
                "{\"code\":777,\"message\":\"a code that nobody knows\"}"
            })
    void charge_okThatNobodyUnderstands_indeterminate(String body) throws IOException {
        assertThat(chargeAnswered(RawServer.reply(200, body))).isInstanceOf(Indeterminate.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 407, 408, 409, 413, 421})
    void charge_statusWithoutTheGatewaysEnvelope_indeterminateAndSentOnce(int status) throws IOException {
        assertThat(chargeAnswered(RawServer.reply(status, "<html>proxy</html>")))
                .isInstanceOf(Indeterminate.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 101, 102, 109, 200, 206, 325, 335})
    void charge_knownRefusal_rejectedWithCodeMessageTrace(int code) throws IOException {
        String body = "{\"code\":" + code + ",\"message\":\"Not so\",\"trace\":\"PMNT0401.6B02A44B.00001AE1\"}";
        GatewayOutcome<ChargeReply> outcome = chargeAnswered(RawServer.reply(400, body));
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.rejection().code()).isEqualTo(Integer.toString(code));
            assertThat(rejected.rejection().message()).isEqualTo("Not so");
            assertThat(rejected.rejection().trace()).isEqualTo("PMNT0401.6B02A44B.00001AE1");
        });
    }

    @Test
    void charge_unknownCodeWithClientError_rejected() throws IOException {
        assertThat(chargeAnswered(RawServer.reply(422, "{\"code\":777,\"message\":\"new rule\"}")))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void charge_unknownCodeWithoutMessage_indeterminate() throws IOException {
        assertThat(chargeAnswered(RawServer.reply(422, "{\"code\":777}"))).isInstanceOf(Indeterminate.class);
    }

    @Test
    void charge_duplicate_indeterminate() throws IOException {
        assertThat(chargeAnswered(RawServer.reply(409, Fixtures.text("error-duplicate.json"))))
                .isInstanceOf(Indeterminate.class);
    }

    @Test
    void charge_internalErrorCode_indeterminate() throws IOException {
        assertThat(chargeAnswered(RawServer.reply(400, "{\"code\":400,\"message\":\"Internal\",\"trace\":\"t\"}")))
                .isInstanceOf(Indeterminate.class);
    }

    @Test
    void charge_tooManyRequestsCode_notSent() throws IOException {
        assertThat(chargeAnswered(RawServer.reply(400, "{\"code\":5,\"message\":\"Too many\",\"trace\":\"t\"}")))
                .isEqualTo(new NotSent<>(NotSent.Cause.THROTTLED, null));
    }

    @Test
    void charge_tooManyRequestsStatus_notSentWithRetryAfter() throws IOException {
        byte[] reply = "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .getBytes("US-ASCII");
        assertThat(chargeAnswered(reply)).isEqualTo(new NotSent<>(NotSent.Cause.THROTTLED, Duration.ofSeconds(7)));
    }

    @Test
    void charge_unavailableWithRetryAfterZero_sentOnce() throws IOException {
        // OkHttp repeats such a request by itself unless its body goes once only
        byte[] reply = "HTTP/1.1 503 Gone\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .getBytes("US-ASCII");
        assertThat(chargeAnswered(reply)).isInstanceOf(Indeterminate.class);
    }

    @Test
    void charge_callersInterceptorRepeats_sentOnce() throws IOException {
        try (RawServer server = new RawServer(socket -> {})) {
            server.script(socket -> {
                server.readRequest(socket);
                RawServer.reset(socket);
            });
            OkHttpClient http = new OkHttpClient.Builder()
                    .addInterceptor(chain -> {
                        try {
                            return chain.proceed(chain.request());
                        } catch (IOException first) {
                            return chain.proceed(chain.request());
                        }
                    })
                    .build();
            try (PayTabsClient client = client(server.uri(), http)) {
                assertThat(client.charge(Fixtures.charge()).execute()).isInstanceOf(Indeterminate.class);
            }
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void charge_wholeReply_accepted() throws IOException {
        assertThat(chargeAnswered(RawServer.reply(200, REDIRECT))).isInstanceOf(Accepted.class);
    }

    @Test
    void transactions_notFoundByTheGateway_empty() throws IOException {
        assertThat(cartAnswered(RawServer.reply(404, "{\"code\":777,\"message\":\"Not found\",\"trace\":\"T.1\"}")))
                .isEqualTo(new Accepted<>(List.of()));
        assertThat(cartAnswered(RawServer.reply(200, "[]"))).isEqualTo(new Accepted<>(List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<html>Not found</html>", "{\"message\":\"no route\"}", "{\"code\":777,\"message\":\"no trace\"}"
            })
    void transactions_notFoundBySomebodyElse_noProofOfAbsence(String body) throws IOException {
        assertThat(cartAnswered(RawServer.reply(404, body))).isNotInstanceOf(Accepted.class);
    }

    @Test
    void transactions_wrongKey_rejected() throws IOException {
        assertThat(cartAnswered(RawServer.reply(401, Fixtures.text("error-auth.json"))))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void transactions_oneElementUnreadable_indeterminate() throws IOException {
        assertThat(cartAnswered(RawServer.reply(200, "[{\"tran_ref\":\"TST1\"},{\"tran_type\":\"Sale\"}]")))
                .isInstanceOf(Indeterminate.class);
    }

    private static GatewayOutcome<ChargeReply> chargeAnswered(byte[] reply) throws IOException {
        return answered(reply, client -> client.charge(Fixtures.charge()));
    }

    private static GatewayOutcome<List<PayTabsTransaction>> cartAnswered(byte[] reply) throws IOException {
        return answered(reply, client -> client.transactions(new CartId("ORD-1")));
    }

    private static <T> GatewayOutcome<T> answered(
            byte[] reply, java.util.function.Function<PayTabsClient, PayTabsCall<T>> call) throws IOException {
        try (RawServer server = new RawServer(socket -> {})) {
            server.script(socket -> {
                server.readRequest(socket);
                socket.getOutputStream().write(reply);
            });
            try (PayTabsClient client = client(server.uri())) {
                GatewayOutcome<T> outcome = call.apply(client).execute();
                assertThat(server.requests()).hasSize(1);
                return outcome;
            }
        }
    }

    private static String wholeRequest() throws IOException {
        List<String> requests = new ArrayList<>();
        try (RawServer server = new RawServer(socket -> {})) {
            server.script(socket -> {
                server.readRequest(socket);
                socket.getOutputStream().write(RawServer.reply(200, REDIRECT));
            });
            try (PayTabsClient client = client(server.uri())) {
                client.charge(Fixtures.charge()).execute();
            }
            requests.addAll(server.requests());
        }
        return requests.get(0);
    }

    private static NotSent<ChargeReply> unconnected() {
        return new NotSent<>(NotSent.Cause.NO_CONNECTION, null);
    }

    private static PayTabsClient client(URI base) {
        PayTabsProfile profile = PayTabsProfile.builder(Fixtures.PROFILE_ID, Fixtures.SERVER_KEY, base)
                .build();
        return PayTabsClient.builder(profile).timeouts(Fixtures.LONG).build();
    }

    private static PayTabsClient client(URI base, OkHttpClient http) {
        PayTabsProfile profile = PayTabsProfile.builder(Fixtures.PROFILE_ID, Fixtures.SERVER_KEY, base)
                .build();
        return PayTabsClient.builder(profile).httpClient(http).build();
    }

    /** Sockets that never get a connection. */
    private static final class UnconnectableSockets extends SocketFactory {
        @Override
        public Socket createSocket() {
            return new Socket() {
                @Override
                public void connect(SocketAddress endpoint, int timeout) throws IOException {
                    throw new SocketTimeoutException("connect timed out");
                }
            };
        }

        @Override
        public Socket createSocket(String host, int port) {
            return createSocket();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            return createSocket();
        }
    }
}
