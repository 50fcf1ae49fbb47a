package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.in;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import io.nestcms.access.Refresh;
import io.nestcms.access.RefreshToken;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.SessionStoreException;
import io.nestcms.failure.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Sessions, a document for each, known to every node and kept over a restart. The present token's hash is part of the condition of
 * every write, so of two uses of one token one is renewed and the other finds it used. Those that ended are removed by the server.
 */
final class MongoSessionStore implements SessionStore {
    static final String COLLECTION = "sessions";
    static final List<IndexSpec> INDEXES = List.of(
            // list, one too many, end of all
            IndexSpec.plain(
                    "seen_last_of_user",
                    new Document("userId", 1).append("lastSeen", -1).append("_id", 1)));
    private static final Format FORMAT = Format.first(COLLECTION);
    private static final int TRIES = 50;

    private final MongoCollection<Document> sessions;
    private final int sessionsOfUser;
    private final Calls calls;

    MongoSessionStore(MongoCollection<Document> sessions, int sessionsOfUser, Calls calls) {
        this.sessions = sessions;
        this.sessionsOfUser = sessionsOfUser;
        this.calls = calls;
    }

    /** Makes the index by which the server removes what ended; beside the others, which are not about time. */
    static void ensure(MongoCollection<Document> sessions) {
        IndexSpec.ensure(sessions, INDEXES);
        sessions.createIndex(
                new Document("endsAt", 1), new IndexOptions().name("ends").expireAfter(0L, TimeUnit.SECONDS));
    }

    private static String key(SessionId id) {
        return id.userId() + "/" + id.value();
    }

    @Override
    public void open(Session session, RefreshToken first, Instant now) {
        SessionId id = session.id();
        requireOf(id, first);
        Document document = document(session, first);
        change(() -> {
            try {
                sessions.insertOne(document);
                removeTooMany(session, now);
            } catch (MongoWriteException refused) {
                if (!Calls.isDuplicate(refused)) {
                    throw refused;
                }
                Kept there = load(id);
                if (there != null && there.session().isLive(now)) {
                    if (!there.hash().equals(first.hash())) {
                        throw new InvalidInputException("session", "is there already", "a new name for each sign-in");
                    }
                } else {
                    sessions.replaceOne(eq("_id", key(id)), document);
                }
            }
            return true;
        });
    }

    private void removeTooMany(Session opened, Instant now) {
        List<Session> live = live(opened.id().userId(), now);
        if (live.size() > sessionsOfUser) {
            List<String> tooMany = live.stream()
                    .filter(session -> !session.id().equals(opened.id()))
                    .skip(sessionsOfUser - 1L)
                    .map(session -> key(session.id()))
                    .toList();
            sessions.deleteMany(in("_id", tooMany));
        }
    }

    @Override
    public Optional<Session> find(SessionId id, Instant now) {
        return ask(() -> Optional.ofNullable(load(id)).map(Kept::session).filter(session -> session.isLive(now)));
    }

    @Override
    public Optional<Session> touch(SessionId id, Instant now) {
        return ask(() -> {
            for (int tried = 0; tried < TRIES; tried++) {
                Kept kept = load(id);
                if (kept == null || !kept.session().isLive(now)) {
                    return Optional.empty();
                }
                Session seen = kept.session().seen(now);
                if (seen.equals(kept.session()) || put(kept, seen, kept.hash())) {
                    return Optional.of(seen);
                }
            }
            throw new SessionStoreException("session " + id.value() + " is changed all the time", null);
        });
    }

    @Override
    public Refresh refresh(RefreshToken presented, RefreshToken next, Instant now) {
        SessionId id = presented.session();
        requireOf(id, next);
        if (same(presented.hash(), next.hash()) || !same(presented.familyHash(), next.familyHash())) {
            throw new InvalidInputException("next", "is not made by next()", "a further token of the same family");
        }
        return ask(() -> {
            for (int tried = 0; tried < TRIES; tried++) {
                Kept kept = load(id);
                if (kept == null || !kept.session().isLive(now) || !same(kept.familyHash(), presented.familyHash())) {
                    return new Refresh.Unknown();
                }
                if (same(kept.hash(), next.hash())) {
                    // the same call again, whose answer was lost: nobody else knows what comes next
                    return new Refresh.Renewed(kept.session());
                }
                if (!same(kept.hash(), presented.hash())) {
                    Bson own = and(eq("_id", key(id)), eq("familyHash", kept.familyHash()));
                    // of several that find it used, one has ended the session
                    return change(() -> sessions.deleteOne(own).getDeletedCount() == 1)
                            ? new Refresh.Reused(kept.session())
                            : new Refresh.Unknown();
                }
                Session renewed = kept.session().refreshed(now);
                if (put(kept, renewed, next.hash())) {
                    return new Refresh.Renewed(renewed);
                }
            }
            throw new SessionStoreException("session " + id.value() + " is changed all the time", null);
        });
    }

    /** Writes if nothing was changed since it was read. */
    private boolean put(Kept before, Session session, String hash) {
        Bson unchanged = and(
                eq("_id", key(session.id())),
                eq("hash", before.hash()),
                eq("lastSeen", before.session().lastSeen().toEpochMilli()),
                eq("generation", before.session().generation()));
        Document change = new Document("lastSeen", session.lastSeen().toEpochMilli())
                .append("generation", session.generation())
                .append("hash", hash)
                .append("endsAt", Date.from(session.endsAt()));
        return change(() ->
                sessions.updateOne(unchanged, new Document("$set", change)).getMatchedCount() == 1);
    }

    @Override
    public List<Session> list(String userId, Instant now) {
        return ask(() -> live(userId, now));
    }

    private List<Session> live(String userId, Instant now) {
        return calls.read(
                "the sessions of a user",
                () -> List.copyOf(sessions.find(and(eq("userId", userId), gt("endsAt", Date.from(now))))
                        .sort(new Document("lastSeen", -1).append("_id", 1))
                        .map(document -> kept(document).session())
                        .into(new ArrayList<>())));
    }

    @Override
    public boolean end(SessionId id) {
        return change(() -> sessions.deleteOne(eq("_id", key(id))).getDeletedCount() == 1);
    }

    @Override
    public int endAll(String userId) {
        return change(
                () -> Math.toIntExact(sessions.deleteMany(eq("userId", userId)).getDeletedCount()));
    }

    private <T> T change(Supplier<T> call) {
        return ask(() -> calls.write("a session", call));
    }

    private static <T> T ask(Supplier<T> call) {
        try {
            return call.get();
        } catch (NestMongoException failed) {
            throw new SessionStoreException("the sessions cannot be asked: " + failed.getMessage(), failed);
        }
    }

    /** A session with what its tokens are known by. */
    private record Kept(Session session, String familyHash, String hash) {}

    private @Nullable Kept load(SessionId id) {
        Document found =
                calls.read("a session", () -> sessions.find(eq("_id", key(id))).first());
        return found == null ? null : kept(found);
    }

    private static Document document(Session session, RefreshToken token) {
        return new Document("_id", key(session.id()))
                .append("v", FORMAT.version())
                .append("userId", session.id().userId())
                .append("value", session.id().value())
                .append("createdAt", session.createdAt().toEpochMilli())
                .append("lastSeen", session.lastSeen().toEpochMilli())
                .append("idleFor", session.idleFor().toMillis())
                .append("expiresAt", session.expiresAt().toEpochMilli())
                .append("address", session.address())
                .append("userAgent", session.userAgent())
                .append("generation", session.generation())
                .append("familyHash", token.familyHash())
                .append("hash", token.hash())
                .append("endsAt", Date.from(session.endsAt()));
    }

    private static Kept kept(Document document) {
        Stored stored = FORMAT.read(document);
        Session session = new Session(
                new SessionId(stored.text("userId"), stored.text("value")),
                Instant.ofEpochMilli(stored.number("createdAt")),
                Instant.ofEpochMilli(stored.number("lastSeen")),
                Duration.ofMillis(stored.number("idleFor")),
                Instant.ofEpochMilli(stored.number("expiresAt")),
                stored.text("address"),
                stored.text("userAgent"),
                stored.integer("generation"));
        return new Kept(session, stored.text("familyHash"), stored.text("hash"));
    }

    private static void requireOf(SessionId id, RefreshToken token) {
        if (!token.session().equals(id)) {
            throw new InvalidInputException("token", "is another session's", "the session's own");
        }
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }
}
