package io.nestcms.webhook;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Hexadecimal digits to bytes, giving {@code null} where {@link HexFormat} would throw with the text in its message. */
final class Hex {
    private Hex() {}

    static byte @Nullable [] decode(CharSequence text) {
        int length = text.length();
        if ((length & 1) != 0) {
            return null;
        }
        byte[] bytes = new byte[length >> 1];
        for (int i = 0; i < bytes.length; i++) {
            int high = digit(text.charAt(2 * i));
            int low = digit(text.charAt(2 * i + 1));
            if ((high | low) < 0) {
                return null;
            }
            bytes[i] = (byte) ((high << 4) | low);
        }
        return bytes;
    }

    /** The digit's value, -1 for any other character. Character.digit would take the digits of other scripts too. */
    static int digit(int c) {
        return HexFormat.isHexDigit(c) ? HexFormat.fromHexDigit(c) : -1;
    }
}
