package io.nestcms.server.operations;

import io.nestcms.audit.AuditEntry;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditTrail;
import io.nestcms.audit.AuditVerification;
import io.nestcms.cms.user.UserEvent;
import io.nestcms.event.Envelope;
import io.nestcms.event.EventBus;
import io.nestcms.event.Overflow;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.health.Health;
import io.nestcms.incident.Incidents;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.resilience.CircuitEvent;
import io.nestcms.server.http.Deed;
import io.nestcms.system.SystemEvent;
import io.nestcms.webhook.WebhookEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What is put on record: a line in the log for each deed and, where there is a trail, a record in it. Records are written behind
 * a mailbox, so no publisher waits for one. An event of a payment counts as delivered only when its record is written: after a
 * crash it is delivered again, and may then be on record twice, under one event id.
 */
public final class AuditLog {
    private static final Logger LINES = LoggerFactory.getLogger("nestcms.audit");
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final String ACTOR = "system:reference-server";
    private static final String WRITING = "audit trail";
    private static final String CHAIN = "audit chain";
    private static final int MAILBOX = 10_000;
    /** With a quarter of a minute between them at most, nearly an hour: an outage of the database must itself be on record. */
    private static final int TRIES = 200;

    private final @Nullable AuditTrail trail;
    private final String node;
    private final Incidents incidents;
    private volatile Health chain = Health.up();
    private volatile boolean failing;

    public AuditLog(@Nullable AuditTrail trail, String node, Incidents incidents) {
        this.trail = trail;
        this.node = node;
        this.incidents = incidents;
    }

    public void subscribe(EventBus bus) {
        bus.subscribe(Object.class, AuditLog::line);
        if (trail != null) {
            // a mailbox each: a burst of webhooks, which others cause, must not keep a payment's event from its record
            bus.subscribeEnvelopes(
                    PaymentEvent.class,
                    envelope -> append(trail, envelope),
                    oneByOne(PaymentEvent.class).build());
            // the outbox delivers those of payments again; of these there is no other copy
            patiently(trail, bus, WebhookEvent.WebhookValidated.class);
            patiently(trail, bus, CircuitEvent.class);
            patiently(trail, bus, SystemEvent.class);
            patiently(trail, bus, UserEvent.class);
            patiently(trail, bus, Deed.class);
        }
    }

    private <E> void patiently(AuditTrail to, EventBus bus, Class<E> type) {
        SubscriptionSettings<E> patient = oneByOne(type)
                .retry(TRIES, Duration.ofMillis(100), Duration.ofSeconds(15))
                .build();
        bus.subscribeEnvelopes(type, envelope -> append(to, envelope), patient);
    }

    private static <E> SubscriptionSettings.Builder<E> oneByOne(Class<E> type) {
        return SubscriptionSettings.<E>async()
                .name("audit of " + type.getSimpleName())
                .key(event -> "audit")
                .mailbox(MAILBOX, Overflow.REJECT);
    }

    private static void line(Object event) {
        Line deed = lineOf(event);
        if (deed != null) {
            LINES.info("{} {} {} {} {}", deed.actor(), deed.from(), deed.action(), deed.subject(), deed.details());
        }
    }

    private void append(AuditTrail to, Envelope<?> envelope) {
        Line deed = lineOf(envelope.event());
        if (deed == null) {
            return;
        }
        Map<String, String> details = new HashMap<>(deed.details());
        details.put("event", envelope.id());
        if (!deed.from().isEmpty()) {
            details.put("node", node);
        }
        try {
            String from = deed.from().isEmpty() ? node : deed.from();
            to.append(new AuditEntry(deed.at(), deed.actor(), deed.action(), deed.subject(), from, details));
        } catch (RuntimeException failed) {
            // one trace for each outage
            LoggingEventBuilder line = failing ? LOG.atError() : LOG.atError().setCause(failed);
            line.log(
                    "{} {} is not on record: the audit trail cannot be written: {}",
                    deed.action(),
                    deed.subject(),
                    failed.getMessage());
            failing = true;
            incidents.report(WRITING, "cannot be written: " + failed.getClass().getSimpleName());
            throw failed;
        }
        failing = false;
        incidents.resolve(WRITING, "is written again", null);
    }

    /**
     * Checks the whole trail and says so: in the log, and where it is broken as an incident. Repeatable.
     *
     * @throws RuntimeException what the trail threw when it could not be read
     */
    public void verify() {
        if (trail == null) {
            return;
        }
        AuditVerification found;
        try {
            found = trail.verify(AuditHead.NONE);
        } catch (RuntimeException unreadable) {
            // a check that could not be made is not one that was passed
            chain = Health.down("could not be checked");
            throw unreadable;
        }
        if (found instanceof AuditVerification.Broken it) {
            String problem = "record " + it.sequence() + " " + it.problem();
            LOG.error("The audit trail is broken: {}", problem);
            chain = Health.down(problem);
            incidents.report(CHAIN, problem);
        } else if (found instanceof AuditVerification.Intact it) {
            // the end in the log is what a later one can be held against
            LOG.info(
                    "The audit trail is intact and ends with record {}, {}",
                    it.head().sequence(),
                    it.head().hash());
            chain = Health.up();
            incidents.resolve(CHAIN, "is intact", null);
        }
    }

    /** Whether the chain held when it was verified last, and records are being written. */
    Health health() {
        return failing ? Health.down("records cannot be written") : chain;
    }

    public boolean hasTrail() {
        return trail != null;
    }

    /** What was done to what. */
    private record Line(
            Instant at, String actor, String from, String action, String subject, Map<String, String> details) {
        /** Something that the system did by itself. */
        Line(Instant at, String action, String subject, Map<String, String> details) {
            this(at, ACTOR, "", action, subject, details);
        }
    }

    /** {@code null} for what is no deed: refusals at the door, which anybody can cause, are alerts and not records. */
    private static @Nullable Line lineOf(Object event) {
        String action = event.getClass().getSimpleName();
        if (event instanceof Deed it) {
            return new Line(it.at(), it.actor(), it.from(), it.action(), it.subject(), it.details());
        } else if (event instanceof UserEvent it) {
            return new Line(it.at(), it.by().id(), it.by().from(), action, "user/" + it.userId(), details(it));
        } else if (event instanceof PaymentEvent.PaymentResolved it) {
            return new Line(it.at(), it.by(), "", action, "payment/" + it.paymentId(), details(it));
        } else if (event instanceof PaymentEvent it) {
            return new Line(it.at(), action, "payment/" + it.paymentId(), details(it));
        } else if (event instanceof WebhookEvent.WebhookValidated it) {
            return new Line(
                    it.at(),
                    action,
                    "webhook/" + it.origin().scheme(),
                    Map.of("from", it.origin().source()));
        } else if (event instanceof CircuitEvent.CircuitOpened it) {
            return new Line(it.at(), action, "circuit/" + it.breaker(), Map.of("for", String.valueOf(it.openFor())));
        } else if (event instanceof CircuitEvent it && !(event instanceof CircuitEvent.ServiceUnavailable)) {
            return new Line(it.at(), action, "dependency/" + it.dependency(), Map.of());
        } else if (event instanceof SystemEvent.BackupCompleted it) {
            return new Line(it.at(), action, "backup/" + it.name(), Map.of("entries", Long.toString(it.entries())));
        } else if (event instanceof SystemEvent.IncidentOpened it) {
            return new Line(it.at(), action, "incident/" + it.incident(), Map.of("about", it.subject()));
        } else if (event instanceof SystemEvent.IncidentResolved it) {
            return new Line(it.at(), action, "incident/" + it.incident(), Map.of("about", it.subject()));
        }
        return null;
    }

    private static Map<String, String> details(UserEvent event) {
        if (event instanceof UserEvent.RolesChanged it) {
            return Map.of("before", it.before().toString(), "after", it.after().toString());
        } else if (event instanceof UserEvent.StatusChanged it) {
            return Map.of("before", it.before().name(), "after", it.after().name());
        } else if (event instanceof UserEvent.PasswordChanged it) {
            return Map.of("by", it.byLink() ? "link" : "password");
        } else if (event instanceof UserEvent.SignInRefused it) {
            return Map.of("reason", it.reason());
        }
        return Map.of();
    }

    private static Map<String, String> details(PaymentEvent event) {
        if (event instanceof PaymentEvent.PaymentSucceeded it) {
            return Map.of(
                    "tranRef", it.tranRef().toString(), "amount", it.amount().toString());
        } else if (event instanceof PaymentEvent.PaymentFailed it) {
            return Map.of("code", String.valueOf(it.code()));
        } else if (event instanceof PaymentEvent.PaymentRefunded it) {
            return Map.of(
                    "tranRef", it.tranRef().toString(), "amount", it.amount().toString());
        } else if (event instanceof PaymentEvent.PaymentStatusChanged it) {
            return Map.of("from", it.from().name(), "to", it.to().name());
        } else if (event instanceof PaymentEvent.PaymentMismatch it) {
            return Map.of("tranRef", it.tranRef().toString(), "difference", it.difference());
        } else if (event instanceof PaymentEvent.FollowUpRefused it) {
            return Map.of("kind", it.kind().name(), "amount", it.amount().toString(), "reason", it.reason());
        } else if (event instanceof PaymentEvent.FollowUpUndecided it) {
            return Map.of("kind", it.kind().name(), "amount", it.amount().toString());
        } else if (event instanceof PaymentEvent.PaymentResolved it) {
            return Map.of("by", it.by(), "resolution", it.resolution().toString());
        } else if (event instanceof PaymentEvent.PaymentOverdue it) {
            return Map.of("status", it.status().name(), "since", it.since().toString());
        } else if (event instanceof PaymentEvent.PaymentChargedAgain it) {
            return Map.of(
                    "tranRef", it.tranRef().toString(), "amount", it.amount().toString());
        }
        return Map.of();
    }
}
