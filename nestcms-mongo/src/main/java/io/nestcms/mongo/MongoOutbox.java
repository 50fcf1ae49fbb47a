package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.elemMatch;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Filters.size;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.EventContent.Unreadable;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBacklog;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait inside the payments' documents. {@code outboxNextAt} is there while any are due at a time and says when;
 * {@code outboxLeft} is there while any are left for other nodes and says for whom and until when; {@code outboxLease} says who
 * works on them, and its end is zero when nobody does. Every change asks for the lease in its filter, so a worker that lost it
 * changes nothing. The names of the listeners are in a collection of their own.
 */
final class MongoOutbox implements Outbox {
    static final String LISTENERS = "outbox_listeners";
    static final List<IndexSpec> INDEXES = List.of(
            // claim of what is due, backlog. Only what every other document lacks: a sparse index of two fields has all
            // that have
            // one of them, and each has a lease
            IndexSpec.sparse("outbox_next", new Document("outboxNextAt", 1)),
            // claim of what was left, backlog, unreadable
            IndexSpec.sparse("outbox_left", new Document("outboxLeft.for", 1).append("outboxLeft.until", 1)),
            // buried
            IndexSpec.sparse("outbox_buried", new Document("buried.event.at", 1)));

    private static final int LISTENER_VERSION = 1;

    /** For whom events are left: a listener by its name, a type after the mark, the mark alone for what is damaged, and all. */
    private static final String MARK = "!";

    private static final String AFTER_MARK = "\"";
    private static final String ALL = "*";

    private static final Bson WAITING = and(gte("outboxNextAt", Long.MIN_VALUE), exists("outbox.0"));
    private static final Bson LEFT = and(eq("outboxLeft.for", ALL), exists("outbox.0"));
    private static final Bson BURIED = gte("buried.event.at", Long.MIN_VALUE);
    private static final Bson OUTBOX_ONLY = Projections.include("v", "outbox", "outboxNextAt");
    private static final Set<String> KNOWN_TYPES = knownTypes();

    private final MongoCollection<Document> payments;
    private final MongoCollection<Document> listeners;
    private final Calls calls;

    MongoOutbox(MongoCollection<Document> payments, MongoCollection<Document> listeners, Calls calls) {
        this.payments = payments;
        this.listeners = listeners;
        this.calls = calls;
    }

    private static Set<String> knownTypes() {
        Set<String> types = new TreeSet<>();
        EventDocuments.types().forEach(type -> types.add(MARK + type));
        return types;
    }

    // ---- claims

    @Override
    public Optional<OutboxBatch> claim(OutboxClaim claim) {
        long now = Times.nanos(claim.now());
        Set<String> abilities = new TreeSet<>(claim.listeners());
        abilities.addAll(KNOWN_TYPES);
        Bson due = lte("outboxNextAt", now);
        Bson others = or(
                gt("outboxNextAt", Times.nanos(claim.latestDue())),
                in("outboxLeft.for", abilities),
                and(eq("outboxLeft.for", ALL), lte("outboxLeft.until", now)),
                and(eq("outboxLeft.for", ALL), gt("outboxLeft.until", Times.nanos(claim.latestLeft()))));
        return claim(claim, due, new Document("outboxNextAt", 1)).or(() -> claim(claim, others, null));
    }

    private Optional<OutboxBatch> claim(OutboxClaim claim, Bson which, @Nullable Document order) {
        Document held = new Document("$gt", Times.nanos(claim.now())).append("$lte", Times.nanos(claim.latestLease()));
        Bson free = and(
                which,
                new Document("outboxLease.until", new Document("$not", held)),
                lte("v", PaymentDocuments.FORMAT.version()));
        Document take = new Document(
                "$set",
                new Document("outboxLease.worker", claim.worker())
                        .append("outboxLease.until", Times.nanos(claim.until())));
        FindOneAndUpdateOptions options = new FindOneAndUpdateOptions()
                .sort(order)
                .projection(OUTBOX_ONLY)
                .returnDocument(ReturnDocument.AFTER);
        while (true) {
            Document claimed =
                    calls.write("a claim on the outbox", () -> payments.findOneAndUpdate(free, take, options));
            if (claimed == null) {
                return Optional.empty();
            }
            OutboxBatch batch = batch(claimed, claim.worker());
            if (!batch.entries().isEmpty()) {
                return Optional.of(batch);
            }
            // its last worker delivered everything and died before it could say so
            release(batch, OutboxRest.nothing());
        }
    }

    private OutboxBatch batch(Document claimed, String worker) {
        PaymentId id = new PaymentId(claimed.getString("_id"));
        Object stored = claimed.get("outbox");
        List<Document> entries = EventDocuments.documents(stored).stream()
                .filter(entry -> entry.get("id") instanceof String)
                .toList();
        OutboxBatch batch = new OutboxBatch(
                id,
                worker,
                entries.stream().map(entry -> EventDocuments.waiting(id, entry)).toList());
        if (!(stored instanceof List<?> all) || all.size() != entries.size()) {
            putAside(batch, stored, entries);
        }
        return batch;
    }

    /** What is no entry at all is of no version: it goes to what is buried, as it is. */
    private void putAside(OutboxBatch batch, @Nullable Object stored, List<Document> entries) {
        List<Document> others = new ArrayList<>();
        for (Object element : elements(stored)) {
            if (!(element instanceof Document entry && entries.contains(entry))) {
                others.add(EventDocuments.noEntry(batch.paymentId(), element));
            }
        }
        Bson unchanged = stored == null ? exists("outbox", false) : eq("outbox", stored);
        Document change = new Document("$set", new Document("outbox", entries));
        if (!others.isEmpty()) {
            change.append("$push", new Document("buried", new Document("$each", others)));
        }
        update(and(held(batch), unchanged), change);
    }

    private static List<?> elements(@Nullable Object stored) {
        if (stored instanceof List<?> all) {
            return all;
        }
        return stored == null ? List.of() : List.of(stored);
    }

    @Override
    public boolean keep(OutboxBatch batch, WaitingEvent event, Instant until) {
        return update(held(batch), progress(lease(until), event), only(event));
    }

    private static Document progress(Document set, WaitingEvent event) {
        EventDocuments.progress(event).forEach((field, value) -> set.append("outbox.$[it]." + field, value));
        // the first format kept one state for all
        Document unset = new Document("outbox.$[it].attempts", "").append("outbox.$[it].cause", "");
        return new Document("$set", set).append("$unset", unset);
    }

    @Override
    public boolean remove(OutboxBatch batch, WaitingEvent event, Instant until) {
        return update(
                held(batch),
                new Document("$pull", new Document("outbox", key("", event))).append("$set", lease(until)));
    }

    @Override
    public boolean bury(OutboxBatch batch, WaitingEvent event, BuriedEvent burial) {
        Document found = calls.read(
                "the outbox",
                () -> payments.find(held(batch)).projection(OUTBOX_ONLY).first());
        if (found == null) {
            return false;
        }
        Optional<Document> waiting = EventDocuments.documents(found.get("outbox")).stream()
                .filter(it -> event.id().equals(it.get("id")) && Objects.equals(event.only(), it.get("only")))
                .findFirst();
        if (waiting.isEmpty()) {
            return true;
        }
        Instant since = event.unreadSince() == null ? Instant.EPOCH : event.unreadSince();
        Document push = new Document("buried", EventDocuments.buried(waiting.get(), burial, since));
        Bson holdsIt = and(held(batch), elemMatch("outbox", key("", event)));
        String listener = burial.listener();
        return listener == null
                ? update(holdsIt, new Document("$push", push).append("$pull", new Document("outbox", key("", event))))
                : update(
                        holdsIt,
                        progress(new Document(), event.doneBy(listener)).append("$push", push),
                        only(event));
    }

    @Override
    public void release(OutboxBatch batch, OutboxRest rest) {
        Document set = new Document("outboxLease", PaymentDocuments.free());
        Document unset = new Document();
        Instant dueAt = rest.dueAt();
        if (dueAt == null) {
            unset.append("outboxNextAt", "");
        } else {
            set.append("outboxNextAt", Times.nanos(dueAt));
        }
        Instant leftUntil = rest.leftUntil();
        if (leftUntil == null) {
            unset.append("outboxLeft", "");
        } else {
            set.append("outboxLeft", new Document("for", leftFor(rest)).append("until", Times.nanos(leftUntil)));
        }
        Document change = new Document("$set", set);
        if (!unset.isEmpty()) {
            change.append("$unset", unset);
        }
        if (!update(and(held(batch), size("outbox", rest.entries())), change)) {
            // more came meanwhile, and is due
            update(held(batch), new Document("$set", new Document("outboxLease", PaymentDocuments.free())));
        }
    }

    private static List<String> leftFor(OutboxRest rest) {
        Set<String> all = new TreeSet<>(rest.listeners());
        all.add(ALL);
        for (Unreadable unreadable : rest.unreadable()) {
            all.add(unreadable.unknown() ? MARK + unreadable.type() : MARK);
        }
        return List.copyOf(all);
    }

    // ---- what was taken out of the way, and what waits

    @Override
    public List<BuriedEvent> buried(int limit) {
        // sorted by the oldest of each payment, so the oldest of all are among the first
        return calls
                .read(
                        "the buried events",
                        () -> payments.find(BURIED)
                                .sort(new Document("buried.event.at", 1))
                                .limit(limit)
                                .projection(Projections.include("buried"))
                                .into(new ArrayList<>()))
                .stream()
                .flatMap(payment -> EventDocuments.documents(payment.get("buried")).stream()
                        .map(buried -> Map.entry(payment.getString("_id"), buried)))
                .sorted(Comparator.comparingLong(it -> EventDocuments.recordedAt(it.getValue())))
                .limit(limit)
                .map(it -> EventDocuments.burial(new PaymentId(it.getKey()), it.getValue()))
                .toList();
    }

    @Override
    public List<WaitingEvent> unreadable(int limit) {
        Bson marked = and(gte("outboxLeft.for", MARK), lt("outboxLeft.for", AFTER_MARK));
        return calls
                .read(
                        "the events that cannot be read",
                        () -> payments.find(marked)
                                .limit(limit)
                                .projection(OUTBOX_ONLY)
                                .into(new ArrayList<>()))
                .stream()
                .flatMap(payment -> EventDocuments.documents(payment.get("outbox")).stream()
                        .map(it -> EventDocuments.waiting(new PaymentId(payment.getString("_id")), it)))
                .filter(event -> event.unreadSince() != null)
                .limit(limit)
                .toList();
    }

    @Override
    public boolean replay(PaymentId paymentId, String eventId, @Nullable String listener, Instant now) {
        Document found = calls.read(
                "the buried events",
                () -> payments.find(and(eq("_id", paymentId.value()), eq("buried.id", eventId)))
                        .projection(Projections.include("buried"))
                        .first());
        List<Document> buried = found == null
                ? List.of()
                : EventDocuments.documents(found.get("buried")).stream()
                        .filter(it -> EventDocuments.isBuried(it, paymentId, eventId, listener))
                        .toList();
        if (buried.isEmpty()) {
            return false;
        }
        List<Bson> stillThere = new ArrayList<>(List.of(eq("_id", paymentId.value())));
        buried.forEach(it -> stillThere.add(eq("buried", it)));
        return update(
                and(stillThere),
                new Document("$pullAll", new Document("buried", buried))
                        .append(
                                "$push",
                                new Document(
                                        "outbox",
                                        new Document(
                                                "$each",
                                                buried.stream()
                                                        .map(EventDocuments::again)
                                                        .toList())))
                        .append("$min", new Document("outboxNextAt", Times.nanos(now))));
    }

    @Override
    public OutboxBacklog backlog() {
        return calls.read("the outbox's backlog", () -> {
            Document oldest = payments.find(WAITING)
                    .sort(new Document("outboxNextAt", 1))
                    .projection(Projections.include("outboxNextAt"))
                    .first();
            return new OutboxBacklog(
                    oldest == null ? 0 : payments.countDocuments(WAITING),
                    payments.countDocuments(LEFT),
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

    // ---- listeners

    @Override
    public Map<String, Instant> listeners() {
        Map<String, Instant> all = new HashMap<>();
        calls.read("the listeners of the outbox", () -> listeners.find().into(new ArrayList<>()))
                .forEach(it -> all.put(
                        it.getString("_id"),
                        // of a format to come: nobody is given up because this version cannot read when it was seen
                        it.get("seenAt") instanceof Number at ? Times.instant(at.longValue()) : Instant.MAX));
        return all;
    }

    @Override
    public void seen(Set<String> names, Instant now) {
        Set<String> all = new TreeSet<>(names);
        listeners().forEach((name, at) -> {
            if (at.isAfter(now) && !at.equals(Instant.MAX)) {
                all.add(name);
            }
        });
        Document seen = new Document("$set", new Document("v", LISTENER_VERSION).append("seenAt", Times.nanos(now)));
        for (String name : all) {
            calls.write(
                    "the listeners of the outbox",
                    () -> listeners.updateOne(eq("_id", name), seen, new UpdateOptions().upsert(true)));
        }
    }

    @Override
    public void forget(String name) {
        calls.write("the listeners of the outbox", () -> listeners.deleteOne(eq("_id", name)));
    }

    // ---- updates

    private boolean update(Bson filter, Document change) {
        return update(filter, change, new UpdateOptions());
    }

    private boolean update(Bson filter, Document change, UpdateOptions options) {
        return calls.write(
                "the outbox", () -> payments.updateOne(filter, change, options).getMatchedCount() == 1);
    }

    private static Bson held(OutboxBatch batch) {
        return and(eq("_id", batch.paymentId().value()), eq("outboxLease.worker", batch.worker()));
    }

    private static Document lease(Instant until) {
        return new Document("outboxLease.until", Times.nanos(until));
    }

    /** The changes with {@code $[it]} concern this event. */
    private static UpdateOptions only(WaitingEvent event) {
        return new UpdateOptions().arrayFilters(List.of(key("it.", event)));
    }

    private static Document key(String prefix, WaitingEvent event) {
        return new Document(prefix + "id", event.id()).append(prefix + "only", event.only());
    }
}
