package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.money;
import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.Watch;
import io.nestcms.payment.store.OutboxEntry;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Payments as documents. What is queried, sorted or compared stands at the top; the rest in sub-documents and lists. Status,
 * moves, carts and references are derived, and written for queries only: reading derives them anew. A change writes field by
 * field, so that fields that this build does not know stay as they are.
 */
final class PaymentDocuments {
    static final String COLLECTION = "payments";
    static final Format FORMAT = new Format(COLLECTION, List.of(FirstPaymentFormat::upgraded));

    /** All carts of the payment; the first format has {@code cartId} only. */
    static final String CARTS = "carts";
    /** All references; absent while there is none, and in the first format. */
    static final String REFS = "refs";
    /** Two fields, so that however many are in the slow lane, the index of the other does not have them. */
    static final String CHECK_AT = "checkAt";

    static final String SLOW_CHECK_AT = "slowCheckAt";
    /** Until when somebody looks at it. Beside the payment's version: claiming is no change of the payment. */
    static final String CLAIM = "claimUntil";
    /** Of a record that could not be read when it was due: until when, by which format's reader, and why. */
    static final String SET_ASIDE = "setAside";
    /** When it was told as paid, null as long as it was not; absent in older records. */
    private static final String PAID_AT = "paidAt";
    /** Since when a person must decide; absent when none must. */
    static final String UNDECIDED = "undecidedSince";

    private static final Set<PaymentStatus> PAID =
            Set.of(PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED);
    private static final List<String> OPTIONAL = List.of(
            CHECK_AT,
            SLOW_CHECK_AT,
            "slow",
            REFS,
            "order.contractId",
            "order.customer.phone",
            "order.customer.street",
            "order.customer.city",
            "order.customer.country",
            "order.method",
            "order.options",
            "order.shipping",
            "order.customer." + CustomerFields.KEY,
            // of the first format
            "gateway",
            "disputed");

    private final CustomerFields customers;
    private final OrderDocuments orders;

    PaymentDocuments(CustomerFields customers) {
        this.customers = customers;
        this.orders = new OrderDocuments(customers);
    }

    /** The whole document of a new payment. */
    Document created(Payment payment, List<OutboxEntry> events) {
        Document document = fields(payment)
                .append("_id", payment.id().value())
                .append("v", FORMAT.version())
                .append("outbox", entries(events))
                .append("outboxLease", free())
                .append("buried", List.of());
        if (payment.isUndecided()) {
            document.append(UNDECIDED, Times.nanos(payment.revision().updatedAt()));
        }
        return put(
                document,
                "outboxNextAt",
                events.isEmpty() ? null : Times.nanos(payment.revision().updatedAt()));
    }

    /** The update that turns the stored document into the payment's next version, and ends a claim on it. */
    Document changed(Payment payment, List<OutboxEntry> events) {
        Document update = upgraded(payment);
        update.get("$unset", Document.class).append(CLAIM, "").append(SET_ASIDE, "");
        if (!events.isEmpty()) {
            update.append("$push", new Document("outbox", new Document("$each", entries(events))));
            min(update).append("outboxNextAt", Times.nanos(payment.revision().updatedAt()));
        }
        return update;
    }

    /** The update that leaves the payment as it is and stores it in the newest format. */
    Document upgraded(Payment payment) {
        Document set = new Document("v", FORMAT.version());
        Document unset = new Document();
        for (Map.Entry<String, Object> field : fields(payment).entrySet()) {
            spread(field.getKey(), field.getValue(), set);
        }
        for (String optional : OPTIONAL) {
            if (set.keySet().stream().noneMatch(path -> path.equals(optional) || path.startsWith(optional + "."))) {
                unset.append(optional, "");
            }
        }
        Document update = new Document("$set", set).append("$unset", unset);
        if (payment.isUndecided()) {
            // waits since it first did, however often it was written since
            min(update).append(UNDECIDED, Times.nanos(payment.revision().updatedAt()));
        } else {
            unset.append(UNDECIDED, "");
        }
        return update;
    }

    private static Document min(Document update) {
        Document min = update.get("$min", Document.class);
        if (min == null) {
            min = new Document();
            update.append("$min", min);
        }
        return min;
    }

    static Document free() {
        return new Document("worker", "").append("until", 0L);
    }

    /**
     * Reads a payment.
     *
     * @throws NestMongoException if the record cannot be read; names it and shows no value
     * @throws io.nestcms.crypto.CipherException if a sealed value cannot be opened here
     */
    Payment payment(Document document) {
        try {
            Stored stored = FORMAT.read(document);
            PaymentId id = id(stored);
            return Payment.builder(
                            id,
                            order(id, stored),
                            new IdempotencyClaim(
                                    new IdempotencyKey(stored.text("scope"), stored.text("key")),
                                    stored.text("fingerprint")))
                    .attempts(stored.list("attempts", LedgerDocuments::attempt))
                    .followUps(stored.list("followUps", LedgerDocuments::followUp))
                    .entries(stored.list("entries", LedgerDocuments::entry))
                    .decisions(stored.list("decisions", LedgerDocuments::decision))
                    .history(stored.list("history", PaymentDocuments::history))
                    .watch(watch(stored))
                    .paidAt(paidAt(document, stored))
                    .revision(new Revision(
                            stored.number("version"),
                            stored.number("events"),
                            stored.time("createdAt"),
                            stored.time("updatedAt")))
                    .build();
        } catch (IllegalArgumentException | InvalidInputException | NullPointerException | ClassCastException damaged) {
            // each part may be as it should, and all together be no payment
            throw new NestMongoException(COLLECTION + "/" + document.get("_id") + " cannot be read", damaged);
        }
    }

    /**
     * The money that moved, for sums. The first format kept what was voided among the moves: the status said that they do not
     * count.
     */
    static List<MoneyMove> moves(Stored payment) {
        boolean voided =
                payment.integer("v") == 1 && payment.constant("status", PaymentStatus.class) == PaymentStatus.VOIDED;
        return voided
                ? List.of()
                : payment.list(
                        "moves",
                        move -> new MoneyMove(
                                move.value("ref", TransactionRef::new),
                                kind(move),
                                move.money("amount"),
                                move.time("recordedAt")));
    }

    private static TransactionKind kind(Stored move) {
        TransactionKind kind = move.constant("kind", TransactionKind.class);
        return kind == TransactionKind.PAYMENT_REQUEST ? TransactionKind.SALE : kind;
    }

    private static PaymentId id(Stored stored) {
        return stored.value("_id", PaymentId::new);
    }

    private static List<Document> entries(List<OutboxEntry> events) {
        return events.stream().map(EventDocuments::recorded).toList();
    }

    private Document fields(Payment payment) {
        Document document = new Document("status", payment.status().name())
                .append("cartId", payment.order().cartId().value())
                .append("scope", payment.claim().key().scope())
                .append("key", payment.claim().key().value())
                .append("fingerprint", payment.claim().fingerprint())
                .append("order", order(payment.id(), payment.order()))
                .append("attempts", each(payment.attempts(), LedgerDocuments::attempt))
                .append("followUps", each(payment.followUps(), LedgerDocuments::followUp))
                .append("entries", each(payment.entries(), LedgerDocuments::entry))
                .append("decisions", each(payment.decisions(), LedgerDocuments::decision))
                .append("history", each(payment.history(), PaymentDocuments::history))
                .append("moves", each(payment.moves(), PaymentDocuments::move))
                .append(CARTS, each(payment.carts(), CartId::value))
                .append("checks", payment.watch().checks())
                .append(PAID_AT, time(payment.paidAt()))
                .append("version", payment.revision().version())
                .append("events", payment.revision().events())
                .append("createdAt", Times.nanos(payment.revision().createdAt()))
                .append("updatedAt", Times.nanos(payment.revision().updatedAt()));
        List<TransactionRef> refs = payment.refs();
        put(document, REFS, refs.isEmpty() ? null : each(refs, TransactionRef::value));
        Instant checkAt = payment.watch().checkAt();
        if (checkAt == null) {
            // a slow one without a check is still a slow one
            return payment.watch().slow() ? document.append("slow", true) : document;
        }
        return document.append(payment.watch().slow() ? SLOW_CHECK_AT : CHECK_AT, Times.nanos(checkAt));
    }

    private static <T, D> List<D> each(List<T> values, Function<T, D> form) {
        return values.stream().map(form).toList();
    }

    private static Watch watch(Stored stored) {
        int checks = stored.integer("checks");
        Instant slowCheckAt = stored.timeOrNull(SLOW_CHECK_AT);
        return slowCheckAt == null
                ? new Watch(stored.timeOrNull(CHECK_AT), checks, stored.isSet("slow"))
                : new Watch(slowCheckAt, checks, true);
    }

    /** Older records do not say it: then the first status that is paid was told as such. */
    private static @Nullable Instant paidAt(Document document, Stored stored) {
        if (document.containsKey(PAID_AT)) {
            return stored.timeOrNull(PAID_AT);
        }
        boolean sale = stored.sub("order").constant("mode", ChargeMode.class) == ChargeMode.SALE;
        return stored.list("history", PaymentDocuments::history).stream()
                .filter(it -> sale && PAID.contains(it.status()))
                .map(HistoryEntry::at)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Long time(@Nullable Instant at) {
        return at == null ? null : Times.nanos(at);
    }

    private Document order(PaymentId id, PaymentOrder order) {
        Document document = new Document("amount", money(order.amount()))
                .append("description", order.description())
                .append("mode", order.mode().name())
                .append("customer", customers.write(id, order.customer()));
        put(document, OrderDocuments.METHOD, orders.method(id, order.method()));
        put(document, OrderDocuments.OPTIONS, orders.options(order.options()));
        Customer shipping = order.options().shipping();
        if (shipping != null) {
            document.append(OrderDocuments.SHIPPING, customers.person(id, OrderDocuments.SHIPPING, shipping));
        }
        return put(document, "contractId", order.contractId());
    }

    private PaymentOrder order(PaymentId id, Stored stored) {
        Stored order = stored.sub("order");
        Stored shipping = order.subOrNull(OrderDocuments.SHIPPING);
        return new PaymentOrder(
                stored.value("cartId", CartId::new),
                order.money("amount"),
                order.text("description"),
                customers.read(id, order.sub("customer")),
                order.textOrNull("contractId"),
                order.constant("mode", ChargeMode.class),
                orders.method(id, order.subOrNull(OrderDocuments.METHOD)),
                orders.options(
                        order.subOrNull(OrderDocuments.OPTIONS),
                        shipping == null ? null : customers.person(id, OrderDocuments.SHIPPING, shipping)));
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

    private static Document history(HistoryEntry entry) {
        Document document = new Document("at", Times.nanos(entry.at()))
                .append("status", entry.status().name())
                .append("why", entry.why());
        TransactionRef ref = entry.tranRef();
        return put(document, "tranRef", ref == null ? null : ref.value());
    }

    private static HistoryEntry history(Stored entry) {
        return new HistoryEntry(
                entry.time("at"),
                entry.constant("status", PaymentStatus.class),
                entry.text("why"),
                entry.valueOrNull("tranRef", TransactionRef::new));
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
