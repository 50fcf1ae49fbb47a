package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.utf8;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may share a replay guard without losing a message to another. */
class ReplayKeyTest {
    private static final Instant NOW = Fixtures.NOW;
    private static final byte[] BODY = utf8("{\"amount\":\"250.00\"}");
    private static final SigningSecret FIRST = SigningSecret.utf8("secret of the first sender");
    private static final SigningSecret SECOND = SigningSecret.utf8("secret of the second sender");

    private final ReplayGuard shared = InMemoryReplayGuard.builder().build();
    private final List<String> handled = new ArrayList<>();

    @Test
    void handle_twoStandardWebhooksSendersWithEqualIds_bothAreHandled() {
        handle(List.of(FIRST), FIRST, "msg_1");
        handle(List.of(SECOND), SECOND, "msg_1");

        assertThat(handled).hasSize(2);
        assertThat(handle(List.of(SECOND), SECOND, "msg_1")).isInstanceOf(Delivery.Repeated.class);
    }

    @Test
    void handle_twoSendersAtOneVerifier_bothAreHandled() {
        handle(List.of(FIRST, SECOND), FIRST, "msg_1");
        handle(List.of(FIRST, SECOND), SECOND, "msg_1");

        assertThat(handled).hasSize(2);
    }

    @Test
    void handle_twoEd25519SendersWithEqualIds_bothAreHandled() {
        for (byte seed = 1; seed <= 2; seed++) {
            handle(List.of(publicKey(seed)), signingKey(seed), "msg_1");
        }

        assertThat(handled).hasSize(2);
        assertThat(handle(List.of(publicKey((byte) 2)), signingKey((byte) 2), "msg_1"))
                .isInstanceOf(Delivery.Repeated.class);
    }

    @Test
    void handle_changeOfSecretsUnderOneName_theIdIsKnownAgain() {
        handle(List.of(FIRST.named("acme")), FIRST, "msg_1");

        assertThat(handle(List.of(SECOND.named("acme")), SECOND, "msg_1")).isInstanceOf(Delivery.Repeated.class);
        assertThat(handle(List.of(publicKey((byte) 1).named("acme")), signingKey((byte) 1), "msg_1"))
                .isInstanceOf(Delivery.Repeated.class);
        assertThat(handle(List.of(FIRST.named("globex")), FIRST, "msg_1")).isInstanceOf(Delivery.Handled.class);
        assertThat(handled).hasSize(2);
    }

    /** A name never stands for what is derived from another key. */
    @Test
    void handle_nameLikeADerivedOne_isAnother() {
        String derived = FIRST.sender();

        handle(List.of(FIRST), FIRST, "msg_1");
        handle(List.of(SECOND.named(derived.substring(0, 64))), SECOND, "msg_1");

        assertThat(derived).matches("key:[0-9a-f]{64}");
        assertThat(handled).hasSize(2);
    }

    @Test
    void handle_twoEndpointsWithOneSecret_eachHandlesItUnderANameOfItsOwn() {
        for (SignatureScheme scheme : List.of(SignatureScheme.github(), SignatureScheme.standardWebhooks())) {
            handled.clear();
            for (String endpoint : List.of("billing", "crm")) {
                WebhookRequest request = signed(scheme, FIRST, "msg_2");
                verifier(scheme, List.of(FIRST.named(endpoint))).handle(request, this::take);
            }
            assertThat(handled).hasSize(2).doesNotHaveDuplicates();
        }
    }

    @Test
    void digest_schemesAndTenants_areApart() {
        List<String> digests = new ArrayList<>();
        for (SignatureScheme scheme : List.of(SignatureScheme.github(), SignatureScheme.stripe())) {
            for (String tenant : List.of("", "acme")) {
                WebhookRequest.Builder request = WebhookRequest.builder(BODY).tenant(tenant);
                signer(scheme, FIRST).headers("", NOW, BODY).forEach(request::header);
                digests.add(verified(verifier(scheme, List.of(FIRST)).verify(request.build()))
                        .digest());
            }
        }

        assertThat(digests).hasSize(4).doesNotHaveDuplicates();
    }

    /** Records of the first version are in people's Redis: what was done under them stays done. */
    @Test
    void digest_ofContent_isThatOfTheFirstVersion() {
        WebhookRequest request = Fixtures.signed(utf8("{\"profile_id\":90417}"));
        byte[] mac = Fixtures.mac("HmacSHA256", utf8(Fixtures.SERVER_KEY), utf8("{\"profile_id\":90417}"));

        String digest =
                verified(Fixtures.callbackVerifier().build().verify(request)).digest();

        assertThat(digest)
                .isEqualTo(java.util.HexFormat.of().formatHex(Digests.sha256(utf8("paytabs-callback\0\0"), mac)));
    }

    @Test
    void named_ed25519WrongName_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> publicKey((byte) 1).named("\n"));
    }

    @Test
    void fingerprint_isNoSignatureOfAContent_andIsKept() {
        HmacKey key = new HmacKey(utf8("secret of the first sender"));

        String fingerprint = key.fingerprint();
        key.close();

        assertThat(key.fingerprint()).isEqualTo(fingerprint).isNotEmpty();
        HmacKey closed = new HmacKey(utf8("secret of the first sender"));
        closed.close();
        assertThat(closed.fingerprint()).isEmpty();
    }

    private Delivery handle(List<? extends VerificationKey> keys, SigningKey key, String id) {
        SignatureScheme scheme = SignatureScheme.standardWebhooks();
        return verifier(scheme, keys).handle(signed(scheme, key, id), this::take);
    }

    private WebhookAnswer take(VerifiedWebhook webhook) {
        handled.add(webhook.digest());
        return WebhookAnswer.ACCEPTED;
    }

    private WebhookVerifier verifier(SignatureScheme scheme, List<? extends VerificationKey> keys) {
        return WebhookVerifier.builder(scheme, keys)
                .clock(Fixtures.CLOCK)
                .replayGuard(shared, GuardFailurePolicy.REFUSE)
                .build();
    }

    private static WebhookRequest signed(SignatureScheme scheme, SigningKey key, String id) {
        WebhookRequest.Builder request = WebhookRequest.builder(BODY);
        signer(scheme, key).headers(id, NOW, BODY).forEach(request::header);
        return request.build();
    }

    private static WebhookSigner signer(SignatureScheme scheme, SigningKey key) {
        if (scheme instanceof HmacScheme hmac) {
            return WebhookSigner.of(hmac, (SigningSecret) key);
        }
        return scheme.name().equals("stripe")
                ? WebhookSigner.stripe(List.of((SigningSecret) key))
                : WebhookSigner.standardWebhooks(List.of(key));
    }

    private static Ed25519PublicKey publicKey(byte seed) {
        return Ed25519PublicKey.standard(Ed25519Samples.publicKeyOf(seed(seed)));
    }

    private static Ed25519SigningKey signingKey(byte seed) {
        return Ed25519SigningKey.standard(Base64.getEncoder().encodeToString(seed(seed)));
    }

    private static byte[] seed(byte value) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, value);
        return seed;
    }
}
