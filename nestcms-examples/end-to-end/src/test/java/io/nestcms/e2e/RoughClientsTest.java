package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that break off, and those that ask for heads only. */
class RoughClientsTest {
    @TempDir
    static Path data;

    private static Stage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = Stage.withoutTap(data, server -> {});
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @Test
    void webhooksCutInMidBody_areNoFaultOfTheServer() throws Exception {
        URI server = stage.server.uri();
        for (int n = 0; n < 20; n++) {
            cut(server);
        }
        Stage.eventually().untilAsserted(() -> assertThat(counted("400")).isEqualTo(20));
        assertThat(counted("500")).isZero();
    }

    private static void cut(URI server) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.getOutputStream()
                    .write(("POST /payments/v2/webhook HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 500\r\n\r\n{\"tran_ref\":\"TST")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            // until the server is done with it
            socket.getInputStream().readAllBytes();
        }
    }

    private static double counted(String status) {
        return stage.merchant
                .get("/metrics")
                .raw()
                .body()
                .lines()
                .filter(line -> line.startsWith("nestcms_http_requests_seconds_count")
                        && line.contains("/payments/v2/webhook")
                        && line.contains("\"" + status + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void head_isAnsweredAsGetWithoutABody() throws Exception {
        for (String path : List.of("/health", "/health/liveness", "/payments/v2", "/openapi.json", "/none")) {
            HttpURLConnection get = open("GET", path);
            HttpURLConnection head = open("HEAD", path);
            assertThat(head.getResponseCode()).as(path).isEqualTo(get.getResponseCode());
            assertThat(head.getContentType()).as(path).isEqualTo(get.getContentType());
        }
        assertThat(open("HEAD", "/payments/v2").getResponseCode()).isEqualTo(401);
    }

    private static HttpURLConnection open(String method, String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) stage.server.uri().resolve(path).toURL().openConnection();
        connection.setRequestMethod(method);
        return connection;
    }
}
