package io.nestcms.access;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where sessions are kept: a port. Each method is atomic, over all nodes that share the store.
 *
 * <p>A store is bounded: a user has at most so many sessions (50 as shipped), and opening one more ends the one that was unseen
 * for the longest.
 *
 * <p>Implementations are safe for use by many threads and pass {@code SessionStoreContract}. A store that cannot be asked
 * throws {@link SessionStoreException}: who is signed in is then not known, and nobody is let in by guess.
 *
 * @since 0.1
 */
public interface SessionStore {
    /**
     * Keeps a new session and the hashes of its first token. Repeated with the same session and token it changes nothing.
     *
     * @param session the session
     * @param first its first token
     * @param now the time
     * @throws io.nestcms.failure.InvalidInputException if the token is another session's, or a session of this name is there
     *     with another token
     * @throws SessionStoreException if the store cannot be asked
     */
    void open(Session session, RefreshToken first, Instant now);

    /**
     * A session that has not ended.
     *
     * @param id its name
     * @param now the time
     * @return the session, or empty
     * @throws SessionStoreException if the store cannot be asked
     */
    Optional<Session> find(SessionId id, Instant now);

    /**
     * Notes that a session is used. Repeatable; an earlier time than the last one changes nothing.
     *
     * @param id its name
     * @param now the time
     * @return the session as it is now, or empty when it has ended
     * @throws SessionStoreException if the store cannot be asked
     */
    Optional<Session> touch(SessionId id, Instant now);

    /**
     * Uses a refresh token. Of two that use the same one at once, on whichever nodes, one gets {@link Refresh.Renewed}; the
     * other one's use ends the session, since nobody can tell which of the two is its owner. Repeated with the same next one it
     * is answered in the same way and changes nothing more.
     *
     * @param presented what the client showed
     * @param next what counts from now on, of the same family
     * @param now the time
     * @return how it ended
     * @throws io.nestcms.failure.InvalidInputException if {@code next} is another session's or the presented one itself
     * @throws SessionStoreException if the store cannot be asked: whether the next one counts is then not known, and the
     *     client signs in again
     */
    Refresh refresh(RefreshToken presented, RefreshToken next, Instant now);

    /**
     * A user's sessions that have not ended.
     *
     * @param userId the user
     * @param now the time
     * @return the one seen last first
     * @throws SessionStoreException if the store cannot be asked
     */
    List<Session> list(String userId, Instant now);

    /**
     * Ends a session. Repeatable.
     *
     * @param id its name
     * @return whether it was there
     * @throws SessionStoreException if the store cannot be asked
     */
    boolean end(SessionId id);

    /**
     * Ends all sessions of a user, as after a changed password. Repeatable.
     *
     * @param userId the user
     * @return how many were there
     * @throws SessionStoreException if the store cannot be asked
     */
    int endAll(String userId);
}
