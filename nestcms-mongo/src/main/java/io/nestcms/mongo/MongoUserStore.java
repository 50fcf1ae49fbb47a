package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.access.Role;
import io.nestcms.cms.user.StoredUser;
import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserQuery;
import io.nestcms.cms.user.UserStatus;
import io.nestcms.cms.user.UserStore;
import io.nestcms.crypto.FieldCipher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Users, a document for each. With a cipher, names, addresses and numbers are sealed and the keys under which they are unique are
 * keyed hashes. A user from before there was a cipher is found by its clear key, and sealed by its next write.
 */
final class MongoUserStore implements UserStore {
    static final String COLLECTION = "users";
    static final List<IndexSpec> INDEXES = List.of(
            IndexSpec.unique("username", new Document("usernameKey", 1)),
            IndexSpec.unique("email", new Document("emailKey", 1)),
            // list
            IndexSpec.plain("of_status", new Document("status", 1).append("_id", 1)),
            IndexSpec.plain("of_role", new Document("roles", 1).append("_id", 1)));
    private static final Format FORMAT = Format.first(COLLECTION);

    private final MongoCollection<Document> users;
    private final @Nullable FieldCipher cipher;
    private final Calls calls;

    MongoUserStore(MongoCollection<Document> users, @Nullable FieldCipher cipher, Calls calls) {
        this.users = users;
        this.cipher = cipher;
        this.calls = calls;
    }

    @Override
    public Saved insert(StoredUser user) {
        if (clearTwin(user)) {
            return taken(user);
        }
        boolean done = calls.write("user " + user.user().id(), () -> {
            try {
                users.insertOne(document(user));
                return true;
            } catch (MongoWriteException refused) {
                return refusedAsDuplicate(refused);
            }
        });
        return done ? Saved.DONE : find(user.user().id()).isPresent() ? Saved.CHANGED : taken(user);
    }

    @Override
    public Saved replace(StoredUser user) {
        Bson before = and(eq("_id", user.user().id()), eq("version", user.user().version() - 1));
        return calls.write("user " + user.user().id(), () -> {
            try {
                return users.replaceOne(before, document(user)).getMatchedCount() == 1 ? Saved.DONE : Saved.CHANGED;
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
                .map(this::user);
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
        List<Object> kept = cipher == null ? List.of(key) : List.of(key(field, key), key);
        return Optional.ofNullable(calls.read(
                        "a user by " + field,
                        () -> users.find(new Document(field, new Document("$in", kept)))
                                .first()))
                .map(this::user);
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
                        .map(document -> user(document).user())
                        .into(new ArrayList<>()));
    }

    private Document document(StoredUser stored) {
        User user = stored.user();
        Document document = new Document("_id", user.id())
                .append("v", FORMAT.version())
                .append("usernameKey", key("usernameKey", stored.usernameKey()))
                .append("emailKey", key("emailKey", stored.emailKey()));
        seal(document, user.id(), "username", user.username());
        seal(document, user.id(), "email", user.email());
        seal(document, user.id(), "name", user.name());
        if (user.phone() != null) {
            seal(document, user.id(), "phone", user.phone());
        }
        document.append("roles", user.roles().stream().map(Role::name).toList())
                .append("status", user.status().name())
                .append("createdAt", Times.nanos(user.createdAt()))
                .append("updatedAt", Times.nanos(user.updatedAt()))
                .append("version", user.version())
                .append("passwordHash", stored.passwordHash());
        StoredUser.Reset reset = stored.reset();
        if (reset != null) {
            document.append(
                    "reset", new Document("hash", reset.tokenHash()).append("until", Times.nanos(reset.until())));
        }
        return document;
    }

    private Object key(String field, String key) {
        return cipher == null ? key : new Binary(cipher.lookupHash(key, "user." + field));
    }

    private void seal(Document document, String id, String field, String value) {
        document.append(field, cipher == null ? value : new Binary(cipher.seal(value, context(id, field))));
    }

    private static String context(String id, String field) {
        return COLLECTION + "/" + id + "/" + field;
    }

    private StoredUser user(Document document) {
        Stored stored = FORMAT.read(document);
        String id = stored.text("_id");
        Set<Role> roles = new HashSet<>(stored.texts("roles", Role::valueOf));
        Stored reset = stored.subOrNull("reset");
        return new StoredUser(
                new User(
                        id,
                        required(stored, id, "username"),
                        required(stored, id, "email"),
                        stored.sealedOrNull("phone", cipher, context(id, "phone")),
                        required(stored, id, "name"),
                        roles,
                        stored.constant("status", UserStatus.class),
                        stored.time("createdAt"),
                        stored.time("updatedAt"),
                        stored.number("version")),
                stored.text("passwordHash"),
                reset == null ? null : new StoredUser.Reset(reset.text("hash"), reset.time("until")));
    }

    private String required(Stored stored, String id, String field) {
        String value = stored.sealedOrNull(field, cipher, context(id, field));
        if (value == null) {
            throw stored.unreadable(field, null);
        }
        return Objects.requireNonNull(value);
    }
}
