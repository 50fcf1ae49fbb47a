package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Whole requests of every scheme: a letter for the provider, header lines, an empty line, the body. Nobody has the key. */
class RequestFuzzTest {
    private static final WebhookVerifier[] RECEIVERS = Arrays.stream(SampleProvider.values())
            .map(provider -> provider.receiverWithPayload().build())
            .toArray(WebhookVerifier[]::new);

    @FuzzTest(maxExecutions = 5_000_000, maxDuration = "3h")
    void verify_anyRequest_endsInARefusal(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int split = endOfHeaders(data);
        WebhookRequest.Builder request = WebhookRequest.builder(Arrays.copyOfRange(data, split, data.length));
        for (String line : new String(data, 1, Math.max(0, split - 1), StandardCharsets.UTF_8).split("\n")) {
            int colon = line.indexOf(':');
            if (colon >= 0) {
                request.header(
                        line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        WebhookVerifier receiver = RECEIVERS[(data[0] & 0x1f) % RECEIVERS.length];

        Refusal refusal =
                receiver.verify(request.build()).fold(webhook -> fail("forged: " + webhook), refused -> refused);
        if (refusal.reason() == Refusal.Reason.BODY_ALREADY_READ) {
            return; // a length without a body; no server lets that through
        }
        if (refusal.reason().isTemporary() || refusal.answer() != WebhookAnswer.REFUSED) {
            fail("told apart from other refusals: " + refusal);
        }
    }

    private static int endOfHeaders(byte[] data) {
        for (int i = 1; i + 1 < data.length; i++) {
            if (data[i] == '\n' && data[i + 1] == '\n') {
                return i + 2;
            }
        }
        return data.length;
    }
}
