package io.nestcms.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.CircuitBreakers;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebPushTest {
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    private final FakeService service = new FakeService();
    private final CircuitBreakers breakers = CircuitBreakers.builder().build();
    private final KeyPair sender = pair();
    private final KeyPair browser = pair();
    private final byte[] auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");

    @AfterEach
    void close() {
        service.close();
    }

    private WebPush.Builder push() {
        return WebPush.builder(
                        VapidKey.of(TEXT.encodeToString(point(sender)), TEXT.encodeToString(scalar((ECPrivateKey)
                                sender.getPrivate()))),
                        URI.create("mailto:ops@example.com"),
                        breakers)
                .clock(Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private WebPush here() {
        return push().endpoints(it -> it.getHost().equals("127.0.0.1")).build();
    }

    private PushReceiver receiver(URI endpoint) {
        return new PushReceiver(endpoint, TEXT.encodeToString(point(browser)), TEXT.encodeToString(auth));
    }

    /** RFC 8291, section 5 and appendix A. */
    @Test
    void seal_isThatOfTheRfc() throws GeneralSecurityException {
        PrivateKey asPrivate = KeyFactory.getInstance("EC")
                .generatePrivate(new ECPrivateKeySpec(
                        new BigInteger(1, bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), PushSeal.curve()));

        byte[] sealed = PushSeal.seal(
                "When I grow up, I want to be a watermelon".getBytes(StandardCharsets.US_ASCII),
                bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
                auth,
                asPrivate,
                bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"),
                bytes("DGv6ra1nlYgDCS1FRnbzlw"));

        assertThat(TEXT.encodeToString(sealed))
                .isEqualTo(
                        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
                                + "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
    }

    @Test
    void send_isOpenedByTheBrowser_andSignedByUs() throws GeneralSecurityException {
        boolean there = here().send(
                        receiver(service.at("/push/abc")),
                        new PushMessage(
                                "متجر \"B\"", "استلمنا \u20681.000 KWD\u2069", URI.create("https://shop.example/p/1")));

        assertThat(there).isTrue();
        FakeService.Call call = service.calls.get(0);
        assertThat(call.header("Content-Encoding")).isEqualTo("aes128gcm");
        assertThat(call.header("TTL")).isEqualTo("86400");
        assertThat(new String(opened(call.body()), StandardCharsets.UTF_8))
                .isEqualTo("{\"title\":\"متجر \\\"B\\\"\",\"body\":\"استلمنا \u20681.000"
                        + " KWD\u2069\",\"link\":\"https://shop.example/p/1\"}");

        String authorization = call.header("Authorization");
        assertThat(authorization).startsWith("vapid t=").endsWith(", k=" + TEXT.encodeToString(point(sender)));
        String[] jwt = authorization
                .substring("vapid t=".length(), authorization.indexOf(','))
                .split("\\.");
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
        verifier.initVerify(sender.getPublic());
        verifier.update((jwt[0] + "." + jwt[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(verifier.verify(bytes(jwt[2]))).isTrue();
        assertThat(new String(bytes(jwt[1]), StandardCharsets.UTF_8))
                .isEqualTo("{\"aud\":\"" + service.at("") + "\",\"exp\":"
                        + NOW.plusSeconds(12 * 3600).getEpochSecond() + ",\"sub\":\"mailto:ops@example.com\"}");
    }

    @Test
    void twoMessages_shareNoKeyAndNoSalt() {
        here().send(receiver(service.at("/a")), new PushMessage("t", "b", null));
        here().send(receiver(service.at("/a")), new PushMessage("t", "b", null));

        byte[] first = service.calls.get(0).body();
        byte[] second = service.calls.get(1).body();
        assertThat(Arrays.copyOf(first, 16)).isNotEqualTo(Arrays.copyOf(second, 16));
        assertThat(Arrays.copyOfRange(first, 21, 86)).isNotEqualTo(Arrays.copyOfRange(second, 21, 86));
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410})
    void goneBrowser_isSaid(int status) {
        service.next(status);

        assertThat(here().send(receiver(service.at("/a")), new PushMessage("t", "b", null)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/x",
                "http://fcm.googleapis.com/x",
                "https://fcm.googleapis.com:8443/x",
                "https://fcm.googleapis.com.evil.example/x",
                "https://evilpush.apple.com.example/x",
                "https://user@fcm.googleapis.com/x",
                "https://169.254.169.254/latest/meta-data"
            })
    void endpointOfNobodyWeKnow_isNotCalled(String endpoint) {
        WebPush push = push().build();

        assertThatThrownBy(() -> push.send(receiver(URI.create(endpoint)), new PushMessage("t", "b", null)))
                .isInstanceOf(UndeliveredException.class)
                .hasMessageStartingWith("push does not call");
    }

    @Test
    void pointThatIsNotOnTheCurve_isRefused() {
        byte[] point = point(browser);
        point[64] ^= 1;
        PushReceiver receiver =
                new PushReceiver(service.at("/a"), TEXT.encodeToString(point), TEXT.encodeToString(auth));

        assertThatThrownBy(() -> here().send(receiver, new PushMessage("t", "b", null)))
                .isInstanceOf(UndeliveredException.class)
                .hasMessage("push cannot seal for this receiver: not on P-256");
        assertThat(service.calls).isEmpty();
    }

    @Test
    void messageThatDoesNotFitOneRecord_isRefused_theLongestGoes() throws GeneralSecurityException {
        int frame = "{\"title\":\"t\",\"body\":\"\"}".length();
        String longest = "b".repeat(PushSeal.LONGEST - frame);

        here().send(receiver(service.at("/a")), new PushMessage("t", longest, null));

        assertThat(service.calls.get(0).body()).hasSize(4096);
        assertThat(opened(service.calls.get(0).body())).hasSize(PushSeal.LONGEST);
        assertThatThrownBy(() -> here().send(receiver(service.at("/a")), new PushMessage("t", longest + "b", null)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("message has 3994 bytes: at most 3993");
    }

    @Test
    void keys_areRefusedWithTheirNames_withoutTheSecret() {
        String open = TEXT.encodeToString(point(sender));
        String secret = TEXT.encodeToString(scalar((ECPrivateKey) sender.getPrivate()));
        String other = TEXT.encodeToString(scalar((ECPrivateKey) browser.getPrivate()));

        assertThatThrownBy(() -> VapidKey.of("%", secret)).hasMessageStartingWith("publicKey is not base64url");
        assertThatThrownBy(() -> VapidKey.of(open, "abcd")).hasMessageStartingWith("privateKey has 3 bytes");
        assertThatThrownBy(() -> VapidKey.of(open, other))
                .hasMessage("privateKey is not the public key's: the two of one pair");
        assertThat(VapidKey.of(open, secret).toString()).doesNotContain(secret);
        assertThatThrownBy(() -> new PushReceiver(URI.create("https://a/b"), open, "AAAA"))
                .hasMessage("secret has 3 bytes: 16 bytes in base64url");
        assertThat(receiver(URI.create("https://a.example/secret")).toString()).isEqualTo("PushReceiver[a.example]");
    }

    /** What a browser does with a message (RFC 8291, section 4). */
    private byte[] opened(byte[] body) throws GeneralSecurityException {
        ByteBuffer buffer = ByteBuffer.wrap(body);
        byte[] salt = new byte[16];
        buffer.get(salt);
        assertThat(buffer.getInt()).isEqualTo(4096);
        byte[] asPublic = new byte[buffer.get()];
        buffer.get(asPublic);
        byte[] sealed = new byte[buffer.remaining()];
        buffer.get(sealed);

        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(browser.getPrivate());
        agreement.doPhase(PushSeal.publicKey(asPublic), true);
        byte[] prkKey = hmac(auth, agreement.generateSecret());
        ByteBuffer info = ByteBuffer.allocate(14 + 65 + 65 + 1);
        info.put("WebPush: info\0".getBytes(StandardCharsets.US_ASCII))
                .put(point(browser))
                .put(asPublic);
        info.put((byte) 1);
        byte[] prk = hmac(salt, hmac(prkKey, info.array()));
        byte[] key =
                Arrays.copyOf(hmac(prk, "Content-Encoding: aes128gcm\0\1".getBytes(StandardCharsets.US_ASCII)), 16);
        byte[] nonce = Arrays.copyOf(hmac(prk, "Content-Encoding: nonce\0\1".getBytes(StandardCharsets.US_ASCII)), 12);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        byte[] padded = cipher.doFinal(sealed);
        assertThat(padded[padded.length - 1]).isEqualTo((byte) 2);
        return Arrays.copyOf(padded, padded.length - 1);
    }

    private static byte[] hmac(byte[] key, byte[] content) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(content);
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] point(KeyPair pair) {
        return PushSeal.point((ECPublicKey) pair.getPublic());
    }

    private static byte[] scalar(ECPrivateKey key) {
        byte[] number = key.getS().toByteArray();
        byte[] scalar = new byte[32];
        int length = Math.min(32, number.length);
        System.arraycopy(number, number.length - length, scalar, 32 - length, length);
        return scalar;
    }

    private static byte[] bytes(String text) {
        return Base64.getUrlDecoder().decode(text);
    }
}
