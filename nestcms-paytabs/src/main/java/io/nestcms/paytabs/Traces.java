package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The trace of an answer: what PayTabs' support asks for. Anything of an unlikely form is dropped, since it is logged. */
final class Traces {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private Traces() {}

    /** The trace of an answer: of its first element when it is a list. */
    static @Nullable String of(JsonNode answer) {
        JsonNode bearer = answer.isArray() && !answer.isEmpty() ? answer.get(0) : answer;
        JsonNode trace = bearer.has("trace") ? bearer.get("trace") : bearer.get("trace_code");
        return trace == null ? null : clean(trace.textValue());
    }

    static @Nullable String clean(@Nullable String trace) {
        return trace != null && FORM.matcher(trace).matches() ? trace : null;
    }
}
