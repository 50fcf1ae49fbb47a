package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.ReplaceOptions;
import io.nestcms.access.Grant;
import io.nestcms.access.GrantStore;
import io.nestcms.access.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;

/** Grants, a document for each. */
final class MongoGrantStore implements GrantStore {
    static final String COLLECTION = "grants";
    static final List<IndexSpec> INDEXES = List.of(IndexSpec.plain(
            "newest_of_user", new Document("userId", 1).append("grantedAt", -1).append("_id", 1)));
    private static final Format FORMAT = Format.first(COLLECTION);
    private static final int MOST = 1_000;

    private final MongoCollection<Document> grants;
    private final Calls calls;

    MongoGrantStore(MongoCollection<Document> grants, Calls calls) {
        this.grants = grants;
        this.calls = calls;
    }

    @Override
    public void save(Grant grant) {
        Document document = new Document("_id", grant.id())
                .append("v", FORMAT.version())
                .append("userId", grant.userId())
                .append("permission", grant.permission().name())
                .append("model", grant.model())
                .append("grantedBy", grant.grantedBy())
                .append("grantedAt", Times.nanos(grant.grantedAt()));
        EventDocuments.put(document, "objectId", grant.objectId());
        EventDocuments.put(document, "until", grant.until() == null ? null : Times.nanos(grant.until()));
        EventDocuments.put(document, "revokedBy", grant.revokedBy());
        EventDocuments.put(document, "revokedAt", grant.revokedAt() == null ? null : Times.nanos(grant.revokedAt()));
        calls.write(
                "grant " + grant.id(),
                () -> grants.replaceOne(eq("_id", grant.id()), document, new ReplaceOptions().upsert(true)));
    }

    @Override
    public Optional<Grant> find(String id) {
        return Optional.ofNullable(calls.read(
                        "grant " + id, () -> grants.find(eq("_id", id)).first()))
                .map(MongoGrantStore::grant);
    }

    @Override
    public List<Grant> ofUser(String userId) {
        return calls.read(
                "the grants of user " + userId,
                () -> grants.find(eq("userId", userId))
                        .sort(new Document("grantedAt", -1).append("_id", 1))
                        .limit(MOST)
                        .map(MongoGrantStore::grant)
                        .into(new ArrayList<>()));
    }

    private static Grant grant(Document document) {
        Stored stored = FORMAT.read(document);
        return new Grant(
                stored.text("_id"),
                stored.text("userId"),
                stored.constant("permission", Permission.class),
                stored.text("model"),
                stored.textOrNull("objectId"),
                stored.text("grantedBy"),
                stored.time("grantedAt"),
                stored.timeOrNull("until"),
                stored.textOrNull("revokedBy"),
                stored.timeOrNull("revokedAt"));
    }
}
