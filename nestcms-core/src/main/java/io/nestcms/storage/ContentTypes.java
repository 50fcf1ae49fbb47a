package io.nestcms.storage;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a file holds, by its first bytes. Only types that a browser shows without running anything in them have a name of their own;
 * HTML and SVG are text (in UTF-8, as all text is).
 */
final class ContentTypes {
    /** So many first bytes are looked at. */
    static final int HEAD = 512;

    private static final String UNKNOWN = "application/octet-stream";
    private static final Map<String, String> MAGIC = new LinkedHashMap<>();

    static {
        MAGIC.put("89504e470d0a1a0a", "image/png");
        MAGIC.put("ffd8ff", "image/jpeg");
        MAGIC.put("474946383761", "image/gif");
        MAGIC.put("474946383961", "image/gif");
        MAGIC.put("255044462d", "application/pdf");
        MAGIC.put("504b0304", "application/zip");
        MAGIC.put("1f8b08", "application/gzip");
        MAGIC.put("4f676753", "audio/ogg");
    }

    private ContentTypes() {}

    static String of(byte[] head, boolean whole) {
        String hex = HexFormat.of().formatHex(head);
        for (Map.Entry<String, String> magic : MAGIC.entrySet()) {
            if (hex.startsWith(magic.getKey())) {
                return magic.getValue();
            }
        }
        if (hex.startsWith("52494646") && hex.startsWith("57454250", 16)) {
            return "image/webp";
        }
        if (hex.startsWith("66747970", 8)) {
            return "video/mp4";
        }
        return isText(head, whole) ? "text/plain" : UNKNOWN;
    }

    private static boolean isText(byte[] head, boolean whole) {
        if (head.length == 0) {
            return false;
        }
        for (byte each : head) {
            if (each >= 0 && each < ' ' && each != '\n' && each != '\r' && each != '\t') {
                return false;
            }
        }
        // the last character may be cut
        for (int cut = 0; cut <= (whole ? 0 : 3) && cut < head.length; cut++) {
            try {
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(Arrays.copyOf(head, head.length - cut)));
                return true;
            } catch (CharacterCodingException broken) {
                // perhaps only cut: one byte less
            }
        }
        return false;
    }
}
