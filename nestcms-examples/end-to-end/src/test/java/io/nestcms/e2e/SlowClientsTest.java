package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.PaymentStatus;
import io.nestcms.server.http.ClientLimits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send or read a byte now and then, many of them: the others do not notice, and the slow ones are ended. */
class SlowClientsTest {
    /** More than the server has threads. */
    private static final int SLOW = 300;

    private static final int PER_ADDRESS = 700;
    private static final String HALF_A_SIGN_IN = "POST /auth/login HTTP/1.1\r\nHost: shop\r\n"
            + "Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"username\":";
    private static final String HALF_A_HEAD = "GET /health HTTP/1.1\r\nHost: shop\r\nX-Slow: ";
    private static final String LARGEST = "GET /openapi.json HTTP/1.1\r\nHost: shop\r\n\r\n";

    @TempDir
    static Path data;

    private static final AtomicLong NANOS = new AtomicLong();
    private static Stage stage;

    private final List<SocketChannel> slow = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        stage = Stage.withoutTap(
                data,
                server -> server.clientTicker(NANOS::get)
                        .clientLimits(new ClientLimits(2_000, PER_ADDRESS, Duration.ofSeconds(10), 1_024)));
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @AfterEach
    void hangUp() throws IOException {
        for (SocketChannel channel : slow) {
            channel.close();
        }
    }

    @Test
    void slowSenders_keepNobodyWaiting_andAreEnded() throws Exception {
        for (int n = 0; n < SLOW; n++) {
            open(n % 3 == 0 ? HALF_A_HEAD : HALF_A_SIGN_IN);
        }
        trickle();
        assertThatTheOthersAreServed("senders");
        trickle();
        assertThat(openOnes()).isEqualTo(SLOW);

        endAfter(Duration.ofSeconds(11));
    }

    @Test
    void slowReaders_keepNobodyWaiting_andAreEnded() throws Exception {
        for (int n = 0; n < SLOW; n++) {
            open(LARGEST.repeat(5));
        }
        assertThatTheOthersAreServed("readers");
        assertThat(openOnes()).isEqualTo(SLOW);

        // what has been asked for may take its time by its size
        endAfter(Duration.ofMinutes(10));
    }

    @Test
    void tooManyOfOneAddress_makeRoomThemselves() throws Exception {
        for (int n = 0; n < PER_ADDRESS + 50; n++) {
            open(HALF_A_SIGN_IN);
        }
        assertThatTheOthersAreServed("many");
        Stage.eventually().untilAsserted(() -> assertThat(openOnes()).isLessThanOrEqualTo(PER_ADDRESS));
    }

    @Test
    void streams_ofOneUser_asManyAsAllowed_andNoneMore() throws Exception {
        String token = stage.merchant
                .post(
                        "/auth/login",
                        "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(Stage.MERCHANT, Stage.PASSWORD))
                .text("accessToken");
        String stream = "GET /events HTTP/1.1\r\nHost: shop\r\nAccept: text/event-stream\r\nAuthorization: Bearer "
                + token + "\r\n\r\n";
        for (int n = 0; n < 60; n++) {
            open(stream);
        }
        List<String> answers = new ArrayList<>();
        for (SocketChannel channel : slow) {
            answers.add(statusLine(channel));
        }
        assertThat(answers).filteredOn("HTTP/1.1 200 OK"::equals).hasSize(20);
        assertThat(answers).filteredOn(line -> line.startsWith("HTTP/1.1 429")).hasSize(40);

        hangUp();
        int before = slow.size();
        Stage.eventually().untilAsserted(() -> {
            // that nobody listens any more shows when something is told
            String id = stage.merchant
                    .create("told-" + slow.size(), Merchant.order("told-" + slow.size(), "1.000", "KWD"))
                    .text("id");
            stage.merchant.process(id);
            open(stream);
            assertThat(statusLine(slow.get(slow.size() - 1))).isEqualTo("HTTP/1.1 200 OK");
        });
        assertThat(slow).hasSizeGreaterThan(before);
    }

    private static String statusLine(SocketChannel channel) throws IOException {
        channel.configureBlocking(true);
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(channel.socket().getInputStream(), StandardCharsets.US_ASCII));
        return String.valueOf(reader.readLine());
    }

    private void open(String begin) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.socket().setReceiveBufferSize(4_096);
        channel.connect(new InetSocketAddress(
                stage.server.uri().getHost(), stage.server.uri().getPort()));
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(begin.getBytes(StandardCharsets.US_ASCII)));
        slow.add(channel);
    }

    private void trickle() throws IOException {
        for (SocketChannel channel : slow) {
            channel.write(ByteBuffer.wrap(new byte[] {' '}));
        }
    }

    private static void assertThatTheOthersAreServed(String cart) throws Exception {
        assertThat(status("/health/liveness")).isEqualTo(200);
        Stage.eventually().untilAsserted(() -> assertThat(status("/health")).isEqualTo(200));
        String id = stage.merchant
                .create("slow-" + cart, Merchant.order("slow-" + cart, "12.500", "KWD"))
                .text("id");
        stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo(PaymentStatus.SUCCEEDED.name()));
    }

    private static int status(String path) throws IOException, InterruptedException {
        URI server = stage.server.uri();
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(server.resolve(path)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private void endAfter(Duration time) {
        Stage.eventually().untilAsserted(() -> {
            NANOS.addAndGet(time.toNanos());
            assertThat(openOnes()).isZero();
        });
    }

    /** A connection that the server ended says so when a byte is sent that nobody is waiting for. */
    private long openOnes() {
        return slow.stream().filter(SlowClientsTest::isOpen).count();
    }

    private static boolean isOpen(SocketChannel channel) {
        Socket socket = channel.socket();
        try {
            return !socket.isClosed() && channel.write(ByteBuffer.wrap(new byte[] {' '})) >= 0;
        } catch (IOException ended) {
            return false;
        }
    }
}
