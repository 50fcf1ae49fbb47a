package io.nestcms.shop.webhooks;

import io.nestcms.webhook.WebhookRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;

/** Takes a request over from a servlet container. To be called before anything asks for a parameter: that would eat a form. */
final class ServletWebhooks {
    private ServletWebhooks() {}

    static WebhookRequest read(HttpServletRequest request, int maxBodyBytes) throws IOException {
        WebhookRequest.Builder builder = WebhookRequest.builder(request.getInputStream(), maxBodyBytes)
                .method(request.getMethod())
                .query(request.getQueryString())
                .peerAddress(request.getRemoteAddr());
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                builder.header(name, value);
            }
        }
        return builder.build();
    }
}
