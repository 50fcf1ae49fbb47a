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
    private static final int MOST_CAUSES = 50;

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

    void validated(VerifiedWebhook webhook) {
        if (!listeners.isEmpty()) {
            tell(new WebhookEvent.WebhookValidated(webhook.receivedAt(), webhook.origin(), webhook.digest()));
        }
    }

    void repeated(VerifiedWebhook webhook) {
        if (!listeners.isEmpty()) {
            tell(new WebhookEvent.WebhookRepeated(webhook.receivedAt(), webhook.origin(), webhook.digest()));
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
            LOG.error("{}", what, ends(cause) ? cause : new IllegalStateException("a failure with endless causes"));
        } catch (Throwable unprintable) { // its message or its chain of causes throws in turn
            brokenByName(what, cause);
        }
        if (cause instanceof InterruptedException) { // from another language; whoever waits next has to hear of it
            Thread.currentThread().interrupt();
        }
    }

    private static void brokenByName(String what, Throwable cause) {
        try {
            LOG.error(
                    "{}: {}, which could not be printed", what, cause.getClass().getName());
        } catch (Throwable ignored) {
            // the log itself is broken: nothing is left to tell it to
            return;
        }
    }

    /** Logging a chain that never ends takes minutes and all the memory. */
    private static boolean ends(Throwable failure) {
        Throwable cause = failure.getCause();
        for (int n = 0; cause != null && n < MOST_CAUSES; n++) {
            cause = cause.getCause();
        }
        return cause == null;
    }

    private void tell(WebhookEvent event) {
        for (WebhookListener listener : listeners) {
            try {
                listener.on(event);
            } catch (Throwable e) {
                // a listener decides nothing: neither a genuine webhook nor a refusal may be lost for its failure,
                // an Error and a checked exception from another language included
                broken("a listener failed on " + event.getClass().getSimpleName(), e);
            }
        }
    }
}
