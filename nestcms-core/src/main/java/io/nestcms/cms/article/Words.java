package io.nestcms.cms.article;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Words as they are compared: compatibility forms, letter case and marks make no difference (é is e), nor do the ways of writing one
 * word in Arabic: vowel signs, tatweel, the forms of alef, hamza and yeh, teh marbuta, the article al-. Digits of any script are
 * those of ASCII.
 */
final class Words {
    private static final int LONGEST = 40;
    private static final int TATWEEL = 0x640;
    private static final String ARTICLE = "\u0627\u0644";
    /** What is left of a word that the article was taken off. */
    private static final int SHORTEST = 3;

    private static final Map<Integer, Integer> SAME = Map.of(
            0x671, 0x627, // alef wasla
            0x649, 0x64A, // alef maksura
            0x6CC, 0x64A, // Farsi yeh
            0x6A9, 0x643, // keheh
            0x629, 0x647, // teh marbuta
            0x621, TATWEEL); // hamza on the line goes

    private Words() {}

    /** The words of a text, in its order; so many at most. */
    static List<String> of(String text, int most) {
        String split = Normalizer.normalize(text, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int at = 0; at <= split.length() && words.size() < most; ) {
            int point = at < split.length() ? split.codePointAt(at) : ' ';
            at += Character.charCount(point);
            if (isMark(point)) {
                continue;
            }
            if (Character.isDigit(point)) {
                word.append((char) ('0' + Character.digit(point, 10)));
            } else if (Character.isLetter(point)) {
                word.appendCodePoint(SAME.getOrDefault(point, point));
            } else if (word.length() > 0) {
                words.add(cut(word));
                word.setLength(0);
            }
        }
        words.removeIf(String::isEmpty);
        return words;
    }

    private static String cut(StringBuilder word) {
        String all = word.toString()
                .replace("\u0640", "")
                .replace('\u03C2', '\u03C3')
                .replace("\u00DF", "ss");
        if (all.startsWith(ARTICLE) && all.length() >= ARTICLE.length() + SHORTEST) {
            all = all.substring(ARTICLE.length());
        }
        int points = all.codePointCount(0, all.length());
        return points <= LONGEST ? all : all.substring(0, all.offsetByCodePoints(0, LONGEST));
    }

    private static boolean isMark(int point) {
        int type = Character.getType(point);
        return point == TATWEEL
                || type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.FORMAT;
    }
}
