package io.nestcms.shop.webhooks;

import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookVerifier;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.function.Consumer;

/** A Jakarta REST resource. It takes no entity parameter, so nothing reads the body before the verifier does. */
@Path("/payments/v2")
public final class PaymentWebhooks {
    private final WebhookVerifier verifier;
    private final Consumer<VerifiedWebhook> inbox;

    /**
     * A resource.
     *
     * @param verifier decides
     * @param inbox acts on a notification; what it throws makes the provider deliver again
     */
    public PaymentWebhooks(WebhookVerifier verifier, Consumer<VerifiedWebhook> inbox) {
        this.verifier = verifier;
        this.inbox = inbox;
    }

    /**
     * Takes a notification.
     *
     * @param request the container's request
     * @return 200, 401 or 503, without a body
     * @throws IOException if the request cannot be read
     */
    @POST
    @Path("/webhook")
    public Response webhook(@Context HttpServletRequest request) throws IOException {
        WebhookAnswer answer = verifier.handle(ServletWebhooks.read(request, verifier.maxBodyBytes()), webhook -> {
                    inbox.accept(webhook);
                    return WebhookAnswer.ACCEPTED;
                })
                .answer();
        return Response.status(answer.status()).build();
    }
}
