package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.stripe.exception.SignatureVerificationException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The published Java libraries of Standard Webhooks and Stripe: what they sign is taken here, what is signed here they take. */
class OraclesTest {
    private static final String STRIPE_SECRET = "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH";

    @Property(tries = 300)
    void standardWebhooks_whatTheySign_isTaken(@ForAll("bodies") String body, @ForAll @Size(24) byte[] key)
            throws Exception {
        String secret = Base64.getEncoder().encodeToString(key);
        long now = Instant.now(Clock.systemUTC()).getEpochSecond();
        String signature = new Webhook(secret).sign("msg_1", now, body);
        WebhookRequest request = WebhookRequest.builder(body.getBytes(StandardCharsets.UTF_8))
                .header("webhook-id", "msg_1")
                .header("webhook-timestamp", Long.toString(now))
                .header("webhook-signature", signature)
                .build();

        assertThat(verified(standard(secret).verify(request)).text()).isEqualTo(body);
    }

    @Property(tries = 300)
    void standardWebhooks_whatIsSignedHere_theyTake(@ForAll("bodies") String body, @ForAll @Size(24) byte[] key) {
        String secret = Base64.getEncoder().encodeToString(key);
        Map<String, String> headers = WebhookSigner.standardWebhooks(List.of(SigningSecret.base64(secret)))
                .headers("msg_1", Instant.now(Clock.systemUTC()), body.getBytes(StandardCharsets.UTF_8));
        Map<String, List<String>> multi = headers.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue())));

        assertThatCode(() -> new Webhook(secret).verify(body, HttpHeaders.of(multi, (name, value) -> true)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> new Webhook(secret).verify(body + "x", HttpHeaders.of(multi, (name, value) -> true)))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Property(tries = 300)
    void stripe_whatTheySign_isTaken(@ForAll("bodies") String body) throws Exception {
        long now = Instant.now(Clock.systemUTC()).getEpochSecond();
        String mac = com.stripe.net.Webhook.Util.computeHmacSha256(STRIPE_SECRET, now + "." + body);
        WebhookRequest request = WebhookRequest.builder(body.getBytes(StandardCharsets.UTF_8))
                .header("Stripe-Signature", "t=" + now + ",v1=" + mac)
                .build();

        assertThat(verified(stripe().verify(request)).text()).isEqualTo(body);
    }

    @Property(tries = 300)
    void stripe_whatIsSignedHere_theyTake(@ForAll("bodies") String body) throws Exception {
        String header = WebhookSigner.stripe(List.of(SigningSecret.utf8(STRIPE_SECRET)))
                .headers("", Instant.now(Clock.systemUTC()), body.getBytes(StandardCharsets.UTF_8))
                .get("Stripe-Signature");

        assertThat(com.stripe.net.Webhook.Signature.verifyHeader(body, header, STRIPE_SECRET, 300))
                .isTrue();
        assertThatThrownBy(() -> com.stripe.net.Webhook.Signature.verifyHeader(body + "x", header, STRIPE_SECRET, 300))
                .isInstanceOf(SignatureVerificationException.class);
    }

    /** Where this module is stricter on purpose: both libraries take these. */
    @Test
    void stripe_timeOneYearAhead_theyTake_andWeRefuse() throws Exception {
        Instant ahead = Instant.now(Clock.systemUTC()).plusSeconds(31_536_000);
        String header = WebhookSigner.stripe(List.of(SigningSecret.utf8(STRIPE_SECRET)))
                .headers("", ahead, Fixtures.utf8("{}"))
                .get("Stripe-Signature");
        WebhookRequest request = WebhookRequest.builder(Fixtures.utf8("{}"))
                .header("Stripe-Signature", header)
                .build();

        assertThat(com.stripe.net.Webhook.Signature.verifyHeader("{}", header, STRIPE_SECRET, 300))
                .isTrue();
        assertThat(Fixtures.reason(stripe().verify(request))).isEqualTo(Refusal.Reason.TIMESTAMP_IN_FUTURE);
    }

    @Provide
    Arbitrary<String> bodies() {
        return Arbitraries.strings()
                .ofMinLength(1)
                .ofMaxLength(300)
                .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));
    }

    private static WebhookVerifier standard(String secret) {
        return WebhookVerifier.builder(SignatureScheme.standardWebhooks(), List.of(SigningSecret.base64(secret)))
                .build();
    }

    private static WebhookVerifier stripe() {
        return WebhookVerifier.builder(SignatureScheme.stripe(), List.of(SigningSecret.utf8(STRIPE_SECRET)))
                .build();
    }
}
