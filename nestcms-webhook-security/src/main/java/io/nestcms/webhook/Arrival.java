package io.nestcms.webhook;

import io.nestcms.webhook.WebhookEvent.Origin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A request with what the verifier knows about it. The origin's text is made only when somebody asks for it. */
final class Arrival {
    private final WebhookRequest request;
    private final String scheme;
    private final @Nullable IpAddress client;
    private final Instant at;
    private @Nullable Origin origin; // made twice by a race at worst, and then equal

    Arrival(WebhookRequest request, String scheme, @Nullable IpAddress client, Instant at) {
        this.request = request;
        this.scheme = scheme;
        this.client = client;
        this.at = at;
    }

    WebhookRequest request() {
        return request;
    }

    String scheme() {
        return scheme;
    }

    /** Who sent it, {@code null} when it cannot be known. */
    @Nullable IpAddress client() {
        return client;
    }

    Instant at() {
        return at;
    }

    Origin origin() {
        Origin made = origin;
        if (made == null) {
            made = new Origin(scheme, request.tenant(), client == null ? "unknown" : client.toString());
            origin = made;
        }
        return made;
    }
}
