package io.nestcms.spring;

import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookVerifier;
import java.util.Map;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The two ways in: PayTabs' own notification, which may change a payment, and the payer's browser, which may not. */
@RestController
class PaymentWebhooks {
    private final WebhookVerifier callbackVerifier;
    private final WebhookVerifier returnVerifier;
    private final NotificationInbox inbox;

    PaymentWebhooks(
            @Qualifier("callbackVerifier") WebhookVerifier callbackVerifier,
            @Qualifier("returnVerifier") WebhookVerifier returnVerifier,
            NotificationInbox inbox) {
        this.callbackVerifier = callbackVerifier;
        this.returnVerifier = returnVerifier;
        this.inbox = inbox;
    }

    @PostMapping("/payments/v2/webhook")
    ResponseEntity<Void> webhook(WebhookRequest request) {
        WebhookAnswer answer = callbackVerifier.handle(request, this::take).answer();
        return ResponseEntity.status(answer.status()).build();
    }

    @PostMapping("/payments/v2/return")
    ResponseEntity<Map<String, String>> comeBack(WebhookRequest request) {
        return returnVerifier
                .verify(request)
                .fold(
                        proof -> ResponseEntity.ok(
                                Map.of("cartId", proof.fields().getOrDefault("cartId", ""))),
                        refusal ->
                                ResponseEntity.status(refusal.answer().status()).build());
    }

    private WebhookAnswer take(VerifiedWebhook webhook) {
        inbox.take(webhook);
        return WebhookAnswer.ACCEPTED;
    }
}
