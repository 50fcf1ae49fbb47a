package io.nestcms.webhook;

/**
 * How a provider signs: where the signature stands, and which bytes were signed. For a provider that is not here, set up an
 * {@link HmacScheme}, or implement this; secrets, constant-time comparison and all other checks stay with the verifier.
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
    static HmacScheme payTabsCallback() {
        return HmacScheme.PAYTABS_CALLBACK;
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

    /**
     * Standard Webhooks, versions v1 and v1a: headers {@code webhook-id}, {@code webhook-timestamp} and
     * {@code webhook-signature}. The message id names the delivery for the replay guard.
     *
     * @return the scheme {@code standard-webhooks}
     */
    static SignatureScheme standardWebhooks() {
        return new StandardWebhooks("standard-webhooks", "webhook");
    }

    /**
     * Standard Webhooks under other header names, as Svix sends them: {@code svix-id}, {@code svix-timestamp} and
     * {@code svix-signature}.
     *
     * @param headerPrefix what stands for {@code webhook} in the header names
     * @return the scheme {@code standard-webhooks}
     */
    static SignatureScheme standardWebhooks(String headerPrefix) {
        return new StandardWebhooks("standard-webhooks", headerPrefix);
    }

    /**
     * Stripe: {@code Stripe-Signature: t=...,v1=...}. The secret is used as the UTF-8 bytes of its whole text,
     * {@code whsec_} included: {@link SigningSecret#utf8}.
     *
     * @return the scheme {@code stripe}
     */
    static SignatureScheme stripe() {
        return StripeScheme.INSTANCE;
    }

    /**
     * GitHub: {@code X-Hub-Signature-256: sha256=...} over the raw body.
     *
     * @return the scheme {@code github}
     */
    static HmacScheme github() {
        return HmacScheme.GITHUB;
    }

    /**
     * Square: {@code x-square-hmacsha256-signature} over the notification address and the raw body.
     *
     * @param notificationUrl the address exactly as it is set at Square
     * @return the scheme {@code square}
     */
    static HmacScheme square(String notificationUrl) {
        return HmacScheme.square(notificationUrl);
    }

    /**
     * Adyen's standard (payment) notifications: {@code hmacSignature} in the body signs eight fields and nothing else; only
     * {@link VerifiedWebhook#fields()} may be trusted. The secret is given in hexadecimal digits: {@link SigningSecret#hex}.
     *
     * @return the scheme {@code adyen-notification}
     */
    static AdyenNotification adyenNotification() {
        return AdyenNotification.INSTANCE;
    }

    /**
     * Adyen's other webhooks (platforms, management): header {@code HmacSignature} over the raw body. The secret is given in
     * hexadecimal digits: {@link SigningSecret#hex}.
     *
     * @return the scheme {@code adyen-header}
     */
    static HmacScheme adyenHeader() {
        return HmacScheme.ADYEN_HEADER;
    }
}
