package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.utf8;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.Refusal.Reason;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the providers themselves published: keys, messages and signatures of their documentation and their own tests. */
class PublishedVectorsTest {
    private static final long SPEC_TIME = 1614265330;
    private static final String SPEC_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String SPEC_BODY = "{\"test\": 2432232314}";
    private static final String SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String SPEC_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static final String ED25519_PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    private static final String ED25519_PRIVATE =
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    private static final String ED25519_SIGNATURE =
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
    private static final String SQUARE_URL = "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9";

    @ParameterizedTest
    @CsvSource({"webhook", "svix"})
    void standardWebhooks_v1(String prefix) {
        WebhookVerifier verifier =
                verifier(SignatureScheme.standardWebhooks(prefix), SPEC_TIME, SigningSecret.base64(SPEC_SECRET));

        VerifiedWebhook webhook = verified(verifier.verify(standard(prefix, SPEC_SIGNATURE)));

        assertThat(webhook.messageId()).hasValue(SPEC_ID);
        assertThat(webhook.signedAt()).hasValue(Instant.ofEpochSecond(SPEC_TIME));
        assertThat(webhook.scheme()).isEqualTo("standard-webhooks");
    }

    @Test
    void standardWebhooks_v1_secretWithoutPrefix() {
        WebhookVerifier verifier = verifier(
                SignatureScheme.standardWebhooks(),
                SPEC_TIME,
                SigningSecret.base64(SPEC_SECRET.substring("whsec_".length())));

        assertThat(verified(verifier.verify(standard("webhook", SPEC_SIGNATURE)))
                        .text())
                .isEqualTo(SPEC_BODY);
    }

    @Test
    void standardWebhooks_v1a() {
        WebhookVerifier verifier =
                verifier(SignatureScheme.standardWebhooks(), SPEC_TIME, Ed25519PublicKey.standard(ED25519_PUBLIC));

        assertThat(verified(verifier.verify(standard("webhook", ED25519_SIGNATURE)))
                        .text())
                .isEqualTo(SPEC_BODY);
        assertThat(reason(verifier.verify(standard("webhook", SPEC_SIGNATURE)))).isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1, -1})
    void standardWebhooks_v1a_forged(byte filler) {
        byte[] forged = new byte[64];
        Arrays.fill(forged, filler);
        WebhookVerifier verifier =
                verifier(SignatureScheme.standardWebhooks(), SPEC_TIME, Ed25519PublicKey.standard(ED25519_PUBLIC));

        assertThat(reason(verifier.verify(
                        standard("webhook", "v1a," + Base64.getEncoder().encodeToString(forged)))))
                .isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void standardWebhooks_bothVersionsAndUnknownOnesInOneHeader() {
        String header = "v2,AAAA v1,bm9wZQ== v1,!!! " + ED25519_SIGNATURE + " " + SPEC_SIGNATURE;
        WebhookVerifier byMac = verifier(
                SignatureScheme.standardWebhooks(),
                SPEC_TIME,
                SigningSecret.base64(SPEC_SECRET).named("spec"));
        WebhookVerifier byCurve = verifier(
                SignatureScheme.standardWebhooks(),
                SPEC_TIME,
                Ed25519PublicKey.standard(ED25519_PUBLIC).named("spec"));

        assertThat(verified(byMac.verify(standard("webhook", header))).digest())
                .isEqualTo(verified(byCurve.verify(standard("webhook", header))).digest());
    }

    @ParameterizedTest
    @CsvSource({"webhook", "svix"})
    void standardWebhooks_signersGiveThePublishedSignatures(String prefix) {
        List<SigningKey> keys = List.of(SigningSecret.base64(SPEC_SECRET), Ed25519SigningKey.standard(ED25519_PRIVATE));
        WebhookSigner signer = prefix.equals("webhook")
                ? WebhookSigner.standardWebhooks(keys)
                : WebhookSigner.standardWebhooks(prefix, keys);

        assertThat(signer.headers(SPEC_ID, Instant.ofEpochSecond(SPEC_TIME), utf8(SPEC_BODY)))
                .isEqualTo(Map.of(
                        prefix + "-id",
                        SPEC_ID,
                        prefix + "-timestamp",
                        Long.toString(SPEC_TIME),
                        prefix + "-signature",
                        SPEC_SIGNATURE + " " + ED25519_SIGNATURE));
    }

    @Test
    void github() {
        byte[] body = utf8("Hello, World!");
        String signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        SigningSecret secret = SigningSecret.utf8("It's a Secret to Everybody");
        WebhookVerifier verifier = verifier(SignatureScheme.github(), 0, secret);

        assertThat(verified(verifier.verify(request(body, Map.of("X-Hub-Signature-256", signature))))
                        .scheme())
                .isEqualTo("github");
        assertThat(WebhookSigner.of(SignatureScheme.github(), secret).headers("", Instant.EPOCH, body))
                .isEqualTo(Map.of("X-Hub-Signature-256", signature));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                SQUARE_URL + " | Ibxx_5AKakO-3qeNVR61Dw | GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="
                        + " | {\"merchant_id\":\"MLEFBHHSJGVHD\",\"type\":\"webhooks.test_notification\","
                        + "\"event_id\":\"ac3ac95b-f97d-458c-a6e6-18981597e05f\",\"created_at\":"
                        + "\"2022-07-13T20:30:59.037339943Z\",\"data\":{\"type\":\"webhooks\",\"id\":"
                        + "\"bc368e64-01aa-407e-b46e-3231809b1129\"}}",
                "https://webhook.site/webhooks | signature-key | W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA="
                        + " | {\"data\":{\"type\":\"webhooks\",\"id\":\"fake_id\"}}",
                "https://webhook.site/webhooks | signature-key | Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U="
                        + " | {\"data\":{\"type\":\"webhooks\",\"id\":\">id<\"}}"
            })
    void square(String url, String key, String signature, String body) {
        Map<String, String> headers = Map.of("x-square-hmacsha256-signature", signature);
        WebhookVerifier verifier = verifier(SignatureScheme.square(url), 0, SigningSecret.utf8(key));
        WebhookVerifier elsewhere = verifier(SignatureScheme.square(url + "/"), 0, SigningSecret.utf8(key));

        assertThat(verified(verifier.verify(request(utf8(body), headers))).text())
                .isEqualTo(body);
        assertThat(reason(elsewhere.verify(request(utf8(body), headers)))).isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void adyen_notification() {
        WebhookVerifier verifier = verifier(
                SignatureScheme.adyenNotification(),
                0,
                SigningSecret.hex("DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"));

        VerifiedWebhook webhook = verified(verifier.verify(request(utf8(AdyenSamples.notification()), Map.of())));

        assertThat(webhook.fields())
                .containsEntry("pspReference", "7914073381342284")
                .containsEntry("originalReference", "")
                .containsEntry("amount.value", "1130")
                .containsEntry("success", "true")
                .doesNotContainKey("reason");
        assertThat(webhook.scheme()).isEqualTo("adyen-notification");
    }

    @Test
    void adyen_notification_referenceWithColons() {
        WebhookVerifier verifier = verifier(
                SignatureScheme.adyenNotification(),
                0,
                SigningSecret.hex("74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174"));

        VerifiedWebhook webhook =
                verified(verifier.verify(request(utf8(AdyenSamples.notificationWithColons()), Map.of())));

        assertThat(webhook.fields()).containsEntry("merchantReference", "\\:/\\/slashes are fun");
    }

    @Test
    void adyen_sign() {
        Map<String, String> fields = Map.of(
                "pspReference", "pspReference",
                "originalReference", "originalReference",
                "merchantAccountCode", "merchantAccount",
                "merchantReference", "reference",
                "amount.value", "1000",
                "amount.currency", "EUR",
                "eventCode", "EVENT",
                "success", "true",
                "reason", "not signed");
        SigningSecret secret = SigningSecret.hex("DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00");

        assertThat(SignatureScheme.adyenNotification().sign(fields, secret))
                .isEqualTo("ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=");
    }

    @Test
    void adyen_sign_withColons() {
        SigningSecret secret = SigningSecret.hex("74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174");
        Map<String, String> fields = Map.of(
                "pspReference", "ZVWN7D3WSMK2WN82",
                "merchantAccountCode", "AntoniStroinski",
                "merchantReference", "\\:/\\/slashes are fun",
                "amount.value", "1000",
                "amount.currency", "EUR",
                "eventCode", "AUTHORISATION",
                "success", "true");

        assertThat(SignatureScheme.adyenNotification().sign(fields, secret))
                .isEqualTo("CZErGCNQaSsxbaQfZaJlakqo7KPP+mIa8a+wx3yNs9A=");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SignatureScheme.adyenNotification().sign(Map.of("eventCode", ":B"), secret))
                .withMessageContaining("eventCode has a colon");
    }

    @Test
    void adyen_header() {
        byte[] body = utf8("{\"data\":{\"balancePlatform\":\"Integration_tools_test\",\"accountId\":"
                + "\"BA32272223222H5HVKTBK4MLB\",\"sweep\":{\"id\":\"SWPC42272223222H5HVKV6H8C64DP5\",\"schedule\":"
                + "{\"type\":\"balance\"},\"status\":\"active\",\"targetAmount\":{\"currency\":\"EUR\",\"value\":0},"
                + "\"triggerAmount\":{\"currency\":\"EUR\",\"value\":0},\"type\":\"pull\",\"counterparty\":"
                + "{\"balanceAccountId\":\"BA3227C223222H5HVKT3H9WLC\"},\"currency\":\"EUR\"}},\"environment\":\"test\","
                + "\"type\":\"balancePlatform.balanceAccountSweep.updated\"}");
        SigningSecret secret = SigningSecret.hex("D7DD5BA6146493707BF0BE7496F6404EC7A63616B7158EC927B9F54BB436765F");
        Map<String, String> headers = Map.of("HmacSignature", "9Qz9S/0xpar1klkniKdshxpAhRKbiSAewPpWoxKefQA=");
        WebhookVerifier verifier = verifier(SignatureScheme.adyenHeader(), 0, secret);

        assertThat(verified(verifier.verify(request(body, headers))).body()).isEqualTo(body);
        assertThat(WebhookSigner.of(SignatureScheme.adyenHeader(), secret).headers("", Instant.EPOCH, body))
                .isEqualTo(headers);
    }

    @Test
    void payTabs_returnExampleOfTheFixtures() {
        Map<String, String> fields = Map.of(
                "acquirerMessage", "",
                "cartId", "ORD-2026-000417",
                "customerEmail", "huda.salem+tickets@example.test",
                "respCode", "G52817",
                "respMessage", "Authorised",
                "respStatus", "A",
                "token", "9C1E55A2B7F04D36E8A1704BC2D95F03",
                "tranRef", "TST2632602000417");

        assertThat(SignatureScheme.payTabsReturn().sign(fields, Fixtures.serverKey()))
                .isEqualTo("4afe68008c51f74dedc7220da9f67a70cc4c1e3f5c2ab30805d609a986d7404e");
    }

    private static WebhookRequest standard(String prefix, String signature) {
        return request(
                utf8(SPEC_BODY),
                Map.of(
                        prefix + "-id",
                        SPEC_ID,
                        prefix + "-timestamp",
                        Long.toString(SPEC_TIME),
                        prefix + "-signature",
                        signature));
    }

    private static WebhookRequest request(byte[] body, Map<String, String> headers) {
        WebhookRequest.Builder builder = WebhookRequest.builder(body);
        headers.forEach(builder::header);
        return builder.build();
    }

    private static WebhookVerifier verifier(SignatureScheme scheme, long epochSecond, VerificationKey key) {
        return WebhookVerifier.builder(scheme, List.of(key))
                .clock(Clock.fixed(Instant.ofEpochSecond(epochSecond), ZoneOffset.UTC))
                .build();
    }
}
