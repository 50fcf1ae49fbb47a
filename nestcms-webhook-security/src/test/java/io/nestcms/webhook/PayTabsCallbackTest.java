package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.hexMac;
import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.signed;
import static io.nestcms.webhook.Fixtures.utf8;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.Refusal.Reason;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayTabsCallbackTest {
    private final WebhookVerifier verifier =
            callbackVerifier().expectedProfile(Fixtures.PROFILE).build();

    @ParameterizedTest
    @CsvSource({
        "ipn-sale-authorised.json, 88119d63d6934b2b33c2805630b57425938cf2446e454faddb5fb8909bb2ad9a",
        "ipn-declined.json, f1f192b2bfd5195fa59fb366d0202d62d590d14d0355df48907b5ab48d0dd78d",
        "ipn-refund.json, 9781d4432f708316c810ae976ef53ef7ea79b29fabc5a4f61b161ab5f659a545",
        "ipn-void.json, 0274e170a7ffc5da816812d2bff6c88a23bbaa98750ebc23bbe33ed08fc74a2c",
        "ipn-async-pending.json, 66b3a30f2a8b48f2eb29707241b77b1f6ea24c22396d62e506d691688ac6e4f7"
    })
    void verify_knownMessageAndSignature(String file, String signature) {
        byte[] body = paytabs(file);
        WebhookRequest request =
                WebhookRequest.builder(body).header("signature", signature).build();

        VerifiedWebhook webhook = verified(verifier.verify(request));

        assertThat(webhook.body()).isEqualTo(body);
        assertThat(webhook.text()).contains("\"profile_id\":90417");
        assertThat(webhook.scheme()).isEqualTo("paytabs-callback");
        assertThat(webhook.receivedAt()).isEqualTo(Fixtures.NOW);
        assertThat(webhook.fields()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Signature", "signature", "SIGNATURE", "sIgNaTuRe"})
    void verify_headerNameInAnyCase(String name) {
        byte[] body = paytabs("ipn-void.json");
        WebhookRequest request = WebhookRequest.builder(body)
                .header(name, hexMac(Fixtures.SERVER_KEY, body))
                .build();

        assertThat(verified(verifier.verify(request)).body()).isEqualTo(body);
    }

    @Test
    void verify_anyChangedDigitOfTheSignature_isRefused() {
        byte[] body = paytabs("ipn-sale-authorised.json");
        String signature = hexMac(Fixtures.SERVER_KEY, body);
        for (int i = 0; i < signature.length(); i++) {
            char other = signature.charAt(i) == '0' ? '1' : '0';
            String changed = signature.substring(0, i) + other + signature.substring(i + 1);
            WebhookRequest request =
                    WebhookRequest.builder(body).header("Signature", changed).build();
            assertThat(reason(verifier.verify(request))).isEqualTo(Reason.SIGNATURE_MISMATCH);
        }
    }

    @Test
    void verify_upperCaseDigits_areTheSameSignature() {
        byte[] body = paytabs("ipn-void.json");
        WebhookRequest request = WebhookRequest.builder(body)
                .header("Signature", hexMac(Fixtures.SERVER_KEY, body).toUpperCase(Locale.ROOT))
                .build();

        assertThat(verified(verifier.verify(request)).body()).isEqualTo(body);
    }

    @Test
    void verify_noSignature() {
        WebhookRequest request =
                WebhookRequest.builder(paytabs("ipn-void.json")).build();

        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.SIGNATURE_MISSING);
    }

    @Test
    void verify_emptyBody_asPlainHttpGives() {
        WebhookRequest request = signed(new byte[0]);

        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.BODY_MISSING);
    }

    @Test
    void verify_twoSignatureHeaders_areRefusedEvenWhenBothAreRight() {
        byte[] body = paytabs("ipn-void.json");
        String signature = hexMac(Fixtures.SERVER_KEY, body);
        WebhookRequest request = WebhookRequest.builder(body)
                .header("Signature", signature)
                .header("signature", signature)
                .build();

        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.HEADER_DUPLICATED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz",
                "88",
                "not hex at all",
                "88119d63d6934b2b33c2805630b57425938cf2446e454faddb5fb8909bb2ad9a00"
            })
    void verify_signatureOfAnotherForm(String value) {
        WebhookRequest request = WebhookRequest.builder(paytabs("ipn-sale-authorised.json"))
                .header("Signature", value)
                .build();

        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.SIGNATURE_MALFORMED);
    }

    @Test
    void verify_keyOfAnotherProfile() {
        byte[] body = paytabs("ipn-void.json");
        WebhookRequest request = WebhookRequest.builder(body)
                .header("Signature", hexMac("SKTEST0002-AAAAAAAAAA-BBBBBBBBBB", body))
                .build();

        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void verify_profileOfAnotherMerchant_isRefusedThoughSigned() {
        assertThat(reason(verifier.verify(signed(utf8("{\"profile_id\":90418}")))))
                .isEqualTo(Reason.PROFILE_MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"profile_id\":90417}", "{\"profile_id\":\"90417\"}", " { \"profile_id\" : 90417 } "})
    void verify_expectedProfile_asNumberOrString(String body) {
        assertThat(verified(verifier.verify(signed(utf8(body)))).text()).isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"profile_id\":90417,\"profile_id\":90418} | FIELD_DUPLICATED",
                "{\"profile_id\":90417,\"profile\\u005fid\":90418} | FIELD_DUPLICATED",
                "{\"profile_id\":90417.0} | PROFILE_MISMATCH",
                "{\"profile_id\":9.0417e4} | PROFILE_MISMATCH",
                "{\"profile_id\":null} | FIELD_MISSING",
                "{\"profile_id\":[90417]} | FIELD_MISSING",
                "{\"other\":{\"profile_id\":90417}} | FIELD_MISSING",
                "{\"profileId\":90417} | FIELD_MISSING",
                "[{\"profile_id\":90417}] | PAYLOAD_MALFORMED",
                "{\"profile_id\":90417}{} | PAYLOAD_MALFORMED",
                "{\"profile_id\":90417 | PAYLOAD_MALFORMED",
                "profile_id=90417 | PAYLOAD_MALFORMED"
            })
    void verify_profileThatCannotBeTold(String body, Reason reason) {
        assertThat(reason(verifier.verify(signed(utf8(body))))).isEqualTo(reason);
    }

    @Test
    void verify_bodyAtTheLimitPasses_oneByteMoreIsRefusedFirst() {
        WebhookVerifier small = callbackVerifier().maxBodyBytes(1000).build();

        assertThat(verified(small.verify(signed(new byte[1000]))).body()).hasSize(1000);
        assertThat(reason(small.verify(WebhookRequest.builder(new byte[1001]).build())))
                .isEqualTo(Reason.BODY_TOO_LARGE);
    }

    @Test
    void verify_oneMebibyteByDefault() {
        WebhookVerifier plain = callbackVerifier().build();

        assertThat(plain.maxBodyBytes()).isEqualTo(1048576);
        assertThat(verified(plain.verify(signed(new byte[1048576]))).body()).hasSize(1048576);
        assertThat(reason(plain.verify(signed(new byte[1048577])))).isEqualTo(Reason.BODY_TOO_LARGE);
    }

    @Test
    void builder_noKey_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of()));
    }
}
