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
import io.nestcms.cms.contract.ContractClaim;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractNotice;
import io.nestcms.cms.contract.ContractOutbox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The events that wait inside the contracts' documents. {@code eventsNextAt} is there while any wait and says when;
 * {@code eventsHeldUntil} is there while somebody works on them, who is known by it. Those that could not be delivered are in
 * {@code buriedEvents}.
 */
final class MongoContractOutbox implements ContractOutbox {
    static final List<IndexSpec> INDEXES = List.of(
            // claim, waiting
            IndexSpec.sparse("events_due", new Document("eventsNextAt", 1)),
            // buried
            IndexSpec.sparse("events_buried", new Document("buriedEvents.at", 1)));

    private final MongoCollection<Document> contracts;
    private final Calls calls;

    MongoContractOutbox(MongoCollection<Document> contracts, Calls calls) {
        this.contracts = contracts;
        this.calls = calls;
    }

    @Override
    public Optional<ContractClaim> claim(Instant now, Duration lease) {
        long at = Times.nanos(now);
        Instant until = now.plus(lease);
        Bson free = and(
                lte("eventsNextAt", at), not(gt("eventsHeldUntil", at)), lte("v", ContractDocuments.FORMAT.version()));
        Document take = new Document("$set", new Document("eventsHeldUntil", Times.nanos(until)));
        FindOneAndUpdateOptions options = new FindOneAndUpdateOptions()
                .sort(new Document("eventsNextAt", 1))
                .returnDocument(ReturnDocument.AFTER);
        while (true) {
            Document claimed = calls.write(
                    "a claim on the events of contracts", () -> contracts.findOneAndUpdate(free, take, options));
            if (claimed == null) {
                return Optional.empty();
            }
            ContractClaim claim = new ContractClaim(
                    new ContractId(claimed.getString("_id")),
                    ContractDocuments.notices(claimed, ContractDocuments.EVENTS),
                    until);
            if (!claim.notices().isEmpty()) {
                return Optional.of(claim);
            }
            // whoever held them delivered everything and died before it could say so
            release(claim, now);
        }
    }

    private static Bson held(ContractClaim claim) {
        return and(eq("_id", claim.contract().value()), eq("eventsHeldUntil", Times.nanos(claim.until())));
    }

    private static Bson held(ContractClaim claim, ContractNotice notice) {
        return and(held(claim), eq("events.id", notice.id()));
    }

    private boolean isHeld(ContractClaim claim) {
        return calls.read("the claim on a contract's events", () -> contracts.countDocuments(held(claim))) == 1;
    }

    @Override
    public boolean delivered(ContractClaim claim, ContractNotice notice) {
        return update(held(claim), new Document("$pull", new Document("events", new Document("id", notice.id()))));
    }

    @Override
    public void postpone(ContractClaim claim, ContractNotice notice, String cause, Instant nextAt) {
        Document change = new Document("$inc", new Document("events.$[failed].attempts", 1))
                .append(
                        "$set",
                        new Document("events.$[failed].cause", cause).append("eventsNextAt", Times.nanos(nextAt)))
                .append("$unset", new Document("eventsHeldUntil", ""));
        UpdateOptions failed = new UpdateOptions().arrayFilters(List.of(new Document("failed.id", notice.id())));
        calls.write("the events of a contract", () -> contracts.updateOne(held(claim, notice), change, failed));
    }

    @Override
    public boolean bury(ContractClaim claim, ContractNotice notice, String cause) {
        return update(
                        held(claim, notice),
                        new Document("$pull", new Document("events", new Document("id", notice.id())))
                                .append(
                                        "$push",
                                        new Document("buriedEvents", ContractDocuments.event(notice.failed(cause)))))
                || isHeld(claim);
    }

    @Override
    public List<ContractNotice> buried(int limit) {
        // sorted by the oldest of each contract, so the oldest of all are among the first
        return calls
                .read(
                        "the buried events of contracts",
                        () -> contracts
                                .find(and(
                                        gte("buriedEvents.at", Long.MIN_VALUE),
                                        lte("v", ContractDocuments.FORMAT.version())))
                                .sort(new Document("buriedEvents.at", 1))
                                .limit(limit)
                                .projection(Projections.include("v", ContractDocuments.BURIED))
                                .into(new ArrayList<>()))
                .stream()
                .flatMap(document -> ContractDocuments.notices(document, ContractDocuments.BURIED).stream())
                .sorted(Comparator.comparing(notice -> notice.event().at()))
                .limit(limit)
                .toList();
    }

    @Override
    public boolean replay(ContractId contract, String noticeId, Instant now) {
        Bson holdsIt = and(eq("_id", contract.value()), eq("buriedEvents.id", noticeId));
        Optional<ContractNotice> found = Optional.ofNullable(calls.read(
                        "the buried events of contracts",
                        () -> contracts
                                .find(holdsIt)
                                .projection(Projections.include("v", ContractDocuments.BURIED))
                                .first()))
                .flatMap(document -> ContractDocuments.notices(document, ContractDocuments.BURIED).stream()
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
                                                ContractDocuments.event(new ContractNotice(
                                                        noticeId, found.get().event()))))
                                .append("$min", new Document("eventsNextAt", Times.nanos(now))));
    }

    @Override
    public void release(ContractClaim claim, Instant nextAt) {
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
                "the events of a contract",
                () -> contracts.updateOne(filter, change).getMatchedCount() == 1);
    }

    @Override
    public long waiting() {
        return calls.read(
                "how many contracts have waiting events",
                () -> contracts.countDocuments(gte("eventsNextAt", Long.MIN_VALUE)));
    }
}
