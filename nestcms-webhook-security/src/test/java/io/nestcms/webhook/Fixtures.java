package io.nestcms.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The PayTabs example messages, and a second way to sign that shares no code with the module. */
final class Fixtures {
    static final String SERVER_KEY = "SKTEST0001-AAAAAAAAAA-BBBBBBBBBB";
    static final long PROFILE = 90417;
    static final Instant NOW = Instant.parse("2026-09-18T10:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private Fixtures() {}

    static byte[] paytabs(String file) {
        try (InputStream in = Objects.requireNonNull(Fixtures.class.getResourceAsStream("/paytabs/" + file), file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] mac(String algorithm, byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, "RAW"));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String hexMac(String key, byte[] content) {
        return HexFormat.of().formatHex(mac("HmacSHA256", utf8(key), content));
    }

    static SigningSecret serverKey() {
        return SigningSecret.utf8(SERVER_KEY);
    }

    static WebhookVerifier.Builder callbackVerifier() {
        return WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(serverKey()))
                .clock(CLOCK);
    }

    static WebhookRequest signed(byte[] body) {
        return WebhookRequest.builder(body)
                .header("Content-Type", "application/json")
                .header("Signature", hexMac(SERVER_KEY, body))
                .build();
    }

    static Refusal.Reason reason(Verification verification) {
        return verification.fold(
                webhook -> {
                    throw new AssertionError("was verified: " + webhook);
                },
                Refusal::reason);
    }

    static VerifiedWebhook verified(Verification verification) {
        return verification.fold(webhook -> webhook, refusal -> {
            throw new AssertionError("was refused: " + refusal);
        });
    }

    /** Keeps what it hears. */
    static final class Recorder implements WebhookListener {
        final List<WebhookEvent> events = new ArrayList<>();

        @Override
        public synchronized void on(WebhookEvent event) {
            events.add(event);
        }
    }
}
