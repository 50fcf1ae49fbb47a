package io.nestcms.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.webhook.HmacScheme;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookEvent;
import io.nestcms.webhook.WebhookListener;
import io.nestcms.webhook.WebhookSigner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"paytabs.profile-id=90417", "paytabs.server-key=" + SpringBootAppTest.KEY})
class SpringBootAppTest {
    static final String KEY = "SKTEST0001-AAAAAAAAAA-BBBBBBBBBB";

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private Inbox inbox;

    @Autowired
    private Heard heard;

    @BeforeEach
    void clear() {
        inbox.taken.clear();
        inbox.failing = false;
        heard.events.clear();
    }

    @Test
    void webhook_genuine_reachesTheInboxByteForByte() throws Exception {
        byte[] body = json("{ \"profile_id\" : 90417,\r\n \"name\" : \"هدى é 😀\" }");

        HttpResponse<String> response =
                send("webhook", "application/json", BodyPublishers.ofByteArray(body), sign(body));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(inbox.taken)
                .singleElement()
                .satisfies(webhook -> assertThat(webhook.body()).isEqualTo(body));
        assertThat(heard.events.get(1)).isInstanceOf(WebhookEvent.WebhookValidated.class);
        assertThat(heard.events.get(1).origin().source()).isEqualTo("127.0.0.1");
    }

    @Test
    void webhook_chunked_isRead() throws Exception {
        byte[] body = json("{\"profile_id\":90417,\"chunked\":true}");

        HttpResponse<String> response = send(
                "webhook",
                "application/json",
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
                sign(body));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(inbox.taken).hasSize(1);
    }

    @Test
    void webhook_sameDeliveryTwice_isTakenOnce() throws Exception {
        byte[] body = json("{\"profile_id\":90417,\"twice\":true}");

        for (int i = 0; i < 2; i++) {
            assertThat(send("webhook", "application/json", BodyPublishers.ofByteArray(body), sign(body))
                            .statusCode())
                    .isEqualTo(200);
        }

        assertThat(inbox.taken).hasSize(1);
    }

    @Test
    void webhook_inboxFails_theNextDeliveryIsTaken() throws Exception {
        byte[] body = json("{\"profile_id\":90417,\"failing\":true}");
        inbox.failing = true;
        assertThat(send("webhook", "application/json", BodyPublishers.ofByteArray(body), sign(body))
                        .statusCode())
                .isEqualTo(500);

        inbox.failing = false;
        assertThat(send("webhook", "application/json", BodyPublishers.ofByteArray(body), sign(body))
                        .statusCode())
                .isEqualTo(200);
        assertThat(inbox.taken).hasSize(1);
    }

    @Test
    void webhook_forgeries_allGetTheSameAnswer() throws Exception {
        byte[] body = json("{\"profile_id\":90417,\"amount\":\"1.00\"}");
        byte[] large = new byte[300_000];
        byte[] foreign = json("{\"profile_id\":90418}");
        Map<String, String> none = Map.of();
        List<HttpResponse<String>> answers = List.of(
                send("webhook", "application/json", BodyPublishers.ofByteArray(body), none),
                send("webhook", "application/json", BodyPublishers.ofByteArray(body), Map.of("Signature", "00")),
                send("webhook", "application/json", BodyPublishers.ofByteArray(body), sign(foreign)),
                send("webhook", "application/json", BodyPublishers.ofByteArray(foreign), sign(foreign)),
                send("webhook", "text/plain", BodyPublishers.ofByteArray(body), sign(body)),
                send("webhook", "application/json", BodyPublishers.ofByteArray(large), sign(large)),
                send("webhook", "application/json", BodyPublishers.noBody(), none));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).isEmpty();
        });
        assertThat(inbox.taken).isEmpty();
    }

    @Test
    void comeBack_formOfTheBrowser_isVerifiedFromTheRawBody() throws Exception {
        Map<String, String> fields = Map.of("cartId", "ORD 1~*", "respStatus", "A");
        String signature = SignatureScheme.payTabsReturn().sign(fields, SigningSecret.utf8(KEY));
        String form = "respStatus=A&cartId=ORD%201%7e*&acquirerRRN=&signature=" + signature;

        HttpResponse<String> genuine =
                send("return?lang=ar", "application/x-www-form-urlencoded", BodyPublishers.ofString(form), Map.of());
        HttpResponse<String> forged = send(
                "return", "application/x-www-form-urlencoded", BodyPublishers.ofString(form + "&token=1"), Map.of());

        assertThat(genuine.statusCode()).isEqualTo(200);
        assertThat(genuine.body()).isEqualTo("{\"cartId\":\"ORD 1~*\"}");
        assertThat(forged.statusCode()).isEqualTo(401);
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> sign(byte[] body) {
        HmacScheme scheme = SignatureScheme.payTabsCallback();
        return WebhookSigner.of(scheme, SigningSecret.utf8(KEY)).headers("", Instant.EPOCH, body);
    }

    private HttpResponse<String> send(String path, String type, BodyPublisher body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/payments/v2/" + path))
                .header("Content-Type", type)
                .POST(body);
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    static final class Inbox implements NotificationInbox {
        final List<VerifiedWebhook> taken = new CopyOnWriteArrayList<>();
        volatile boolean failing;

        @Override
        public void take(VerifiedWebhook webhook) {
            if (failing) {
                throw new IllegalStateException("database is down");
            }
            taken.add(webhook);
        }
    }

    static final class Heard implements WebhookListener {
        final List<WebhookEvent> events = new CopyOnWriteArrayList<>();

        @Override
        public void on(WebhookEvent event) {
            events.add(event);
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Beans {
        @Bean
        Inbox testInbox() {
            return new Inbox();
        }

        @Bean
        Heard heard() {
            return new Heard();
        }
    }
}
