package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * One signed-in use of the system: a browser or a device. It ends when it was not seen for {@code idleFor}, and at
 * {@code expiresAt} in any case.
 *
 * <p>Immutable. Times are kept to the millisecond.
 *
 * @param id its name
 * @param createdAt when the user signed in
 * @param lastSeen when it was last used
 * @param idleFor how long it may be unused, at least a second
 * @param expiresAt when it ends however much it is used, after {@code createdAt}
 * @param address where it was used from last, as text; cut to 64 characters
 * @param userAgent which program used it, as that says of itself; cut to 256 characters
 * @param generation how many refresh tokens it has had before the present one
 * @since 0.1
 */
public record Session(
        SessionId id,
        Instant createdAt,
        Instant lastSeen,
        Duration idleFor,
        Instant expiresAt,
        String address,
        String userAgent,
        int generation) {
    private static final int LONGEST_ADDRESS = 64;
    private static final int LONGEST_AGENT = 256;

    /**
     * A session.
     *
     * @param id its name
     * @param createdAt when the user signed in
     * @param lastSeen when it was last used
     * @param idleFor how long it may be unused, at least a second
     * @param expiresAt when it ends however much it is used, after {@code createdAt}
     * @param address where it was used from last, as text; cut to 64 characters
     * @param userAgent which program used it, as that says of itself; cut to 256 characters
     * @param generation how many refresh tokens it has had before the present one
     * @throws InvalidInputException if a time or the generation is out of range
     */
    public Session {
        Objects.requireNonNull(id, "id");
        createdAt = Instant.ofEpochMilli(createdAt.toEpochMilli());
        lastSeen = Instant.ofEpochMilli(lastSeen.toEpochMilli());
        idleFor = Duration.ofMillis(idleFor.toMillis());
        expiresAt = Instant.ofEpochMilli(expiresAt.toEpochMilli());
        address = cut(address, LONGEST_ADDRESS);
        userAgent = cut(userAgent, LONGEST_AGENT);
        if (idleFor.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new InvalidInputException("idleFor", "is " + idleFor, "at least a second");
        }
        if (!expiresAt.isAfter(createdAt)) {
            throw new InvalidInputException("expiresAt", "is not after the sign-in", "later than createdAt");
        }
        if (generation < 0) {
            throw new InvalidInputException("generation", "is " + generation, "at least 0");
        }
    }

    /**
     * A session that begins now.
     *
     * @param id its name
     * @param now the time
     * @param limits how long it may last
     * @param address where it is used from
     * @param userAgent which program uses it
     * @return the session, seen now, generation 0
     */
    public static Session begin(SessionId id, Instant now, Limits limits, String address, String userAgent) {
        return new Session(id, now, now, limits.idleFor(), now.plus(limits.atMost()), address, userAgent, 0);
    }

    /**
     * When it ends if it is not used again.
     *
     * @return the earlier of its two limits
     */
    public Instant endsAt() {
        Instant idle = lastSeen.plus(idleFor);
        return idle.isBefore(expiresAt) ? idle : expiresAt;
    }

    /**
     * Whether it has not ended by itself.
     *
     * @param now the time
     * @return true before {@link #endsAt()}
     */
    public boolean isLive(Instant now) {
        return now.isBefore(endsAt());
    }

    /**
     * This session, used at a time. A time before the last one changes nothing.
     *
     * @param now the time
     * @return the session
     */
    public Session seen(Instant now) {
        return now.isAfter(lastSeen) ? with(now, generation) : this;
    }

    /**
     * This session with its next refresh token.
     *
     * @param now the time
     * @return the session, one generation on and seen
     */
    public Session refreshed(Instant now) {
        return with(now.isAfter(lastSeen) ? now : lastSeen, generation + 1);
    }

    private Session with(Instant seen, int next) {
        return new Session(id, createdAt, seen, idleFor, expiresAt, address, userAgent, next);
    }

    /** Cut between characters, not within one. */
    private static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end);
    }

    /**
     * How long sessions last.
     *
     * @param idleFor how long one may be unused
     * @param atMost how long one lasts however much it is used
     * @since 0.1
     */
    public record Limits(Duration idleFor, Duration atMost) {
        /**
         * Limits.
         *
         * @param idleFor how long one may be unused
         * @param atMost how long one lasts however much it is used
         * @throws InvalidInputException if {@code idleFor} is below a second or {@code atMost} below it
         */
        public Limits {
            if (idleFor.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new InvalidInputException("idleFor", "is " + idleFor, "at least a second");
            }
            if (atMost.compareTo(idleFor) < 0) {
                throw new InvalidInputException("atMost", "is " + atMost, "at least idleFor, " + idleFor);
            }
        }

        /**
         * A week unused, thirty days in all.
         *
         * @return the limits as shipped
         */
        public static Limits standard() {
            return new Limits(Duration.ofDays(7), Duration.ofDays(30));
        }
    }
}
