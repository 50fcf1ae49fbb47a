package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Standard Webhooks, versions v1 (HMAC-SHA256) and v1a (Ed25519): {@code id.timestamp.body}, several signatures in one header.
 * Source: the Standard Webhooks specification 1.0.
 */
final class StandardWebhooks implements SignatureScheme {
    private static final String V1 = "v1,";
    private static final String V1A = "v1a,";
    private static final int ED25519_LENGTH = 64;
    private static final int MAX_ID_LENGTH = 256;

    private final String name;
    private final String idHeader;
    private final String timestampHeader;
    private final String signatureHeader;

    StandardWebhooks(String name, String headerPrefix) {
        this.name = name;
        this.idHeader = headerPrefix + "-id";
        this.timestampHeader = headerPrefix + "-timestamp";
        this.signatureHeader = headerPrefix + "-signature";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SignatureReading read(WebhookRequest request) {
        if (request.bodyLength() == 0) {
            return SignatureReading.noBody(request);
        }
        return SignatureHeader.single(request, signatureHeader, value -> readId(request, value));
    }

    private SignatureReading readId(WebhookRequest request, String signatures) {
        String id = request.header(idHeader);
        if (id == null || id.isEmpty()) {
            return SignatureReading.unreadable(Reason.HEADER_MISSING, "no header " + idHeader);
        }
        // a full stop would let a sender move bytes between id, time and body under the same signature
        if (id.length() > MAX_ID_LENGTH || id.indexOf('.') >= 0) {
            return SignatureReading.unreadable(Reason.HEADER_NOT_ALLOWED, idHeader + " is too long or has a full stop");
        }
        SignatureReading repeated = SignatureHeader.repeated(request, idHeader);
        return repeated != null ? repeated : readTime(request, signatures, id);
    }

    private SignatureReading readTime(WebhookRequest request, String signatures, String id) {
        String timestamp = request.header(timestampHeader);
        if (timestamp == null) {
            return SignatureReading.unreadable(Reason.TIMESTAMP_MISSING, "no header " + timestampHeader);
        }
        SignatureReading repeated = SignatureHeader.repeated(request, timestampHeader);
        if (repeated != null) {
            return repeated;
        }
        Instant at = TimestampFormat.UNIX_SECONDS.parse(timestamp);
        if (at == null) {
            return SignatureReading.unreadable(Reason.TIMESTAMP_MALFORMED, "not seconds since 1970");
        }
        SignatureClaim.Builder claim = SignatureClaim.builder(
                        MacAlgorithm.HMAC_SHA256, prefix(id, timestamp), request.rawBody())
                .timestamp(at)
                .messageId(id);
        SignatureReading refused = addSignatures(claim, signatures);
        return refused != null ? refused : claim.build();
    }

    /** Entries of unknown versions and broken entries are passed over, as the specification wants; too many are not. */
    private static @Nullable SignatureReading addSignatures(SignatureClaim.Builder claim, String header) {
        int entries = 0;
        int start = 0;
        while (start < header.length()) {
            int space = header.indexOf(' ', start);
            int end = space < 0 ? header.length() : space;
            if (end > start && ++entries > SignatureClaim.MAX_SIGNATURES) {
                return SignatureReading.unreadable(
                        Reason.SIGNATURE_MALFORMED, "more than " + SignatureClaim.MAX_SIGNATURES + " signatures");
            }
            addSignature(claim, header, start, end);
            start = end + 1;
        }
        return null;
    }

    private static void addSignature(SignatureClaim.Builder claim, String header, int start, int end) {
        if (header.startsWith(V1, start)) {
            byte[] mac = SignatureEncoding.BASE64.decode(header.substring(start + V1.length(), end));
            if (mac != null && mac.length == MacAlgorithm.HMAC_SHA256.length()) {
                claim.signature(mac);
            }
        } else if (header.startsWith(V1A, start)) {
            byte[] signature = SignatureEncoding.BASE64.decode(header.substring(start + V1A.length(), end));
            if (signature != null && signature.length == ED25519_LENGTH) {
                claim.ed25519Signature(signature);
            }
        }
    }

    private static byte[] prefix(String id, String timestamp) {
        return (id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8);
    }

    WebhookSigner signer(List<? extends SigningKey> keys) {
        return (id, at, body) -> {
            if (id.isEmpty() || id.length() > MAX_ID_LENGTH || id.indexOf('.') >= 0) {
                throw new IllegalArgumentException("messageId is empty, too long or has a full stop: up to "
                        + MAX_ID_LENGTH + " characters without one are allowed");
            }
            String timestamp = TimestampFormat.UNIX_SECONDS.format(at);
            byte[] prefix = prefix(id, timestamp);
            StringBuilder signatures = new StringBuilder();
            for (SigningKey key : keys) {
                signatures.append(signatures.length() == 0 ? "" : " ").append(entry(key, prefix, body));
            }
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put(idHeader, id);
            headers.put(timestampHeader, timestamp);
            headers.put(signatureHeader, signatures.toString());
            return headers;
        };
    }

    private static String entry(SigningKey key, byte[] prefix, byte[] body) {
        if (key instanceof SigningSecret secret) {
            return V1 + SignatureEncoding.BASE64.encode(secret.sign(MacAlgorithm.HMAC_SHA256, prefix, body));
        }
        return V1A + SignatureEncoding.BASE64.encode(((Ed25519SigningKey) key).sign(prefix, body));
    }
}
