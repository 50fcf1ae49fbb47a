package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.not;
import static com.mongodb.client.model.Filters.or;

import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import io.nestcms.crypto.CipherException;
import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.DueBacklog;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.GatewayEvidence;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.UnreadableRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Payments in one collection, one document each, with their waiting events inside: state and events are one write because
 * they are one document, on every topology and without transactions.
 */
final class MongoPaymentStore implements PaymentStore {
    private static final String SET_ASIDE_UNTIL = PaymentDocuments.SET_ASIDE + ".until";

    static final List<IndexSpec> INDEXES = List.of(
            // insert: what makes a second payment under a key or for a cart impossible
            IndexSpec.unique("key", new Document("scope", 1).append("key", 1)),
            IndexSpec.unique("cart", new Document("cartId", 1)),
            // list
            IndexSpec.plain("newest", new Document("createdAt", -1).append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_scope",
                    new Document("scope", 1).append("createdAt", -1).append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_status",
                    new Document("status", 1).append("createdAt", -1).append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_scope_status",
                    new Document("scope", 1)
                            .append("status", 1)
                            .append("createdAt", -1)
                            .append("_id", -1)),
            // findByCart of anything but an order's, findByReference
            IndexSpec.sparse("carts", new Document(PaymentDocuments.CARTS, 1)),
            IndexSpec.sparse("refs", new Document(PaymentDocuments.REFS, 1)),
            // claimDue, backlog: each lane by itself, and what is claimed is passed over within the index
            IndexSpec.sparse(
                    "due_claims", new Document(PaymentDocuments.CHECK_AT, 1).append(PaymentDocuments.CLAIM, 1)),
            IndexSpec.sparse("due_slow", new Document(PaymentDocuments.SLOW_CHECK_AT, 1)),
            // unreadable
            IndexSpec.sparse("set_aside", new Document(SET_ASIDE_UNTIL, 1)),
            // undecided
            IndexSpec.sparse("undecided", new Document(PaymentDocuments.UNDECIDED, 1)),
            // what is still of the first format: upgrade, and the queries for which that format has no field
            IndexSpec.sparse("first_format", new Document(FirstPaymentFormat.MARK, 1)));

    private static final Logger LOG = LoggerFactory.getLogger(MongoPaymentStore.class);
    private static final Document NEWEST_FIRST = new Document("createdAt", -1).append("_id", -1);
    private static final Bson OF_FIRST_FORMAT = gte(FirstPaymentFormat.MARK, 0);
    private static final Duration LEFT_ALONE = Duration.ofDays(1);
    /** Of how many records it is remembered that they were told of. */
    private static final int TOLD = 10_000;

    private final MongoCollection<Document> payments;
    private final PaymentDocuments documents;
    private final Calls calls;
    private final Collisions collisions;
    private final MongoOutbox outbox;
    private final MongoEvidence evidence;

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    MongoPaymentStore(
            MongoCollection<Document> payments,
            PaymentDocuments documents,
            Calls calls,
            Collisions collisions,
            MongoOutbox outbox,
            MongoEvidence evidence) {
        this.payments = payments;
        this.documents = documents;
        this.calls = calls;
        this.collisions = collisions;
        this.outbox = outbox;
        this.evidence = evidence;
    }

    /** Those of this store and of everything else that asks this collection. */
    static List<IndexSpec> allIndexes() {
        List<IndexSpec> all = new ArrayList<>(INDEXES);
        all.addAll(MongoOutbox.INDEXES);
        all.addAll(SealedCustomers.INDEXES);
        all.addAll(MongoContractStore.PAYMENT_INDEXES);
        all.addAll(MongoTurnover.PAYMENT_INDEXES);
        return all;
    }

    @Override
    public Insertion insert(Payment payment, List<OutboxEntry> events) {
        Document document = documents.created(payment, events);
        return calls.write("payment " + payment.id(), () -> {
            try {
                payments.insertOne(document);
                return new Insertion.Inserted();
            } catch (MongoWriteException refused) {
                if (Calls.isDuplicate(refused)) {
                    return collision(payment, refused);
                }
                throw refused;
            }
        });
    }

    private Insertion collision(Payment payment, MongoWriteException refused) {
        IdempotencyKey key = payment.claim().key();
        MongoCollection<Document> decided = collisions.decided(payments);
        Document underKey = decided.find(and(eq("scope", key.scope()), eq("key", key.value())))
                .first();
        if (underKey != null) {
            return new Insertion.KeyTaken(documents.payment(underKey));
        }
        if (decided.find(eq("cartId", payment.order().cartId().value())).first() != null) {
            return new Insertion.CartTaken();
        }
        if (decided.find(eq("_id", payment.id().value())).first() != null) {
            throw new IllegalStateException("payment id " + payment.id() + " was made twice");
        }
        // the other insert was rolled back meanwhile: ours was refused all the same, so nothing of it is written
        throw refused;
    }

    @Override
    public boolean replace(Payment payment, List<OutboxEntry> events) {
        Bson before = and(
                eq("_id", payment.id().value()),
                eq("version", payment.revision().version() - 1));
        Document change = documents.changed(payment, events);
        return calls.write(
                "payment " + payment.id(),
                () -> payments.updateOne(before, change).getMatchedCount() == 1);
    }

    @Override
    public Optional<Payment> find(PaymentId id) {
        return one("payment " + id, eq("_id", id.value()));
    }

    /** For showing: from the primary, else from what the fallback allows. */
    ReadAnswer<Optional<Payment>> findFor(PaymentId id, ReadWriteSplitter splitter, ReadFallback<Payment> fallback) {
        ReadFallback<Optional<Payment>> optional = ReadFallback.<Optional<Payment>>none()
                .orKept(() -> {
                    Optional<Payment> kept = fallback.kept();
                    return kept.isPresent() ? Optional.of(kept) : Optional.empty();
                });
        return splitter.read(
                ReadPurpose.fresh(),
                fallback.mayAskStaleServer() ? optional.orStaleServer() : optional,
                (database, session) -> Optional.ofNullable(database.getCollection(PaymentDocuments.COLLECTION)
                                .find(session, eq("_id", id.value()))
                                .first())
                        .map(documents::payment));
    }

    @Override
    public Optional<Payment> findByCart(CartId cartId) {
        String what = "the payment of cart " + cartId;
        Optional<Payment> ofOrder = one(what, eq("cartId", cartId.value()));
        return ofOrder.isPresent() ? ofOrder : one(what, eq(PaymentDocuments.CARTS, cartId.value()));
    }

    @Override
    public Optional<Payment> findByReference(TransactionRef ref) {
        String what = "the payment of transaction " + ref;
        Optional<Payment> found = one(what, eq(PaymentDocuments.REFS, ref.value()));
        return found.isPresent()
                ? found
                : one(
                        what,
                        and(
                                OF_FIRST_FORMAT,
                                or(
                                        eq("gateway.ref", ref.value()),
                                        eq("moves.ref", ref.value()),
                                        eq("followUps.ref", ref.value()),
                                        eq("disputed", ref.value()))));
    }

    private Optional<Payment> one(String what, Bson filter) {
        return Optional.ofNullable(calls.read(what, () -> payments.find(filter).first()))
                .map(documents::payment);
    }

    @Override
    public PaymentPage list(PaymentQuery query) {
        Document filter = wanted(query);
        // one that is damaged in what the order goes by has no place in it
        Document range = new Document("$gte", Long.MIN_VALUE);
        filter.append("createdAt", range);
        PaymentCursor after = query.after();
        if (after != null) {
            long at = Times.nanos(after.createdAt());
            range.append("$lte", at);
            filter.append(
                    "$or",
                    List.of(
                            new Document("createdAt", new Document("$lt", at)),
                            new Document("_id", new Document("$lt", after.id().value()))));
        }
        List<Document> found = calls.read(
                "a page of payments",
                () -> payments.find(filter)
                        .sort(NEWEST_FIRST)
                        .limit(query.limit() + 1)
                        .into(new ArrayList<>()));
        if (found.size() <= query.limit()) {
            return new PaymentPage(readable(found), null);
        }
        List<Document> page = found.subList(0, query.limit());
        Document last = page.get(page.size() - 1);
        return new PaymentPage(
                readable(page),
                new PaymentCursor(
                        Times.instant(last.get("createdAt", Number.class).longValue()),
                        new PaymentId(String.valueOf(last.get("_id")))));
    }

    @Override
    public long count(PaymentQuery query, int most) {
        return calls.read(
                "the number of payments", () -> payments.countDocuments(wanted(query), new CountOptions().limit(most)));
    }

    private static Document wanted(PaymentQuery query) {
        Document filter = new Document();
        if (query.scope() != null) {
            filter.append("scope", query.scope());
        }
        if (query.status() != null) {
            filter.append("status", query.status().name());
        }
        return filter;
    }

    /** Those that can be read; of each other the log tells once. */
    private List<Payment> readable(List<Document> found) {
        List<Payment> readable = new ArrayList<>();
        for (Document document : found) {
            DuePayment one = read(document);
            if (one instanceof DuePayment.Found it) {
                readable.add(it.payment());
            } else if (one instanceof DuePayment.Unreadable it) {
                tell(it.record());
            }
        }
        return readable;
    }

    private DuePayment read(Document document) {
        try {
            return new DuePayment.Found(documents.payment(document));
        } catch (NestMongoException | CipherException unreadable) {
            return new DuePayment.Unreadable(unreadable(document, unreadable));
        }
    }

    private static UnreadableRecord unreadable(Document document, RuntimeException why) {
        return new UnreadableRecord(
                String.valueOf(document.get("_id")), Objects.requireNonNullElse(why.getMessage(), "no cause"));
    }

    private void tell(UnreadableRecord record) {
        if (told.size() < TOLD && told.add(record.id())) {
            LOG.warn("Payment {} cannot be read and is left out: {}", record.id(), record.cause());
        }
    }

    @Override
    public List<DuePayment> claimDue(boolean slow, Instant now, Duration lease, int limit) {
        String lane = slow ? PaymentDocuments.SLOW_CHECK_AT : PaymentDocuments.CHECK_AT;
        long at = Times.nanos(now);
        Bson free = and(
                lte(lane, at),
                not(gt(PaymentDocuments.CLAIM, at)),
                // what a reader of an older format could not read, this one may
                or(
                        not(gt(SET_ASIDE_UNTIL, at)),
                        lt(PaymentDocuments.SET_ASIDE + ".by", PaymentDocuments.FORMAT.version())));
        Document claim = new Document("$set", new Document(PaymentDocuments.CLAIM, Times.nanos(now.plus(lease))))
                .append("$unset", new Document(PaymentDocuments.SET_ASIDE, ""));
        FindOneAndUpdateOptions longestOverdueFirst = new FindOneAndUpdateOptions().sort(new Document(lane, 1));
        List<DuePayment> claimed = new ArrayList<>();
        while (claimed.size() < limit) {
            Document found = calls.write(
                    "a claim on a due payment", () -> payments.findOneAndUpdate(free, claim, longestOverdueFirst));
            if (found == null) {
                return claimed;
            }
            claimed.add(due(found, now, lease));
        }
        return claimed;
    }

    private DuePayment due(Document found, Instant now, Duration lease) {
        try {
            return new DuePayment.Found(documents.payment(found));
        } catch (Stored.NoCipher | CipherException closed) {
            // perhaps only this node lacks the key: the others are not to wait for longer than a claim takes
            return setAside(found, now.plus(lease), closed);
        } catch (NestMongoException damaged) {
            return setAside(found, now.plus(LEFT_ALONE), damaged);
        }
    }

    private DuePayment setAside(Document found, Instant until, RuntimeException why) {
        UnreadableRecord record = unreadable(found, why);
        Document aside = new Document("until", Times.nanos(until))
                .append("by", PaymentDocuments.FORMAT.version())
                .append("cause", record.cause());
        calls.write(
                "what is known of the unreadable payment " + record.id(),
                () -> payments.updateOne(
                        eq("_id", found.get("_id")),
                        new Document("$set", new Document(PaymentDocuments.SET_ASIDE, aside))
                                .append("$unset", new Document(PaymentDocuments.CLAIM, ""))));
        tell(record);
        return new DuePayment.Unreadable(record);
    }

    @Override
    public void putOff(PaymentId id, Instant until) {
        calls.write(
                "payment " + id,
                () -> payments.updateOne(
                        eq("_id", id.value()),
                        new Document("$set", new Document(PaymentDocuments.CLAIM, Times.nanos(until)))));
    }

    @Override
    public DueBacklog backlog(Instant now, int limit) {
        return calls.read("the backlog of due payments", () -> {
            int count = 0;
            Instant oldest = null;
            for (String lane : List.of(PaymentDocuments.CHECK_AT, PaymentDocuments.SLOW_CHECK_AT)) {
                Bson due = lte(lane, Times.nanos(now));
                Document first = payments.find(due)
                        .sort(new Document(lane, 1))
                        .projection(Projections.include(lane))
                        .first();
                if (first != null && count < limit) {
                    count += (int) payments.countDocuments(due, new CountOptions().limit(limit - count));
                }
                if (first != null) {
                    Instant since = Times.instant(first.get(lane, Number.class).longValue());
                    oldest = oldest == null || since.isBefore(oldest) ? since : oldest;
                }
            }
            return new DueBacklog(count, oldest);
        });
    }

    @Override
    public List<UnreadableRecord> unreadable(int limit) {
        return calls.read(
                "the payments that cannot be read",
                () -> payments.find(gte(SET_ASIDE_UNTIL, Long.MIN_VALUE))
                        .sort(new Document(SET_ASIDE_UNTIL, 1))
                        .limit(limit)
                        .projection(Projections.include(PaymentDocuments.SET_ASIDE))
                        .map(found -> new UnreadableRecord(
                                String.valueOf(found.get("_id")),
                                Stored.of(found, PaymentDocuments.COLLECTION)
                                        .sub(PaymentDocuments.SET_ASIDE)
                                        .text("cause")))
                        .into(new ArrayList<>()));
    }

    @Override
    public List<Payment> undecided(int limit) {
        return calls.read("the payments that wait for a person", () -> {
            List<Payment> waiting =
                    new ArrayList<>(readable(payments.find(gte(PaymentDocuments.UNDECIDED, Long.MIN_VALUE))
                            .sort(new Document(PaymentDocuments.UNDECIDED, 1))
                            .limit(limit)
                            .into(new ArrayList<>())));
            // the first format has no field for it: whatever could be
            Bson perhaps = and(
                    OF_FIRST_FORMAT,
                    or(
                            exists("disputed.0"),
                            in("moves.kind", TransactionKind.VOID.name(), TransactionKind.RELEASE.name()),
                            in("followUps.state", FollowUpState.SENDING.name(), FollowUpState.UNKNOWN.name())));
            if (waiting.size() < limit) {
                try (MongoCursor<Document> old = payments.find(perhaps).iterator()) {
                    while (waiting.size() < limit && old.hasNext()) {
                        readable(List.of(old.next())).stream()
                                .filter(Payment::isUndecided)
                                .forEach(waiting::add);
                    }
                }
            }
            return waiting;
        });
    }

    /** Stores what is of the first format in the newest, a page at a time; gives how many were. */
    long upgrade(int batch) {
        long upgraded = 0;
        String last = "";
        while (true) {
            Bson next = and(OF_FIRST_FORMAT, gt("_id", last));
            List<Document> page = calls.read(
                    "the payments to upgrade",
                    () -> payments.find(next)
                            .sort(new Document("_id", 1))
                            .limit(batch)
                            .into(new ArrayList<>()));
            for (Document document : page) {
                last = document.getString("_id");
                upgraded += upgrade(document) ? 1 : 0;
            }
            if (page.size() < batch) {
                return upgraded;
            }
        }
    }

    private boolean upgrade(Document old) {
        // the version stays: nothing that the payment says has changed. One that was written meanwhile is in the newest
        // format by that write, or is found by the next run
        Bson unchanged = and(eq("_id", old.get("_id")), eq("version", old.get("version")));
        return readable(List.of(old)).stream()
                .anyMatch(payment -> calls.write(
                        "payment " + payment.id(),
                        () -> payments.updateOne(unchanged, documents.upgraded(payment))
                                        .getModifiedCount()
                                == 1));
    }

    @Override
    public GatewayEvidence evidence() {
        return evidence;
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    /** How to read what another write collided with, so that what is told of it can no longer be rolled back. */
    interface Collisions {
        MongoCollection<Document> decided(MongoCollection<Document> collection) throws MongoException;
    }
}
