package io.nestcms.webhook;

import io.nestcms.webhook.WebhookEvent.Origin;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners and the log. Events are made only when somebody listens. */
final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookVerifier.class);

    private final List<WebhookListener> listeners;

    Announcer(List<WebhookListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    void received(Arrival arrival) {
        if (!listeners.isEmpty()) {
            int bytes = arrival.request().bodyLength();
            tell(new WebhookEvent.WebhookReceived(arrival.at(), arrival.origin(), bytes));
        }
    }

    void validated(Arrival arrival, VerifiedWebhook webhook) {
        if (!listeners.isEmpty()) {
            tell(new WebhookEvent.WebhookValidated(arrival.at(), arrival.origin(), webhook.digest()));
        }
    }

    void rejected(Instant at, Origin origin, Refusal refusal) {
        if (refusal.reason() == Refusal.Reason.SOURCE_BLOCKED) {
            LOG.debug("webhook refused: {}, scheme {}", refusal.reason(), origin.scheme());
        } else {
            LOG.warn("webhook refused: {} ({}), scheme {}", refusal.reason(), refusal.detail(), origin.scheme());
        }
        if (!listeners.isEmpty()) {
            tell(new WebhookEvent.WebhookRejected(at, origin, refusal));
        }
    }

    void alert(SecurityAlert alert) {
        LOG.warn(
                "security alert: {} ({}), scheme {}",
                alert.kind(),
                alert.detail(),
                alert.origin().scheme());
        tell(alert);
    }

    void broken(String what, Throwable cause) {
        try {
            LOG.error("{}", what, cause);
        } catch (Throwable unprintable) { // its message or its chain of causes throws in turn
            LOG.error(
                    "{}: {}, which could not be printed", what, cause.getClass().getName());
        }
        if (cause instanceof InterruptedException) { // from another language; whoever waits next has to hear of it
            Thread.currentThread().interrupt();
        }
    }

    private void tell(WebhookEvent event) {
        for (WebhookListener listener : listeners) {
            try {
                listener.on(event);
            } catch (Throwable e) {
                // a listener decides nothing: neither a genuine webhook nor a refusal may be lost for its failure, an
                // Error and
                // a checked exception from another language included
                broken("a listener failed on " + event.getClass().getSimpleName(), e);
            }
        }
    }
}
