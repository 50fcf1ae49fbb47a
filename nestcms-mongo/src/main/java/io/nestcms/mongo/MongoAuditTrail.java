package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.gte;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.audit.AuditChain;
import io.nestcms.audit.AuditEntry;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditRecord;
import io.nestcms.audit.AuditTrail;
import io.nestcms.audit.AuditVerification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.bson.Document;

/**
 * The audit trail in one collection; the record's number is its {@code _id}. Two nodes that append at once claim the same
 * number, one of them is refused and goes behind the other: one chain, no gap, no lock. A majority-acknowledged record makes
 * all before it durable too, so the end may be read without waiting for its majority.
 */
final class MongoAuditTrail implements AuditTrail {
    static final String COLLECTION = "audit";
    private static final Format FORMAT = Format.first(COLLECTION);

    private final MongoCollection<Document> records;
    private final MongoCollection<Document> newest;
    private final AuditChain chain;
    private final Calls calls;

    /**
     * Only keeps this node's threads from refusing each other; other nodes still may. No monitor: it is held while the database
     * answers, and would pin virtual threads.
     */
    private final ReentrantLock appending = new ReentrantLock();

    MongoAuditTrail(MongoCollection<Document> records, AuditChain chain, Calls calls) {
        this.records = records;
        this.newest = records.withReadConcern(com.mongodb.ReadConcern.LOCAL);
        this.chain = chain;
        this.calls = calls;
    }

    @Override
    public AuditRecord append(AuditEntry entry) {
        appending.lock();
        try {
            return calls.write("an audit record", () -> appended(entry));
        } finally {
            appending.unlock();
        }
    }

    private AuditRecord appended(AuditEntry entry) {
        while (true) {
            AuditRecord record = chain.next(headOf(newest), entry);
            try {
                records.insertOne(document(record));
                return record;
            } catch (MongoWriteException refused) {
                if (!Calls.isDuplicate(refused)) {
                    throw refused;
                }
                // somebody else was faster; each round lets at least one through
            }
        }
    }

    @Override
    public List<AuditRecord> read(long from, int limit) {
        if (limit < 1) {
            return List.of();
        }
        return calls.read(
                "the audit trail",
                () -> records.find(gte("_id", from))
                        .sort(new Document("_id", 1))
                        .limit(limit)
                        .map(MongoAuditTrail::record)
                        .into(new ArrayList<>()));
    }

    @Override
    public AuditHead head() {
        return calls.read("the audit trail", () -> headOf(records));
    }

    private static AuditHead headOf(MongoCollection<Document> where) {
        Document last = where.find().sort(new Document("_id", -1)).limit(1).first();
        return last == null ? AuditHead.NONE : record(last).head();
    }

    @Override
    public AuditVerification verify(AuditHead known) {
        return chain.verify(this::read, known);
    }

    private static Document document(AuditRecord record) {
        AuditEntry entry = record.entry();
        return new Document("_id", record.sequence())
                .append("v", FORMAT.version())
                .append("at", Times.nanos(entry.at()))
                .append("actor", entry.actor())
                .append("action", entry.action())
                .append("subject", entry.subject())
                .append("origin", entry.origin())
                .append(
                        "details",
                        entry.details().entrySet().stream()
                                .map(detail -> new Document("name", detail.getKey()).append("value", detail.getValue()))
                                .toList())
                .append("previousHash", record.previousHash())
                .append("hash", record.hash());
    }

    private static AuditRecord record(Document document) {
        Stored stored = FORMAT.read(document);
        Map<String, String> details = new TreeMap<>();
        stored.list("details", detail -> details.put(detail.text("name"), detail.text("value")));
        return new AuditRecord(
                stored.number("_id"),
                new AuditEntry(
                        stored.time("at"),
                        stored.text("actor"),
                        stored.text("action"),
                        stored.text("subject"),
                        stored.text("origin"),
                        details),
                stored.text("previousHash"),
                stored.text("hash"));
    }
}
