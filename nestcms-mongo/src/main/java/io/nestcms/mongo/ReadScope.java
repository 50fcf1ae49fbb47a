package io.nestcms.mongo;

import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Remembers how far the data was seen, so that a read after a write never sees the time before it, whichever server
 * answers. Belongs to one request or one user's visit: hand the object to other threads, and its {@link #token()} to the
 * next HTTP request.
 *
 * <p>Safe for use by many threads; what any of them wrote or read counts for all.
 *
 * @since 0.1
 */
public final class ReadScope {
    /** How far ahead of our clock a token may be: a forged one could make its reads wait that long and no longer. */
    private static final Duration AHEAD = Duration.ofSeconds(30);

    private static final String EMPTY = "none";

    /** How far the scope is, and whether a write in it ended without an answer. */
    private record Position(@Nullable ClusterTime time, boolean unsure) {}

    private volatile Position position;

    private ReadScope(@Nullable ClusterTime time) {
        this.position = new Position(time, false);
    }

    /**
     * A scope in which nothing has happened yet.
     *
     * @return a new scope
     */
    public static ReadScope begin() {
        return new ReadScope(null);
    }

    /**
     * Goes on where a token's scope was.
     *
     * @param token what {@link #token()} gave, perhaps in another process
     * @return a new scope
     * @throws InvalidInputException if it is no token, or one of the future
     */
    public static ReadScope resume(String token) {
        return resume(token, Clock.systemUTC());
    }

    /**
     * Goes on where a token's scope was.
     *
     * @param token what {@link #token()} gave, perhaps in another process
     * @param clock tells the present
     * @return a new scope
     * @throws InvalidInputException if it is no token, or one of the future
     */
    public static ReadScope resume(String token, Clock clock) {
        Objects.requireNonNull(token, "token");
        if (token.equals(EMPTY)) {
            return begin();
        }
        ClusterTime time;
        try {
            time = ClusterTime.parse(token);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidInputException("readToken", "is malformed", "a token as it was given out");
        }
        if (time.seconds() > clock.instant().plus(AHEAD).getEpochSecond()) {
            throw new InvalidInputException("readToken", "is of the future", "a token as it was given out");
        }
        return new ReadScope(time);
    }

    /**
     * How far this scope is, for a header or a cookie. Holds times of the cluster and their signature, no data; a changed
     * one can only make its own reads older or fail.
     *
     * @return up to 64 letters, digits, {@code -} and {@code _}
     */
    public String token() {
        ClusterTime time = position.time();
        return time == null ? EMPTY : time.token();
    }

    @Nullable ClusterTime time() {
        return position.time();
    }

    synchronized void saw(@Nullable ClusterTime seen) {
        if (seen != null) {
            position = new Position(seen.max(position.time()), position.unsure());
        }
    }

    /** A write ended without an answer: only the primary knows whether it counts. */
    synchronized void lostTrack() {
        position = new Position(position.time(), true);
    }

    boolean isUnsure() {
        return position.unsure();
    }
}
