package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.money;
import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.payment.Attempt;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.GatewayLink;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.OutboxEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.Watch;
import java.net.URI;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Payments as documents. What is queried, sorted or compared stands at the top; the rest in sub-documents. A change writes
 * field by field, so that fields that this build does not know stay as they are.
 */
final class PaymentDocuments {
    static final String COLLECTION = "payments";
    static final Format FORMAT = Format.first(COLLECTION);

    private final CustomerFields customers;

    PaymentDocuments(CustomerFields customers) {
        this.customers = customers;
    }

    /** The whole document of a new payment. */
    Document created(Payment payment, List<OutboxEntry> events) {
        Document document = fields(payment)
                .append("_id", payment.id().value())
                .append("v", FORMAT.version())
                .append("outbox", entries(events))
                .append("outboxLease", free())
                .append("buried", List.of());
        return put(
                document,
                "outboxNextAt",
                events.isEmpty() ? null : Times.nanos(payment.revision().updatedAt()));
    }

    /** The update that turns the stored document into the payment's next version. */
    Document changed(Payment payment, List<OutboxEntry> events) {
        Document set = new Document("v", FORMAT.version());
        Document unset = new Document();
        for (Map.Entry<String, Object> field : fields(payment).entrySet()) {
            spread(field.getKey(), field.getValue(), set);
        }
        for (String optional : List.of(
                "checkAt",
                "gateway.ref",
                "gateway.page",
                "gateway.attempt",
                "order.contractId",
                "order.customer.phone",
                "order.customer.street",
                "order.customer.city",
                "order.customer.country")) {
            if (set.keySet().stream().noneMatch(path -> path.equals(optional) || path.startsWith(optional + "."))) {
                unset.append(optional, "");
            }
        }
        Document update = new Document("$set", set).append("$unset", unset);
        if (!events.isEmpty()) {
            update.append("$push", new Document("outbox", new Document("$each", entries(events))))
                    .append(
                            "$min",
                            new Document(
                                    "outboxNextAt",
                                    Times.nanos(payment.revision().updatedAt())));
        }
        return update;
    }

    static Document free() {
        return new Document("worker", "").append("until", 0L);
    }

    Payment payment(Document document) {
        Stored stored = FORMAT.read(document);
        PaymentId id = id(stored);
        return new Payment(
                id,
                order(id, stored),
                new IdempotencyClaim(
                        new IdempotencyKey(stored.text("scope"), stored.text("key")), stored.text("fingerprint")),
                stored.constant("status", PaymentStatus.class),
                gateway(stored.sub("gateway")),
                moves(stored),
                stored.list("followUps", PaymentDocuments::followUp),
                stored.texts("disputed", TransactionRef::new),
                stored.list(
                        "history",
                        entry -> new HistoryEntry(
                                entry.time("at"),
                                entry.constant("status", PaymentStatus.class),
                                entry.text("why"),
                                entry.valueOrNull("tranRef", TransactionRef::new))),
                new Watch(stored.timeOrNull("checkAt"), stored.integer("checks")),
                new Revision(
                        stored.number("version"),
                        stored.number("events"),
                        stored.time("createdAt"),
                        stored.time("updatedAt")));
    }

    static List<MoneyMove> moves(Stored payment) {
        return payment.list(
                "moves",
                move -> new MoneyMove(
                        move.value("ref", TransactionRef::new),
                        move.constant("kind", TransactionKind.class),
                        move.money("amount"),
                        move.time("recordedAt")));
    }

    static List<OutboxEntry> entries(Document document, String field) {
        Stored stored = FORMAT.read(document);
        PaymentId id = id(stored);
        return stored.list(field, entry -> EventDocuments.entry(id, entry));
    }

    private static PaymentId id(Stored stored) {
        return stored.value("_id", PaymentId::new);
    }

    private static List<Document> entries(List<OutboxEntry> events) {
        return events.stream().map(EventDocuments::entry).toList();
    }

    private Document fields(Payment payment) {
        Document document = new Document("status", payment.status().name())
                .append("cartId", payment.order().cartId().value())
                .append("scope", payment.claim().key().scope())
                .append("key", payment.claim().key().value())
                .append("fingerprint", payment.claim().fingerprint())
                .append("order", order(payment.id(), payment.order()))
                .append("gateway", gateway(payment.gateway()))
                .append(
                        "moves",
                        payment.moves().stream().map(PaymentDocuments::move).toList())
                .append(
                        "followUps",
                        payment.followUps().stream()
                                .map(PaymentDocuments::followUp)
                                .toList())
                .append(
                        "disputed",
                        payment.disputed().stream().map(TransactionRef::value).toList())
                .append(
                        "history",
                        payment.history().stream()
                                .map(PaymentDocuments::history)
                                .toList())
                .append("checks", payment.watch().checks())
                .append("version", payment.revision().version())
                .append("events", payment.revision().events())
                .append("createdAt", Times.nanos(payment.revision().createdAt()))
                .append("updatedAt", Times.nanos(payment.revision().updatedAt()));
        return put(document, "checkAt", nanosOrNull(payment.watch().checkAt()));
    }

    private Document order(PaymentId id, PaymentOrder order) {
        Document document = new Document("amount", money(order.amount()))
                .append("description", order.description())
                .append("mode", order.mode().name())
                .append("customer", customers.write(id, order.customer()));
        return put(document, "contractId", order.contractId());
    }

    private PaymentOrder order(PaymentId id, Stored stored) {
        Stored order = stored.sub("order");
        return new PaymentOrder(
                stored.value("cartId", CartId::new),
                order.money("amount"),
                order.text("description"),
                customers.read(id, order.sub("customer")),
                order.textOrNull("contractId"),
                order.constant("mode", ChargeMode.class));
    }

    private static Document gateway(GatewayLink link) {
        Document document = new Document("attempts", link.attempts());
        put(document, "ref", link.ref() == null ? null : link.ref().value());
        put(document, "page", link.page() == null ? null : link.page().toString());
        Attempt attempt = link.attempt();
        return put(
                document,
                "attempt",
                attempt == null
                        ? null
                        : new Document("number", attempt.number())
                                .append("startedAt", Times.nanos(attempt.startedAt()))
                                .append("leaseUntil", Times.nanos(attempt.leaseUntil())));
    }

    private static GatewayLink gateway(Stored stored) {
        Stored attempt = stored.subOrNull("attempt");
        return new GatewayLink(
                stored.valueOrNull("ref", TransactionRef::new),
                stored.valueOrNull("page", URI::create),
                attempt == null
                        ? null
                        : new Attempt(attempt.integer("number"), attempt.time("startedAt"), attempt.time("leaseUntil")),
                stored.integer("attempts"));
    }

    private static Document move(MoneyMove move) {
        return new Document("ref", move.ref().value())
                .append("kind", move.kind().name())
                .append("amount", money(move.amount()))
                .append("recordedAt", Times.nanos(move.recordedAt()))
                // for sums by month without arithmetic on times
                .append(
                        "month",
                        MongoTurnover.month(YearMonth.from(move.recordedAt().atOffset(ZoneOffset.UTC))));
    }

    private static Document followUp(FollowUp followUp) {
        Document document = new Document("scope", followUp.key().scope())
                .append("key", followUp.key().value())
                .append("kind", followUp.kind().name())
                .append("amount", money(followUp.amount()))
                .append("of", followUp.of().value())
                .append("state", followUp.state().name())
                .append("startedAt", Times.nanos(followUp.startedAt()))
                .append("leaseUntil", Times.nanos(followUp.leaseUntil()));
        TransactionRef ref = followUp.ref();
        put(document, "ref", ref == null ? null : ref.value());
        return put(document, "reason", followUp.reason());
    }

    private static FollowUp followUp(Stored stored) {
        return new FollowUp(
                new IdempotencyKey(stored.text("scope"), stored.text("key")),
                stored.constant("kind", TransactionKind.class),
                stored.money("amount"),
                stored.value("of", TransactionRef::new),
                stored.constant("state", FollowUpState.class),
                stored.valueOrNull("ref", TransactionRef::new),
                stored.time("startedAt"),
                stored.time("leaseUntil"),
                stored.textOrNull("reason"));
    }

    private static Document history(HistoryEntry entry) {
        Document document = new Document("at", Times.nanos(entry.at()))
                .append("status", entry.status().name())
                .append("why", entry.why());
        TransactionRef ref = entry.tranRef();
        return put(document, "tranRef", ref == null ? null : ref.value());
    }

    private static @Nullable Long nanosOrNull(@Nullable Instant at) {
        return at == null ? null : Times.nanos(at);
    }

    /** Sub-documents go out field by field, so that unknown fields in them survive; lists go out whole. */
    private static void spread(String path, Object value, Document set) {
        if (value instanceof Document sub) {
            sub.forEach((field, inner) -> spread(path + "." + field, inner, set));
        } else {
            set.append(path, value);
        }
    }
}
