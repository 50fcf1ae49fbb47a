package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a client shows to go on with its session. Each is used once: using it gives the next one of its family. All tokens of a
 * session share one secret, by which an old one is known as this session's own, and have one each, by which the present one is
 * known. A store keeps hashes of both only.
 *
 * <p>Immutable and safe for use by many threads. {@code toString} shows no secret.
 *
 * @since 0.1
 */
public final class RefreshToken {
    private static final int SECRET_BYTES = 32;
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final int PARTS = 4;
    private static final int LONGEST = 400;

    private final SessionId session;
    private final String family;
    private final String secret;

    private RefreshToken(SessionId session, String family, String secret) {
        this.session = session;
        this.family = family;
        this.secret = secret;
    }

    /**
     * The first token of a session.
     *
     * @param session the session
     * @param random cryptographically strong
     * @return a token
     */
    public static RefreshToken first(SessionId session, SecureRandom random) {
        return new RefreshToken(session, newSecret(random), newSecret(random));
    }

    /**
     * A further token of the same family.
     *
     * @param random cryptographically strong
     * @return another token each time
     */
    public RefreshToken next(SecureRandom random) {
        return new RefreshToken(session, family, newSecret(random));
    }

    /**
     * Reads what a client sent.
     *
     * @param text anything
     * @return the token, or empty where the text is none
     */
    public static Optional<RefreshToken> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        String[] parts = text.split("~", -1);
        if (parts.length != PARTS
                || !SECRET.matcher(parts[2]).matches()
                || !SECRET.matcher(parts[3]).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RefreshToken(new SessionId(parts[0], parts[1]), parts[2], parts[3]));
        } catch (InvalidInputException noSession) {
            return Optional.empty();
        }
    }

    /**
     * The form in which a client keeps it: a secret.
     *
     * @return text that {@link #parse} reads; at most 400 characters that a URL, a header and a cookie take as they are, but
     *     for {@code @} and {@code :} where the user's id has them
     */
    public String text() {
        return session.userId() + '~' + session.value() + '~' + family + '~' + secret;
    }

    /**
     * Whose it is.
     *
     * @return the session's name
     */
    public SessionId session() {
        return session;
    }

    /**
     * What a store keeps of the family.
     *
     * @return the SHA-256 of its secret, in hexadecimal
     */
    public String familyHash() {
        return sha256(family);
    }

    /**
     * What a store keeps of this token.
     *
     * @return the SHA-256 of its own secret, in hexadecimal
     */
    public String hash() {
        return sha256(secret);
    }

    /**
     * The session's name, nothing more.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "RefreshToken[" + session + "]";
    }

    private static String newSecret(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("SHA-256 is in every Java runtime", missing);
        }
    }
}
