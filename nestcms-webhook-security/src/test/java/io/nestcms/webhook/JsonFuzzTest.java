package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;
import java.util.Set;

/** Bodies that claim to be JSON. */
class JsonFuzzTest {
    private static final PayloadRules RULES = PayloadRules.json()
            .require("payment_result.response_status")
            .profile("profile_id", Set.of("90417"))
            .time("payment_result.transaction_time", TimestampFormat.DETECT, TimestampRule.standard())
            .clock(Fixtures.CLOCK)
            .build();

    @FuzzTest(maxExecutions = 5_000_000, maxDuration = "3h")
    void check_anyBody_endsInAnAnswer(byte[] body) {
        WebhookRequest request = WebhookRequest.builder(body).build();

        Optional<Refusal> refusal = RULES.check(request);

        if (!refusal.equals(RULES.check(request))) {
            fail("answered otherwise when asked again: " + refusal);
        }
        SignatureScheme.adyenNotification().read(request);
    }
}
