package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adyen's standard notifications: the signature stands in the body and covers eight fields, joined by colons. Source:
 * Adyen's documentation of HMAC signatures. What is not among the eight is not signed, so the verified fields are these and
 * no others: {@code pspReference}, {@code originalReference}, {@code merchantAccountCode}, {@code merchantReference},
 * {@code amount.value}, {@code amount.currency}, {@code eventCode}, {@code success}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class AdyenNotification implements SignatureScheme {
    private static final String ITEM = "notificationItems.[0].NotificationRequestItem.";
    private static final String SIGNATURE = ITEM + "additionalData.hmacSignature";
    private static final String SECOND_ITEM = "notificationItems.[1]";
    private static final String REFERENCE = "merchantReference";
    private static final List<String> SIGNED = List.of(
            "pspReference",
            "originalReference",
            "merchantAccountCode",
            REFERENCE,
            "amount.value",
            "amount.currency",
            "eventCode",
            "success");
    private static final int MAX_DEPTH = 32;

    static final AdyenNotification INSTANCE = new AdyenNotification(); // last: it is made from the others

    private final JsonPaths paths;

    private AdyenNotification() {
        List<String> all = new ArrayList<>(List.of(SIGNATURE, SECOND_ITEM));
        SIGNED.forEach(field -> all.add(ITEM + field));
        this.paths = new JsonPaths(all);
    }

    @Override
    public String name() {
        return "adyen-notification";
    }

    @Override
    public SignatureReading read(WebhookRequest request) {
        if (request.bodyLength() == 0) {
            return SignatureReading.noBody(request);
        }
        try {
            return claim(JsonScan.of(request.rawBody(), paths, MAX_DEPTH));
        } catch (JsonRefusedException e) {
            return new SignatureReading.Unreadable(e.refusal());
        }
    }

    private SignatureReading claim(JsonScan scan) {
        if (scan.kind(paths.leafOf(SECOND_ITEM)) != null) {
            return SignatureReading.unreadable(Reason.FIELD_DUPLICATED, "more than one item: Adyen sends one in JSON");
        }
        String signature = scan.text(paths.leafOf(SIGNATURE));
        if (signature == null || signature.isEmpty()) {
            return SignatureReading.unreadable(Reason.SIGNATURE_MISSING, "no hmacSignature");
        }
        byte[] mac = SignatureEncoding.BASE64.decode(signature);
        if (mac == null || mac.length != MacAlgorithm.HMAC_SHA256.length()) {
            return SignatureReading.unreadable(Reason.SIGNATURE_MALFORMED, "not 32 bytes in BASE64");
        }
        return claim(scan, mac);
    }

    private SignatureReading claim(JsonScan scan, byte[] mac) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : SIGNED) {
            int leaf = paths.leafOf(ITEM + field);
            String value = scan.text(leaf);
            if (value == null && isStructured(scan.kind(leaf))) {
                return SignatureReading.unreadable(Reason.PAYLOAD_MALFORMED, field + " is not a plain value");
            }
            if (value != null && isAmbiguous(field, value)) {
                return SignatureReading.unreadable(Reason.PAYLOAD_MALFORMED, field + " has a colon");
            }
            fields.put(field, value == null ? "" : value);
        }
        if (fields.values().stream().allMatch(String::isEmpty)) {
            return SignatureReading.unreadable(Reason.FIELD_MISSING, "no signed field has a value");
        }
        return SignatureClaim.builder(MacAlgorithm.HMAC_SHA256, content(fields))
                .signature(mac)
                .fields(fields)
                .build();
    }

    /**
     * Signs a notification, for simulators and tests.
     *
     * @param fields the signed fields by the names above; one that is left out is signed as empty, other names are passed
     *     over as Adyen does
     * @param secret the secret
     * @return the value of {@code additionalData.hmacSignature}
     * @throws IllegalArgumentException if a field other than {@code merchantReference} has a colon
     * @throws WebhookException if the secret was closed
     */
    public String sign(Map<String, String> fields, SigningSecret secret) {
        Map<String, String> signed = new LinkedHashMap<>();
        for (String field : SIGNED) {
            String value = fields.getOrDefault(field, "");
            if (isAmbiguous(field, value)) {
                throw new IllegalArgumentException(field + " has a colon: allowed in " + REFERENCE + " only");
            }
            signed.put(field, value);
        }
        return SignatureEncoding.BASE64.encode(secret.sign(MacAlgorithm.HMAC_SHA256, content(signed)));
    }

    /** Colons are not escaped: allowed in one field, the text can be split in one way only; in two, in several. */
    private static boolean isAmbiguous(String field, String value) {
        return value.indexOf(':') >= 0 && !field.equals(REFERENCE);
    }

    private static boolean isStructured(JsonScan.@Nullable Kind kind) {
        return kind == JsonScan.Kind.OBJECT || kind == JsonScan.Kind.ARRAY;
    }

    private static byte[] content(Map<String, String> fields) {
        return String.join(":", fields.values()).getBytes(StandardCharsets.UTF_8);
    }
}
