package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import io.nestcms.cms.user.StoredUser;
import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserEvent;
import io.nestcms.cms.user.UserQuery;
import io.nestcms.cms.user.UserStore;
import io.nestcms.crypto.FieldCipher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Users, a document for each. With a cipher, names, addresses and numbers are sealed and the keys under which they are unique are
 * keyed hashes. A user from before there was a cipher is found by its clear key, and sealed by its next write.
 */
final class MongoUserStore implements UserStore {
    static final String COLLECTION = UserDocuments.COLLECTION;
    private static final List<IndexSpec> OWN_INDEXES = List.of(
            IndexSpec.unique("username", new Document("usernameKey", 1)),
            IndexSpec.unique("email", new Document("emailKey", 1)),
            // list
            IndexSpec.plain("of_status", new Document("status", 1).append("_id", 1)),
            IndexSpec.plain("of_role", new Document("roles", 1).append("_id", 1)));
    /** Those of this store and of its outbox. */
    static final List<IndexSpec> INDEXES =
            Stream.concat(OWN_INDEXES.stream(), MongoNotices.INDEXES.stream()).toList();

    private final MongoCollection<Document> users;
    private final @Nullable FieldCipher cipher;
    private final UserDocuments documents;
    private final MongoNotices<UserEvent> outbox;
    private final Calls calls;

    MongoUserStore(MongoCollection<Document> users, @Nullable FieldCipher cipher, Calls calls) {
        this.users = users;
        this.cipher = cipher;
        this.documents = new UserDocuments(cipher);
        this.outbox = new MongoNotices<>(users, documents, calls);
        this.calls = calls;
    }

    @Override
    public Saved insert(StoredUser user, List<Notice<UserEvent>> notices) {
        if (clearTwin(user)) {
            return taken(user);
        }
        boolean done = calls.write("user " + user.user().id(), () -> {
            try {
                users.insertOne(documents.created(user, notices));
                return true;
            } catch (MongoWriteException refused) {
                return refusedAsDuplicate(refused);
            }
        });
        return done ? Saved.DONE : find(user.user().id()).isPresent() ? Saved.CHANGED : taken(user);
    }

    @Override
    public Saved replace(StoredUser user, List<Notice<UserEvent>> notices) {
        Bson before = and(eq("_id", user.user().id()), eq("version", user.user().version() - 1));
        return calls.write("user " + user.user().id(), () -> {
            try {
                long found = users.updateOne(before, documents.changed(user, notices))
                        .getMatchedCount();
                return found == 1 ? Saved.DONE : Saved.CHANGED;
            } catch (MongoWriteException refused) {
                refusedAsDuplicate(refused);
                return taken(user);
            }
        });
    }

    private static boolean refusedAsDuplicate(MongoWriteException refused) {
        if (!Calls.isDuplicate(refused)) {
            throw refused;
        }
        return false;
    }

    /** Told by asking: what a server's message says of the index is no interface. */
    private Saved taken(StoredUser user) {
        return findByUsername(user.usernameKey())
                        .filter(other -> !other.user().id().equals(user.user().id()))
                        .isPresent()
                ? Saved.USERNAME_TAKEN
                : Saved.EMAIL_TAKEN;
    }

    /** The unique index does not compare a keyed hash with a clear key from before there was a cipher. */
    private boolean clearTwin(StoredUser user) {
        return cipher != null
                && calls.read(
                        "user " + user.user().id(),
                        () -> users.find(eq("usernameKey", user.usernameKey())).first() != null
                                || users.find(eq("emailKey", user.emailKey())).first() != null);
    }

    @Override
    public Optional<StoredUser> find(String id) {
        return Optional.ofNullable(
                        calls.read("user " + id, () -> users.find(eq("_id", id)).first()))
                .map(documents::user);
    }

    @Override
    public Optional<StoredUser> findByUsername(String key) {
        return findBy("usernameKey", key);
    }

    @Override
    public Optional<StoredUser> findByEmail(String key) {
        return findBy("emailKey", key);
    }

    private Optional<StoredUser> findBy(String field, String key) {
        List<Object> kept = cipher == null ? List.of(key) : List.of(documents.key(field, key), key);
        return Optional.ofNullable(calls.read(
                        "a user by " + field,
                        () -> users.find(new Document(field, new Document("$in", kept)))
                                .first()))
                .map(documents::user);
    }

    @Override
    public List<User> list(UserQuery query) {
        Document filter = new Document();
        if (query.status() != null) {
            filter.append("status", query.status().name());
        }
        if (query.role() != null) {
            filter.append("roles", query.role().name());
        }
        if (query.after() != null) {
            filter.append("_id", new Document("$gt", query.after()));
        }
        return calls.read(
                "a page of users",
                () -> users.find(filter)
                        .sort(new Document("_id", 1))
                        .limit(query.limit())
                        .map(document -> documents.user(document).user())
                        .into(new ArrayList<>()));
    }

    @Override
    public Notices<UserEvent> outbox() {
        return outbox;
    }
}
