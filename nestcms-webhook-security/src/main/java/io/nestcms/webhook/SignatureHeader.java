package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A header that must be there exactly once. */
final class SignatureHeader {
    private SignatureHeader() {}

    static SignatureReading single(WebhookRequest request, String name, Function<String, SignatureReading> reader) {
        String value = request.header(name);
        if (value == null || value.isBlank()) {
            return SignatureReading.unreadable(Reason.SIGNATURE_MISSING, "no header " + name);
        }
        SignatureReading repeated = repeated(request, name);
        return repeated != null ? repeated : reader.apply(value.strip());
    }

    static @Nullable SignatureReading repeated(WebhookRequest request, String name) {
        return request.headerCount(name) > 1
                ? SignatureReading.unreadable(Reason.HEADER_DUPLICATED, name + " was sent more than once")
                : null;
    }
}
