package io.nestcms.webhook;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A field of a form, decoded to bytes and not to characters: what is signed are bytes, and re-encoding must give the same ones. */
final class FormField {
    private static final byte[] UPPER_HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private final byte[] name;
    private final byte[] value;

    private FormField(byte[] name, byte[] value) {
        this.name = name;
        this.value = value;
    }

    static FormField of(String name, String value) {
        return new FormField(name.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    byte[] name() {
        return name;
    }

    byte[] value() {
        return value;
    }

    /** The fields of an encoded form, {@code null} when an escape is broken or there are more fields than allowed. */
    static @Nullable List<FormField> parse(byte[] form, int maxFields) {
        List<FormField> fields = new ArrayList<>();
        int start = 0;
        while (start <= form.length) {
            int end = indexOf(form, '&', start, form.length);
            if (end > start) {
                FormField field = parsePair(form, start, end);
                if (field == null || fields.size() == maxFields) {
                    return null;
                }
                fields.add(field);
            }
            start = end + 1;
        }
        return fields;
    }

    private static @Nullable FormField parsePair(byte[] form, int start, int end) {
        int equals = indexOf(form, '=', start, end);
        byte[] name = decode(form, start, equals);
        byte[] value = decode(form, Math.min(equals + 1, end), end);
        return name == null || value == null ? null : new FormField(name, value);
    }

    private static int indexOf(byte[] bytes, int wanted, int start, int end) {
        int i = start;
        while (i < end && bytes[i] != wanted) {
            i++;
        }
        return i;
    }

    private static byte @Nullable [] decode(byte[] form, int start, int end) {
        byte[] decoded = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            int b = form[i];
            if (b == '+') {
                b = ' ';
            } else if (b == '%') {
                int high = i + 2 < end ? Hex.digit(form[i + 1]) : -1;
                int low = i + 2 < end ? Hex.digit(form[i + 2]) : -1;
                if ((high | low) < 0) {
                    return null;
                }
                b = (high << 4) | low;
                i += 2;
            }
            decoded[length++] = (byte) b;
        }
        return Arrays.copyOf(decoded, length);
    }

    /** Writes the fields as PHP's http_build_query does: only letters, digits, {@code - _ .} bare, a space as {@code +}. */
    static byte[] phpQuery(List<FormField> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        for (FormField field : fields) {
            if (out.size() > 0) {
                out.write('&');
            }
            encode(field.name, out);
            out.write('=');
            encode(field.value, out);
        }
        return out.toByteArray();
    }

    private static void encode(byte[] bytes, ByteArrayOutputStream out) {
        for (byte b : bytes) {
            if (isBare(b)) {
                out.write(b);
            } else if (b == ' ') {
                out.write('+');
            } else {
                out.write('%');
                out.write(UPPER_HEX[(b & 0xff) >> 4]);
                out.write(UPPER_HEX[b & 0xf]);
            }
        }
    }

    private static boolean isBare(byte b) {
        return Ascii.isLetterOrDigit(b) || b == '-' || b == '_' || b == '.';
    }

    /** The bytes as text, {@code null} when they are not UTF-8. */
    static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
