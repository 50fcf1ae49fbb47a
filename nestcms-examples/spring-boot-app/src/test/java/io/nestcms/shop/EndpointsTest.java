package io.nestcms.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.spring.test.NestCmsTest;
import io.nestcms.webhook.HmacScheme;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
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
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** What PayTabs and forgers send to a Spring application, over real HTTP: the raw body is what is verified. */
@NestCmsTest
class EndpointsTest {
    private final HttpClient http = HttpClient.newHttpClient();

    @Autowired
    private PayTabsSandbox sandbox;

    @Autowired
    private Heard heard;

    @Value("${nestcms.public-url}")
    private String address;

    @BeforeEach
    void clear() {
        heard.events.clear();
    }

    @Test
    void webhook_genuine_isVerifiedByteForByte() throws Exception {
        byte[] body = notification("هدى é 😀", sandbox.profileId());

        HttpResponse<String> answer = webhook("application/json", BodyPublishers.ofByteArray(body), sign(body));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(heard.events).anyMatch(WebhookEvent.WebhookValidated.class::isInstance);
        assertThat(heard.events.get(0).origin().source()).isEqualTo("127.0.0.1");
    }

    @Test
    void webhook_chunked_isRead() throws Exception {
        byte[] body = notification("chunked", sandbox.profileId());

        HttpResponse<String> answer = webhook(
                "application/json", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)), sign(body));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(heard.events).anyMatch(WebhookEvent.WebhookValidated.class::isInstance);
    }

    /** It is signed by who knows the key; a type that PayTabs may change one day must not cost a payment its news. */
    @Test
    void webhook_genuineOfAnotherType_isTaken() throws Exception {
        byte[] body = notification("text", sandbox.profileId());

        assertThat(webhook("text/plain", BodyPublishers.ofByteArray(body), sign(body))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void webhook_forgeries_allGetTheSameAnswer() throws Exception {
        byte[] body = notification("forged", sandbox.profileId());
        byte[] large = new byte[300_000];
        byte[] foreign = notification("foreign", sandbox.profileId() + 1);
        Map<String, String> none = Map.of();
        List<HttpResponse<String>> answers = List.of(
                webhook("application/json", BodyPublishers.ofByteArray(body), none),
                webhook("application/json", BodyPublishers.ofByteArray(body), Map.of("Signature", "00")),
                webhook("application/json", BodyPublishers.ofByteArray(body), sign(foreign)),
                webhook("application/json", BodyPublishers.ofByteArray(foreign), sign(foreign)),
                webhook("application/json", BodyPublishers.ofByteArray(large), sign(large)),
                webhook("application/json", BodyPublishers.noBody(), none));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).isEmpty();
        });
        assertThat(heard.events).noneMatch(WebhookEvent.WebhookValidated.class::isInstance);
    }

    @Test
    void comeBack_formOfTheBrowser_isVerifiedFromTheRawBody() throws Exception {
        Map<String, String> fields = Map.of("cartId", "ORD 1~*", "respStatus", "A", "tranRef", "TST1");
        String signature = SignatureScheme.payTabsReturn().sign(fields, SigningSecret.utf8(sandbox.serverKey()));
        String form = "respStatus=A&cartId=ORD%201%7e*&tranRef=TST1&acquirerRRN=&signature=" + signature;

        send("return?lang=ar", "application/x-www-form-urlencoded", BodyPublishers.ofString(form), Map.of());
        assertThat(heard.events).anyMatch(WebhookEvent.WebhookValidated.class::isInstance);

        heard.events.clear();
        send("return", "application/x-www-form-urlencoded", BodyPublishers.ofString(form + "&token=1"), Map.of());
        assertThat(heard.events)
                .anyMatch(WebhookEvent.WebhookRejected.class::isInstance)
                .noneMatch(WebhookEvent.WebhookValidated.class::isInstance);
    }

    private static byte[] notification(String description, long profile) {
        return ("{ \"tran_ref\" : \"TST9000000000001\",\r\n \"profile_id\" : " + profile
                        + ", \"cart_id\":\"NOT-OURS\", \"cart_description\":\"" + description
                        + "\", \"cart_currency\":\"KWD\", \"cart_amount\":\"1.000\", \"tran_type\":\"Sale\","
                        + " \"tran_class\":\"ECom\", \"tran_currency\":\"KWD\", \"tran_total\":\"1.000\","
                        + " \"payment_result\":{\"response_status\":\"A\",\"response_code\":\"G1\","
                        + "\"response_message\":\"Authorised\",\"transaction_time\":\"2026-11-22T08:15:42Z\"}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, String> sign(byte[] body) {
        HmacScheme scheme = SignatureScheme.payTabsCallback();
        return WebhookSigner.of(scheme, SigningSecret.utf8(sandbox.serverKey())).headers("", Instant.EPOCH, body);
    }

    private HttpResponse<String> webhook(String type, BodyPublisher body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return send("webhook", type, body, headers);
    }

    private HttpResponse<String> send(String path, String type, BodyPublisher body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "/payments/" + path))
                .header("Content-Type", type)
                .POST(body);
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
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
        Heard heard() {
            return new Heard();
        }
    }
}
