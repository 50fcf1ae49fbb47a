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
    void of_tooShort_isRefusedWithTheReason() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningSecret.utf8("hunter2"))
                .withMessageContaining("has 7 bytes")
                .withMessageContaining("at least 8")
                .withMessageNotContaining("hunter2");
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.of(new byte[7]));
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.hex("00".repeat(7)));
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.base64("whsec_c2VjcmV0IQ=="));
        assertThat(List.of(
                        SigningSecret.utf8("hunter2!"),
                        SigningSecret.of(new byte[8]),
                        SigningSecret.hex("00".repeat(8)),
                        SigningSecret.base64("c2VjcmV0ISE=")))
                .allSatisfy(secret -> assertThat(secret.isValidAt(NOW)).isTrue());
    }

    /** As {@code Files.readString} and {@code echo key > file} give it: every message would be refused. */
    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "%s\r\n", "%s ", " %s", "\t%s", "\ufeff%s", "%s\u00a0", "%s\0"})
    void of_textWithWhatStoodAroundIt_isRefusedWithTheReason(String form) {
        String key = "SKTEST0001-AAAAAAAAAA-BBBBBBBBBB";
        String hex = "00ff".repeat(8);
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable read :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        () -> SigningSecret.utf8(form.formatted(key)),
                        () -> SigningSecret.hex(form.formatted(hex)),
                        () -> SigningSecret.base64(form.formatted("whsec_" + hex)),
                        () -> Ed25519PublicKey.standard(form.formatted("whpk_" + hex)),
                        () -> Ed25519SigningKey.standard(form.formatted("whsk_" + hex)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(read)
                    .withMessageContaining("strip it")
                    .withMessageNotContaining(key)
                    .withMessageNotContaining(hex);
        }
        assertThat(SigningSecret.utf8("It's a Secret to Everybody").isValidAt(NOW))
                .isTrue();
    }

    @Test
    void of_bytesOfATextWithALineBreak_areRefused_butNoRandomBytes() {
        for (String text : List.of("whsec_0123456789\n", "0123456789abcdef\r\n", " 0123456789abcdef")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SigningSecret.of(utf8(text)))
                    .withMessageContaining("strip it");
        }
        byte[] random = utf8("0123456789abcde\u0000\n");
        byte[] spaces = utf8("          ");
        byte[] high = {1, 2, 3, -4, 5, 6, 7, 127, '\n'};
        for (byte[] bytes : List.of(random, spaces, high, utf8("0123456789abcdef"))) {
            random[3] = -1;
            assertThat(SigningSecret.of(bytes).isValidAt(NOW)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "a\0"})
    void named_wrongName_isRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.serverKey().named(name));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.serverKey().named("x".repeat(65)));
        assertThat(Fixtures.serverKey().named("x".repeat(64))).hasToString("SigningSecret[hidden]");
    }

    @Test
    void named_keepsValidity_andSharesTheBytes() {
        SigningSecret secret = Fixtures.serverKey();
        SigningSecret named =
                secret.validUntil(NOW.plusSeconds(10)).named("acme").validFrom(NOW);

        assertThat(named.isValidAt(NOW.minusNanos(1))).isFalse();
        assertThat(named.isValidAt(NOW.plusSeconds(10))).isFalse();
        assertThat(named.sender()).isEqualTo("name:acme");
        secret.close();
        assertThat(named.isValidAt(NOW)).isFalse();
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
