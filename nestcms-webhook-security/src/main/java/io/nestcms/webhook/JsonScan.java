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

    private static final String OTHER = "another sign is expected";
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final byte[] json;
    private final int maxDepth;
    private final int[]
            spans; // from and until of each wanted value; none is at 0, where the object begins at the earliest
    private final boolean[] seen;

    private JsonScan(byte[] json, JsonPaths paths, int maxDepth) {
        this.json = json;
        this.maxDepth = maxDepth;
        this.spans = new int[2 * paths.leaves()];
        this.seen = new boolean[paths.nodes()];
    }

    /** Scans the whole text. */
    static JsonScan of(byte[] json, JsonPaths paths, int maxDepth) throws JsonRefusedException {
        JsonScan scan = new JsonScan(json, paths, maxDepth);
        int start = afterSpace(json, 0);
        if (byteAt(json, start) != '{') {
            throw malformed("not an object");
        }
        if (afterSpace(json, scan.value(start, 0, paths.root())) != json.length) {
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

    // every step below takes the place where it begins and gives the one where it ends: kept in a field, each step
    // would write it to memory, and that took most of the time

    private int value(int start, int depth, JsonPaths.@Nullable Node node) throws JsonRefusedException {
        if (node == null) {
            return unwanted(json, start, depth, maxDepth);
        }
        int end = switch (byteAt(json, start)) {
            case '{' -> object(start, depth + 1, node);
            case '[' -> array(start, depth + 1, node);
            default -> plainValue(json, start);
        };
        if (node.leaf() >= 0) {
            spans[2 * node.leaf()] = start;
            spans[2 * node.leaf() + 1] = end;
        }
        return end;
    }

    private static int plainValue(byte[] text, int start) throws JsonRefusedException {
        int b = byteAt(text, start);
        if (b == '"') {
            return plain(string(text, start));
        }
        return Ascii.isLetter(b) ? word(text, start, b == 't' ? TRUE : b == 'f' ? FALSE : NULL) : number(text, start);
    }

    /**
     * Passes a value of which nothing is wanted, as most of a body is, without going down into itself: for each container the
     * lowest bits tell whether it is an array.
     */
    private static int unwanted(byte[] text, int start, int depth, int maxDepth) throws JsonRefusedException {
        int at = start;
        int level = 0;
        long arrays = 0;
        while (true) {
            int b = byteAt(text, at);
            if (b != '{' && b != '[') {
                at = plainValue(text, at);
            } else if (level == Long.SIZE) {
                at = unwanted(text, at, depth + level, maxDepth);
            } else {
                checkDepth(depth + ++level, maxDepth);
                arrays = arrays << 1 | (b == '[' ? 1 : 0);
                at = afterSpace(text, at + 1);
                // the closing sign is the opening one and two
                if (byteAt(text, at) != b + 2) {
                    at = b == '{' ? afterName(text, at) : at;
                    continue;
                }
                at++;
                level--;
                arrays >>>= 1;
            }
            while (true) {
                if (level == 0) {
                    return at;
                }
                at = afterSpace(text, at);
                boolean array = (arrays & 1) != 0;
                int next = byteAt(text, at);
                if (next == ',') {
                    at = afterSpace(text, at + 1);
                    at = array ? at : afterName(text, at);
                    break;
                }
                if (next != (array ? ']' : '}')) {
                    throw unexpected(text, at, OTHER);
                }
                at++;
                level--;
                arrays >>>= 1;
            }
        }
    }

    /** Passes a name and what stands between it and its value. */
    private static int afterName(byte[] text, int start) throws JsonRefusedException {
        if (byteAt(text, start) != '"') {
            throw unexpected(text, start, "a name is expected");
        }
        return afterColon(text, plain(string(text, start)));
    }

    private static int afterColon(byte[] text, int start) throws JsonRefusedException {
        int at = afterSpace(text, start);
        if (byteAt(text, at) != ':') {
            throw unexpected(text, at, OTHER);
        }
        return afterSpace(text, at + 1);
    }

    private int object(int start, int depth, JsonPaths.Node node) throws JsonRefusedException {
        byte[] text = json;
        checkDepth(depth, maxDepth);
        int at = afterSpace(text, start + 1);
        if (byteAt(text, at) == '}') {
            return at + 1;
        }
        while (true) {
            if (byteAt(text, at) != '"') {
                throw unexpected(text, at, "a name is expected");
            }
            int end = string(text, at);
            JsonPaths.@Nullable Node child = child(node, at + 1, end);
            at = afterSpace(text, value(afterColon(text, plain(end)), depth, child));
            int next = byteAt(text, at);
            if (next != ',') {
                if (next == '}') {
                    return at + 1;
                }
                throw unexpected(text, at, OTHER);
            }
            at = afterSpace(text, at + 1);
        }
    }

    /** The wanted node of that name, whose string ends at {@code end}, the complement of it when it holds an escape. */
    private JsonPaths.@Nullable Node child(JsonPaths.Node parent, int start, int end) throws JsonRefusedException {
        JsonPaths.@Nullable Node node =
                end < 0 ? parent.child(JsonText.unescape(json, start, ~end - 1)) : parent.child(json, start, end - 1);
        if (node != null) {
            if (seen[node.number()]) {
                throw new JsonRefusedException(Reason.FIELD_DUPLICATED, "a checked field is there twice");
            }
            seen[node.number()] = true;
        }
        return node;
    }

    private int array(int start, int depth, JsonPaths.Node node) throws JsonRefusedException {
        byte[] text = json;
        checkDepth(depth, maxDepth);
        int at = afterSpace(text, start + 1);
        if (byteAt(text, at) == ']') {
            return at + 1;
        }
        for (int index = 0; ; index++) {
            // the tree is asked for the first elements only: nobody wants a later one
            JsonPaths.@Nullable Node child = index > 1 ? null : node.child(index == 0 ? "[0]" : "[1]");
            at = afterSpace(text, value(at, depth, child));
            int next = byteAt(text, at);
            if (next != ',') {
                if (next == ']') {
                    return at + 1;
                }
                throw unexpected(text, at, OTHER);
            }
            at = afterSpace(text, at + 1);
        }
    }

    private static void checkDepth(int depth, int maxDepth) throws JsonRefusedException {
        if (depth > maxDepth) {
            throw new JsonRefusedException(Reason.PAYLOAD_TOO_DEEP, "nested deeper than " + maxDepth);
        }
    }

    /**
     * Passes the string that starts here. Gives its end, behind the closing mark, or the complement of that when it holds an
     * escape. Byte by byte: eight at a time were slower, docs/rationale/webhooks.md tells why.
     */
    private static int string(byte[] text, int start) throws JsonRefusedException {
        int at = start + 1;
        while (at < text.length) {
            int b = text[at];
            if (b >= ' ' && b != '"' && b != '\\') { // nearly all of them
                at++;
                continue;
            }
            return b == '"' ? at + 1 : oddString(text, at);
        }
        throw malformed("a string without an end");
    }

    /** The rest of a string, from an escape or a character of several bytes on. */
    private static int oddString(byte[] text, int start) throws JsonRefusedException {
        boolean escaped = false;
        int at = start;
        while (at < text.length) {
            int b = text[at];
            if (b >= ' ' && b != '"' && b != '\\') {
                at++;
            } else if (b == '"') {
                return escaped ? ~(at + 1) : at + 1;
            } else {
                escaped |= b == '\\';
                at = afterSign(text, at, b);
            }
        }
        throw malformed("a string without an end");
    }

    /** Where the string goes on after an escape or a character of several bytes. */
    private static int afterSign(byte[] text, int at, int b) throws JsonRefusedException {
        if (b >= 0 && b != '\\') {
            throw malformed("a control character in a string");
        }
        int next = b < 0 ? JsonText.afterCharacter(text, at) : JsonText.afterEscape(text, at);
        if (next < 0) {
            throw malformed("a broken escape or character");
        }
        return next;
    }

    /** The end of a string, whether or not it holds an escape. */
    private static int plain(int end) {
        return end < 0 ? ~end : end;
    }

    private static int number(byte[] text, int start) throws JsonRefusedException {
        int at = byteAt(text, start) == '-' ? start + 1 : start;
        at = byteAt(text, at) == '0' ? at + 1 : afterDigits(text, at);
        if (byteAt(text, at) == '.') {
            at = afterDigits(text, at + 1);
        }
        if ((byteAt(text, at) | 0x20) == 'e') {
            at++;
            int sign = byteAt(text, at);
            at = afterDigits(text, sign == '+' || sign == '-' ? at + 1 : at);
        }
        return at;
    }

    private static int afterDigits(byte[] text, int start) throws JsonRefusedException {
        int at = start;
        while (Ascii.isDigit(byteAt(text, at))) {
            at++;
        }
        if (at == start) {
            throw unexpected(text, at, "a value is expected");
        }
        return at;
    }

    private static int word(byte[] text, int start, byte[] word) throws JsonRefusedException {
        int end = start + word.length;
        if (text.length < end || !Arrays.equals(text, start, end, word, 0, word.length)) {
            throw malformed("an unknown word");
        }
        return end;
    }

    private static int afterSpace(byte[] text, int start) {
        int at = start;
        while (at < text.length && text[at] <= ' ' && isSpace(text[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** The byte there, and behind the end of the text a 0, which is allowed nowhere. */
    private static int byteAt(byte[] text, int at) {
        return at < text.length ? text[at] : 0;
    }

    private static JsonRefusedException unexpected(byte[] text, int at, String detail) {
        return malformed(at < text.length ? detail : "the text ends too early");
    }

    private static JsonRefusedException malformed(String detail) {
        return new JsonRefusedException(Reason.PAYLOAD_MALFORMED, "not JSON: " + detail);
    }
}
