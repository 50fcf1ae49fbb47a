package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A header that must be there exactly once. */
final class SignatureHeader {
    private SignatureHeader() {}

    static SignatureReading single(WebhookRequest request, String name, Function<String, SignatureReading> reader) {
        int index = request.indexOf(name, 0);
        String value = index < 0 ? "" : request.headerValue(index).strip();
        if (value.isEmpty()) {
            return SignatureReading.unreadable(Reason.SIGNATURE_MISSING, "no header " + name);
        }
        return request.indexOf(name, index + 1) < 0 ? reader.apply(value) : repeated(name);
    }

    static @Nullable SignatureReading repeated(WebhookRequest request, String name) {
        return request.headerCount(name) > 1 ? repeated(name) : null;
    }

    private static SignatureReading repeated(String name) {
        return SignatureReading.unreadable(Reason.HEADER_DUPLICATED, name + " was sent more than once");
    }
}
