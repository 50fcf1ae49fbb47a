package io.nestcms.server.redis;

import io.nestcms.access.Refresh;
import io.nestcms.access.RefreshToken;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.SessionStoreException;
import io.nestcms.server.http.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions in Redis. Who signs in while it is away has a session in the database, so an outage of Redis keeps nobody out who signs
 * in again. A session that may be in Redis is never taken for good, or for over, while that cannot be asked.
 */
final class RedisFirstSessions implements SessionStore {
    private static final Logger LOG = LoggerFactory.getLogger(RedisFirstSessions.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final SessionStore redis;
    private final SessionStore database;

    RedisFirstSessions(SessionStore redis, SessionStore database) {
        this.redis = redis;
        this.database = database;
    }

    @Override
    public void open(Session session, RefreshToken first, Instant now) {
        try {
            redis.open(session, first, now);
        } catch (SessionStoreException away) {
            // when only the answer was lost it is in both, and Redis, which is asked first, counts
            database.open(session, first, now);
        }
    }

    @Override
    public Optional<Session> find(SessionId id, Instant now) {
        try {
            Optional<Session> found = redis.find(id, now);
            return found.isPresent() ? found : database.find(id, now);
        } catch (SessionStoreException away) {
            return Optional.of(database.find(id, now).orElseThrow(() -> unanswered(away)));
        }
    }

    @Override
    public Optional<Session> touch(SessionId id, Instant now) {
        try {
            Optional<Session> found = redis.touch(id, now);
            return found.isPresent() ? found : database.touch(id, now);
        } catch (SessionStoreException away) {
            return Optional.of(database.touch(id, now).orElseThrow(() -> unanswered(away)));
        }
    }

    @Override
    public Refresh refresh(RefreshToken presented, RefreshToken next, Instant now) {
        try {
            Refresh ended = redis.refresh(presented, next, now);
            return ended instanceof Refresh.Unknown ? database.refresh(presented, next, now) : ended;
        } catch (SessionStoreException away) {
            Refresh ended = database.refresh(presented, next, now);
            if (ended instanceof Refresh.Unknown) {
                throw unanswered(away);
            }
            return ended;
        }
    }

    @Override
    public List<Session> list(String userId, Instant now) {
        List<Session> all = new ArrayList<>(inRedis(() -> redis.list(userId, now)));
        database.list(userId, now).stream()
                .filter(session -> all.stream().noneMatch(other -> other.id().equals(session.id())))
                .forEach(all::add);
        return List.copyOf(all);
    }

    @Override
    public boolean end(SessionId id) {
        boolean ended = database.end(id);
        return inRedis(() -> redis.end(id)) || ended;
    }

    @Override
    public int endAll(String userId) {
        int ended = database.endAll(userId);
        return ended + inRedis(() -> redis.endAll(userId));
    }

    /** What cannot be done without Redis. */
    private static <T> T inRedis(Supplier<T> call) {
        try {
            return call.get();
        } catch (SessionStoreException away) {
            throw unanswered(away);
        }
    }

    private static RuntimeException unanswered(SessionStoreException away) {
        LOG.debug("A session that may be in Redis could not be looked up", away);
        return Problem.unavailable(
                        "sessions-unavailable",
                        "Your session cannot be looked up",
                        "Try again in a moment, or sign in again: new sessions are kept elsewhere meanwhile. What was"
                                + " to be ended may not have ended",
                        RETRY)
                .asException();
    }
}
