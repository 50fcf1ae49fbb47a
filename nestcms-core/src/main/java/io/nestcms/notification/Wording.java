package io.nestcms.notification;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of messages in one language: English or Arabic. A value keeps its own direction inside a sentence of the other: it is
 * isolated, in text by U+2068 and U+2069, in HTML by {@code bdi}.
 */
final class Wording {
    private static final String BUNDLE = "io.nestcms.notification.wording";
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    private final Locale locale;
    private final ResourceBundle words;

    private Wording(Locale locale) {
        this.locale = locale;
        // the root bundle is English: never the language of the machine
        this.words = ResourceBundle.getBundle(BUNDLE, locale.getLanguage().equals("ar") ? locale : Locale.ROOT);
    }

    static Wording of(Locale language) {
        // Western digits in both: an amount must read as it is written on the card's statement
        return new Wording(
                language.getLanguage().equals("ar") ? Locale.forLanguageTag("ar-u-nu-latn") : Locale.ENGLISH);
    }

    boolean rightToLeft() {
        return locale.getLanguage().equals("ar");
    }

    String language() {
        return locale.getLanguage();
    }

    String text(String key, Map<String, String> values) {
        return filled(words.getString(key), values, "\u2068", "\u2069", false);
    }

    /** A line without marks of direction: subjects and titles are shown by programs that print them. */
    String line(String key, Map<String, String> values) {
        return filled(words.getString(key), values, "", "", false);
    }

    String html(String key, Map<String, String> values) {
        return filled(escaped(words.getString(key)), values, "<bdi>", "</bdi>", true);
    }

    String time(Instant at, ZoneId zone) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
                        .localizedBy(locale)
                        .format(at.atZone(zone))
                + " " + zone.getId();
    }

    private static String filled(
            String sentence, Map<String, String> values, String before, String after, boolean html) {
        return PLACE.matcher(sentence).replaceAll(found -> {
            String value = values.get(found.group(1));
            if (value == null) {
                throw new IllegalArgumentException("no value for " + found.group());
            }
            return Matcher.quoteReplacement(before + (html ? escaped(value) : oneLine(value)) + after);
        });
    }

    /** What a payer or merchant typed cannot begin a line of its own. */
    private static String oneLine(String value) {
        return value.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ");
    }

    static String escaped(String value) {
        StringBuilder out = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }
}
