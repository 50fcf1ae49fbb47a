package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.hexMac;
import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.reason;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.ReplayClaim.Granted;
import org.junit.jupiter.api.Test;

/** What is tried in full: every bit, millions of keys and sources. Apart from the others because it takes longer. */
class ExhaustiveTest {
    private final WebhookVerifier verifier = callbackVerifier().build();

    @Test
    void verify_anyChangedBitOfTheBody_isRefused() {
        byte[] body = paytabs("ipn-sale-authorised.json");
        String signature = hexMac(Fixtures.SERVER_KEY, body);
        for (int bit = 0; bit < body.length * 8; bit++) {
            byte[] changed = body.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            WebhookRequest request = WebhookRequest.builder(changed)
                    .header("Signature", signature)
                    .build();
            assertThat(reason(verifier.verify(request))).isEqualTo(Reason.SIGNATURE_MISMATCH);
        }
    }

    @Test
    void replayGuard_millionKeys_staysWithinTheBound() {
        InMemoryReplayGuard guard =
                InMemoryReplayGuard.builder().maxEntries(1000).build();
        for (int i = 0; i < 1_000_000; i++) {
            guard.commit((Granted) guard.claim(Integer.toString(i)));
        }

        assertThat(guard.size()).isEqualTo(1000);
    }

    @Test
    void threatMonitor_millionsOfSources_memoryStaysBounded() {
        ThreatMonitor monitor =
                ThreatMonitor.builder().maxSources(1000).maxRefusals(2).build();
        for (int i = 0; i < 3_000_000; i++) {
            monitor.refused("source " + i, true);
        }

        assertThat(monitor.size()).isLessThanOrEqualTo(2000);
    }
}
