package io.nestcms.webhook;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Header values that are lists, in which quotation marks protect the separator (RFC 9110, section 5.6). */
final class QuotedList {
    private QuotedList() {}

    /** The entries, empty ones left out; {@code null} when a quotation mark is not closed. */
    static @Nullable List<String> split(String value, char separator) {
        List<String> entries = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                add(entries, value, start, i);
                start = i + 1;
            }
        }
        add(entries, value, start, value.length());
        return quoted ? null : entries;
    }

    private static void add(List<String> entries, String value, int start, int end) {
        String entry = value.substring(start, end).strip();
        if (!entry.isEmpty()) {
            entries.add(entry);
        }
    }

    /** The text between quotation marks, or the text itself when there are none; {@code null} for a broken one. */
    static @Nullable String unquote(String value) {
        if (!value.startsWith("\"")) {
            return value;
        }
        // nothing that is an address needs an escape
        boolean closed = value.length() >= 2 && value.indexOf('"', 1) == value.length() - 1;
        return closed && value.indexOf('\\') < 0 ? value.substring(1, value.length() - 1) : null;
    }
}
