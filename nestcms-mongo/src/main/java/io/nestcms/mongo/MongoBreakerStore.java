package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.eq;
import static io.nestcms.mongo.EventDocuments.put;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOptions;
import io.nestcms.resilience.BreakerMemory;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.BreakerStore;
import io.nestcms.resilience.FailureClass;
import java.time.Instant;
import java.util.Optional;
import org.bson.Document;

/** What one node's breakers remember, a document for each. */
final class MongoBreakerStore implements BreakerStore {
    static final String COLLECTION = "breakers";
    private static final Format FORMAT = Format.first(COLLECTION);

    private final MongoCollection<Document> memories;
    private final String node;
    private final Calls calls;

    MongoBreakerStore(MongoCollection<Document> memories, String node, Calls calls) {
        this.memories = memories;
        this.node = node;
        this.calls = calls;
    }

    private String id(String breaker) {
        return node + "/" + breaker;
    }

    @Override
    public void save(BreakerMemory memory) {
        Document fields = new Document("v", FORMAT.version())
                .append("node", node)
                .append("name", memory.name())
                .append("state", memory.state().name())
                .append("since", Times.nanos(memory.since()))
                .append("openings", memory.openingsInARow())
                .append("announced", memory.announced())
                .append(
                        "window",
                        memory.window().stream().map(MongoBreakerStore::calls).toList())
                .append("at", Times.nanos(memory.at()));
        Instant openUntil = memory.openUntil();
        Document change = new Document("$set", fields);
        if (openUntil == null) {
            change.append("$unset", new Document("openUntil", ""));
        } else {
            fields.append("openUntil", Times.nanos(openUntil));
        }
        calls.write(
                "breaker " + memory.name(),
                () -> memories.updateOne(eq("_id", id(memory.name())), change, new UpdateOptions().upsert(true)));
    }

    private static Document calls(BreakerMemory.Calls calls) {
        Document document = new Document("slow", calls.slow())
                .append("calls", calls.calls())
                .append("at", Times.nanos(calls.at()));
        FailureClass failure = calls.failure();
        return put(document, "failure", failure == null ? null : failure.name());
    }

    @Override
    public Optional<BreakerMemory> find(String name) {
        return Optional.ofNullable(calls.read(
                        "breaker " + name,
                        () -> memories.find(eq("_id", id(name))).first()))
                .map(MongoBreakerStore::memory);
    }

    private static BreakerMemory memory(Document document) {
        Stored stored = FORMAT.read(document);
        return new BreakerMemory(
                stored.text("name"),
                stored.constant("state", BreakerState.class),
                stored.time("since"),
                stored.timeOrNull("openUntil"),
                stored.integer("openings"),
                stored.flag("announced"),
                stored.list(
                        "window",
                        calls -> new BreakerMemory.Calls(
                                calls.constantOrNull("failure", FailureClass.class),
                                calls.flag("slow"),
                                calls.number("calls"),
                                calls.time("at"))),
                stored.time("at"));
    }
}
