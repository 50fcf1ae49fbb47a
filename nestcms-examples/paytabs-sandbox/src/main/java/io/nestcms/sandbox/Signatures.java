package io.nestcms.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two signatures of the gateway: lower-case hex HMAC-SHA256 with the server key, over raw bytes or over a form. */
final class Signatures {
    private final SecretKeySpec key;
    private final boolean dropZero;

    Signatures(String serverKey) {
        this(serverKey, false);
    }

    /** @param dropZero whether the value "0" takes no part in a form's signature */
    Signatures(String serverKey, boolean dropZero) {
        this.dropZero = dropZero;
        this.key = new SecretKeySpec(serverKey.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    String ofBody(byte[] raw) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(raw));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every Java platform", e);
        }
    }

    /** Of the fields of a browser return; {@code signature} itself, nulls and empty values take no part. */
    String ofForm(Map<String, String> fields) {
        Map<String, String> signed = new TreeMap<>(fields);
        signed.values().removeIf(value -> dropZero && value.equals("0"));
        return ofBody(signedText(signed).getBytes(StandardCharsets.UTF_8));
    }

    static String signedText(Map<String, String> fields) {
        StringBuilder text = new StringBuilder();
        // names are ASCII, so the natural order is the byte order
        new TreeMap<>(fields).forEach((name, value) -> {
            if (!name.equals("signature") && !value.isEmpty()) {
                text.append(text.length() == 0 ? "" : "&")
                        .append(encode(name))
                        .append('=')
                        .append(encode(value));
            }
        });
        return text.toString();
    }

    /** As PHP's urlencode does: a space is a plus, only letters, digits, minus, dot and underscore stay bare. */
    static String encode(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean bare = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (bare || c == '-' || c == '.' || c == '_') {
                out.append(c);
            } else if (c == ' ') {
                out.append('+');
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }
}
