package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * PayTabs' browser return. The payer's browser posts a form (or, with {@code return_using_get}, comes with a query); its
 * field {@code signature} is the HMAC-SHA256, in hexadecimal digits, over the other fields: empty ones dropped, sorted by
 * the bytes of their names, written as PHP's {@code http_build_query} writes them. Fields that nobody has heard of are signed
 * like all others. Rule of the PayTabs PHP SDK, version 3.
 *
 * <p>It holds no amount and no currency: a hint, the gateway's query decides.
 *
 * <p>{@link VerifiedWebhook#fields()} holds exactly what was signed.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayTabsReturn implements SignatureScheme {
    static final PayTabsReturn STANDARD = new PayTabsReturn(Set.of(), false);

    private static final int MAX_FIELDS = 256;
    private static final String SIGNATURE = "signature";
    private static final byte[] ZERO = {'0'};
    private static final Set<String> OWN_FIELDS = Set.of(
            "acquirerMessage",
            "acquirerRRN",
            "cartId",
            "customerEmail",
            "respCode",
            "respMessage",
            "respStatus",
            SIGNATURE,
            "token",
            "tranRef");

    private final Set<String> merchantParameters;
    private final boolean droppingZeros;

    private PayTabsReturn(Set<String> merchantParameters, boolean droppingZeros) {
        this.merchantParameters = merchantParameters;
        this.droppingZeros = droppingZeros;
    }

    /**
     * The same scheme for a return address that carries query parameters of the merchant's own. They are not signed, so
     * they are left out of the check and of the verified fields.
     *
     * @param names the parameters' names
     * @return the scheme
     * @throws IllegalArgumentException if a field of PayTabs' own is among them: it would no longer be signed
     */
    public PayTabsReturn withMerchantParameters(Collection<String> names) {
        for (String name : names) {
            if (OWN_FIELDS.contains(name)) {
                throw new IllegalArgumentException(
                        "parameter " + name + " is a field of PayTabs' own: it would no longer be signed");
            }
        }
        return new PayTabsReturn(Set.copyOf(names), droppingZeros);
    }

    /**
     * The same scheme with the rule of PayTabs' older plug-ins (Laravel, WooCommerce, Magento), which leave out fields with
     * the value {@code 0} too. By default such a field is signed.
     *
     * @return the scheme
     */
    public PayTabsReturn droppingZeros() {
        return new PayTabsReturn(merchantParameters, true);
    }

    @Override
    public String name() {
        return "paytabs-return";
    }

    @Override
    public SignatureReading read(WebhookRequest request) {
        // one or the other, never both: a parameter of the address must not replace a posted field
        byte[] form =
                request.method().equals("GET") ? request.query().getBytes(StandardCharsets.UTF_8) : request.rawBody();
        if (form.length == 0) {
            return SignatureReading.noBody(request);
        }
        List<FormField> fields = FormField.parse(form, MAX_FIELDS);
        if (fields == null) {
            return SignatureReading.unreadable(
                    Reason.PAYLOAD_MALFORMED, "not a form, or over " + MAX_FIELDS + " fields");
        }
        return read(fields);
    }

    private SignatureReading read(List<FormField> fields) {
        Map<String, FormField> byName = new LinkedHashMap<>();
        for (FormField field : fields) {
            String name = FormField.text(field.name());
            if (name == null || FormField.text(field.value()) == null) {
                return SignatureReading.unreadable(Reason.PAYLOAD_MALFORMED, "form is not UTF-8");
            }
            // which of two would the application read, and which was signed? nobody can tell
            if (!merchantParameters.contains(name) && byName.put(name, field) != null) {
                return SignatureReading.unreadable(Reason.FIELD_DUPLICATED, "a form field is there twice");
            }
        }
        FormField signature = byName.remove(SIGNATURE);
        return signature == null || signature.value().length == 0
                ? SignatureReading.unreadable(Reason.SIGNATURE_MISSING, "no field " + SIGNATURE)
                : claim(signature, byName);
    }

    private SignatureReading claim(FormField signature, Map<String, FormField> byName) {
        byte @Nullable [] mac = Hex.decode(new String(signature.value(), StandardCharsets.ISO_8859_1));
        if (mac == null || mac.length != MacAlgorithm.HMAC_SHA256.length()) {
            return SignatureReading.unreadable(Reason.SIGNATURE_MALFORMED, "not 64 hexadecimal digits");
        }
        List<FormField> signed = new ArrayList<>(byName.size());
        Map<String, String> texts = new LinkedHashMap<>();
        byName.forEach((name, field) -> {
            if (isSigned(field)) {
                signed.add(field);
                texts.put(name, new String(field.value(), StandardCharsets.UTF_8));
            }
        });
        if (signed.isEmpty()) { // whoever saw one such form could send it for every order
            return SignatureReading.unreadable(Reason.FIELD_MISSING, "no field has a value, so nothing is signed");
        }
        return SignatureClaim.builder(MacAlgorithm.HMAC_SHA256, content(signed))
                .signature(mac)
                .fields(texts)
                .build();
    }

    /**
     * Signs a form, for simulators and tests.
     *
     * @param fields decoded names and values, without {@code signature}
     * @param secret the profile's server key
     * @return the value of the field {@code signature}
     * @throws IllegalArgumentException if no field has a value, so that there is nothing to sign
     * @throws WebhookException if the secret was closed
     */
    public String sign(Map<String, String> fields, SigningSecret secret) {
        List<FormField> signed = new ArrayList<>();
        fields.forEach((name, value) -> {
            FormField field = FormField.of(name, value);
            if (isSigned(field) && !merchantParameters.contains(name)) {
                signed.add(field);
            }
        });
        if (signed.isEmpty()) {
            throw new IllegalArgumentException("no field has a value: there is nothing to sign");
        }
        return SignatureEncoding.HEX.encode(secret.sign(MacAlgorithm.HMAC_SHA256, content(signed)));
    }

    private static byte[] content(List<FormField> signed) {
        signed.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
        return FormField.phpQuery(signed);
    }

    private boolean isSigned(FormField field) {
        return field.value().length > 0 && !(droppingZeros && Arrays.equals(field.value(), ZERO));
    }
}
