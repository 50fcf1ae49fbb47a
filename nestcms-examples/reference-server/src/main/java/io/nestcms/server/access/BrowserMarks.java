package io.nestcms.server.access;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import io.nestcms.cms.user.Users;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Marks by which a browser that a user signed in with is told from others, so that whoever guesses at the user's password does not
 * stop the user. A cookie that holds nothing but chance and a signature over it and the name; it opens no door.
 */
final class BrowserMarks {
    private static final String COOKIE = "nestcms-mark";
    private static final Duration LIFE = Duration.ofDays(180);
    private static final int BYTES = 16;

    private final SecretKey secret;
    private final SecureRandom random;
    private final boolean secure;

    /** {@code secure} is whether browsers reach this server over HTTPS. */
    BrowserMarks(SecretKey secret, SecureRandom random, boolean secure) {
        this.secret = secret;
        this.random = random;
        this.secure = secure;
    }

    /** The mark that came with a request, if it was given to this name. */
    @Nullable String of(Context context, String login) {
        String cookie = context.cookie(COOKIE);
        int end = cookie == null ? -1 : cookie.indexOf('.');
        if (cookie == null || end < 1 || cookie.length() > 128) {
            return null;
        }
        String mark = cookie.substring(0, end);
        return MessageDigest.isEqual(
                        cookie.substring(end + 1).getBytes(StandardCharsets.UTF_8),
                        sign(mark, login).getBytes(StandardCharsets.UTF_8))
                ? mark
                : null;
    }

    /** Gives the browser a mark for this name. */
    void give(Context context, String login) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String mark = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Cookie cookie = new Cookie(COOKIE, mark + "." + sign(mark, login));
        cookie.setPath("/auth");
        cookie.setMaxAge(Math.toIntExact(LIFE.toSeconds()));
        cookie.setHttpOnly(true);
        cookie.setSecure(secure);
        cookie.setSameSite(SameSite.STRICT);
        context.cookie(cookie);
    }

    private String sign(String mark, String login) {
        try {
            Mac mac = Mac.getInstance(SigningKeys.MAC);
            mac.init(secret);
            mac.update(("nestcms browser mark " + mark + " ").getBytes(StandardCharsets.US_ASCII));
            byte[] hash = mac.doFinal(Users.loginKey(login).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("HMAC-SHA-256 is not offered by this Java runtime", missing);
        }
    }
}
