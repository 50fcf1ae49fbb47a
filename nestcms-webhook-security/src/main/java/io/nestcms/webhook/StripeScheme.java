package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stripe: {@code Stripe-Signature: t=time,v1=hex,v1=hex,v0=...} over {@code time.body}. Source: Stripe's documentation of
 * webhook signatures. Other entries, {@code v0} among them, are passed over: taking them would be a downgrade.
 */
final class StripeScheme implements SignatureScheme {
    static final StripeScheme INSTANCE = new StripeScheme();

    private static final String HEADER = "Stripe-Signature";
    private static final int MAX_ENTRIES = 32;

    private StripeScheme() {}

    @Override
    public String name() {
        return "stripe";
    }

    @Override
    public SignatureReading read(WebhookRequest request) {
        if (request.bodyLength() == 0) {
            return SignatureReading.noBody(request);
        }
        return SignatureHeader.single(request, HEADER, value -> read(request, value));
    }

    private static SignatureReading read(WebhookRequest request, String header) {
        @Nullable String timestamp = null;
        int start = 0;
        for (int entries = 0; start <= header.length(); entries++) {
            int end = endOf(header, start);
            if (header.startsWith("t=", start)) {
                if (timestamp != null) {
                    return SignatureReading.unreadable(Reason.TIMESTAMP_MALFORMED, "more than one time");
                }
                timestamp = header.substring(start + 2, end);
            }
            if (entries == MAX_ENTRIES) {
                return SignatureReading.unreadable(Reason.SIGNATURE_MALFORMED, "more than " + MAX_ENTRIES + " entries");
            }
            start = end + 1;
        }
        return timestamp == null
                ? SignatureReading.unreadable(Reason.TIMESTAMP_MISSING, "no time in " + HEADER)
                : claim(request, header, timestamp);
    }

    private static SignatureReading claim(WebhookRequest request, String header, String timestamp) {
        Instant at = TimestampFormat.UNIX_SECONDS.parse(timestamp);
        if (at == null) {
            return SignatureReading.unreadable(Reason.TIMESTAMP_MALFORMED, "not seconds since 1970");
        }
        SignatureClaim.Builder claim = SignatureClaim.builder(
                        MacAlgorithm.HMAC_SHA256, prefix(timestamp), request.rawBody())
                .timestamp(at);
        for (int start = 0; start <= header.length(); start = endOf(header, start) + 1) {
            if (header.startsWith("v1=", start)) {
                byte[] mac = Hex.decode(header.substring(start + 3, endOf(header, start)));
                if (mac != null && mac.length == MacAlgorithm.HMAC_SHA256.length()) {
                    claim.signature(mac);
                }
            }
        }
        return claim.build();
    }

    private static int endOf(String header, int start) {
        int comma = header.indexOf(',', start);
        return comma < 0 ? header.length() : comma;
    }

    private static byte[] prefix(String timestamp) {
        return (timestamp + '.').getBytes(StandardCharsets.UTF_8);
    }

    WebhookSigner signer(List<SigningSecret> secrets) {
        return (id, at, body) -> {
            String timestamp = TimestampFormat.UNIX_SECONDS.format(at);
            StringBuilder value = new StringBuilder("t=").append(timestamp);
            for (SigningSecret secret : secrets) {
                byte[] mac = secret.sign(MacAlgorithm.HMAC_SHA256, prefix(timestamp), body);
                value.append(",v1=").append(SignatureEncoding.HEX.encode(mac));
            }
            return Map.of(HEADER, value.toString());
        };
    }
}
