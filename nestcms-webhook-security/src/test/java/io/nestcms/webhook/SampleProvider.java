package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.utf8;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A provider as the attack suite meets it: how it signs, and a receiver that is set up for it with every check on. */
enum SampleProvider {
    PAYTABS_CALLBACK(SignatureScheme.payTabsCallback(), "Signature"),
    PAYTABS_RETURN(SignatureScheme.payTabsReturn(), ""),
    STANDARD_V1(SignatureScheme.standardWebhooks(), "webhook-signature"),
    STANDARD_V1A(SignatureScheme.standardWebhooks(), "webhook-signature"),
    STRIPE(SignatureScheme.stripe(), "Stripe-Signature"),
    GITHUB(SignatureScheme.github(), "X-Hub-Signature-256"),
    SQUARE(SignatureScheme.square("https://shop.example.test/hooks"), "x-square-hmacsha256-signature"),
    ADYEN_HEADER(SignatureScheme.adyenHeader(), "HmacSignature"),
    TIMED_SHA512(
            HmacScheme.builder("timed", "X-Sig")
                    .algorithm(MacAlgorithm.HMAC_SHA512)
                    .encoding(SignatureEncoding.BASE64)
                    .timestamp("X-Time", TimestampFormat.DETECT, ".")
                    .build(),
            "X-Sig");

    static final Instant NOW = Instant.parse("2026-09-18T10:00:00Z");
    static final String PEER = "192.0.2.10";
    static final String JSON =
            "{\"profile_id\":90417,\"cart_id\":\"ORD-1\",\"cart_amount\":\"250.00\",\"note\":\"caf\u00e9\"}";
    static final String KEY = "SKTEST0001-AAAAAAAAAA-BBBBBBBBBB";
    static final String OTHER_KEY = "SKTEST0002-AAAAAAAAAA-BBBBBBBBBB";

    private final SignatureScheme scheme;
    private final String signatureHeader;

    SampleProvider(SignatureScheme scheme, String signatureHeader) {
        this.scheme = scheme;
        this.signatureHeader = signatureHeader;
    }

    String signatureHeader() {
        return signatureHeader;
    }

    boolean signsInTheBody() {
        return this == PAYTABS_RETURN;
    }

    boolean isTimed() {
        return this == STANDARD_V1 || this == STANDARD_V1A || this == STRIPE || this == TIMED_SHA512;
    }

    WebhookVerifier.Builder receiver() {
        return WebhookVerifier.builder(scheme, List.of(verificationKey()))
                .clock(Clock.fixed(NOW, ZoneOffset.UTC))
                .sources(IpAllowList.of(List.of("192.0.2.0/24")))
                .headers(HeaderRules.builder().contentType(contentType()).build())
                .replayGuard(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE);
    }

    WebhookVerifier.Builder receiverWithPayload() {
        return signsInTheBody() ? receiver() : receiver().expectedProfile(90417);
    }

    String contentType() {
        return signsInTheBody() ? "application/x-www-form-urlencoded" : "application/json";
    }

    /** A body that this provider could send. */
    byte[] body() {
        return utf8(signsInTheBody() ? "" : JSON);
    }

    /** The message with its signature, for a form: the fields of the body. */
    SampleRequest signed(byte[] body) {
        return signed(body, KEY, NOW);
    }

    SampleRequest signed(byte[] body, String key, Instant at) {
        if (signsInTheBody()) {
            return signedForm(
                    Map.of("cartId", "ORD-1", "respStatus", "A", "tranRef", "TST1", "customerEmail", "a+b@x.test"),
                    key);
        }
        return new SampleRequest(body, headers(signer(key).headers("msg_1", at, body)));
    }

    SampleRequest signedForm(Map<String, String> fields, String key) {
        Map<String, String> all = new TreeMap<>(fields);
        all.put("signature", SignatureScheme.payTabsReturn().sign(fields, SigningSecret.utf8(key)));
        List<FormField> form = new ArrayList<>();
        all.forEach((name, value) -> form.add(FormField.of(name, value)));
        return new SampleRequest(FormField.phpQuery(form), headers(Map.of()));
    }

    private List<Map.Entry<String, String>> headers(Map<String, String> signature) {
        List<Map.Entry<String, String>> headers = new ArrayList<>(signature.entrySet());
        headers.add(Map.entry("Content-Type", contentType()));
        headers.add(Map.entry("User-Agent", "provider/1.0"));
        return headers;
    }

    private WebhookSigner signer(String key) {
        return switch (this) {
            case STANDARD_V1, STANDARD_V1A -> WebhookSigner.standardWebhooks(List.of(signingKey(key)));
            case STRIPE -> WebhookSigner.stripe(List.of(SigningSecret.utf8(key)));
            default -> WebhookSigner.of((HmacScheme) scheme, SigningSecret.utf8(key));
        };
    }

    private SigningKey signingKey(String key) {
        return this == STANDARD_V1A
                ? Ed25519SigningKey.standard(Base64.getEncoder().encodeToString(seed(key)))
                : SigningSecret.utf8(key);
    }

    private VerificationKey verificationKey() {
        // the public half of the key whose seed are the first 32 characters of KEY
        return this == STANDARD_V1A
                ? Ed25519PublicKey.standard(Ed25519Samples.publicKeyOf(seed(KEY)))
                : SigningSecret.utf8(KEY);
    }

    private static byte[] seed(String key) {
        return key.substring(0, 32).getBytes(StandardCharsets.US_ASCII);
    }
}
