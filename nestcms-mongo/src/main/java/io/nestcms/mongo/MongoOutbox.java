package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.size;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import io.nestcms.payment.Outbox;
import io.nestcms.payment.OutboxBacklog;
import io.nestcms.payment.OutboxBatch;
import io.nestcms.payment.OutboxEntry;
import io.nestcms.payment.PaymentId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait inside the payments' documents. {@code outboxNextAt} is there while any wait and says when;
 * {@code outboxLease} says who works on them, and its end is zero when nobody does. Every change asks for the lease in its
 * filter, so a worker that lost it changes nothing.
 */
final class MongoOutbox implements Outbox {
    static final List<IndexSpec> INDEXES = List.of(
            // claim, backlog
            IndexSpec.sparse("outbox_due", new Document("outboxNextAt", 1).append("outboxLease.until", 1)),
            // buried
            IndexSpec.sparse("outbox_buried", new Document("buried.event.at", 1)));

    private static final Bson WAITING = and(gte("outboxNextAt", Long.MIN_VALUE), exists("outbox.0"));
    private static final Bson BURIED = gte("buried.event.at", Long.MIN_VALUE);
    private static final Bson OUTBOX_ONLY = Projections.include("v", "outbox", "outboxNextAt");

    private final MongoCollection<Document> payments;

    private final Calls calls;

    MongoOutbox(MongoCollection<Document> payments, Calls calls) {
        this.payments = payments;
        this.calls = calls;
    }

    @Override
    public Optional<OutboxBatch> claim(String worker, Instant now, Duration lease) {
        long at = Times.nanos(now);
        Bson free =
                and(lte("outboxNextAt", at), lte("outboxLease.until", at), lte("v", PaymentDocuments.FORMAT.version()));
        Document take = new Document(
                "$set",
                new Document("outboxLease.worker", worker).append("outboxLease.until", Times.nanos(now.plus(lease))));
        FindOneAndUpdateOptions options = new FindOneAndUpdateOptions()
                .sort(new Document("outboxNextAt", 1))
                .projection(OUTBOX_ONLY)
                .returnDocument(ReturnDocument.AFTER);
        while (true) {
            Document claimed =
                    calls.write("a claim on the outbox", () -> payments.findOneAndUpdate(free, take, options));
            if (claimed == null) {
                return Optional.empty();
            }
            OutboxBatch batch = new OutboxBatch(
                    new PaymentId(claimed.getString("_id")), worker, PaymentDocuments.entries(claimed, "outbox"));
            if (!batch.entries().isEmpty()) {
                return Optional.of(batch);
            }
            // its last worker delivered everything and died before it could say so
            release(batch);
        }
    }

    @Override
    public boolean delivered(OutboxBatch batch, OutboxEntry entry) {
        return update(held(batch), new Document("$pull", new Document("outbox", new Document("id", entry.id()))));
    }

    @Override
    public void postpone(OutboxBatch batch, OutboxEntry entry, String cause, Instant nextAt) {
        Document change = new Document("$inc", new Document("outbox.$[failed].attempts", 1))
                .append(
                        "$set",
                        new Document("outbox.$[failed].cause", cause)
                                .append("outboxNextAt", Times.nanos(nextAt))
                                .append("outboxLease", PaymentDocuments.free()));
        UpdateOptions failed = new UpdateOptions().arrayFilters(List.of(new Document("failed.id", entry.id())));
        calls.write("the outbox", () -> payments.updateOne(held(batch), change, failed));
    }

    @Override
    public void bury(OutboxBatch batch, OutboxEntry entry, String cause) {
        Document buried = EventDocuments.entry(
                new OutboxEntry(entry.id(), entry.sequence(), entry.event(), entry.attempts() + 1, cause));
        update(
                and(held(batch), eq("outbox.id", entry.id())),
                new Document("$pull", new Document("outbox", new Document("id", entry.id())))
                        .append("$push", new Document("buried", buried)));
    }

    @Override
    public void release(OutboxBatch batch) {
        Document free = new Document("outboxLease", PaymentDocuments.free());
        boolean done = update(
                and(held(batch), size("outbox", 0)),
                new Document("$set", free).append("$unset", new Document("outboxNextAt", "")));
        if (!done) {
            update(held(batch), new Document("$set", free));
        }
    }

    @Override
    public List<OutboxEntry> buried(int limit) {
        // sorted by the oldest of each payment, so the oldest of all are among the first
        return calls.read(
                "the buried events",
                () -> payments
                        .find(and(BURIED, lte("v", PaymentDocuments.FORMAT.version())))
                        .sort(new Document("buried.event.at", 1))
                        .limit(limit)
                        .projection(Projections.include("v", "buried"))
                        .into(new ArrayList<>())
                        .stream()
                        .flatMap(document -> PaymentDocuments.entries(document, "buried").stream())
                        .sorted(Comparator.comparing(entry -> entry.event().at()))
                        .limit(limit)
                        .toList());
    }

    @Override
    public boolean replay(PaymentId paymentId, String entryId, Instant now) {
        Bson holdsIt = and(eq("_id", paymentId.value()), eq("buried.id", entryId));
        Document found = calls.read(
                "the buried events",
                () -> payments.find(holdsIt)
                        .projection(Projections.include("v", "buried"))
                        .first());
        OutboxEntry entry = found == null ? null : named(entryId, PaymentDocuments.entries(found, "buried"));
        if (entry == null) {
            return false;
        }
        Document fresh = EventDocuments.entry(new OutboxEntry(entry.id(), entry.sequence(), entry.event(), 0, null));
        return update(
                holdsIt,
                new Document("$pull", new Document("buried", new Document("id", entryId)))
                        .append("$push", new Document("outbox", fresh))
                        .append("$min", new Document("outboxNextAt", Times.nanos(now))));
    }

    private static @Nullable OutboxEntry named(String entryId, List<OutboxEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.id().equals(entryId))
                .findFirst()
                .orElse(null);
    }

    @Override
    public OutboxBacklog backlog() {
        return calls.read("the outbox's backlog", () -> {
            Document oldest = payments.find(WAITING)
                    .sort(new Document("outboxNextAt", 1))
                    .projection(OUTBOX_ONLY)
                    .first();
            return new OutboxBacklog(
                    oldest == null ? 0 : payments.countDocuments(WAITING),
                    countBuried(),
                    oldest == null
                            ? null
                            : Times.instant(
                                    oldest.get("outboxNextAt", Number.class).longValue()));
        });
    }

    private long countBuried() {
        Document sum = payments.aggregate(List.of(
                        new Document("$match", BURIED),
                        new Document(
                                "$group",
                                new Document("_id", null)
                                        .append("n", new Document("$sum", new Document("$size", "$buried"))))))
                .first();
        return sum == null ? 0 : sum.get("n", Number.class).longValue();
    }

    private boolean update(Bson filter, Document change) {
        return calls.write(
                "the outbox", () -> payments.updateOne(filter, change).getMatchedCount() == 1);
    }

    private static Bson held(OutboxBatch batch) {
        return and(eq("_id", batch.paymentId().value()), eq("outboxLease.worker", batch.worker()));
    }
}
