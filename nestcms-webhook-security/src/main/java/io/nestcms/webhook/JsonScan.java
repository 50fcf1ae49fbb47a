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
        ARRAY;

        private static Kind startingWith(byte first) {
            return switch (first) {
                case '{' -> OBJECT;
                case '[' -> ARRAY;
                case '"' -> STRING;
                case 't' -> TRUE;
                case 'f' -> FALSE;
                case 'n' -> NULL;
                default -> NUMBER;
            };
        }
    }

    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final byte[] json;
    private final int maxDepth;
    private final int[]
            spans; // from and until of each wanted value; none is at 0, where the object begins at the earliest
    private final boolean[] seen;
    private int at;
    private int depth;

    private JsonScan(byte[] json, JsonPaths paths, int maxDepth) {
        this.json = json;
        this.maxDepth = maxDepth;
        this.spans = new int[2 * paths.leaves()];
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

    /** What a value is, {@code null} when it is not there. */
    @Nullable Kind kind(int leaf) {
        int from = spans[2 * leaf];
        return from == 0 ? null : Kind.startingWith(json[from]);
    }

    /** A string's or number's text, {@code null} for a missing value and for all other kinds. */
    @Nullable String text(int leaf) {
        Kind kind = kind(leaf);
        int from = spans[2 * leaf];
        int until = spans[2 * leaf + 1];
        if (kind == Kind.STRING) {
            return JsonText.unescape(json, from + 1, until - 1);
        }
        return kind == Kind.NUMBER || kind == Kind.TRUE || kind == Kind.FALSE
                ? new String(json, from, until - from, StandardCharsets.US_ASCII)
                : null;
    }

    private void value(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        int start = at;
        read(node);
        if (node != null && node.leaf() >= 0) {
            spans[2 * node.leaf()] = start;
            spans[2 * node.leaf() + 1] = at;
        }
    }

    private void read(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        switch (peek()) {
            case '{' -> object(node);
            case '[' -> array(node);
            case '"' -> string();
            case 't' -> word(TRUE);
            case 'f' -> word(FALSE);
            case 'n' -> word(NULL);
            default -> number();
        }
    }

    private void object(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        descend();
        skipSpace();
        if (peek() == '}') {
            ascend();
            return;
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
                return;
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

    private void array(JsonPaths.@Nullable Node node) throws JsonRefusedException {
        descend();
        skipSpace();
        if (peek() == ']') {
            ascend();
            return;
        }
        for (int index = 0; ; index++) {
            // the tree is asked for the first elements only: nobody wants a later one
            value(node == null || index > 1 ? null : node.child(index == 0 ? "[0]" : "[1]"));
            skipSpace();
            if (peek() == ']') {
                ascend();
                return;
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
            if (b >= 0x20 && b != '"' && b != '\\') { // nearly all of them
                i++;
                continue;
            }
            if (b == '"') {
                at = i + 1;
                return escaped;
            }
            if (b == '\\') {
                escaped = true;
                i = JsonText.afterEscape(text, i);
            } else if (b < 0) {
                i = JsonText.afterCharacter(text, i);
            } else {
                throw malformed("a control character in a string");
            }
            if (i < 0) {
                throw malformed("a broken escape or character");
            }
        }
        throw malformed("a string without an end");
    }

    private void number() throws JsonRefusedException {
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

    private void word(byte[] word) throws JsonRefusedException {
        if (json.length - at < word.length || !Arrays.equals(json, at, at + word.length, word, 0, word.length)) {
            throw malformed("an unknown word");
        }
        at += word.length;
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
