package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.paytabs.PayTabsOutcome.Misconfigured.Setting;
import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP answer of PayTabs means. An error envelope is looked for first, whatever the HTTP status is, as PayTabs' own SDK does;
 * only an answer that is no error is read for what was asked. Whatever is not understood for certain is indeterminate.
 */
final class Replies {
    private static final int AUTHENTICATION = 1;
    private static final int DUPLICATE = 4;
    private static final int TOO_MANY = 5;
    private static final int NOT_ACTIVATED = 109;
    private static final int CURRENCY = 206;
    private static final int INTERNAL = 400;

    /** Codes that are known to say: understood, this request refused, nothing done. */
    private static final Set<Long> REFUSALS = Set.of(2L, 101L, 102L, 200L, 325L, 335L);

    /** What PayTabs says, with or without a code, when key, profile and region do not belong together. */
    private static final List<String> WRONG_PROFILE = List.of(
            "no merchant information found",
            "unable to decrypt request",
            "request must be in json format",
            "authentication failed");

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
        if (json != null) {
            return understood(json, answer, operation).withTrace(Traces.of(json));
        }
        if (isUnauthenticated(status, operation)) {
            return CallEnd.misconfigured(Setting.PROFILE, new PayTabsError("http_" + status, "", null));
        }
        return CallEnd.indeterminate("HTTP " + status + " and an answer that is no JSON", Health.OTHER);
    }

    /**
     * Whether a status without PayTabs' envelope says that nothing was done. A 401 is said before a request is looked at. A 403 may be
     * said by a firewall that did not like the answer of a gateway that has charged.
     */
    private static boolean isUnauthenticated(int status, Operation<?> operation) {
        return status == 401 || (status == 403 && operation.api().reads());
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
            if (isUnauthenticated(status, operation) && !json.isObject()) {
                return CallEnd.misconfigured(Setting.PROFILE, new PayTabsError("http_" + status, "", null));
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
            return withoutCode(reply, answer, operation);
        }
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
        return refusal(code, reply, answer, operation);
    }

    private static <T> CallEnd<T> refusal(long code, Fields reply, Exchange.Answer answer, Operation<T> operation) {
        int status = answer.status();
        String message = reply.note("message");
        PayTabsError error = error(Long.toString(code), reply);
        if (code == AUTHENTICATION || code == NOT_ACTIVATED || speaksOfTheProfile(message)) {
            return CallEnd.misconfigured(Setting.PROFILE, error);
        }
        if (code == CURRENCY) {
            return CallEnd.misconfigured(Setting.CURRENCY, error);
        }
        if (REFUSALS.contains(code)) {
            return CallEnd.rejected(error);
        }
        if (status == 401 || status == 403) {
            return CallEnd.misconfigured(Setting.PROFILE, error);
        }
        T absent = operation.absent();
        if (status == 404 && error.trace() != null && absent != null) {
            return CallEnd.accepted(absent);
        }
        // a code that we do not know: a refusal only if the envelope is whole, and either HTTP says so too or nothing
        // could be done
        boolean refused = message != null && (status >= 400 || operation.api().reads());
        return refused
                ? CallEnd.rejected(error)
                : CallEnd.indeterminate("unknown code " + code + " with HTTP " + status, Health.OTHER);
    }

    /** An answer without a code that is an error all the same, or {@code null}. */
    private static <T> @Nullable CallEnd<T> withoutCode(Fields reply, Exchange.Answer answer, Operation<T> operation) {
        if (reply.has("tran_ref") || reply.has("payment_result")) {
            return null;
        }
        int status = answer.status();
        String message = reply.note("message");
        boolean refused = status == 403 ? message != null || operation.api().reads() : status == 401;
        return refused || speaksOfTheProfile(message)
                ? CallEnd.misconfigured(Setting.PROFILE, error("http_" + status, reply))
                : null;
    }

    private static PayTabsError error(String code, Fields reply) {
        String message = reply.note("message");
        return new PayTabsError(code, message == null ? "" : message, Traces.clean(reply.note("trace")));
    }

    private static boolean speaksOfTheProfile(@Nullable String message) {
        if (message == null) {
            return false;
        }
        String said = message.toLowerCase(Locale.ROOT);
        return WRONG_PROFILE.stream().anyMatch(said::contains);
    }

    private static <T> CallEnd<T> throttled(@Nullable Duration retryAfter) {
        return CallEnd.notSent(NotSent.Cause.THROTTLED, retryAfter, Health.THROTTLED);
    }
}
