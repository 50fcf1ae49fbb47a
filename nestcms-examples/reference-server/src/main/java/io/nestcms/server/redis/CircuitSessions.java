package io.nestcms.server.redis;

import io.nestcms.access.Refresh;
import io.nestcms.access.RefreshToken;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.SessionStoreException;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A store of sessions behind a circuit: while that is open it fails without a call. */
final class CircuitSessions implements SessionStore {
    private final SessionStore store;
    private final CircuitBreaker breaker;

    CircuitSessions(SessionStore store, CircuitBreaker breaker) {
        this.store = store;
        this.breaker = breaker;
    }

    @Override
    public void open(Session session, RefreshToken first, Instant now) {
        guarded(() -> {
            store.open(session, first, now);
            return true;
        });
    }

    @Override
    public Optional<Session> find(SessionId id, Instant now) {
        return guarded(() -> store.find(id, now));
    }

    @Override
    public Optional<Session> touch(SessionId id, Instant now) {
        return guarded(() -> store.touch(id, now));
    }

    @Override
    public Refresh refresh(RefreshToken presented, RefreshToken next, Instant now) {
        return guarded(() -> store.refresh(presented, next, now));
    }

    @Override
    public List<Session> list(String userId, Instant now) {
        return guarded(() -> store.list(userId, now));
    }

    @Override
    public boolean end(SessionId id) {
        return guarded(() -> store.end(id));
    }

    @Override
    public int endAll(String userId) {
        return guarded(() -> store.endAll(userId));
    }

    private <T> T guarded(Supplier<T> call) {
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            throw new SessionStoreException("the sessions are left alone: " + breaker.name() + " is open", null);
        }
        try {
            T result = call.get();
            permit.success();
            return result;
        } catch (SessionStoreException broken) {
            permit.failure(FailureClass.OTHER);
            throw broken;
        } catch (RuntimeException | Error refused) {
            permit.ignore();
            throw refused;
        }
    }
}
