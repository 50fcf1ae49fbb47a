package io.nestcms.shop.webhooks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.nestcms.webhook.Delivery;
import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookVerifier;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A handler for the HTTP server that comes with the JDK. */
public final class JdkServerWebhooks implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(JdkServerWebhooks.class);

    private final WebhookVerifier verifier;
    private final Consumer<VerifiedWebhook> inbox;

    /**
     * A handler.
     *
     * @param verifier decides
     * @param inbox acts on a notification; what it throws makes the provider deliver again
     */
    public JdkServerWebhooks(WebhookVerifier verifier, Consumer<VerifiedWebhook> inbox) {
        this.verifier = verifier;
        this.inbox = inbox;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            WebhookRequest request = WebhookRequest.builder(exchange.getRequestBody(), verifier.maxBodyBytes())
                    .method(exchange.getRequestMethod())
                    .query(exchange.getRequestURI().getRawQuery())
                    .headers(exchange.getRequestHeaders())
                    .peer(exchange.getRemoteAddress().getAddress())
                    .build();
            exchange.sendResponseHeaders(answer(request).status(), -1);
        }
    }

    private WebhookAnswer answer(WebhookRequest request) {
        try {
            Delivery delivery = verifier.handle(request, webhook -> {
                inbox.accept(webhook);
                return WebhookAnswer.ACCEPTED;
            });
            return delivery.answer();
        } catch (RuntimeException e) {
            LOG.error("a notification could not be handled", e);
            return WebhookAnswer.RETRY_LATER;
        }
    }
}
