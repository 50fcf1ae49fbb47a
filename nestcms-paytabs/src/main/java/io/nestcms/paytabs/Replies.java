package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.payment.GatewayOutcome.NotSent;
import io.nestcms.payment.Rejection;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP answer of PayTabs means. An error envelope is looked for first, as PayTabs' own SDK does; only an answer
 * that is no error is read for what was asked. Whatever is not understood for certain is indeterminate.
 */
final class Replies {
    private static final int DUPLICATE = 4;
    private static final int TOO_MANY = 5;
    private static final int INTERNAL = 400;

    /** Codes that are known to say: understood, refused, nothing done. */
    private static final Set<Long> REFUSALS = Set.of(1L, 2L, 101L, 102L, 109L, 200L, 206L, 325L, 335L);

    private Replies() {}

    static <T> CallEnd<T> judge(Exchange exchange, Operation<T> operation) {
        if (exchange instanceof Exchange.Unsent unsent) {
            return CallEnd.notSent(unsent.cause(), null, unsent.health());
        }
        if (exchange instanceof Exchange.Lost lost) {
            return CallEnd.indeterminate(lost.detail(), lost.health());
        }
        return answered((Exchange.Answer) exchange, operation);
    }

    private static <T> CallEnd<T> answered(Exchange.Answer answer, Operation<T> operation) {
        int status = answer.status();
        if (status == 429) {
            return throttled(answer.retryAfter());
        }
        if (status >= 500) {
            return CallEnd.indeterminate("HTTP " + status, Health.SERVER_ERROR);
        }
        JsonNode json = answer.json();
        if (json == null) {
            return CallEnd.indeterminate("HTTP " + status + " and an answer that is no JSON", Health.OTHER);
        }
        return understood(json, answer, operation).withTrace(Traces.of(json));
    }

    private static <T> CallEnd<T> understood(JsonNode json, Exchange.Answer answer, Operation<T> operation) {
        int status = answer.status();
        try {
            if (json.isObject()) {
                CallEnd<T> error = error(Fields.of(json), answer, operation);
                if (error != null) {
                    return error;
                }
            }
            if (status < 200 || status > 299) {
                return CallEnd.indeterminate("HTTP " + status + " without an error of the gateway", Health.OTHER);
            }
            return CallEnd.accepted(operation.shape().read(json));
        } catch (UnreadableReplyException unreadable) {
            return CallEnd.indeterminate(
                    "HTTP " + status + " and an answer that cannot be read: " + unreadable.getMessage(), Health.OTHER);
        }
    }

    /** The verdict on an error envelope, or {@code null} when the answer is none. */
    private static <T> @Nullable CallEnd<T> error(Fields reply, Exchange.Answer answer, Operation<T> operation) {
        Long code = reply.number("code");
        if (code == null || code == 0) {
            return null;
        }
        String trace = Traces.clean(reply.note("trace"));
        if (code < 0 || reply.has("tran_ref")) {
            return CallEnd.indeterminate("code " + code + " where none belongs", Health.OTHER);
        }
        if (code == TOO_MANY) {
            return throttled(answer.retryAfter());
        }
        if (code == DUPLICATE) {
            return CallEnd.indeterminate("duplicate request: an equal one arrived before", Health.HEALTHY);
        }
        if (code == INTERNAL) {
            return CallEnd.indeterminate("code 400, internal error of the gateway", Health.SERVER_ERROR);
        }
        String message = reply.note("message");
        Rejection rejection = new Rejection(Long.toString(code), message == null ? "" : message, trace);
        if (REFUSALS.contains(code)) {
            return CallEnd.rejected(rejection);
        }
        T absent = operation.absent();
        if (answer.status() == 404 && trace != null && absent != null) {
            return CallEnd.accepted(absent);
        }
        // a code that we do not know: a refusal only if HTTP says so too and the envelope is whole
        return answer.status() >= 400 && message != null
                ? CallEnd.rejected(rejection)
                : CallEnd.indeterminate("unknown code " + code + " with HTTP " + answer.status(), Health.OTHER);
    }

    private static <T> CallEnd<T> throttled(@Nullable Duration retryAfter) {
        return CallEnd.notSent(NotSent.Cause.THROTTLED, retryAfter, Health.THROTTLED);
    }
}
