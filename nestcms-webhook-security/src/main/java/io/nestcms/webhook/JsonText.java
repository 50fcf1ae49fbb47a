package io.nestcms.webhook;

import java.nio.charset.StandardCharsets;

/** What stands between the quotation marks of a JSON string. */
final class JsonText {
    private JsonText() {}

    /** Where the text goes on after the escape that starts here, negative when the escape is broken. */
    static int afterEscape(byte[] json, int at) {
        if (at + 1 >= json.length) {
            return -1;
        }
        return switch (json[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
            case 'u' -> at + 6 <= json.length && areHexDigits(json, at + 2) ? at + 6 : -1;
            default -> -1;
        };
    }

    /** Where the text goes on after the character of two to four bytes that starts here, negative when it is not UTF-8. */
    static int afterCharacter(byte[] json, int at) {
        int first = json[at] & 0xff;
        if (first >= 0xc2 && first <= 0xdf) {
            return continued(json, at, 2, 0x80, 0xbf);
        }
        if (first >= 0xe0 && first <= 0xef) {
            // no longer form than needed, no half of a surrogate pair
            return continued(json, at, 3, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
        }
        if (first >= 0xf0 && first <= 0xf4) {
            return continued(json, at, 4, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
        }
        return -1;
    }

    private static int continued(byte[] json, int at, int length, int min, int max) {
        if (at + length > json.length) {
            return -1;
        }
        int second = json[at + 1] & 0xff;
        if (second < min || second > max) {
            return -1;
        }
        for (int i = at + 2; i < at + length; i++) {
            if ((json[i] & 0xc0) != 0x80) {
                return -1;
            }
        }
        return at + length;
    }

    /** The text of a string that a scan has passed. */
    static String unescape(byte[] json, int start, int end) {
        String raw = new String(json, start, end - start, StandardCharsets.UTF_8);
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                text.append(c);
            } else if (raw.charAt(++i) == 'u') {
                text.append((char) Integer.parseInt(raw, i + 1, i + 5, 16));
                i += 4;
            } else {
                text.append(plain(raw.charAt(i)));
            }
        }
        return text.toString();
    }

    private static char plain(char escaped) {
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escaped;
        };
    }

    private static boolean areHexDigits(byte[] json, int at) {
        for (int i = at; i < at + 4; i++) {
            if (Hex.digit(json[i]) < 0) {
                return false;
            }
        }
        return true;
    }
}
