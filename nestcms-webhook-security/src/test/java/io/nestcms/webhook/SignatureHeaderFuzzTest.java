package io.nestcms.webhook;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Headers that claim to hold signatures or times. */
class SignatureHeaderFuzzTest {
    private static final byte[] BODY = {'{', '}'};
    private static final SignatureScheme[] SCHEMES = {
        SignatureScheme.stripe(),
        SignatureScheme.standardWebhooks(),
        SignatureScheme.github(),
        SignatureScheme.adyenHeader()
    };

    @FuzzTest(maxExecutions = 5_000_000, maxDuration = "3h")
    void read_anyHeader_isAClaimOrNone(byte[] data) {
        String text = new String(data, StandardCharsets.ISO_8859_1);
        WebhookRequest request = WebhookRequest.builder(BODY)
                .header("Stripe-Signature", text)
                .header("webhook-id", "msg_1")
                .header("webhook-timestamp", "1614265330")
                .header("webhook-signature", text)
                .header("X-Hub-Signature-256", text)
                .header("HmacSignature", text)
                .build();
        for (SignatureScheme scheme : SCHEMES) {
            scheme.read(request);
        }
        for (TimestampFormat format : TimestampFormat.values()) {
            Instant at = format.parse(text);
            if (at != null) {
                TimestampRule.standard().check(at, Fixtures.NOW);
            }
        }
    }
}
