package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.not;
import static com.mongodb.client.model.Filters.size;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.NoticeClaim;
import io.nestcms.cms.outbox.Notices;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The events that wait inside the documents of their records. {@code eventsNextAt} is there while any wait and says when;
 * {@code eventsHeldUntil} is there while somebody works on them, who is known by it. Those that could not be delivered are in
 * {@code buriedEvents}.
 */
final class MongoNotices<E> implements Notices<E> {
    static final List<IndexSpec> INDEXES = List.of(
            // claim, waiting
            IndexSpec.sparse("events_due", new Document("eventsNextAt", 1)),
            // buried
            IndexSpec.sparse("events_buried", new Document("buriedEvents.at", 1)));

    private final MongoCollection<Document> records;
    private final NoticeDocuments<E> documents;
    private final Calls calls;

    MongoNotices(MongoCollection<Document> records, NoticeDocuments<E> documents, Calls calls) {
        this.records = records;
        this.documents = documents;
        this.calls = calls;
    }

    @Override
    public Optional<NoticeClaim<E>> claim(Instant now, Duration lease) {
        long at = Times.nanos(now);
        Instant until = now.plus(lease);
        Bson free = and(
                lte("eventsNextAt", at),
                not(gt("eventsHeldUntil", at)),
                lte("v", documents.format().version()));
        Document take = new Document("$set", new Document("eventsHeldUntil", Times.nanos(until)));
        FindOneAndUpdateOptions options = new FindOneAndUpdateOptions()
                .sort(new Document("eventsNextAt", 1))
                .returnDocument(ReturnDocument.AFTER);
        while (true) {
            Document claimed =
                    calls.write("a claim on waiting events", () -> records.findOneAndUpdate(free, take, options));
            if (claimed == null) {
                return Optional.empty();
            }
            NoticeClaim<E> claim = new NoticeClaim<>(
                    claimed.getString("_id"), documents.notices(claimed, NoticeDocuments.EVENTS), until);
            if (!claim.notices().isEmpty()) {
                return Optional.of(claim);
            }
            // whoever held them delivered everything and died before it could say so
            release(claim, now);
        }
    }

    private Bson held(NoticeClaim<E> claim) {
        return and(eq("_id", claim.key()), eq("eventsHeldUntil", Times.nanos(claim.until())));
    }

    private Bson held(NoticeClaim<E> claim, Notice<E> notice) {
        return and(held(claim), eq("events.id", notice.id()));
    }

    private boolean isHeld(NoticeClaim<E> claim) {
        return calls.read("a claim on waiting events", () -> records.countDocuments(held(claim))) == 1;
    }

    @Override
    public boolean delivered(NoticeClaim<E> claim, Notice<E> notice) {
        return update(held(claim), new Document("$pull", new Document("events", new Document("id", notice.id()))));
    }

    @Override
    public void postpone(NoticeClaim<E> claim, Notice<E> notice, String cause, Instant nextAt) {
        Document change = new Document("$inc", new Document("events.$[failed].attempts", 1))
                .append(
                        "$set",
                        new Document("events.$[failed].cause", cause).append("eventsNextAt", Times.nanos(nextAt)))
                .append("$unset", new Document("eventsHeldUntil", ""));
        UpdateOptions failed = new UpdateOptions().arrayFilters(List.of(new Document("failed.id", notice.id())));
        calls.write("waiting events", () -> records.updateOne(held(claim, notice), change, failed));
    }

    @Override
    public boolean bury(NoticeClaim<E> claim, Notice<E> notice, String cause) {
        return update(
                        held(claim, notice),
                        new Document("$pull", new Document("events", new Document("id", notice.id())))
                                .append("$push", new Document("buriedEvents", documents.event(notice.failed(cause)))))
                || isHeld(claim);
    }

    @Override
    public List<Notice<E>> buried(int limit) {
        // sorted by the oldest of each record, so the oldest of all are among the first
        return calls
                .read(
                        "buried events",
                        () -> records.find(and(
                                        gte("buriedEvents.at", Long.MIN_VALUE),
                                        lte("v", documents.format().version())))
                                .sort(new Document("buriedEvents.at", 1))
                                .limit(limit)
                                .projection(Projections.include("v", NoticeDocuments.BURIED))
                                .into(new ArrayList<>()))
                .stream()
                .flatMap(document -> documents.notices(document, NoticeDocuments.BURIED).stream())
                .sorted(Comparator.comparing(Notice::at))
                .limit(limit)
                .toList();
    }

    @Override
    public boolean replay(String key, String noticeId, Instant now) {
        Bson holdsIt = and(eq("_id", key), eq("buriedEvents.id", noticeId));
        Optional<Notice<E>> found = Optional.ofNullable(calls.read(
                        "buried events",
                        () -> records.find(holdsIt)
                                .projection(Projections.include("v", NoticeDocuments.BURIED))
                                .first()))
                .flatMap(document -> documents.notices(document, NoticeDocuments.BURIED).stream()
                        .filter(notice -> notice.id().equals(noticeId))
                        .findFirst());
        return found.isPresent()
                && update(
                        holdsIt,
                        new Document("$pull", new Document("buriedEvents", new Document("id", noticeId)))
                                .append(
                                        "$push",
                                        new Document(
                                                "events",
                                                documents.event(found.get().fresh())))
                                .append("$min", new Document("eventsNextAt", Times.nanos(now))));
    }

    @Override
    public void release(NoticeClaim<E> claim, Instant nextAt) {
        boolean done = update(
                and(held(claim), size("events", 0)),
                new Document("$unset", new Document("eventsNextAt", "").append("eventsHeldUntil", "")));
        if (!done) {
            update(
                    held(claim),
                    new Document("$set", new Document("eventsNextAt", Times.nanos(nextAt)))
                            .append("$unset", new Document("eventsHeldUntil", "")));
        }
    }

    private boolean update(Bson filter, Document change) {
        return calls.write(
                "waiting events", () -> records.updateOne(filter, change).getMatchedCount() == 1);
    }

    @Override
    public long waiting() {
        return calls.read(
                "how many records have waiting events",
                () -> records.countDocuments(gte("eventsNextAt", Long.MIN_VALUE)));
    }
}
