package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.hexMac;
import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.utf8;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.Refusal.Reason;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayTabsReturnTest {
    private static final String SIGNED =
            "cartId=ORD-2026-000417&customerEmail=huda.salem%2Btickets%40example.test&respCode=G52817"
                    + "&respMessage=Authorised&respStatus=A&token=9C1E55A2B7F04D36E8A1704BC2D95F03&tranRef=TST2632602000417";
    private static final String SIGNATURE = "4afe68008c51f74dedc7220da9f67a70cc4c1e3f5c2ab30805d609a986d7404e";

    private final WebhookVerifier verifier = verifier(SignatureScheme.payTabsReturn());

    @Test
    void verify_exampleForm_inTheOrderOfTheBrowser() {
        String form = "acquirerMessage=&acquirerRRN=&cartId=ORD-2026-000417"
                + "&customerEmail=huda.salem%2Btickets%40example.test&respCode=G52817&respMessage=Authorised"
                + "&respStatus=A&signature=" + SIGNATURE
                + "&token=9C1E55A2B7F04D36E8A1704BC2D95F03&tranRef=TST2632602000417";

        VerifiedWebhook webhook = verified(verifier.verify(post(form)));

        assertThat(webhook.scheme()).isEqualTo("paytabs-return");
        assertThat(webhook.fields())
                .isEqualTo(Map.of(
                        "cartId", "ORD-2026-000417",
                        "customerEmail", "huda.salem+tickets@example.test",
                        "respCode", "G52817",
                        "respMessage", "Authorised",
                        "respStatus", "A",
                        "token", "9C1E55A2B7F04D36E8A1704BC2D95F03",
                        "tranRef", "TST2632602000417"));
    }

    @Test
    void verify_asQueryWhenReturnUsesGet() {
        WebhookRequest request = WebhookRequest.builder(new byte[0])
                .method("get")
                .query(SIGNED + "&signature=" + SIGNATURE)
                .build();

        assertThat(verified(verifier.verify(request)).fields()).containsEntry("respStatus", "A");
    }

    @Test
    void verify_postIgnoresTheQuery() {
        WebhookRequest request = WebhookRequest.builder(utf8("respStatus=A"))
                .query(SIGNED + "&signature=" + SIGNATURE)
                .build();

        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.SIGNATURE_MISSING);
    }

    @ParameterizedTest(name = "{0} signs as {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a=x+y | a=x+y",
                "a=x%20y | a=x+y",
                "a=%7E~ | a=%7E%7E",
                "a=** | a=%2A%2A",
                "a=-_. | a=-_.",
                "a=%d8%b9%d8%b1 | a=%D8%B9%D8%B1",
                "a=(x)!' | a=%28x%29%21%27",
                "b=1&a=2 | a=2&b=1",
                "a=1&B=2&_=3 | B=2&_=3&a=1",
                "a=0&b= | a=0",
                "z%5B1%5D=1 | z%5B1%5D=1",
                "a=1&&b=2& | a=1&b=2",
                "neverHeardOf=1&tranRef=T | neverHeardOf=1&tranRef=T",
                "a=b=c | a=b%3Dc",
                "a=%00 | a=%00",
                "%C3%A9=1&%F0%9F%98%80=2&%EE%80%80=3 | %C3%A9=1&%EE%80%80=3&%F0%9F%98%80=2"
            })
    void verify_writesFieldsAsPhpDoes(String form, String signedText) {
        String signature = hexMac(Fixtures.SERVER_KEY, utf8(signedText));

        assertThat(verified(verifier.verify(post(form + "&signature=" + signature)))
                        .scheme())
                .isEqualTo("paytabs-return");
    }

    @Test
    void verify_zeroIsSignedByDefault_andLeftOutByTheOlderRule() {
        String signedWithZero = "a=0&b=1&signature=" + hexMac(Fixtures.SERVER_KEY, utf8("a=0&b=1"));
        String signedWithout = "a=0&b=1&signature=" + hexMac(Fixtures.SERVER_KEY, utf8("b=1"));
        WebhookVerifier older = verifier(SignatureScheme.payTabsReturn().droppingZeros());

        assertThat(verified(verifier.verify(post(signedWithZero))).fields()).containsEntry("a", "0");
        assertThat(reason(verifier.verify(post(signedWithout)))).isEqualTo(Reason.SIGNATURE_MISMATCH);
        assertThat(verified(older.verify(post(signedWithout))).fields()).containsOnlyKeys("b");
        assertThat(reason(older.verify(post(signedWithZero)))).isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void verify_merchantParameters_areNeitherSignedNorPassedOn() {
        WebhookVerifier own = verifier(SignatureScheme.payTabsReturn().withMerchantParameters(Set.of("lang")));
        WebhookRequest request = WebhookRequest.builder(new byte[0])
                .method("GET")
                .query("lang=ar&lang=en&" + SIGNED + "&signature=" + SIGNATURE)
                .build();

        assertThat(verified(own.verify(request)).fields()).doesNotContainKey("lang");
        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.FIELD_DUPLICATED);
    }

    @Test
    void verify_fieldAddedByTheSender_isRefused() {
        assertThat(reason(verifier.verify(post(SIGNED + "&extra=1&signature=" + SIGNATURE))))
                .isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void verify_statusChanged_isRefused() {
        String forged = SIGNED.replace("respStatus=A", "respStatus=D");

        assertThat(reason(verifier.verify(post(forged + "&signature=" + SIGNATURE))))
                .isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "respStatus=E&signature= | SIGNATURE_MISSING",
                "respStatus=E | SIGNATURE_MISSING",
                "respStatus=A&signature=abc | SIGNATURE_MALFORMED",
                "a=1&a=1&signature=00 | FIELD_DUPLICATED",
                "a=%zz&signature=00 | PAYLOAD_MALFORMED",
                "a=%4&signature=00 | PAYLOAD_MALFORMED",
                "a=%4g&signature=00 | PAYLOAD_MALFORMED",
                "a=%g4&signature=00 | PAYLOAD_MALFORMED",
                "signature=00&a=% | PAYLOAD_MALFORMED",
                "signature=00&a=%4 | PAYLOAD_MALFORMED",
                "signature=00&% | PAYLOAD_MALFORMED",
                "a=%ff&signature=00 | PAYLOAD_MALFORMED"
            })
    void verify_brokenForms(String form, Reason reason) {
        assertThat(reason(verifier.verify(post(form)))).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void verify_nothingSent(String method) {
        WebhookRequest request =
                WebhookRequest.builder(new byte[0]).method(method).build();

        assertThat(reason(verifier.verify(request))).isEqualTo(Reason.BODY_MISSING);
    }

    /** The signature of nothing is the same for every order. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "signature=%s",
                "cartId=&respStatus=&tranRef=&signature=%s",
                "cartId&respStatus&signature=%s",
                "signature=%s&&=",
                "lang=ar&signature=%s",
                "token=0&signature=%s"
            })
    void verify_emptyFieldsOnly_areRefused(String form) {
        PayTabsReturn scheme = SignatureScheme.payTabsReturn()
                .withMerchantParameters(Set.of("lang"))
                .droppingZeros();
        String signature = hexMac(Fixtures.SERVER_KEY, new byte[0]);

        assertThat(reason(verifier(scheme).verify(post(form.formatted(signature)))))
                .isEqualTo(Reason.FIELD_MISSING);
        for (Map<String, String> nothing :
                List.of(Map.<String, String>of(), Map.of("tranRef", ""), Map.of("token", "0"), Map.of("lang", "ar"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> scheme.sign(nothing, Fixtures.serverKey()));
        }
    }

    /** What a servlet leaves once somebody has asked for a parameter. */
    @Test
    void verify_formThatWasReadBefore_saysSo() {
        WebhookRequest read = WebhookRequest.builder(new byte[0])
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Content-Length", "512")
                .build();

        Refusal refusal = verifier.verify(read).fold(webhook -> null, refused -> refused);

        assertThat(refusal.reason()).isEqualTo(Reason.BODY_ALREADY_READ);
        assertThat(refusal.detail()).contains("before the verifier").doesNotContain("512");
        assertThat(refusal.answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
    }

    private static WebhookVerifier verifier(SignatureScheme scheme) {
        return WebhookVerifier.builder(scheme, List.of(Fixtures.serverKey()))
                .clock(Fixtures.CLOCK)
                .build();
    }

    private static WebhookRequest post(String form) {
        return WebhookRequest.builder(utf8(form))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"signature", "respStatus", "tranRef", "cartId", "token"})
    void withMerchantParameters_fieldOfPayTabs_isRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SignatureScheme.payTabsReturn().withMerchantParameters(Set.of("lang", name)))
                .withMessageContaining(name);
    }
}
