package io.nestcms.webhook;

import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * How the bytes of a signature are written.
 *
 * @since 0.1
 */
public enum SignatureEncoding {
    /** Hexadecimal digits, written in lower case, read in either. */
    HEX {
        @Override
        byte @Nullable [] decode(String text) {
            return Hex.decode(text);
        }

        @Override
        String encode(byte[] signature) {
            return HexFormat.of().formatHex(signature);
        }
    },
    /** Base64 of the standard alphabet, with padding, in the one form that an encoder writes. */
    BASE64 {
        @Override
        byte @Nullable [] decode(String text) {
            if (!isCanonical(text)) {
                return null;
            }
            try {
                return Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                return null; // the caller refuses with a reason; the message would quote the sender
            }
        }

        @Override
        String encode(byte[] signature) {
            return Base64.getEncoder().encodeToString(signature);
        }
    };

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /** The JDK's decoder takes left-out padding and stray bits in the last sign too: several texts for the same bytes. */
    private static boolean isCanonical(String text) {
        int length = text.length();
        if (length % 4 != 0 || length == 0) {
            return length == 0;
        }
        int padding = text.charAt(length - 2) == '=' ? 2 : text.charAt(length - 1) == '=' ? 1 : 0;
        int last = ALPHABET.indexOf(text.charAt(length - 1 - padding));
        return last >= 0 && (last & ((1 << (2 * padding)) - 1)) == 0;
    }

    abstract byte @Nullable [] decode(String text);

    abstract String encode(byte[] signature);
}
