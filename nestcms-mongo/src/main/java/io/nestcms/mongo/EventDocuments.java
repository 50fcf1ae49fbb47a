package io.nestcms.mongo;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.OutboxEntry;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.PaymentAuthorized;
import io.nestcms.payment.PaymentEvent.PaymentCancelled;
import io.nestcms.payment.PaymentEvent.PaymentCaptured;
import io.nestcms.payment.PaymentEvent.PaymentChargedAgain;
import io.nestcms.payment.PaymentEvent.PaymentCreated;
import io.nestcms.payment.PaymentEvent.PaymentFailed;
import io.nestcms.payment.PaymentEvent.PaymentInitiated;
import io.nestcms.payment.PaymentEvent.PaymentMismatch;
import io.nestcms.payment.PaymentEvent.PaymentOutcomeUnknown;
import io.nestcms.payment.PaymentEvent.PaymentProcessing;
import io.nestcms.payment.PaymentEvent.PaymentRefunded;
import io.nestcms.payment.PaymentEvent.PaymentReleased;
import io.nestcms.payment.PaymentEvent.PaymentStatusChanged;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.payment.PaymentEvent.PaymentTimedOut;
import io.nestcms.payment.PaymentEvent.PaymentVoided;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionRef;
import java.time.Instant;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * Outbox entries as they stand in a payment's document. The type names are part of the stored format: a class may be
 * renamed, its name here may not.
 */
final class EventDocuments {
    private EventDocuments() {}

    static Document entry(OutboxEntry entry) {
        Document document = new Document("id", entry.id())
                .append("seq", entry.sequence())
                .append("attempts", entry.attempts())
                .append("event", event(entry.event()));
        return put(document, "cause", entry.cause());
    }

    static OutboxEntry entry(PaymentId paymentId, Stored stored) {
        return new OutboxEntry(
                stored.text("id"),
                stored.number("seq"),
                event(paymentId, stored.sub("event")),
                stored.integer("attempts"),
                stored.textOrNull("cause"));
    }

    static Document money(Money money) {
        return new Document("amount", new Decimal128(money.amount())).append("currency", money.currencyCode());
    }

    static Document put(Document document, String field, @Nullable Object value) {
        return value == null ? document : document.append(field, value);
    }

    private static Document event(PaymentEvent event) {
        if (event instanceof PaymentCreated e) {
            return of("created", event).append("cartId", e.cartId().value()).append("amount", money(e.amount()));
        }
        if (event instanceof PaymentInitiated e) {
            return of("initiated", event, e.tranRef());
        }
        if (event instanceof PaymentProcessing e) {
            return of("processing", event, e.tranRef());
        }
        if (event instanceof PaymentSucceeded e) {
            return of("succeeded", event, e.tranRef())
                    .append("cartId", e.cartId().value())
                    .append("amount", money(e.amount()));
        }
        if (event instanceof PaymentFailed e) {
            return put(of("failed", event, e.tranRef()), "code", e.code()).append("reason", e.reason());
        }
        if (event instanceof PaymentTimedOut e) {
            return of("timedOut", event, e.tranRef());
        }
        if (event instanceof PaymentCancelled e) {
            return of("cancelled", event, e.tranRef());
        }
        if (event instanceof PaymentOutcomeUnknown) {
            return of("outcomeUnknown", event);
        }
        if (event instanceof PaymentStatusChanged e) {
            return of("statusChanged", event).append("from", e.from().name()).append("to", e.to().name());
        }
        return followUp(event);
    }

    private static Document followUp(PaymentEvent event) {
        if (event instanceof PaymentAuthorized e) {
            return of("authorized", event, e.tranRef()).append("amount", money(e.amount()));
        }
        if (event instanceof PaymentCaptured e) {
            return of("captured", event, e.tranRef()).append("amount", money(e.amount()));
        }
        if (event instanceof PaymentVoided e) {
            return of("voided", event, e.tranRef());
        }
        if (event instanceof PaymentReleased e) {
            return of("released", event, e.tranRef()).append("amount", money(e.amount()));
        }
        if (event instanceof PaymentRefunded e) {
            return of("refunded", event, e.tranRef())
                    .append("amount", money(e.amount()))
                    .append("total", money(e.total()));
        }
        if (event instanceof PaymentChargedAgain e) {
            return of("chargedAgain", event, e.tranRef()).append("amount", money(e.amount()));
        }
        if (event instanceof PaymentMismatch e) {
            return of("mismatch", event, e.tranRef()).append("difference", e.difference());
        }
        throw new IllegalStateException("no stored form for " + event.getClass().getSimpleName());
    }

    private static Document of(String type, PaymentEvent event) {
        return new Document("type", type).append("at", Times.nanos(event.at()));
    }

    private static Document of(String type, PaymentEvent event, @Nullable TransactionRef ref) {
        return put(of(type, event), "tranRef", ref == null ? null : ref.value());
    }

    private static PaymentEvent event(PaymentId id, Stored stored) {
        Instant at = stored.time("at");
        return switch (stored.text("type")) {
            case "created" -> new PaymentCreated(id, at, stored.value("cartId", CartId::new), stored.money("amount"));
            case "initiated" -> new PaymentInitiated(id, at, ref(stored));
            case "processing" -> new PaymentProcessing(id, at, ref(stored));
            case "succeeded" ->
                new PaymentSucceeded(id, at, stored.value("cartId", CartId::new), ref(stored), stored.money("amount"));
            case "failed" ->
                new PaymentFailed(id, at, refOrNull(stored), stored.textOrNull("code"), stored.text("reason"));
            case "timedOut" -> new PaymentTimedOut(id, at, refOrNull(stored));
            case "cancelled" -> new PaymentCancelled(id, at, ref(stored));
            case "outcomeUnknown" -> new PaymentOutcomeUnknown(id, at);
            case "statusChanged" ->
                new PaymentStatusChanged(
                        id,
                        at,
                        stored.constant("from", PaymentStatus.class),
                        stored.constant("to", PaymentStatus.class));
            case "authorized" -> new PaymentAuthorized(id, at, ref(stored), stored.money("amount"));
            case "captured" -> new PaymentCaptured(id, at, ref(stored), stored.money("amount"));
            case "voided" -> new PaymentVoided(id, at, ref(stored));
            case "released" -> new PaymentReleased(id, at, ref(stored), stored.money("amount"));
            case "refunded" -> new PaymentRefunded(id, at, ref(stored), stored.money("amount"), stored.money("total"));
            case "chargedAgain" -> new PaymentChargedAgain(id, at, ref(stored), stored.money("amount"));
            case "mismatch" -> new PaymentMismatch(id, at, ref(stored), stored.text("difference"));
            default -> throw stored.unreadable("type", null);
        };
    }

    private static TransactionRef ref(Stored stored) {
        return stored.value("tranRef", TransactionRef::new);
    }

    private static @Nullable TransactionRef refOrNull(Stored stored) {
        return stored.valueOrNull("tranRef", TransactionRef::new);
    }
}
