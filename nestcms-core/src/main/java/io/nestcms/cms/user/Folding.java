package io.nestcms.cms.user;

import io.nestcms.failure.InvalidInputException;
import java.text.Normalizer;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The one form in which names and addresses are compared. NFKC, upper and lower case folded, NFKC again; what cannot be seen is
 * refused before. A user name has letters of one script only, and Cyrillic and Greek letters that look like Latin ones are compared
 * as those: nobody can be taken for somebody else by a name of another script. What looks alike within one script ({@code l}
 * and {@code 1}) is not folded.
 */
final class Folding {
    /** Each letter of the first line looks like the Latin one below it. */
    private static final String LOOKALIKES =
            "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u043a\u043c\u0442\u043d\u0432\u0433\u03bf\u03b1\u03bd\u03c1\u03b9\u03ba\u03c5\u03c7\u03c4\u03b3\u03b7\u03b5";

    private static final String LATIN = "aeopcxyijshdqwkmthbroavpikuxtyne";
    private static final Map<Integer, Integer> LIKE = lookalikes();
    private static final int SHORTEST = 3;
    private static final int LONGEST = 32;
    private static final int LONGEST_EMAIL = 254;

    private Folding() {}

    private static Map<Integer, Integer> lookalikes() {
        Map<Integer, Integer> like = new HashMap<>();
        for (int i = 0; i < LOOKALIKES.length(); i++) {
            like.put((int) LOOKALIKES.charAt(i), (int) LATIN.charAt(i));
        }
        return Map.copyOf(like);
    }

    /** Java has no case folding of its own: upper and then lower case comes to the same for what NFKC leaves. */
    static String fold(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC);
        return Normalizer.normalize(plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
    }

    /** The key under which a user name is unique. */
    static String usernameKey(String username) {
        StringBuilder key = new StringBuilder();
        fold(username).codePoints().forEach(c -> key.appendCodePoint(LIKE.getOrDefault(c, c)));
        return key.toString();
    }

    /** The key under which an address is unique; letters before the @ are folded too, as every large provider does. */
    static String emailKey(String email) {
        return fold(email);
    }

    /** Refuses what is no user name, and gives it in NFKC. */
    static String username(String given) {
        String name = Normalizer.normalize(given, Normalizer.Form.NFKC);
        int length = name.codePointCount(0, name.length());
        if (length < SHORTEST || length > LONGEST) {
            throw new InvalidInputException("username", "has " + length + " characters", SHORTEST + " to " + LONGEST);
        }
        if (!Character.isLetter(name.codePointAt(0)) || !name.codePoints().allMatch(Folding::isOfName)) {
            throw new InvalidInputException(
                    "username", "has another form", "a letter, then letters, digits, '.', '_' or '-'");
        }
        Set<Character.UnicodeScript> scripts = EnumSet.noneOf(Character.UnicodeScript.class);
        name.codePoints().mapToObj(Character.UnicodeScript::of).forEach(scripts::add);
        scripts.removeAll(EnumSet.of(Character.UnicodeScript.COMMON, Character.UnicodeScript.INHERITED));
        if (scripts.size() > 1) {
            throw new InvalidInputException("username", "mixes scripts", "letters of one script");
        }
        return name;
    }

    private static boolean isOfName(int c) {
        int type = Character.getType(c);
        return Character.isLetter(c)
                || type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || c == '.'
                || c == '_'
                || c == '-';
    }

    /** Refuses what is no address: one @, something on both sides, nothing that cannot be seen. */
    static String email(String given) {
        int at = given.lastIndexOf('@');
        boolean form = given.length() <= LONGEST_EMAIL
                && at > 0
                && at < given.length() - 1
                && given.indexOf('@') == at
                && given.substring(at + 1).matches("[\\p{L}\\p{M}\\p{N}-]+(\\.[\\p{L}\\p{M}\\p{N}-]+)*")
                && given.codePoints().noneMatch(c -> Character.isWhitespace(c) || isUnseen(c));
        if (!form) {
            throw new InvalidInputException(
                    "email", "is no address", "name@host, at most " + LONGEST_EMAIL + " characters");
        }
        return given;
    }

    /** A line that people read: of any script, without what turns or hides it. */
    static String line(String field, String given, int most) {
        String text = given.strip();
        int length = text.codePointCount(0, text.length());
        if (length < 1 || length > most) {
            throw new InvalidInputException(field, "has " + length + " characters", "1 to " + most);
        }
        if (text.codePoints().anyMatch(Folding::isUnseen)) {
            throw new InvalidInputException(
                    field, "has characters that cannot be seen", "no control, direction or half characters");
        }
        return text;
    }

    private static boolean isUnseen(int c) {
        int type = Character.getType(c);
        boolean joins = c == 0x200c || c == 0x200d;
        return type == Character.CONTROL
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.PRIVATE_USE
                || type == Character.UNASSIGNED
                || (type == Character.FORMAT && !joins);
    }

    /** Digits with a plus in front: E.164. */
    static String phone(String given) {
        String plain = given.replaceAll("[ ()./-]", "");
        if (!plain.matches("\\+[1-9][0-9]{6,14}")) {
            throw new InvalidInputException("phone", "is no number", "with its country, for example +96522280000");
        }
        return plain;
    }
}
