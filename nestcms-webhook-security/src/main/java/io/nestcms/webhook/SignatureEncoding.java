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
    /** Base64 of the standard alphabet, with padding. */
    BASE64 {
        @Override
        byte @Nullable [] decode(String text) {
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

    abstract byte @Nullable [] decode(String text);

    abstract String encode(byte[] signature);
}
