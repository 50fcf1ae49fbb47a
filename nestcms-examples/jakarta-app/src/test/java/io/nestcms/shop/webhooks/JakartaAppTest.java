package io.nestcms.shop.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.nestcms.webhook.GuardFailurePolicy;
import io.nestcms.webhook.HeaderRules;
import io.nestcms.webhook.InMemoryReplayGuard;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookSigner;
import io.nestcms.webhook.WebhookVerifier;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.glassfish.jersey.servlet.ServletContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same deliveries over three ways in: a servlet behind the filter, a Jakarta REST resource, the JDK's HTTP server. */
class JakartaAppTest {
    private static final String KEY = "SKTEST0001-AAAAAAAAAA-BBBBBBBBBB";
    private static final List<byte[]> TAKEN = new CopyOnWriteArrayList<>();
    private static final AtomicBoolean FAILING = new AtomicBoolean();

    private static Tomcat tomcat;
    private static HttpServer jdk;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start(@TempDir Path folder) throws LifecycleException, IOException {
        tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext(
                "", Files.createDirectories(folder.resolve("web")).toString());
        Tomcat.addServlet(context, "plain", new PlainServlet());
        context.addServletMappingDecoded("/filter/*", "plain");
        FilterDef filter = new FilterDef();
        filter.setFilterName("webhooks");
        filter.setFilter(new WebhookFilter(verifier()));
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName("webhooks");
        map.addURLPattern("/filter/*");
        context.addFilterMap(map);
        RestApplication rest = new RestApplication(new PaymentWebhooks(verifier(), JakartaAppTest::take));
        Tomcat.addServlet(context, "rest", new ServletContainer(rest));
        context.addServletMappingDecoded("/rest/*", "rest");
        tomcat.getConnector();
        tomcat.start();
        jdk = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        jdk.createContext("/jdk/", new JdkServerWebhooks(verifier(), JakartaAppTest::take));
        jdk.start();
    }

    @AfterAll
    static void stop() throws LifecycleException {
        jdk.stop(0);
        tomcat.stop();
        tomcat.destroy();
    }

    @BeforeEach
    void clear() {
        TAKEN.clear();
        FAILING.set(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"filter", "rest", "jdk"})
    void genuine_reachesTheApplicationByteForByte(String way) throws Exception {
        byte[] body = utf8("{ \"profile_id\" : 90417,\r\n \"name\" : \"هدى é 😀\" }");

        assertThat(send(way, BodyPublishers.ofByteArray(body), sign(body)).statusCode())
                .isEqualTo(200);

        assertThat(TAKEN).containsExactly(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"filter", "rest", "jdk"})
    void chunked_isRead(String way) throws Exception {
        byte[] body = utf8("{\"profile_id\":90417,\"chunked\":true}");

        assertThat(send(way, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)), sign(body))
                        .statusCode())
                .isEqualTo(200);
        assertThat(TAKEN).containsExactly(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"filter", "rest", "jdk"})
    void sameDeliveryTwice_isTakenOnce(String way) throws Exception {
        byte[] body = utf8("{\"profile_id\":90417,\"twice\":true}");

        for (int i = 0; i < 2; i++) {
            assertThat(send(way, BodyPublishers.ofByteArray(body), sign(body)).statusCode())
                    .isEqualTo(200);
        }

        assertThat(TAKEN).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"filter", "rest", "jdk"})
    void applicationFails_theNextDeliveryIsTaken(String way) throws Exception {
        byte[] body = utf8("{\"profile_id\":90417,\"failing\":true}");
        FAILING.set(true);
        assertThat(send(way, BodyPublishers.ofByteArray(body), sign(body)).statusCode())
                .isGreaterThanOrEqualTo(500);

        FAILING.set(false);
        assertThat(send(way, BodyPublishers.ofByteArray(body), sign(body)).statusCode())
                .isEqualTo(200);
        assertThat(TAKEN).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"filter", "rest", "jdk"})
    void forgeries_allGetTheSameAnswer(String way) throws Exception {
        byte[] body = utf8("{\"profile_id\":90417}");
        byte[] foreign = utf8("{\"profile_id\":90418}");
        byte[] large = new byte[70_000];
        List<HttpResponse<String>> answers = List.of(
                send(way, BodyPublishers.ofByteArray(body), Map.of()),
                send(way, BodyPublishers.ofByteArray(body), Map.of("Signature", "zz")),
                send(way, BodyPublishers.ofByteArray(body), sign(foreign)),
                send(way, BodyPublishers.ofByteArray(foreign), sign(foreign)),
                send(way, BodyPublishers.ofByteArray(large), sign(large)),
                send(way, BodyPublishers.noBody(), Map.of()));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).isEmpty();
        });
        assertThat(TAKEN).isEmpty();
    }

    private static WebhookVerifier verifier() {
        return WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(SigningSecret.utf8(KEY)))
                .maxBodyBytes(64 * 1024)
                .headers(HeaderRules.builder().contentType("application/json").build())
                .expectedProfile(90417)
                .replayGuard(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE)
                .build();
    }

    private static void take(VerifiedWebhook webhook) {
        if (FAILING.get()) {
            throw new IllegalStateException("database is down");
        }
        TAKEN.add(webhook.body());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> sign(byte[] body) {
        return WebhookSigner.of(SignatureScheme.payTabsCallback(), SigningSecret.utf8(KEY))
                .headers("", Instant.EPOCH, body);
    }

    private HttpResponse<String> send(String way, BodyPublisher body, Map<String, String> headers)
            throws IOException, InterruptedException {
        int port = way.equals("jdk")
                ? jdk.getAddress().getPort()
                : tomcat.getConnector().getLocalPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/" + way + "/payments/v2/webhook"))
                .header("Content-Type", "application/json")
                .POST(body);
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** A servlet that knows nothing of webhooks but where the filter leaves the proof. */
    private static final class PlainServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] body = request.getInputStream().readAllBytes();
            VerifiedWebhook webhook = (VerifiedWebhook) request.getAttribute(WebhookFilter.PROOF);
            assertThat(body).isEqualTo(webhook.body());
            take(webhook);
            response.setStatus(200);
        }
    }
}
