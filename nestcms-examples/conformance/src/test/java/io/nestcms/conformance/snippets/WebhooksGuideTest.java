package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.webhook.Delivery;
import io.nestcms.webhook.GuardFailurePolicy;
import io.nestcms.webhook.HeaderRules;
import io.nestcms.webhook.InMemoryReplayGuard;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.ThreatMonitor;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookEvent;
import io.nestcms.webhook.WebhookListener;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookSigner;
import io.nestcms.webhook.WebhookVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/guides/webhooks.md shows. */
class WebhooksGuideTest {
    private final List<byte[]> acted = new ArrayList<>();

    @Test
    void delivery_isHandledOnce() throws IOException {
        String key = "S-of-your-own";
        List<WebhookEvent> heard = new ArrayList<>();
        WebhookListener listener = heard::add;
        WebhookVerifier verifier = verifier(key, listener);
        byte[] body = "{\"profile_id\":90417}".getBytes(StandardCharsets.UTF_8);
        Map<String, List<String>> headers = WebhookSigner.of(SignatureScheme.payTabsCallback(), SigningSecret.utf8(key))
                .headers("", Instant.EPOCH, body)
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue())));
        headers.put("Content-Type", List.of("application/json"));

        for (int i = 0; i < 2; i++) {
            assertThat(status(verifier, new ByteArrayInputStream(body), headers))
                    .isEqualTo(200);
        }

        assertThat(acted).containsExactly(body);
        assertThat(heard).hasSize(4);
    }

    private static WebhookVerifier verifier(String key, WebhookListener listener) {
        SigningSecret serverKey = SigningSecret.utf8(key);
        WebhookVerifier verifier = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(serverKey))
                .expectedProfile(90417)
                .headers(HeaderRules.builder().contentType("application/json").build())
                .replayGuard(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE)
                .threatMonitor(ThreatMonitor.builder().build())
                .listener(listener)
                .build();
        return verifier;
    }

    private int status(WebhookVerifier verifier, InputStream inputStream, Map<String, List<String>> headers)
            throws IOException {
        InetAddress peer = InetAddress.getLoopbackAddress();
        // raw bytes, before anything parses them
        WebhookRequest request = WebhookRequest.builder(inputStream, verifier.maxBodyBytes())
                .headers(headers)
                .peer(peer)
                .build();
        Delivery delivery = verifier.handle(request, webhook -> {
            acted.add(webhook.body()); // throw, and the provider's next delivery is handled
            return WebhookAnswer.ACCEPTED;
        });
        return delivery.answer().status(); // 200, 401 or 503; send no body
    }
}
