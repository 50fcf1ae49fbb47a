package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.signed;
import static io.nestcms.webhook.Fixtures.utf8;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.webhook.Refusal.Reason;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningSecretTest {
    private static final Instant NOW = Fixtures.NOW;

    @Test
    void toString_showsNothing() {
        assertThat(SigningSecret.utf8("hunter2hunter2").toString()).isEqualTo("SigningSecret[hidden]");
    }

    @Test
    void close_afterwardsNothingVerifies_whicheverViewWasClosed() {
        SigningSecret secret = Fixtures.serverKey();
        WebhookVerifier verifier = verifier(secret);
        assertThat(verified(verifier.verify(signed(paytabs("ipn-void.json")))).scheme())
                .isEqualTo("paytabs-callback");

        secret.validFrom(NOW.minusSeconds(1)).close();

        assertThat(reason(verifier.verify(signed(paytabs("ipn-void.json"))))).isEqualTo(Reason.SECRET_UNKNOWN);
        assertThat(secret.isValidAt(NOW)).isFalse();
        assertThat(secret.mac(MacAlgorithm.HMAC_SHA256, new byte[][] {{1}})).isNull();
    }

    @Test
    void close_overwritesTheBytes() {
        HmacKey key = new HmacKey(utf8("secret"));

        key.close();

        assertThat(key.getEncoded()).containsOnly(0);
    }

    @Test
    void isValidAt_fromIsInclusive_untilIsExclusive() {
        SigningSecret secret = Fixtures.serverKey().validFrom(NOW).validUntil(NOW.plusSeconds(10));

        assertThat(secret.isValidAt(NOW.minusNanos(1))).isFalse();
        assertThat(secret.isValidAt(NOW)).isTrue();
        assertThat(secret.isValidAt(NOW.plusSeconds(10).minusNanos(1))).isTrue();
        assertThat(secret.isValidAt(NOW.plusSeconds(10))).isFalse();
    }

    @Test
    void validUntil_neverValid_isRefused() {
        SigningSecret secret = Fixtures.serverKey().validFrom(NOW);

        assertThatIllegalArgumentException().isThrownBy(() -> secret.validUntil(NOW));
    }

    @Test
    void verify_duringRotation_takesBothSecrets_andAfterItTheNewOne() {
        SigningSecret old = Fixtures.serverKey().validUntil(NOW.plusSeconds(60));
        SigningSecret next =
                SigningSecret.utf8("SKTEST0009-AAAAAAAAAA-BBBBBBBBBB").validFrom(NOW.minusSeconds(60));
        WebhookVerifier both = verifier(old, next);
        WebhookVerifier expired = verifier(Fixtures.serverKey().validUntil(NOW), next);
        WebhookRequest byOld = signed(paytabs("ipn-void.json"));

        assertThat(verified(both.verify(byOld)).scheme()).isEqualTo("paytabs-callback");
        assertThat(reason(expired.verify(byOld))).isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void verify_noSecretValidNow() {
        WebhookVerifier verifier = verifier(Fixtures.serverKey().validUntil(NOW));

        assertThat(reason(verifier.verify(signed(paytabs("ipn-void.json"))))).isEqualTo(Reason.SECRET_UNKNOWN);
    }

    @Test
    void verify_secretsByTenant() {
        SigningSecret acme = Fixtures.serverKey();
        WebhookVerifier verifier = WebhookVerifier.builder(
                        SignatureScheme.payTabsCallback(), tenant -> tenant.equals("acme") ? List.of(acme) : List.of())
                .clock(Fixtures.CLOCK)
                .build();

        assertThat(verified(verifier.verify(signedFor("acme"))).tenant()).isEqualTo("acme");
        assertThat(reason(verifier.verify(signedFor("other")))).isEqualTo(Reason.SECRET_UNKNOWN);
    }

    @Test
    void verify_secretsOfAMap_unknownTenantIsRefused() {
        Map<String, List<SigningSecret>> byTenant = Map.of("acme", List.of(Fixtures.serverKey()));
        WebhookVerifier verifier = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), byTenant::get)
                .clock(Fixtures.CLOCK)
                .build();

        assertThat(verified(verifier.verify(signedFor("acme"))).tenant()).isEqualTo("acme");
        assertThat(reason(verifier.verify(signedFor("made up")))).isEqualTo(Reason.SECRET_UNKNOWN);
    }

    @Test
    void verify_secretStoreDown_isAPassingFault() {
        WebhookVerifier verifier = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), tenant -> {
                    throw new IllegalStateException("vault is sealed");
                })
                .clock(Fixtures.CLOCK)
                .build();

        Verification verification = verifier.verify(signed(paytabs("ipn-void.json")));

        assertThat(reason(verification)).isEqualTo(Reason.SECRET_UNAVAILABLE);
        assertThat(verification.<WebhookAnswer>fold(webhook -> WebhookAnswer.ACCEPTED, Refusal::answer))
                .isEqualTo(WebhookAnswer.RETRY_LATER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void utf8_blank_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.utf8(text));
    }

    @Test
    void of_brokenText_isRefusedWithoutShowingIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningSecret.hex("topsecretvalue"))
                .withMessageNotContaining("topsecret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningSecret.base64("whsec_top*secret"))
                .withMessageNotContaining("top")
                .withNoCause();
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.of(new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.hex(""));
    }

    @Test
    void of_copiesTheBytes() {
        byte[] bytes = utf8(Fixtures.SERVER_KEY);
        SigningSecret secret = SigningSecret.of(bytes);
        bytes[0] = 0;

        assertThat(verified(verifier(secret).verify(signed(paytabs("ipn-void.json"))))
                        .scheme())
                .isEqualTo("paytabs-callback");
    }

    @Test
    void serialize_isRefused() {
        HmacKey key = new HmacKey(utf8("secret"));

        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key))
                .isInstanceOf(NotSerializableException.class);
    }

    private static WebhookRequest signedFor(String tenant) {
        byte[] body = paytabs("ipn-void.json");
        return WebhookRequest.builder(body)
                .header("Signature", Fixtures.hexMac(Fixtures.SERVER_KEY, body))
                .tenant(tenant)
                .build();
    }

    private static WebhookVerifier verifier(SigningSecret... secrets) {
        return WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(secrets))
                .clock(Fixtures.CLOCK)
                .build();
    }
}
