package io.nestcms.webhook;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Hexadecimal digits to bytes, giving {@code null} where {@link HexFormat} would throw with the text in its message. */
final class Hex {
    /** A table, since this is asked for every digit of every signature. */
    private static final byte[] VALUES = values();

    private Hex() {}

    private static byte[] values() {
        byte[] values = new byte[256];
        for (int c = 0; c < values.length; c++) {
            values[c] = (byte) (HexFormat.isHexDigit(c) ? HexFormat.fromHexDigit(c) : -1);
        }
        return values;
    }

    static byte @Nullable [] decode(CharSequence text) {
        int length = text.length();
        if ((length & 1) != 0) {
            return null;
        }
        byte[] bytes = new byte[length >> 1];
        int all = 0;
        for (int i = 0; i < bytes.length; i++) {
            int value = (digit(text.charAt(2 * i)) << 4) | digit(text.charAt(2 * i + 1));
            all |= value;
            bytes[i] = (byte) value;
        }
        return all < 0 ? null : bytes;
    }

    /** The digit's value, -1 for any other character. Character.digit would take the digits of other scripts too. */
    static int digit(int c) {
        return (c & ~0xff) == 0 ? VALUES[c] : -1;
    }
}
