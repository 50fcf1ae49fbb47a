package io.nestcms.mongo;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.FollowUpRefused;
import io.nestcms.payment.PaymentEvent.FollowUpUndecided;
import io.nestcms.payment.PaymentEvent.PaymentAuthorized;
import io.nestcms.payment.PaymentEvent.PaymentCancelled;
import io.nestcms.payment.PaymentEvent.PaymentCaptured;
import io.nestcms.payment.PaymentEvent.PaymentChargedAgain;
import io.nestcms.payment.PaymentEvent.PaymentCreated;
import io.nestcms.payment.PaymentEvent.PaymentFailed;
import io.nestcms.payment.PaymentEvent.PaymentInitiated;
import io.nestcms.payment.PaymentEvent.PaymentMismatch;
import io.nestcms.payment.PaymentEvent.PaymentOutcomeUnknown;
import io.nestcms.payment.PaymentEvent.PaymentOverdue;
import io.nestcms.payment.PaymentEvent.PaymentProcessing;
import io.nestcms.payment.PaymentEvent.PaymentRefunded;
import io.nestcms.payment.PaymentEvent.PaymentReleased;
import io.nestcms.payment.PaymentEvent.PaymentResolved;
import io.nestcms.payment.PaymentEvent.PaymentRetried;
import io.nestcms.payment.PaymentEvent.PaymentStatusChanged;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.payment.PaymentEvent.PaymentTimedOut;
import io.nestcms.payment.PaymentEvent.PaymentVoided;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.EventContent;
import io.nestcms.payment.store.FailedDelivery;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * Events as they stand in a payment's document, waiting ({@code outbox}) and buried ({@code buried}), and how far each came with
 * each listener. The type names are part of the stored format: a class may be renamed, its name here may not. The event itself is
 * written once and never again: what this version cannot read stays as it is.
 *
 * <p>The first format had one delivery state for an event; it was that of the bus.
 */
final class EventDocuments {
    private static final String BUS = "bus";
    private static final String NO_TYPE = "?";
    private static final int LONGEST_TYPE = 64;

    /** How each type is read. */
    private static final Map<String, Reader> READERS = readers();

    /** Makes an event of a payment from its document. */
    private interface Reader {
        PaymentEvent read(PaymentId id, Instant at, Stored stored);
    }

    private EventDocuments() {}

    /** The names of the types that this version knows. */
    static Set<String> types() {
        return READERS.keySet();
    }

    /** What is written with a payment. */
    static Document recorded(OutboxEntry entry) {
        return new Document("id", entry.id()).append("seq", entry.sequence()).append("event", event(entry.event()));
    }

    /** What {@link MongoOutbox} changes of it. */
    static Document progress(WaitingEvent event) {
        Document progress = new Document("done", event.done().stream().sorted().toList())
                .append(
                        "failed",
                        event.failed().stream()
                                .map(failure -> new Document("listener", failure.listener())
                                        .append("attempts", failure.attempts())
                                        .append("cause", failure.cause())
                                        .append("nextAt", Times.nanos(failure.nextAt())))
                                .toList());
        Instant since = event.unreadSince();
        return put(progress, "unreadSince", since == null ? null : Times.nanos(since));
    }

    /** A waiting event. What cannot be read of how far it came counts as not come yet. */
    static WaitingEvent waiting(PaymentId paymentId, Document stored) {
        return new WaitingEvent(
                paymentId,
                id(paymentId, stored),
                stored.get("seq") instanceof Number sequence ? sequence.longValue() : 0,
                content(paymentId, stored),
                text(stored, "only"),
                Set.copyOf(texts(stored.get("done"))),
                failures(stored),
                stored.get("unreadSince") instanceof Number since ? Times.instant(since.longValue()) : null);
    }

    /** Its name; one without a name gets one under which it is listed. */
    static String id(PaymentId paymentId, Document stored) {
        String id = text(stored, "id");
        return id == null ? paymentId + "/" + NO_TYPE : id;
    }

    private static List<FailedDelivery> failures(Document stored) {
        if (!stored.containsKey("failed")
                && stored.get("attempts") instanceof Number attempts
                && attempts.intValue() > 0) {
            String cause = text(stored, "cause");
            return List.of(new FailedDelivery(BUS, attempts.intValue(), cause == null ? "" : cause, Instant.EPOCH));
        }
        Map<String, FailedDelivery> failures = new LinkedHashMap<>();
        for (Document failure : documents(stored.get("failed"))) {
            String listener = text(failure, "listener");
            String cause = text(failure, "cause");
            if (listener != null) {
                failures.put(
                        listener,
                        new FailedDelivery(
                                listener,
                                failure.get("attempts") instanceof Number attempts ? attempts.intValue() : 0,
                                cause == null ? "" : cause,
                                failure.get("nextAt") instanceof Number at
                                        ? Times.instant(at.longValue())
                                        : Instant.EPOCH));
            }
        }
        return List.copyOf(failures.values());
    }

    /** A buried event, made from the waiting one. */
    static Document buried(Document waiting, BuriedEvent burial, Instant at) {
        Document document = new Document("id", burial.id())
                .append("seq", burial.sequence())
                .append("attempts", burial.attempts())
                .append("cause", burial.cause());
        if (burial.listener() == null) {
            document.append("forAll", true);
            put(document, "only", waiting.get("only"));
            put(document, "done", waiting.get("done"));
        } else {
            document.append("listener", burial.listener());
        }
        Object event = waiting.get("event");
        if (event instanceof Document readable && readable.get("at") instanceof Number) {
            return document.append("event", event);
        }
        // lists are sorted by the event's time
        EventContent content = burial.content();
        String type = content instanceof EventContent.Unreadable unreadable ? unreadable.type() : NO_TYPE;
        return document.append("event", new Document("type", type).append("at", Times.nanos(at)))
                .append("raw", new Document("event", event));
    }

    /** What stood among the events and is none, as a buried event. */
    static Document noEntry(PaymentId paymentId, @Nullable Object element) {
        return new Document("id", paymentId + "/" + NO_TYPE)
                .append("seq", 0L)
                .append("attempts", 0)
                .append("cause", "it is no entry of an outbox")
                .append("forAll", true)
                .append("event", new Document("type", NO_TYPE).append("at", Times.nanos(Instant.EPOCH)))
                .append("raw", new Document("event", element));
    }

    static BuriedEvent burial(PaymentId paymentId, Document stored) {
        String cause = text(stored, "cause");
        return new BuriedEvent(
                paymentId,
                id(paymentId, stored),
                stored.get("seq") instanceof Number sequence ? sequence.longValue() : 0,
                content(paymentId, stored),
                listener(stored),
                stored.get("attempts") instanceof Number attempts ? attempts.intValue() : 0,
                cause == null ? "" : cause);
    }

    private static @Nullable String listener(Document buried) {
        String listener = text(buried, "listener");
        return listener != null || Boolean.TRUE.equals(buried.get("forAll")) ? listener : BUS;
    }

    /** Whether a buried event is of a name and, if one is given, was buried for that listener. */
    static boolean isBuried(Document buried, PaymentId paymentId, String eventId, @Nullable String listener) {
        return id(paymentId, buried).equals(eventId) && (listener == null || listener.equals(listener(buried)));
    }

    /** A buried event, waiting again. */
    static Document again(Document buried) {
        Object event = buried.get("raw") instanceof Document raw ? raw.get("event") : buried.get("event");
        Document document = new Document();
        put(document, "id", buried.get("id"));
        put(document, "seq", buried.get("seq"));
        put(document, "event", event);
        String listener = listener(buried);
        if (listener == null) {
            put(document, "only", buried.get("only"));
            return put(document, "done", buried.get("done"));
        }
        return document.append("only", listener);
    }

    /** When an event was recorded, to sort by. */
    static long recordedAt(Document stored) {
        return stored.get("event") instanceof Document event && event.get("at") instanceof Number at
                ? at.longValue()
                : Long.MIN_VALUE;
    }

    private static EventContent content(PaymentId paymentId, Document stored) {
        Object event = stored.get("raw") instanceof Document raw ? raw.get("event") : stored.get("event");
        if (!(event instanceof Document document)) {
            return new EventContent.Unreadable(NO_TYPE, false, "it is no document");
        }
        String type = text(document, "type");
        if (type == null) {
            return new EventContent.Unreadable(NO_TYPE, false, "it has no type");
        }
        Reader reader = READERS.get(type);
        if (reader == null) {
            return new EventContent.Unreadable(type, true, "this version knows no type " + shown(type));
        }
        try {
            Stored fields = Stored.of(document, PaymentDocuments.COLLECTION + "/" + paymentId + ".event");
            return new EventContent.Known(reader.read(paymentId, fields.time("at"), fields));
        } catch (NestMongoException unreadable) {
            return new EventContent.Unreadable(type, false, String.valueOf(unreadable.getMessage()));
        } catch (RuntimeException refused) {
            // its fields are what they should be, and together they are no event
            return new EventContent.Unreadable(
                    type, false, type + " refused: " + refused.getClass().getSimpleName());
        }
    }

    /** A name that anybody may have written, for a log. */
    private static String shown(String type) {
        String plain = type.replaceAll("[^A-Za-z0-9._-]", NO_TYPE);
        return plain.length() > LONGEST_TYPE ? plain.substring(0, LONGEST_TYPE) : plain;
    }

    private static @Nullable String text(Document document, String field) {
        return document.get(field) instanceof String text ? text : null;
    }

    private static List<String> texts(@Nullable Object list) {
        return list instanceof List<?> all
                ? all.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    /** Those elements of a list that are documents. */
    static List<Document> documents(@Nullable Object list) {
        return list instanceof List<?> all
                ? all.stream()
                        .filter(Document.class::isInstance)
                        .map(Document.class::cast)
                        .toList()
                : List.of();
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
        return moved(event);
    }

    private static Document moved(PaymentEvent event) {
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
        return decided(event);
    }

    private static Document decided(PaymentEvent event) {
        if (event instanceof PaymentRetried e) {
            return of("retried", event)
                    .append("attempt", e.attempt())
                    .append("cartId", e.cartId().value());
        }
        if (event instanceof FollowUpRefused e) {
            return of("followUpRefused", event)
                    .append("followUp", e.followUp().value())
                    .append("kind", e.kind().name())
                    .append("amount", money(e.amount()))
                    .append("reason", e.reason());
        }
        if (event instanceof FollowUpUndecided e) {
            return of("followUpUndecided", event)
                    .append("followUp", e.followUp().value())
                    .append("kind", e.kind().name())
                    .append("amount", money(e.amount()));
        }
        if (event instanceof PaymentResolved e) {
            return of("resolved", event)
                    .append("resolution", LedgerDocuments.resolution(e.resolution()))
                    .append("by", e.by());
        }
        if (event instanceof PaymentOverdue e) {
            return of("overdue", event).append("status", e.status().name()).append("since", Times.nanos(e.since()));
        }
        throw new IllegalStateException("no stored form for " + event.getClass().getSimpleName());
    }

    private static Document of(String type, PaymentEvent event) {
        return new Document("type", type).append("at", Times.nanos(event.at()));
    }

    private static Document of(String type, PaymentEvent event, @Nullable TransactionRef ref) {
        return put(of(type, event), "tranRef", ref == null ? null : ref.value());
    }

    private static Map<String, Reader> readers() {
        return Map.ofEntries(
                Map.entry(
                        "created", (id, at, it) -> new PaymentCreated(id, at, cart(it, "cartId"), it.money("amount"))),
                Map.entry("initiated", (id, at, it) -> new PaymentInitiated(id, at, ref(it))),
                Map.entry("processing", (id, at, it) -> new PaymentProcessing(id, at, ref(it))),
                Map.entry(
                        "succeeded",
                        (id, at, it) -> new PaymentSucceeded(id, at, cart(it, "cartId"), ref(it), it.money("amount"))),
                Map.entry(
                        "failed",
                        (id, at, it) ->
                                new PaymentFailed(id, at, refOrNull(it), it.textOrNull("code"), it.text("reason"))),
                Map.entry("timedOut", (id, at, it) -> new PaymentTimedOut(id, at, refOrNull(it))),
                Map.entry("cancelled", (id, at, it) -> new PaymentCancelled(id, at, ref(it))),
                Map.entry("outcomeUnknown", (id, at, it) -> new PaymentOutcomeUnknown(id, at)),
                Map.entry(
                        "statusChanged",
                        (id, at, it) -> new PaymentStatusChanged(id, at, status(it, "from"), status(it, "to"))),
                Map.entry("authorized", (id, at, it) -> new PaymentAuthorized(id, at, ref(it), it.money("amount"))),
                Map.entry("captured", (id, at, it) -> new PaymentCaptured(id, at, ref(it), it.money("amount"))),
                Map.entry("voided", (id, at, it) -> new PaymentVoided(id, at, ref(it))),
                Map.entry("released", (id, at, it) -> new PaymentReleased(id, at, ref(it), it.money("amount"))),
                Map.entry(
                        "refunded",
                        (id, at, it) -> new PaymentRefunded(id, at, ref(it), it.money("amount"), it.money("total"))),
                Map.entry("chargedAgain", (id, at, it) -> new PaymentChargedAgain(id, at, ref(it), it.money("amount"))),
                Map.entry("mismatch", (id, at, it) -> new PaymentMismatch(id, at, ref(it), it.text("difference"))),
                Map.entry(
                        "retried",
                        (id, at, it) -> new PaymentRetried(id, at, it.integer("attempt"), cart(it, "cartId"))),
                Map.entry(
                        "followUpRefused",
                        (id, at, it) -> new FollowUpRefused(
                                id, at, cart(it, "followUp"), kind(it), it.money("amount"), it.text("reason"))),
                Map.entry(
                        "followUpUndecided",
                        (id, at, it) ->
                                new FollowUpUndecided(id, at, cart(it, "followUp"), kind(it), it.money("amount"))),
                Map.entry(
                        "resolved",
                        (id, at, it) -> new PaymentResolved(
                                id, at, LedgerDocuments.resolution(it.sub("resolution")), it.text("by"))),
                Map.entry(
                        "overdue", (id, at, it) -> new PaymentOverdue(id, at, status(it, "status"), it.time("since"))));
    }

    private static CartId cart(Stored stored, String field) {
        return stored.value(field, CartId::new);
    }

    private static PaymentStatus status(Stored stored, String field) {
        return stored.constant(field, PaymentStatus.class);
    }

    private static TransactionKind kind(Stored stored) {
        return stored.constant("kind", TransactionKind.class);
    }

    private static TransactionRef ref(Stored stored) {
        return stored.value("tranRef", TransactionRef::new);
    }

    private static @Nullable TransactionRef refOrNull(Stored stored) {
        return stored.valueOrNull("tranRef", TransactionRef::new);
    }
}
