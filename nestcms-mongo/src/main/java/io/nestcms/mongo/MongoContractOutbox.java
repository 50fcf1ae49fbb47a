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
import com.mongodb.client.model.ReturnDocument;
import io.nestcms.contract.ContractId;
import io.nestcms.contract.ContractNotice;
import io.nestcms.contract.ContractOutbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The events that wait inside the contracts' documents. {@code eventsNextAt} is there while any wait and says when;
 * {@code eventsHeldUntil} is there while somebody works on them.
 */
final class MongoContractOutbox implements ContractOutbox {
    static final List<IndexSpec> INDEXES = List.of(
            // claim, waiting
            IndexSpec.sparse("events_due", new Document("eventsNextAt", 1)));

    private final MongoCollection<Document> contracts;
    private final Calls calls;

    MongoContractOutbox(MongoCollection<Document> contracts, Calls calls) {
        this.contracts = contracts;
        this.calls = calls;
    }

    @Override
    public List<ContractNotice> claim(Instant now, Duration lease) {
        long at = Times.nanos(now);
        Bson free = and(
                lte("eventsNextAt", at), not(gt("eventsHeldUntil", at)), lte("v", ContractDocuments.FORMAT.version()));
        Document take = new Document("$set", new Document("eventsHeldUntil", Times.nanos(now.plus(lease))));
        FindOneAndUpdateOptions options = new FindOneAndUpdateOptions()
                .sort(new Document("eventsNextAt", 1))
                .returnDocument(ReturnDocument.AFTER);
        while (true) {
            Document claimed = calls.write(
                    "a claim on the events of contracts", () -> contracts.findOneAndUpdate(free, take, options));
            if (claimed == null) {
                return List.of();
            }
            List<ContractNotice> notices = ContractDocuments.notices(claimed);
            if (!notices.isEmpty()) {
                return notices;
            }
            // whoever held them delivered everything and died before it could say so
            release(new ContractId(claimed.getString("_id")), now);
        }
    }

    @Override
    public void delivered(ContractNotice notice) {
        update(
                eq("_id", notice.event().contractId().value()),
                new Document("$pull", new Document("events", new Document("id", notice.id()))));
    }

    @Override
    public void release(ContractId contract, Instant nextAt) {
        Bson id = eq("_id", contract.value());
        boolean done = update(
                and(id, size("events", 0)),
                new Document("$unset", new Document("eventsNextAt", "").append("eventsHeldUntil", "")));
        if (!done) {
            update(
                    and(id, gte("eventsNextAt", Long.MIN_VALUE)),
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
