package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) once, strictly, and keeps where the wanted values stand. Strict, because a verifier that reads a body
 * otherwise than the application's parser can be led to check one value while the application acts on another: one value
 * and nothing after it, valid UTF-8, no repeated wanted name however it is escaped, bounded depth.
 */
final class JsonScan {
    /** The kinds of values. */
    enum Kind {
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        OBJECT,
        ARRAY
    }

    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final byte[] json;
    private final int maxDepth;
    private final int[] starts;
    private final int[] ends;
    private final @Nullable Kind[] kinds;
    private final boolean[] seen;
    private int at;
    private int depth;

    private JsonScan(byte[] json, JsonPaths paths, int maxDepth) {
        this.json = json;
        this.maxDepth = maxDepth;
        this.starts = new int[paths.leaves()];
        this.ends = new int[paths.leaves()];
        this.kinds = new Kind[paths.leaves()];
        this.seen = new boolean[paths.nodes()];
    }

    /** Scans the whole text. */
    static JsonScan of(byte[] json, JsonPaths paths, int maxDepth) throws JsonRefusedException {
        JsonScan scan = new JsonScan(json, paths, maxDepth);
        scan.skipSpace();
        if (scan.at == json.length || json[scan.at] != '{') {
            throw malformed("not an object");
        }
        scan.value(paths.root());
        scan.skipSpace();
        if (scan.at != json.length) {
            throw malformed("more than one value");
        }
        return scan;
    }

    @Nullable Kind kind(int leaf) {
        return kinds[leaf];
    }

    /** A string's or number's text, {@code null} for a missing value and for all other kinds. */
    @Nullable String text(int leaf) {
        Kind kind = kinds[leaf];
        if (kind == Kind.STRING) {
            return JsonText.unescape(json, starts[leaf] + 1, ends[leaf] - 1);
        }
        return kind == Kind.NUMBER || kind == Kind.TRUE || kind == Kind.FALSE
                ? new String(json, starts[leaf], ends[leaf] - starts[leaf], StandardCharsets.US_ASCII)
                : null;
    }

    private void value(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        int start = at;
        Kind kind = read(node);
        if (node != null && node.leaf() >= 0) {
            starts[node.leaf()] = start;
            ends[node.leaf()] = at;
            kinds[node.leaf()] = kind;
        }
    }

    private Kind read(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        return switch (peek()) {
            case '{' -> object(node);
            case '[' -> array(node);
            case '"' -> {
                string();
                yield Kind.STRING;
            }
            case 't' -> word(TRUE, Kind.TRUE);
            case 'f' -> word(FALSE, Kind.FALSE);
            case 'n' -> word(NULL, Kind.NULL);
            default -> number();
        };
    }

    private Kind object(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        descend();
        skipSpace();
        if (peek() == '}') {
            ascend();
            return Kind.OBJECT;
        }
        while (true) {
            JsonPaths.@Nullable Node child = name(node);
            skipSpace();
            expect(':');
            skipSpace();
            value(child);
            skipSpace();
            if (peek() == '}') {
                ascend();
                return Kind.OBJECT;
            }
            expect(',');
            skipSpace();
        }
    }

    private JsonPaths.@Nullable Node name(JsonPaths.@Nullable Node parent) throws JsonRefusedException {
        if (peek() != '"') {
            throw malformed("a name is expected");
        }
        int start = at + 1;
        boolean escaped = string();
        if (parent == null) {
            return null;
        }
        JsonPaths.@Nullable Node node =
                escaped ? parent.child(JsonText.unescape(json, start, at - 1)) : parent.child(json, start, at - 1);
        if (node != null) {
            if (seen[node.number()]) {
                throw new JsonRefusedException(Reason.FIELD_DUPLICATED, "a checked field is there twice");
            }
            seen[node.number()] = true;
        }
        return node;
    }

    private Kind array(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        descend();
        skipSpace();
        if (peek() == ']') {
            ascend();
            return Kind.ARRAY;
        }
        for (int index = 0; ; index++) {
            // the tree is asked for the first elements only: nobody wants a later one
            value(node == null || index > 1 ? null : node.child(index == 0 ? "[0]" : "[1]"));
            skipSpace();
            if (peek() == ']') {
                ascend();
                return Kind.ARRAY;
            }
            expect(',');
            skipSpace();
        }
    }

    private void descend() throws JsonRefusedException {
        if (++depth > maxDepth) {
            throw new JsonRefusedException(Reason.PAYLOAD_TOO_DEEP, "nested deeper than " + maxDepth);
        }
        at++;
    }

    private void ascend() {
        depth--;
        at++;
    }

    /** Passes a string, and tells whether it holds an escape. */
    private boolean string() throws JsonRefusedException {
        byte[] text = json;
        boolean escaped = false;
        int i = at + 1;
        while (i < text.length) {
            int b = text[i];
            if (b == '"') {
                at = i + 1;
                return escaped;
            }
            if (b == '\\') {
                escaped = true;
                i = JsonText.afterEscape(text, i);
            } else if (b < 0) {
                i = JsonText.afterCharacter(text, i);
            } else if (b < 0x20) {
                throw malformed("a control character in a string");
            } else {
                i++;
            }
            if (i < 0) {
                throw malformed("a broken escape or character");
            }
        }
        throw malformed("a string without an end");
    }

    private Kind number() throws JsonRefusedException {
        if (peek() == '-') {
            at++;
        }
        if (at < json.length && json[at] == '0') {
            at++;
        } else {
            digits();
        }
        if (at < json.length && json[at] == '.') {
            at++;
            digits();
        }
        if (at < json.length && (json[at] | 0x20) == 'e') {
            at++;
            if (at < json.length && (json[at] == '+' || json[at] == '-')) {
                at++;
            }
            digits();
        }
        return Kind.NUMBER;
    }

    private void digits() throws JsonRefusedException {
        int start = at;
        while (at < json.length && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw malformed("a value is expected");
        }
    }

    private Kind word(byte[] word, Kind kind) throws JsonRefusedException {
        if (json.length - at < word.length || !Arrays.equals(json, at, at + word.length, word, 0, word.length)) {
            throw malformed("an unknown word");
        }
        at += word.length;
        return kind;
    }

    private void skipSpace() {
        while (at < json.length && isSpace(json[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private int peek() throws JsonRefusedException {
        if (at >= json.length) {
            throw malformed("the text ends too early");
        }
        return json[at];
    }

    private void expect(char wanted) throws JsonRefusedException {
        if (peek() != wanted) {
            throw malformed("another sign is expected");
        }
        at++;
    }

    private static JsonRefusedException malformed(String detail) {
        return new JsonRefusedException(Reason.PAYLOAD_MALFORMED, "not JSON: " + detail);
    }
}
