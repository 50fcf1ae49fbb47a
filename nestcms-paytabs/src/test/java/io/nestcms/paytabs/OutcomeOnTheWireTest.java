package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.event.contract.Mischief;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionRef;
import io.nestcms.paytabs.PayTabsOutcome.Accepted;
import io.nestcms.paytabs.PayTabsOutcome.Indeterminate;
import io.nestcms.paytabs.PayTabsOutcome.Misconfigured;
import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import io.nestcms.paytabs.PayTabsOutcome.Rejected;
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
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.SocketFactory;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
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
                // a thousand cuts in a row are what a breaker is for
                client.guard().breaker(Api.Lane.PAYMENTS).disable();
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
                CompletableFuture<PayTabsOutcome<ChargeReply>> outcome = call.start();
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
    @ValueSource(ints = {301, 302, 304, 307, 308, 400, 403, 404, 405, 407, 408, 409, 413, 421})
    void charge_statusWithoutTheGatewaysEnvelope_indeterminateAndSentOnce(int status) throws IOException {
        assertThat(chargeAnswered(RawServer.reply(status, "<html>proxy</html>")))
                .isInstanceOf(Indeterminate.class);
    }

    @ParameterizedTest
    @CsvSource({
        "400, 1, PROFILE",
        "401, 1, PROFILE",
        "200, 1, PROFILE",
        "403, 777, PROFILE",
        "401, 777, PROFILE",
        "400, 109, PROFILE",
        "200, 109, PROFILE",
        "400, 206, CURRENCY",
        "200, 206, CURRENCY",
        "401, 206, CURRENCY"
    })
    void charge_ourOwnFault_misconfiguredWithCodeMessageTrace(int status, int code, Misconfigured.Setting setting)
            throws IOException {
        String body = "{\"code\":" + code + ",\"message\":\"Not so\",\"trace\":\"PMNT0401.6B02A44B.00001AE1\"}";
        assertThat(chargeAnswered(RawServer.reply(status, body)))
                .isEqualTo(new Misconfigured<>(
                        setting, new PayTabsError(Integer.toString(code), "Not so", "PMNT0401.6B02A44B.00001AE1")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|{\"message\":\"No merchant information found\"}",
                "200|{\"message\":\"No Merchant Information Found for this profile\"}",
                "400|{\"code\":2,\"message\":\"Unable to decrypt request\",\"trace\":\"T\"}",
                "200|{\"code\":0,\"message\":\"Unable to decrypt request\"}",
                "400|{\"message\":\"Request must be in JSON format\"}",
                "401|{}",
                "401|[]",
                "401|<html>who are you</html>",
                "401|''",
                "403|{\"message\":\"Forbidden\"}"
            })
    void charge_wrongKeyInOtherWords_misconfigured(int status, String body) throws IOException {
        assertThat(chargeAnswered(RawServer.reply(status, body))).isInstanceOfSatisfying(Misconfigured.class, ours -> {
            assertThat(ours.setting()).isEqualTo(Misconfigured.Setting.PROFILE);
            assertThat(ours.error().code()).isIn("2", "http_" + status);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401|{\"tran_ref\":\"TST1\",\"payment_result\":{\"response_status\":\"A\"}}",
                "401|{\"code\":4,\"message\":\"Duplicate Request\",\"trace\":\"T\"}",
                "403|{\"code\":400,\"message\":\"Internal\",\"trace\":\"T\"}",
                "200|{\"message\":\"No merchant information found\",\"tran_ref\":\"TST1\"}",
                "500|{\"code\":1,\"message\":\"Authentication failed\",\"trace\":\"T\"}"
            })
    void charge_mayHaveBeenTaken_indeterminateWhateverElseIsSaid(int status, String body) throws IOException {
        assertThat(chargeAnswered(RawServer.reply(status, body))).isInstanceOf(Indeterminate.class);
    }

    @Test
    void transactions_forbiddenBySomebodyElse_misconfigured() throws IOException {
        // a query does nothing, so that there is nothing that could have been done
        assertThat(cartAnswered(RawServer.reply(403, "<html>proxy</html>"))).isInstanceOf(Misconfigured.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 101, 102, 200, 325, 335})
    void charge_knownRefusalWithHttpOk_rejectedAllTheSame(int code) throws IOException {
        String body = "{\"code\":\"" + code + "\",\"message\":\"Not so\",\"trace\":\"T\"}";
        assertThat(chargeAnswered(RawServer.reply(200, body)))
                .isEqualTo(new Rejected<>(new PayTabsError(Integer.toString(code), "Not so", "T")));
    }

    @Test
    void transactions_unknownCodeWithHttpOk_rejected() throws IOException {
        assertThat(cartAnswered(RawServer.reply(200, "{\"code\":777,\"message\":\"new\",\"trace\":\"T\"}")))
                .isEqualTo(new Rejected<>(new PayTabsError("777", "new", "T")));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 101, 102, 200, 325, 335})
    void charge_knownRefusal_rejectedWithCodeMessageTrace(int code) throws IOException {
        String body = "{\"code\":" + code + ",\"message\":\"Not so\",\"trace\":\"PMNT0401.6B02A44B.00001AE1\"}";
        PayTabsOutcome<ChargeReply> outcome = chargeAnswered(RawServer.reply(400, body));
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.error().code()).isEqualTo(Integer.toString(code));
            assertThat(rejected.error().message()).isEqualTo("Not so");
            assertThat(rejected.error().trace()).isEqualTo("PMNT0401.6B02A44B.00001AE1");
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

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void charge_callersInterceptorThrowsAnything_isNeverThrownAndNothingUnsure(Throwable anything) throws Exception {
        AtomicBoolean proceeds = new AtomicBoolean();
        OkHttpClient http = new OkHttpClient.Builder()
                .dispatcher(quiet())
                .addInterceptor(chain -> {
                    if (proceeds.get()) {
                        chain.proceed(chain.request()).close();
                    }
                    throw Mischief.sneak(anything);
                })
                .build();
        try (RawServer server = new RawServer(socket -> {});
                PayTabsClient client = client(server.uri(), http)) {
            assertThat(client.charge(Fixtures.charge()).execute()).isInstanceOf(NotSent.class);
            assertThat(client.charge(Fixtures.charge()).start().get(30, TimeUnit.SECONDS))
                    .isInstanceOf(NotSent.class);
            assertThat(server.requests()).isEmpty();
            proceeds.set(true);
            server.script(socket -> {
                server.readRequest(socket);
                socket.getOutputStream().write(RawServer.reply(200, REDIRECT));
            });
            assertThat(client.charge(Fixtures.charge()).execute()).isInstanceOf(Indeterminate.class);
            assertThat(client.charge(Fixtures.charge()).start().get(30, TimeUnit.SECONDS))
                    .isInstanceOf(Indeterminate.class);
            assertThat(server.requests()).hasSize(2);
        } finally {
            http.dispatcher().executorService().shutdown();
        }
    }

    /** OkHttp lets what an interceptor throws go on to the thread, whose end is then printed. */
    private static Dispatcher quiet() {
        return new Dispatcher(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((same, failure) -> {});
            return thread;
        }));
    }

    @Test
    void charge_wholeReply_accepted() throws IOException {
        assertThat(chargeAnswered(RawServer.reply(200, REDIRECT))).isInstanceOf(Accepted.class);
    }

    @Test
    void transactions_notFoundByTheGateway_empty() throws IOException {
        assertThat(cartAnswered(RawServer.reply(404, "{\"code\":777,\"message\":\"Not found\",\"trace\":\"T.1\"}")))
                .isEqualTo(new Accepted<>(CartTransactions.NONE));
        assertThat(cartAnswered(RawServer.reply(200, "[]"))).isEqualTo(new Accepted<>(CartTransactions.NONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<html>Not found</html>", "{\"message\":\"no route\"}", "{\"code\":777,\"message\":\"no trace\"}"
            })
    void transactions_notFoundBySomebodyElse_noProofOfAbsence(String body) throws IOException {
        assertThat(cartAnswered(RawServer.reply(404, body))).isNotInstanceOf(Accepted.class);
    }

    @Test
    void transactions_wrongKey_misconfigured() throws IOException {
        assertThat(cartAnswered(RawServer.reply(401, Fixtures.text("error-auth.json"))))
                .isInstanceOf(Misconfigured.class);
    }

    @Test
    void transactions_someUnreadable_theOthersAndWhichOnesAreNot() throws IOException {
        String broken = "{\"tran_ref\":\"TST2\",\"cart_amount\":\"12,5\",\"cart_currency\":\"SAR\"}";
        String answer = "[{\"tran_ref\":\"TST1\"}," + broken + ",7,{\"tran_type\":\"Sale\"},{\"tran_ref\":\"TST5\"}]";
        assertThat(cartAnswered(RawServer.reply(200, answer))).isInstanceOfSatisfying(Accepted.class, accepted -> {
            CartTransactions cart = (CartTransactions) accepted.value();
            assertThat(cart.transactions())
                    .extracting(each -> each.ref().value())
                    .containsExactly("TST1", "TST5");
            assertThat(cart.unreadable())
                    .containsExactly(
                            new CartTransactions.Unreadable(
                                    1, new TransactionRef("TST2"), "cart_amount is no amount of its currency"),
                            new CartTransactions.Unreadable(2, null, "not an object"),
                            new CartTransactions.Unreadable(3, null, "tran_ref is missing"));
            assertThat(cart.isEmpty()).isFalse();
        });
    }

    @Test
    void transactions_allUnreadable_noProofOfAbsence() throws IOException {
        assertThat(cartAnswered(RawServer.reply(200, "[null]")))
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted -> assertThat(((CartTransactions) accepted.value()).isEmpty())
                                .isFalse());
    }

    private static PayTabsOutcome<ChargeReply> chargeAnswered(byte[] reply) throws IOException {
        return answered(reply, client -> client.charge(Fixtures.charge()));
    }

    private static PayTabsOutcome<CartTransactions> cartAnswered(byte[] reply) throws IOException {
        return answered(reply, client -> client.transactions(new CartId("ORD-1")));
    }

    private static <T> PayTabsOutcome<T> answered(
            byte[] reply, java.util.function.Function<PayTabsClient, PayTabsCall<T>> call) throws IOException {
        try (RawServer server = new RawServer(socket -> {})) {
            server.script(socket -> {
                server.readRequest(socket);
                socket.getOutputStream().write(reply);
            });
            try (PayTabsClient client = client(server.uri())) {
                PayTabsOutcome<T> outcome = call.apply(client).execute();
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
