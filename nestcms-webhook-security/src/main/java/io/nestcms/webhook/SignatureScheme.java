package io.nestcms.webhook;

/**
 * How a provider signs: where the signature stands, and which bytes were signed. Implement it for a provider that is not
 * here; secrets, constant-time comparison and all other checks stay with the verifier.
 *
 * <p>Implementations are immutable and throw nothing for anything that a sender can send.
 *
 * @since 0.1
 */
public interface SignatureScheme {
    /**
     * The scheme's name in events, logs and replay keys.
     *
     * @return for example {@code paytabs-callback}
     */
    String name();

    /**
     * Reads what a request claims.
     *
     * @param request the request; its size is already within the limit
     * @return the claim, or why there is none
     */
    SignatureReading read(WebhookRequest request);

    /**
     * PayTabs' server-to-server notification (callback and IPN): HMAC-SHA256 over the raw body, in hexadecimal digits in
     * the header {@code Signature}, keyed with the profile's server key as UTF-8. It carries no time, so freshness comes from
     * the replay guard and the application's record.
     *
     * @return the scheme {@code paytabs-callback}
     */
    static SignatureScheme payTabsCallback() {
        return PayTabsCallback.INSTANCE;
    }

    /**
     * PayTabs' browser return: a form whose field {@code signature} signs the other fields. No merchant parameters, the
     * current rule for {@code 0}.
     *
     * @return the scheme {@code paytabs-return}
     */
    static PayTabsReturn payTabsReturn() {
        return PayTabsReturn.STANDARD;
    }
}
