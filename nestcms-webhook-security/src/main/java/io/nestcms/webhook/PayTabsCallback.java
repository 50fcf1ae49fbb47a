package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;

/** HMAC-SHA256 over the raw body, hexadecimal, in the header Signature. */
final class PayTabsCallback implements SignatureScheme {
    static final PayTabsCallback INSTANCE = new PayTabsCallback();

    private static final String HEADER = "Signature";

    private PayTabsCallback() {}

    @Override
    public String name() {
        return "paytabs-callback";
    }

    @Override
    public SignatureReading read(WebhookRequest request) {
        if (request.bodyLength() == 0) {
            // what PayTabs sends to a plain http address, and what is left after a redirect
            return SignatureReading.unreadable(Reason.BODY_MISSING, "empty body: is the callback address plain http?");
        }
        return SignatureHeader.single(request, HEADER, value -> {
            byte[] signature = Hex.decode(value);
            return signature == null || signature.length != MacAlgorithm.HMAC_SHA256.length()
                    ? SignatureReading.unreadable(Reason.SIGNATURE_MALFORMED, "not 64 hexadecimal digits")
                    : SignatureClaim.builder(MacAlgorithm.HMAC_SHA256, request.rawBody())
                            .signature(signature)
                            .build();
        });
    }
}
