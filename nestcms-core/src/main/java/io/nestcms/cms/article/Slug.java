package io.nestcms.cms.article;

import io.nestcms.failure.InvalidInputException;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name of an article in addresses. Letters and digits of any script in Unicode's compatibility composition (NFKC) and lower
 * case, with the marks that belong to them, in words with one {@code -} between them. Two spellings that look the same to these
 * rules are the same name.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 120 characters
 * @since 0.1
 */
public record Slug(String value) {
    private static final int LONGEST = 120;
    private static final Pattern FORM = Pattern.compile("[\\p{L}\\p{Nd}\\p{M}]+(-[\\p{L}\\p{Nd}\\p{M}]+)*");
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{Nd}\\p{M}]+");
    private static final Pattern VOWEL_SIGNS = Pattern.compile("[\\x{64B}-\\x{65F}\\x{670}\\x{640}]");

    /**
     * Checks the form.
     *
     * @param value the name
     * @throws InvalidInputException if the value is of another form
     */
    public Slug {
        Objects.requireNonNull(value, "slug");
        if (value.length() > LONGEST
                || !FORM.matcher(value).matches()
                || !folded(value).equals(value)) {
            throw new InvalidInputException(
                    "slug",
                    "has another form",
                    "1 to " + LONGEST + " lower case letters and digits of any script, words with one - between them");
        }
    }

    /**
     * The name that a text gives: what is no letter and no digit stands between words, Arabic vowel signs go.
     *
     * @param text any text, for example a title
     * @return the name, cut at the longest length
     * @throws InvalidInputException if the text has neither letters nor digits
     */
    public static Slug of(String text) {
        Objects.requireNonNull(text, "text");
        String words = BETWEEN.matcher(VOWEL_SIGNS.matcher(folded(text)).replaceAll(""))
                .replaceAll("-");
        if (words.length() > LONGEST) {
            int end = Character.isHighSurrogate(words.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
            words = words.substring(0, end);
        }
        int from = words.startsWith("-") ? 1 : 0;
        int to = words.length() > from && words.endsWith("-") ? words.length() - 1 : words.length();
        return new Slug(words.substring(from, to));
    }

    private static String folded(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(composed, Normalizer.Form.NFKC);
    }

    /**
     * The bare value.
     *
     * @return {@link #value()}
     */
    @Override
    public String toString() {
        return value;
    }
}
