package io.nestcms.webhook;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is wrong with the text of a key, or with a name for one. Configuration, so it is thrown; the text is not shown. */
final class KeyText {
    private static final int MAX_NAME = 64;

    private KeyText() {}

    /**
     * A text that was read with what stood around it signs otherwise than the sender does, and every message is refused; so it is
     * said at once.
     */
    static void requireTrimmed(String what, CharSequence text) {
        int last = text.length() - 1;
        if (last >= 0 && (isAround(text.charAt(0)) || isAround(text.charAt(last)))) {
            throw new IllegalArgumentException(
                    what + " begins or ends with a line break, white space or a byte order mark,"
                            + " as what is read from a file does: strip it first");
        }
    }

    /** The same for bytes; only where all others are printable, since a random key may end with any byte. */
    static void requireTrimmed(String what, byte[] text) {
        int first = 0;
        int last = text.length - 1;
        while (last >= first && isAround((char) text[last])) {
            last--;
        }
        while (first <= last && isAround((char) text[first])) {
            first++;
        }
        boolean printable = first <= last && last - first + 1 < text.length;
        for (int i = first; i <= last && printable; i++) {
            printable = text[i] >= ' ' && text[i] < 0x7f;
        }
        if (printable) {
            requireTrimmed(what, "\n"); // says it
        }
    }

    private static boolean isAround(char c) {
        return c <= ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\ufeff';
    }

    static String name(String name) {
        Objects.requireNonNull(name, "name");
        if (name.isBlank() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "name is blank, has control characters or more than " + MAX_NAME + " characters");
        }
        return name;
    }

    /** What stands for the sender in a replay key: the name, and without one what is derived from the key. */
    static String sender(@Nullable String name, String fingerprint) {
        return name == null ? "key:" + fingerprint : "name:" + name;
    }
}
