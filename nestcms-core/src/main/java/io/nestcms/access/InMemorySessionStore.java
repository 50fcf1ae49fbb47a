package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in this process's memory: for one node, and gone when it stops. Bounded by sessions a user and by users; beyond that
 * the user who used it longest ago is signed out.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class InMemorySessionStore implements SessionStore {
    private static final int SESSIONS_A_USER = 50;
    private static final int USERS = 100_000;

    private record Kept(Session session, String familyHash, String hash) {
        Kept with(Session changed) {
            return new Kept(changed, familyHash, hash);
        }
    }

    private final int sessionsOfUser;
    private final int users;
    private final ReentrantLock lock = new ReentrantLock();
    /** By user, the one used longest ago first. */
    private final LinkedHashMap<String, Map<String, Kept>> byUser = new LinkedHashMap<>(16, 0.75f, true);

    private InMemorySessionStore(int sessionsOfUser, int users) {
        this.sessionsOfUser = sessionsOfUser;
        this.users = users;
    }

    /**
     * An empty store for 50 sessions each of 100,000 users.
     *
     * @return a store
     */
    public static InMemorySessionStore create() {
        return create(SESSIONS_A_USER, USERS);
    }

    /**
     * An empty store.
     *
     * @param sessionsOfUser how many sessions a user may have, at least 1
     * @param users how many users may be signed in, at least 1
     * @return a store
     * @throws InvalidInputException if a bound is out of range
     */
    public static InMemorySessionStore create(int sessionsOfUser, int users) {
        if (sessionsOfUser < 1) {
            throw new InvalidInputException("sessionsOfUser", "is " + sessionsOfUser, "at least 1");
        }
        if (users < 1) {
            throw new InvalidInputException("users", "is " + users, "at least 1");
        }
        return new InMemorySessionStore(sessionsOfUser, users);
    }

    @Override
    public void open(Session session, RefreshToken first, Instant now) {
        SessionId id = session.id();
        requireOf(id, first);
        lock.lock();
        try {
            Map<String, Kept> own = byUser.computeIfAbsent(id.userId(), user -> new HashMap<>());
            Kept there = live(own, id, now);
            if (there != null && !there.hash().equals(first.hash())) {
                throw new InvalidInputException("session", "is there already", "a new name for each sign-in");
            }
            if (there != null) {
                return;
            }
            own.values().removeIf(kept -> !kept.session().isLive(now));
            if (own.size() >= sessionsOfUser) {
                own.values().stream()
                        .map(Kept::session)
                        .min(Comparator.comparing(Session::lastSeen)
                                .thenComparing(kept -> kept.id().value()))
                        .ifPresent(
                                longestUnseen -> own.remove(longestUnseen.id().value()));
            }
            own.put(id.value(), new Kept(session, first.familyHash(), first.hash()));
            if (byUser.size() > users) {
                byUser.remove(byUser.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Session> find(SessionId id, Instant now) {
        lock.lock();
        try {
            return Optional.ofNullable(live(byUser.get(id.userId()), id, now)).map(Kept::session);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Session> touch(SessionId id, Instant now) {
        lock.lock();
        try {
            Map<String, Kept> own = byUser.get(id.userId());
            Kept kept = live(own, id, now);
            if (own == null || kept == null) {
                return Optional.empty();
            }
            Session seen = kept.session().seen(now);
            own.put(id.value(), kept.with(seen));
            return Optional.of(seen);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Refresh refresh(RefreshToken presented, RefreshToken next, Instant now) {
        SessionId id = presented.session();
        requireSuccessor(presented, next);
        lock.lock();
        try {
            Map<String, Kept> own = byUser.get(id.userId());
            Kept kept = live(own, id, now);
            if (own == null || kept == null || !same(kept.familyHash(), presented.familyHash())) {
                return new Refresh.Unknown();
            }
            if (same(kept.hash(), next.hash())) {
                return new Refresh.Renewed(kept.session());
            }
            if (!same(kept.hash(), presented.hash())) {
                own.remove(id.value());
                return new Refresh.Reused(kept.session());
            }
            Session renewed = kept.session().refreshed(now);
            own.put(id.value(), new Kept(renewed, kept.familyHash(), next.hash()));
            return new Refresh.Renewed(renewed);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Session> list(String userId, Instant now) {
        lock.lock();
        try {
            List<Session> live = new ArrayList<>();
            for (Kept kept : byUser.getOrDefault(userId, Map.of()).values()) {
                if (kept.session().isLive(now)) {
                    live.add(kept.session());
                }
            }
            live.sort(Comparator.comparing(Session::lastSeen)
                    .reversed()
                    .thenComparing(session -> session.id().value()));
            return List.copyOf(live);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean end(SessionId id) {
        lock.lock();
        try {
            Map<String, Kept> own = byUser.get(id.userId());
            boolean there = own != null && own.remove(id.value()) != null;
            if (own != null && own.isEmpty()) {
                byUser.remove(id.userId());
            }
            return there;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int endAll(String userId) {
        lock.lock();
        try {
            Map<String, Kept> own = byUser.remove(userId);
            return own == null ? 0 : own.size();
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Kept live(@Nullable Map<String, Kept> own, SessionId id, Instant now) {
        Kept kept = own == null ? null : own.get(id.value());
        return kept != null && kept.session().isLive(now) ? kept : null;
    }

    private static void requireOf(SessionId id, RefreshToken token) {
        if (!token.session().equals(id)) {
            throw new InvalidInputException("token", "is another session's", "the session's own");
        }
    }

    private static void requireSuccessor(RefreshToken presented, RefreshToken next) {
        requireOf(presented.session(), next);
        if (same(presented.hash(), next.hash()) || !same(presented.familyHash(), next.familyHash())) {
            throw new InvalidInputException("next", "is not made by next()", "a further token of the same family");
        }
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }
}
