package io.nestcms.server;

import io.nestcms.cache.Cache;
import io.nestcms.event.EventBus;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.CircuitEvent;
import io.nestcms.server.operations.AuditLog;
import io.nestcms.server.operations.Metrics;
import io.nestcms.server.payment.LiveStatus;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent;
import io.nestcms.webhook.WebhookEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who hears what: the table of listeners, each in its small form. What goes on record besides is {@link AuditLog}'s. */
final class Listeners {
    private static final Logger ALERT = LoggerFactory.getLogger("nestcms.alert");
    private static final Logger NOTICE = LoggerFactory.getLogger("nestcms.notification");

    private final PaymentStore store;
    private final Cache<String, Payment> cache;
    private final LiveStatus live;
    private final Metrics metrics;

    Listeners(PaymentStore store, Cache<String, Payment> cache, LiveStatus live, Metrics metrics) {
        this.store = store;
        this.cache = cache;
        this.live = live;
        this.metrics = metrics;
    }

    void subscribe(EventBus bus) {
        bus.subscribe(PaymentEvent.class, this::payment);
        bus.subscribe(WebhookEvent.class, this::webhook);
        bus.subscribe(CircuitEvent.class, this::circuit);
        bus.subscribe(SystemEvent.class, this::system);
        bus.subscribe(PaymentEvent.PaymentStatusChanged.class, this::changed);
    }

    private void payment(PaymentEvent event) {
        metrics.count(event);
        if (event instanceof PaymentEvent.PaymentSucceeded it) {
            NOTICE.info("Payment {} of {} succeeded", it.paymentId(), it.amount());
        } else if (event instanceof PaymentEvent.PaymentFailed it) {
            ALERT.warn("Payment {} failed with code {}", it.paymentId(), it.code());
        } else if (event instanceof PaymentEvent.PaymentMismatch it) {
            ALERT.warn(
                    "Payment {}: transaction {} differs from the order: {}",
                    it.paymentId(),
                    it.tranRef(),
                    it.difference());
        } else if (event instanceof PaymentEvent.PaymentChargedAgain it) {
            ALERT.warn("Payment {} was charged a second time by {}", it.paymentId(), it.tranRef());
        } else if (event instanceof PaymentEvent.FollowUpUndecided it) {
            ALERT.warn(
                    "Payment {}: a person must decide whether {} of {} was done",
                    it.paymentId(),
                    it.kind(),
                    it.amount());
        } else if (event instanceof PaymentEvent.FollowUpRefused it) {
            ALERT.warn("Payment {}: {} of {} was refused", it.paymentId(), it.kind(), it.amount());
        } else if (event instanceof PaymentEvent.PaymentOverdue it) {
            ALERT.warn("Payment {} is {} since {}, longer than it may be", it.paymentId(), it.status(), it.since());
        }
    }

    /** Another node may have moved it: what the store says now goes to cache and browsers. */
    private void changed(PaymentEvent.PaymentStatusChanged event) {
        store.find(event.paymentId()).ifPresent(payment -> {
            cache.merge(
                    "payment/" + payment.id(),
                    payment,
                    (kept, given) ->
                            given.revision().version() >= kept.revision().version() ? given : kept);
            live.changed(payment);
        });
    }

    private void webhook(WebhookEvent event) {
        metrics.count(event);
        String from = event.origin().source();
        if (event instanceof WebhookEvent.WebhookRejected it) {
            ALERT.warn(
                    "Webhook {} from {} refused: {}",
                    it.origin().scheme(),
                    from,
                    it.refusal().reason());
        } else if (event instanceof WebhookEvent.SecurityAlert it) {
            ALERT.warn("Security alert, {} from {}: {}, {}", it.origin().scheme(), from, it.kind(), it.detail());
        }
    }

    private void circuit(CircuitEvent event) {
        metrics.count(event);
        if (event instanceof CircuitEvent.CircuitOpened it) {
            ALERT.warn("Circuit {} opened", it.breaker());
        } else if (event instanceof CircuitEvent.ServiceUnavailable it) {
            ALERT.warn("{} is unavailable, again after {}", it.dependency(), it.retryAfter());
        } else if (event instanceof CircuitEvent.ServiceRecovered it) {
            NOTICE.info("{} is back after {}", it.dependency(), it.outage());
        }
    }

    private void system(SystemEvent event) {
        metrics.count(event);
        if (event instanceof SystemEvent.HealthChanged it) {
            if (it.now() == HealthStatus.DOWN) {
                ALERT.warn("{} is down: {}", it.component(), it.detail());
            } else {
                NOTICE.info("{} is {} and was {} {}", it.component(), it.now(), it.before(), it.detail());
            }
        } else if (event instanceof SystemEvent.IncidentOpened it) {
            ALERT.warn("Incident {}, {}: {}", it.incident(), it.subject(), it.summary());
        } else if (event instanceof SystemEvent.IncidentResolved it) {
            NOTICE.info("Incident {}, {}, is over after {}", it.incident(), it.subject(), it.lasted());
        } else if (event instanceof SystemEvent.BackupFailed it) {
            ALERT.error("Backup failed: {}; those from before are still there", it.cause());
        } else if (event instanceof SystemEvent.BackupCompleted it) {
            NOTICE.info("Backup {} of {} documents written and read back in {}", it.name(), it.entries(), it.took());
        }
    }
}
