package io.nestcms.jakarta;

import io.nestcms.paytabs.PayTabsReceipt;
import io.nestcms.paytabs.PayTabsWebhooks;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;

/**
 * The endpoints for PayTabs, at {@code payments/webhook} and {@code payments/return} below the application's path. The raw body is read
 * before anything else touches it. Thread-safe; made by the container.
 *
 * @since 0.1
 */
@Singleton
@Path("/payments")
public class PayTabsResource {
    private final PayTabsWebhooks webhooks;
    private final Settings settings;

    @Inject
    PayTabsResource(PayTabsWebhooks webhooks, Settings settings) {
        this.webhooks = webhooks;
        this.settings = settings;
    }

    /**
     * Takes a notification. The same one twice is answered twice and changes nothing the second time.
     *
     * @param headers of the request
     * @param uri of the request
     * @param body as it came
     * @return 200, 401, 422 or 503, without a body
     * @throws IOException if the body cannot be read
     */
    @POST
    @Path("/webhook")
    public Response webhook(@Context HttpHeaders headers, @Context UriInfo uri, InputStream body) throws IOException {
        PayTabsReceipt receipt = webhooks.receive(read(headers, uri, body));
        Response.ResponseBuilder response = Response.status(receipt.status());
        if (receipt.answer() == WebhookAnswer.RETRY_LATER) {
            response.header(
                    HttpHeaders.RETRY_AFTER,
                    Math.max(1, receipt.retryAfter().plusMillis(999).toSeconds()));
        }
        return response.build();
    }

    /**
     * Takes the payer's browser on to the page {@code nestcms.webhooks.return-to}. A payment is named only to who proved to come from
     * PayTabs; the others see the same page without one.
     *
     * @param headers of the request
     * @param uri of the request
     * @param body as it came
     * @return 303
     * @throws IOException if the body cannot be read
     */
    @POST
    @Path("/return")
    public Response comeBack(@Context HttpHeaders headers, @Context UriInfo uri, InputStream body) throws IOException {
        PayTabsReceipt receipt = webhooks.receiveReturn(read(headers, uri, body));
        String page = settings.page();
        String location = receipt.payment()
                .map(it -> page + (page.contains("?") ? "&" : "?") + "payment="
                        + it.id().value())
                .orElse(page);
        return Response.status(Response.Status.SEE_OTHER)
                .header(HttpHeaders.LOCATION, location)
                .build();
    }

    private WebhookRequest read(HttpHeaders headers, UriInfo uri, InputStream body) throws IOException {
        WebhookRequest.Builder builder = WebhookRequest.builder(body, webhooks.maxBodyBytes())
                .method("POST")
                .query(uri.getRequestUri().getRawQuery());
        String peer = Peer.address();
        if (peer != null) {
            builder.peerAddress(peer);
        }
        headers.getRequestHeaders().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        return builder.build();
    }
}
