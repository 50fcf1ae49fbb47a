package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lte;

import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.payment.CartId;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Insertion;
import io.nestcms.payment.Outbox;
import io.nestcms.payment.OutboxEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Payments in one collection, one document each, with their waiting events inside: state and events are one write because
 * they are one document, on every topology and without transactions.
 */
final class MongoPaymentStore implements PaymentStore {
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
            // due
            IndexSpec.sparse("due", new Document("checkAt", 1)));

    private static final Document NEWEST_FIRST = new Document("createdAt", -1).append("_id", -1);

    private final MongoCollection<Document> payments;
    private final PaymentDocuments documents;
    private final Calls calls;
    private final Collisions collisions;
    private final MongoOutbox outbox;

    MongoPaymentStore(
            MongoCollection<Document> payments, PaymentDocuments documents, Calls calls, Collisions collisions) {
        this.payments = payments;
        this.documents = documents;
        this.calls = calls;
        this.collisions = collisions;
        this.outbox = new MongoOutbox(payments, calls);
        IndexSpec.ensure(payments, allIndexes());
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
        return one("the payment of cart " + cartId, eq("cartId", cartId.value()));
    }

    private Optional<Payment> one(String what, Bson filter) {
        return Optional.ofNullable(calls.read(what, () -> payments.find(filter).first()))
                .map(documents::payment);
    }

    @Override
    public PaymentPage list(PaymentQuery query) {
        Document filter = new Document();
        if (query.scope() != null) {
            filter.append("scope", query.scope());
        }
        if (query.status() != null) {
            filter.append("status", query.status().name());
        }
        return calls.read("a page of payments", () -> {
            List<Payment> items = payments.find(filter)
                    .sort(NEWEST_FIRST)
                    .skip(query.page() * query.size())
                    .limit(query.size())
                    .map(documents::payment)
                    .into(new ArrayList<>());
            return new PaymentPage(items, query.page(), query.size(), payments.countDocuments(filter));
        });
    }

    @Override
    public List<Payment> due(Instant now, int limit) {
        // records of a newer format are left to the nodes that can read them
        Bson filter = and(lte("checkAt", Times.nanos(now)), lte("v", PaymentDocuments.FORMAT.version()));
        return calls.read(
                "the payments that are due",
                () -> payments.find(filter)
                        .sort(new Document("checkAt", 1))
                        .limit(limit)
                        .map(documents::payment)
                        .into(new ArrayList<>()));
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
