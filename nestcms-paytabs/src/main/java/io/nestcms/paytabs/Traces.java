package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** The trace of an answer: what PayTabs' support asks for. Anything of an unlikely form is dropped, since it is logged. */
final class Traces {
    private static final int LONGEST = 64;

    private Traces() {}

    /** The trace of an answer: of its first element when it is a list. */
    static @Nullable String of(JsonNode answer) {
        JsonNode bearer = answer.isArray() && !answer.isEmpty() ? answer.get(0) : answer;
        JsonNode trace = bearer.has("trace") ? bearer.get("trace") : bearer.get("trace_code");
        return trace == null ? null : clean(trace.textValue());
    }

    static @Nullable String clean(@Nullable String trace) {
        if (trace == null || trace.isEmpty() || trace.length() > LONGEST) {
            return null;
        }
        for (int i = 0; i < trace.length(); i++) {
            if (!isLikely(trace.charAt(i))) {
                return null;
            }
        }
        return trace;
    }

    private static boolean isLikely(char c) {
        if (c == '.' || c == '_' || c == '-') {
            return true;
        }
        return c < 128 && Character.isLetterOrDigit(c);
    }
}
