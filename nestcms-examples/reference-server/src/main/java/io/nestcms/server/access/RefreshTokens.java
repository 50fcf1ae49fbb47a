package io.nestcms.server.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Refresh tokens: random, good for one use, kept as digests. Whoever uses one a second time ends the whole session, for
 * then it is in two hands. In this process's memory only: a restart signs everybody out.
 */
final class RefreshTokens {
    private static final int BYTES = 32;
    private static final Duration LIFE = Duration.ofHours(12);
    private static final int MOST = 100_000;

    private final SecureRandom random;
    private final Cache<String, Grant> grants =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(LIFE).build();

    RefreshTokens(SecureRandom random) {
        this.random = random;
    }

    /** One token of a session. */
    private record Grant(Session session, AtomicBoolean used) {}

    /** A sign-in and all that was refreshed from it. */
    private record Session(String merchant, AtomicBoolean ended) {}

    /**
     * A token and whose it is.
     *
     * @param merchant whose
     * @param token the next token
     */
    record Refreshed(String merchant, String token) {}

    String begin(String merchant) {
        return next(new Session(merchant, new AtomicBoolean()));
    }

    /** Trades a token in for the next one; empty when it is unknown, over, or was used before. */
    Optional<Refreshed> rotate(String token) {
        Grant grant = grants.getIfPresent(digest(token));
        if (grant == null) {
            return Optional.empty();
        }
        if (!grant.used().compareAndSet(false, true)) {
            grant.session().ended().set(true);
            return Optional.empty();
        }
        if (grant.session().ended().get()) {
            return Optional.empty();
        }
        return Optional.of(new Refreshed(grant.session().merchant(), next(grant.session())));
    }

    private String next(Session session) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        grants.put(digest(token), new Grant(session, new AtomicBoolean()));
        return token;
    }

    private static String digest(String token) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is not offered by this Java runtime", impossible);
        }
    }
}
