package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;

/**
 * The name of a session: whose it is, and which of that user's. No secret: it is shown in lists and stands in tokens. Who
 * knows it can do nothing with it.
 *
 * @param userId whose session it is; 1 to 128 letters, digits and {@code _ - . @ :}
 * @param value which of the user's; 1 to 64 letters, digits, {@code _} and {@code -}
 * @since 0.1
 */
public record SessionId(String userId, String value) {
    private static final int LONGEST_USER = 128;
    private static final int LONGEST_VALUE = 64;

    /**
     * A session's name.
     *
     * @param userId whose session it is; 1 to 128 letters, digits and {@code _ - . @ :}
     * @param value which of the user's; 1 to 64 letters, digits, {@code _} and {@code -}
     * @throws InvalidInputException if a part is empty, too long or has another character
     */
    public SessionId {
        check("userId", userId, LONGEST_USER, "_-.@:");
        check("session", value, LONGEST_VALUE, "_-");
    }

    private static void check(String name, String text, int longest, String signs) {
        Objects.requireNonNull(text, name);
        if (text.isEmpty() || text.length() > longest) {
            throw new InvalidInputException(name, "has " + text.length() + " characters", "1 to " + longest);
        }
        if (!text.chars().allMatch(c -> isPlain(c) || signs.indexOf(c) >= 0)) {
            throw new InvalidInputException(
                    name, "has a character that it may not have", "a-z, A-Z, 0-9 and any of " + signs);
        }
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
