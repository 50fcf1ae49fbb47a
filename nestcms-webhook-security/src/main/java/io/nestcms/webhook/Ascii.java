package io.nestcms.webhook;

/**
 * Letters and digits of ASCII and no others. The general methods of Character and String take digits of other scripts, the
 * long s and the Kelvin sign for them too.
 */
final class Ascii {
    private Ascii() {}

    static boolean isLetterOrDigit(int c) {
        return isDigit(c) || isLetter(c);
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isLetter(int c) {
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'z';
    }

    static boolean equalsIgnoreCase(String a, String b) {
        if (a.length() != b.length()) {
            return false;
        }
        if (a.equals(b)) { // as most are, and the JDK compares many characters at once
            return true;
        }
        for (int i = 0; i < a.length(); i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y && lower(x) != lower(y)) {
                return false;
            }
        }
        return true;
    }

    static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }
}
