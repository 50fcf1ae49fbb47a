package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOptions;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.store.GatewayEvidence;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.Document;

/** One document for each profile. What was shown once stays so: this process asks about it no more. */
final class MongoEvidence implements GatewayEvidence {
    static final String COLLECTION = "gateway_evidence";
    static final Format FORMAT = Format.first(COLLECTION);

    private record Shown(String profile, TransactionKind kind) {}

    private final MongoCollection<Document> profiles;
    private final Calls calls;
    private final Set<Shown> known = ConcurrentHashMap.newKeySet();

    MongoEvidence(MongoCollection<Document> profiles, Calls calls) {
        this.profiles = profiles;
        this.calls = calls;
    }

    @Override
    public boolean isShown(String profile, TransactionKind kind) {
        Shown asked = new Shown(profile, kind);
        if (known.contains(asked)) {
            return true;
        }
        Document found = calls.read(
                "the evidence of profile " + profile,
                () -> profiles.find(eq("_id", profile)).first());
        boolean shown =
                found != null && FORMAT.read(found).texts("shown", name -> name).contains(kind.name());
        if (shown) {
            known.add(asked);
        }
        return shown;
    }

    @Override
    public void shown(String profile, TransactionKind kind) {
        if (known.contains(new Shown(profile, kind))) {
            return;
        }
        calls.write("the evidence of profile " + profile, () -> {
            try {
                return add(profile, kind);
            } catch (MongoWriteException refused) {
                if (Calls.isDuplicate(refused)) {
                    // another node has just made the profile's document
                    return add(profile, kind);
                }
                throw refused;
            }
        });
        known.add(new Shown(profile, kind));
    }

    private boolean add(String profile, TransactionKind kind) {
        Document change = new Document("$addToSet", new Document("shown", kind.name()))
                .append("$setOnInsert", new Document("v", FORMAT.version()));
        return profiles.updateOne(eq("_id", profile), change, new UpdateOptions().upsert(true))
                .wasAcknowledged();
    }
}
