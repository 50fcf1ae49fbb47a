package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.mac;
import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.utf8;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.Refusal.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SchemesTest {
    private static final long T = 1_700_000_000L;
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(T), ZoneOffset.UTC);
    private static final String SECRET = "whsec_stripe_test_secret";
    private static final byte[] BODY = utf8("{\"id\":\"evt_1\"}");

    private final WebhookVerifier stripe = verifier(SignatureScheme.stripe(), SigningSecret.utf8(SECRET));

    @Test
    void stripe_roundTrip_withTwoSecretsDuringRotation() {
        WebhookSigner signer =
                WebhookSigner.stripe(List.of(SigningSecret.utf8("whsec_other"), SigningSecret.utf8(SECRET)));

        VerifiedWebhook webhook =
                verified(stripe.verify(request(BODY, signer.headers("ignored", Instant.ofEpochSecond(T), BODY))));

        assertThat(webhook.signedAt()).hasValue(Instant.ofEpochSecond(T));
        assertThat(webhook.messageId()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "t=%t,v1=%s",
                "v1=%s,t=%t",
                "t=%t,v1=00,v1=%s,v0=abc",
                "t=%t,v1=zz,v1=%s",
                "t=%t,x,v1=%s,",
                ",t=%t,v1=%s",
                "scheme=1,t=%t,v1=%s"
            })
    void stripe_formsThatAreGenuine(String form) {
        assertThat(verified(stripe.verify(stripeRequest(form))).scheme()).isEqualTo("stripe");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "t=%t,v0=%s | SIGNATURE_MISSING",
                "t=%t | SIGNATURE_MISSING",
                "t=%t,v1= | SIGNATURE_MISSING",
                "t=%t,v1=%s0 | SIGNATURE_MISSING",
                "v1=%s | TIMESTAMP_MISSING",
                "t=,v1=%s | TIMESTAMP_MALFORMED",
                "t=%t,t=%t,v1=%s | TIMESTAMP_MALFORMED",
                "t=-%t,v1=%s | TIMESTAMP_MALFORMED",
                "t=+%t,v1=%s | TIMESTAMP_MALFORMED",
                "t=%t.5,v1=%s | TIMESTAMP_MALFORMED",
                "t=99999999999999999999,v1=%s | TIMESTAMP_MALFORMED",
                "t=%t0,v1=%s | SIGNATURE_MISMATCH",
                "t=0%t,v1=%s | SIGNATURE_MISMATCH",
                ",,,, | TIMESTAMP_MISSING",
                "= | TIMESTAMP_MISSING"
            })
    void stripe_formsThatAreNot(String form, Reason reason) {
        assertThat(reason(stripe.verify(stripeRequest(form)))).isEqualTo(reason);
    }

    @Test
    void stripe_headerFullOfSignatures_isRefusedUnread() {
        String many = "t=" + T
                + IntStream.range(0, 17).mapToObj(i -> ",v1=" + "0".repeat(64)).collect(Collectors.joining());
        String tooMany = "t=" + T + ",v1=0".repeat(40);

        assertThat(reason(stripe.verify(stripeRequest(many)))).isEqualTo(Reason.SIGNATURE_MALFORMED);
        assertThat(reason(stripe.verify(stripeRequest(tooMany)))).isEqualTo(Reason.SIGNATURE_MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({
        "-301, TIMESTAMP_TOO_OLD",
        "-31536000, TIMESTAMP_TOO_OLD",
        "301, TIMESTAMP_IN_FUTURE",
        "31536000, TIMESTAMP_IN_FUTURE"
    })
    void stripe_timeOutsideTheTolerance_inBothDirections(long offset, Reason reason) {
        assertThat(reason(stripe.verify(stripeSignedAt(T + offset)))).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({"-300", "0", "300"})
    void stripe_timeAtTheBounds(long offset) {
        assertThat(verified(stripe.verify(stripeSignedAt(T + offset))).signedAt())
                .hasValue(Instant.ofEpochSecond(T + offset));
    }

    @Test
    void timestamps_areConfigurable() {
        WebhookVerifier strict = WebhookVerifier.builder(SignatureScheme.stripe(), List.of(SigningSecret.utf8(SECRET)))
                .clock(CLOCK)
                .timestamps(new TimestampRule(Duration.ofSeconds(10), Duration.ZERO))
                .build();

        assertThat(verified(strict.verify(stripeSignedAt(T - 10))).scheme()).isEqualTo("stripe");
        assertThat(reason(strict.verify(stripeSignedAt(T - 11)))).isEqualTo(Reason.TIMESTAMP_TOO_OLD);
        assertThat(reason(strict.verify(stripeSignedAt(T + 1)))).isEqualTo(Reason.TIMESTAMP_IN_FUTURE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "msg_1 | %t | v1,%s | ",
                "msg_1 | %t | v1,AAAA v1,%s | ",
                "msg_1 | %t |  v1,%s | ",
                "msg_1 | %t | v1a,%s | SIGNATURE_MISSING",
                "msg_1 | %t | v1,%s%s | SIGNATURE_MISSING",
                "msg_1 | %t | V1,%s | SIGNATURE_MISSING",
                "msg_1 | %t | %s | SIGNATURE_MISSING",
                "msg_2 | %t | v1,%s | SIGNATURE_MISMATCH",
                "msg_1.%t | 2 | v1,%s | HEADER_NOT_ALLOWED",
                "'' | %t | v1,%s | HEADER_MISSING",
                "msg_1 | '' | v1,%s | TIMESTAMP_MALFORMED",
                "msg_1 | 1e9 | v1,%s | TIMESTAMP_MALFORMED",
                "msg_1 | %t | '' | SIGNATURE_MISSING"
            })
    void standardWebhooks_forms(String id, String time, String signature, Reason refused) {
        SigningSecret secret = SigningSecret.base64("whsec_c2VjcmV0c2VjcmV0");
        String mac = Base64.getEncoder()
                .encodeToString(mac("HmacSHA256", utf8("secretsecret"), utf8("msg_1." + T + "." + new String(BODY))));
        WebhookRequest request = request(
                BODY,
                Map.of(
                        "webhook-id", id,
                        "webhook-timestamp", time.replace("%t", Long.toString(T)),
                        "webhook-signature", signature.replace("%s", mac)));

        Verification verification =
                verifier(SignatureScheme.standardWebhooks(), secret).verify(request);

        if (refused == null) {
            assertThat(verified(verification).messageId()).hasValue("msg_1");
        } else {
            assertThat(reason(verification)).isEqualTo(refused);
        }
    }

    @Test
    void standardWebhooks_missingAndRepeatedHeaders() {
        WebhookVerifier verifier =
                verifier(SignatureScheme.standardWebhooks(), SigningSecret.base64("c2VjcmV0c2VjcmV0"));
        Map<String, String> headers = WebhookSigner.standardWebhooks(List.of(SigningSecret.base64("c2VjcmV0c2VjcmV0")))
                .headers("msg_1", Instant.ofEpochSecond(T), BODY);

        assertThat(verified(verifier.verify(request(BODY, headers))).scheme()).isEqualTo("standard-webhooks");
        headers.forEach((name, value) -> {
            assertThat(reason(verifier.verify(request(BODY, headers, name, value))))
                    .as(name)
                    .isEqualTo(Reason.HEADER_DUPLICATED);
            assertThat(reason(verifier.verify(request(BODY, without(headers, name)))))
                    .as(name)
                    .isIn(Reason.HEADER_MISSING, Reason.TIMESTAMP_MISSING, Reason.SIGNATURE_MISSING);
        });
    }

    @Test
    void standardWebhooks_digestFollowsTheMessageId_soThatALaterDeliveryIsTheSame() {
        SigningSecret secret = SigningSecret.base64("c2VjcmV0c2VjcmV0");
        WebhookVerifier verifier = verifier(SignatureScheme.standardWebhooks(), secret);
        WebhookSigner signer = WebhookSigner.standardWebhooks(List.of(secret));

        String first = verified(verifier.verify(request(BODY, signer.headers("msg_1", Instant.ofEpochSecond(T), BODY))))
                .digest();
        String later = verified(
                        verifier.verify(request(BODY, signer.headers("msg_1", Instant.ofEpochSecond(T + 60), BODY))))
                .digest();
        String other = verified(verifier.verify(request(BODY, signer.headers("msg_2", Instant.ofEpochSecond(T), BODY))))
                .digest();

        assertThat(first).isEqualTo(later).isNotEqualTo(other);
    }

    @ParameterizedTest
    @EnumSource(MacAlgorithm.class)
    void generic_everyAlgorithmAndEncoding_againstPlainJca(MacAlgorithm algorithm) {
        for (SignatureEncoding encoding : SignatureEncoding.values()) {
            HmacScheme scheme = HmacScheme.builder("acme", "X-Acme-Sig")
                    .algorithm(algorithm)
                    .encoding(encoding)
                    .signaturePrefix("s=")
                    .contentPrefix("acme:")
                    .timestamp("X-Acme-Time", TimestampFormat.UNIX_MILLIS, ":")
                    .build();
            String time = T + "123";
            byte[] expected =
                    mac(algorithm.jcaName(), utf8("k-of-acme"), utf8("acme:" + time + ":" + new String(BODY)));
            String written = encoding == SignatureEncoding.HEX
                    ? HexFormat.of().formatHex(expected)
                    : Base64.getEncoder().encodeToString(expected);
            WebhookRequest request = request(BODY, Map.of("x-acme-sig", "s=" + written, "x-acme-time", time));

            assertThat(expected).hasSize(algorithm.length());
            assertThat(verified(verifier(scheme, SigningSecret.utf8("k-of-acme"))
                                    .verify(request))
                            .signedAt())
                    .hasValue(Instant.ofEpochMilli(T * 1000 + 123));
            assertThat(WebhookSigner.of(scheme, SigningSecret.utf8("k-of-acme"))
                            .headers("", Instant.ofEpochMilli(T * 1000 + 123), BODY))
                    .isEqualTo(Map.of("X-Acme-Sig", "s=" + written, "X-Acme-Time", time));
        }
    }

    @Test
    void generic_prefixAndTimeAreRequired() {
        HmacScheme scheme = HmacScheme.builder("slack", "X-Slack-Signature")
                .signaturePrefix("v0=")
                .contentPrefix("v0:")
                .timestamp("X-Slack-Request-Timestamp", TimestampFormat.UNIX_SECONDS, ":")
                .build();
        WebhookVerifier verifier = verifier(scheme, SigningSecret.utf8("k-of-acme"));
        Map<String, String> headers =
                WebhookSigner.of(scheme, SigningSecret.utf8("k-of-acme")).headers("", Instant.ofEpochSecond(T), BODY);
        String bare = headers.get("X-Slack-Signature").substring(3);

        assertThat(verified(verifier.verify(request(BODY, headers))).scheme()).isEqualTo("slack");
        assertThat(reason(verifier.verify(request(BODY, without(headers, "X-Slack-Request-Timestamp")))))
                .isEqualTo(Reason.TIMESTAMP_MISSING);
        assertThat(reason(verifier.verify(
                        request(BODY, Map.of("X-Slack-Signature", bare, "X-Slack-Request-Timestamp", "" + T)))))
                .isEqualTo(Reason.SIGNATURE_MALFORMED);
        assertThat(reason(verifier.verify(request(BODY, headers, "X-Slack-Request-Timestamp", "" + T))))
                .isEqualTo(Reason.HEADER_DUPLICATED);
        assertThat(reason(verifier.verify(
                        request(BODY, Map.of("X-Slack-Signature", "v0=" + bare, "X-Slack-Request-Timestamp", "now")))))
                .isEqualTo(Reason.TIMESTAMP_MALFORMED);
        assertThat(reason(verifier.verify(request(new byte[0], headers)))).isEqualTo(Reason.BODY_MISSING);
    }

    @ParameterizedTest
    @CsvSource({"''", "1", "T", "Z:"})
    void generic_separatorThatDoesNotSeparate_isRefused(String separator) {
        HmacScheme.Builder builder = HmacScheme.builder("acme", "X-Acme-Sig");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.timestamp("X-Time", TimestampFormat.UNIX_SECONDS, separator));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"value\":1130 | \"value\":1131 | SIGNATURE_MISMATCH",
                "\"success\":\"true\" | \"success\":\"false\" | SIGNATURE_MISMATCH",
                "\"value\":1130 | \"value\":1130,\"value\":1 | FIELD_DUPLICATED",
                "\"value\":1130 | \"value\":[1130] | PAYLOAD_MALFORMED",
                "TestMerchant | Test:Merchant | PAYLOAD_MALFORMED",
                "}}]} | }},{}]} | FIELD_DUPLICATED",
                "Ny9gS2veKo5E4w8/OL6xz1/wvT/hYkAXy1xNc/QvO4I= | '' | SIGNATURE_MISSING",
                "Ny9gS2veKo5E4w8/OL6xz1/wvT/hYkAXy1xNc/QvO4I= | Ny9g | SIGNATURE_MALFORMED",
                "hmacSignature | hmac | SIGNATURE_MISSING",
                "}]} | }] | PAYLOAD_MALFORMED"
            })
    void adyen_changedNotifications(String part, String replacement, Reason reason) {
        WebhookVerifier verifier = verifier(
                SignatureScheme.adyenNotification(),
                SigningSecret.hex("DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"));
        String changed = AdyenSamples.notification().replace(part, replacement);

        assertThat(reason(verifier.verify(request(utf8(changed), Map.of())))).isEqualTo(reason);
    }

    @Test
    void adyen_booleanSuccessAndColonInTheReference_areGenuine() {
        byte[] key = HexFormat.of().parseHex("00ff".repeat(4));
        String mac =
                Base64.getEncoder().encodeToString(mac("HmacSHA256", key, utf8("P::M:order:7:1:EUR:CAPTURE:true")));
        String body = "{\"notificationItems\":[{\"NotificationRequestItem\":{\"additionalData\":{\"hmacSignature\":\""
                + mac + "\"},\"amount\":{\"currency\":\"EUR\",\"value\":1},\"eventCode\":\"CAPTURE\","
                + "\"merchantAccountCode\":\"M\",\"merchantReference\":\"order:7\",\"pspReference\":\"P\","
                + "\"success\":true}}]}";

        assertThat(verified(verifier(SignatureScheme.adyenNotification(), SigningSecret.hex("00FF".repeat(4)))
                                .verify(request(utf8(body), Map.of())))
                        .fields())
                .containsEntry("merchantReference", "order:7");
    }

    @Test
    void adyen_header_overTheRawBody() {
        SigningSecret secret = SigningSecret.hex("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056");
        Map<String, String> headers =
                WebhookSigner.of(SignatureScheme.adyenHeader(), secret).headers("", Instant.EPOCH, BODY);

        assertThat(headers.get("HmacSignature"))
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(mac(
                                "HmacSHA256",
                                HexFormat.of()
                                        .parseHex("44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056"),
                                BODY)));
        assertThat(verified(verifier(SignatureScheme.adyenHeader(), secret).verify(request(BODY, headers)))
                        .scheme())
                .isEqualTo("adyen-header");
    }

    @Test
    void ownScheme_onlyReads_andTheVerifierDecides() {
        SignatureScheme own = new SignatureScheme() {
            @Override
            public String name() {
                return "own";
            }

            @Override
            public SignatureReading read(WebhookRequest request) {
                String header = request.header("X-Own");
                return header == null
                        ? SignatureReading.unreadable(Reason.SIGNATURE_MISSING, "no header X-Own")
                        : SignatureClaim.builder(MacAlgorithm.HMAC_SHA256, utf8("own:"), request.body())
                                .signature(HexFormat.of().parseHex(header))
                                .build();
            }
        };
        String right = HexFormat.of().formatHex(mac("HmacSHA256", utf8("k-of-acme"), utf8("own:" + new String(BODY))));
        WebhookVerifier verifier = verifier(own, SigningSecret.utf8("k-of-acme"));

        assertThat(verified(verifier.verify(request(BODY, Map.of("X-Own", right))))
                        .scheme())
                .isEqualTo("own");
        assertThat(reason(verifier.verify(request(BODY, Map.of("X-Own", "00")))))
                .isEqualTo(Reason.SIGNATURE_MISMATCH);
        assertThat(reason(verifier.verify(request(BODY, Map.of())))).isEqualTo(Reason.SIGNATURE_MISSING);
    }

    @Test
    void standardWebhooks_boundsOfTheMessageId() {
        SigningSecret secret = SigningSecret.utf8("k-of-acme");
        WebhookSigner signer = WebhookSigner.standardWebhooks(List.of(secret));
        WebhookVerifier verifier = verifier(SignatureScheme.standardWebhooks(), secret);
        Map<String, String> longest = signer.headers("x".repeat(256), CLOCK.instant(), BODY);

        assertThat(verified(verifier.verify(request(BODY, longest))).messageId())
                .hasValue("x".repeat(256));
        for (String id : List.of(".a", "x".repeat(257))) {
            Map<String, String> headers = new HashMap<>(longest);
            headers.put("webhook-id", id);
            assertThat(reason(verifier.verify(request(BODY, headers)))).isEqualTo(Reason.HEADER_NOT_ALLOWED);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> signer.headers(".a", CLOCK.instant(), BODY));
    }

    @Test
    void standardWebhooks_sixteenEntriesAreRead_seventeenAreRefused() {
        SigningSecret secret = SigningSecret.utf8("k-of-acme");
        WebhookVerifier verifier = verifier(SignatureScheme.standardWebhooks(), secret);
        Map<String, String> headers =
                new HashMap<>(WebhookSigner.standardWebhooks(List.of(secret)).headers("msg_1", CLOCK.instant(), BODY));
        String right = headers.get("webhook-signature");

        headers.put("webhook-signature", "v2,A  ".repeat(15) + right);
        assertThat(verified(verifier.verify(request(BODY, headers))).scheme()).isEqualTo("standard-webhooks");
        headers.put("webhook-signature", "v2,A ".repeat(16) + right);
        assertThat(reason(verifier.verify(request(BODY, headers)))).isEqualTo(Reason.SIGNATURE_MALFORMED);
    }

    @Test
    void read_emptyBody_isRefused() {
        SigningSecret secret = SigningSecret.utf8("k-of-acme");
        byte[] empty = {};
        Map<String, String> headers =
                new HashMap<>(WebhookSigner.standardWebhooks(List.of(secret)).headers("msg_1", CLOCK.instant(), empty));
        headers.putAll(WebhookSigner.stripe(List.of(secret)).headers("", CLOCK.instant(), empty));

        for (SignatureScheme scheme : List.of(
                SignatureScheme.standardWebhooks(), SignatureScheme.stripe(), SignatureScheme.adyenNotification())) {
            assertThat(reason(verifier(scheme, secret).verify(request(empty, headers))))
                    .isEqualTo(Reason.BODY_MISSING);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "14 | BODY_ALREADY_READ",
                "1 | BODY_ALREADY_READ",
                "999999999999999999 | BODY_ALREADY_READ",
                "0 | BODY_MISSING",
                "00 | BODY_MISSING",
                "'' | BODY_MISSING",
                "-1 | BODY_MISSING",
                "1, 1 | BODY_MISSING",
                "\u0661 | BODY_MISSING",
                "9999999999999999999 | BODY_MISSING"
            })
    void read_bodyThatWasReadBefore_saysSo(String length, Reason reason) {
        byte[] empty = {};
        Map<String, String> headers = Map.of("content-length", length);

        for (SignatureScheme scheme : List.of(
                SignatureScheme.standardWebhooks(),
                SignatureScheme.stripe(),
                SignatureScheme.github(),
                SignatureScheme.adyenNotification())) {
            assertThat(reason(verifier(scheme, SigningSecret.utf8("k-of-acme")).verify(request(empty, headers))))
                    .isEqualTo(reason);
        }
        String chunked = SignatureReading.noBody(request(empty, Map.of("Transfer-Encoding", "chunked")))
                .toString();
        assertThat(chunked).contains("BODY_MISSING", "before the verifier");
    }

    @Test
    void verify_bodyThatWasReadInPartOrChanged_saysSo() {
        WebhookVerifier verifier = verifier(SignatureScheme.github(), SigningSecret.utf8("k-of-acme"));
        Map<String, String> headers =
                new HashMap<>(WebhookSigner.of(SignatureScheme.github(), SigningSecret.utf8("k-of-acme"))
                        .headers("", CLOCK.instant(), BODY));
        byte[] rest = utf8(new String(BODY).substring(5));

        headers.put("Content-Length", Integer.toString(BODY.length));
        assertThat(detail(verifier.verify(request(rest, headers)))).contains("before the verifier");
        headers.put("Content-Length", Integer.toString(rest.length));
        assertThat(detail(verifier.verify(request(rest, headers)))).isEqualTo("no valid secret gives this signature");
        assertThat(verified(verifier.verify(request(BODY, headers))).scheme()).isEqualTo("github");
    }

    private static String detail(Verification verification) {
        return verification.fold(VerifiedWebhook::toString, Refusal::detail);
    }

    @Test
    void adyen_emptyFieldsOnly_areRefused() {
        String mac = Base64.getEncoder().encodeToString(mac("HmacSHA256", utf8("k-of-acme"), utf8(":::::::")));
        String body = "{\"notificationItems\":[{\"NotificationRequestItem\":{\"additionalData\":{\"hmacSignature\":\""
                + mac + "\"},\"pspReference\":\"\"}}]}";

        assertThat(reason(verifier(SignatureScheme.adyenNotification(), SigningSecret.utf8("k-of-acme"))
                        .verify(request(utf8(body), Map.of()))))
                .isEqualTo(Reason.FIELD_MISSING);
    }

    @Test
    void ed25519_validityAndForms() {
        Ed25519PublicKey key = Ed25519PublicKey.standard("1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")
                .validFrom(Instant.ofEpochSecond(T))
                .validUntil(Instant.ofEpochSecond(T + 1));

        assertThat(key.isValidAt(Instant.ofEpochSecond(T))).isTrue();
        assertThat(key.isValidAt(Instant.ofEpochSecond(T - 1))).isFalse();
        assertThat(key.isValidAt(Instant.ofEpochSecond(T + 1))).isFalse();
        assertThat(key).hasToString("Ed25519PublicKey");
        assertThatIllegalArgumentException().isThrownBy(() -> key.validFrom(Instant.ofEpochSecond(T + 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> key.validUntil(Instant.ofEpochSecond(T)));
        assertThatIllegalArgumentException().isThrownBy(() -> Ed25519PublicKey.of(new byte[31]));
        assertThatIllegalArgumentException().isThrownBy(() -> Ed25519PublicKey.standard("whpk_%"));
        assertThatIllegalArgumentException().isThrownBy(() -> Ed25519SigningKey.standard("whsk_AAAA"));
        assertThatIllegalArgumentException().isThrownBy(() -> Ed25519SigningKey.standard("whsk_%"));
    }

    @Test
    void signers_closedKeysAndWrongIds_areRefused() {
        SigningSecret secret = SigningSecret.utf8("k-of-acme");
        Ed25519SigningKey key = Ed25519SigningKey.standard(Base64.getEncoder().encodeToString(new byte[32]));
        WebhookSigner both = WebhookSigner.standardWebhooks(List.of(key, secret));
        assertThat(both.headers("id", CLOCK.instant(), BODY)).hasSize(3);
        assertThat(key).hasToString("Ed25519SigningKey[hidden]");

        for (String id : List.of("", "a.b", "x".repeat(257))) {
            assertThatIllegalArgumentException().isThrownBy(() -> both.headers(id, CLOCK.instant(), BODY));
        }
        key.close();
        assertThatExceptionOfType(WebhookException.class).isThrownBy(() -> both.headers("id", CLOCK.instant(), BODY));
        secret.close();
        assertThatExceptionOfType(WebhookException.class)
                .isThrownBy(() -> WebhookSigner.stripe(List.of(secret)).headers("", CLOCK.instant(), BODY));
        assertThatIllegalArgumentException().isThrownBy(() -> WebhookSigner.stripe(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> WebhookSigner.standardWebhooks(List.of()));
    }

    private static WebhookRequest stripeSignedAt(long time) {
        return request(
                BODY,
                WebhookSigner.stripe(List.of(SigningSecret.utf8(SECRET)))
                        .headers("", Instant.ofEpochSecond(time), BODY));
    }

    private static WebhookRequest stripeRequest(String form) {
        String mac = HexFormat.of().formatHex(mac("HmacSHA256", utf8(SECRET), utf8(T + "." + new String(BODY))));
        return request(
                BODY,
                Map.of("Stripe-Signature", form.replace("%t", Long.toString(T)).replace("%s", mac)));
    }

    private static WebhookVerifier verifier(SignatureScheme scheme, VerificationKey key) {
        return WebhookVerifier.builder(scheme, List.of(key)).clock(CLOCK).build();
    }

    private static Map<String, String> without(Map<String, String> headers, String name) {
        return headers.entrySet().stream()
                .filter(header -> !header.getKey().equals(name))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static WebhookRequest request(byte[] body, Map<String, String> headers, String... more) {
        WebhookRequest.Builder builder = WebhookRequest.builder(body);
        headers.forEach(builder::header);
        if (more.length == 2) {
            builder.header(more[0], more[1]);
        }
        return builder.build();
    }
}
