package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.signed;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import io.nestcms.webhook.WebhookEvent.WebhookReceived;
import io.nestcms.webhook.WebhookEvent.WebhookRejected;
import io.nestcms.webhook.WebhookEvent.WebhookValidated;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class WebhookEventsTest {
    private final Fixtures.Recorder heard = new Fixtures.Recorder();
    private final WebhookVerifier verifier = callbackVerifier().listener(heard).build();

    @Test
    void verify_genuine_tellsReceivedAndValidated() throws UnknownHostException {
        byte[] body = paytabs("ipn-void.json");
        WebhookRequest request = WebhookRequest.builder(body)
                .header("Signature", Fixtures.hexMac(Fixtures.SERVER_KEY, body))
                .peer(InetAddress.getByName("192.0.2.7"))
                .tenant("acme")
                .build();

        VerifiedWebhook webhook = verified(verifier.verify(request));

        WebhookEvent.Origin origin = new WebhookEvent.Origin("paytabs-callback", "acme", "192.0.2.7");
        assertThat(heard.events)
                .containsExactly(
                        new WebhookReceived(Fixtures.NOW, origin, body.length),
                        new WebhookValidated(Fixtures.NOW, origin, webhook.digest()));
    }

    @Test
    void verify_forged_tellsReceivedAndRejected() {
        WebhookRequest request =
                WebhookRequest.builder(paytabs("ipn-void.json")).build();

        WebhookAnswer answer =
                verifier.verify(request).fold(webhook -> WebhookAnswer.ACCEPTED, refusal -> refusal.answer());

        assertThat(answer.status()).isEqualTo(401);
        assertThat(heard.events).hasSize(2);
        assertThat(heard.events.get(1))
                .isInstanceOfSatisfying(
                        WebhookRejected.class,
                        it -> assertThat(it.refusal().reason()).isEqualTo(Reason.SIGNATURE_MISSING));
    }

    @Test
    void reject_contentThatContradictsTheRecord_tellsRejectedAndAlert() {
        VerifiedWebhook webhook = verified(verifier.verify(signed(paytabs("ipn-void.json"))));
        heard.events.clear();
        Refusal refusal = Refusal.contentMismatch("amount");

        assertThat(verifier.reject(webhook, refusal)).isEqualTo(WebhookAnswer.REFUSED);

        assertThat(heard.events)
                .containsExactly(
                        new WebhookRejected(Fixtures.NOW, webhook.origin(), refusal),
                        new SecurityAlert(
                                Fixtures.NOW,
                                webhook.origin(),
                                SecurityAlert.Kind.CONTENT_MISMATCH,
                                "amount differs from the application's record",
                                null));
    }

    @Test
    void verify_listenerThatFails_changesNothing() {
        WebhookVerifier watched = callbackVerifier()
                .listener(event -> {
                    throw new IllegalStateException("listener is broken");
                })
                .listener(heard)
                .build();

        assertThat(verified(watched.verify(signed(paytabs("ipn-void.json")))).scheme())
                .isEqualTo("paytabs-callback");
        assertThat(heard.events).hasSize(2);
    }

    @Test
    void digest_isEqualForEqualContent_andOtherwiseNot() {
        String first =
                verified(verifier.verify(signed(paytabs("ipn-void.json")))).digest();
        String again =
                verified(verifier.verify(signed(paytabs("ipn-void.json")))).digest();
        String other =
                verified(verifier.verify(signed(paytabs("ipn-refund.json")))).digest();

        assertThat(first).matches("[0-9a-f]{64}").isEqualTo(again).isNotEqualTo(other);
        assertThat(first).isNotEqualTo(Fixtures.hexMac(Fixtures.SERVER_KEY, paytabs("ipn-void.json")));
    }
}
