package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.utf8;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Strangers and the provider behind one address: a balancer without trusted proxies, or the provider made to send. */
class SharedAddressTest {
    private static final String BALANCER = "10.0.0.1";
    private static final SigningSecret SECRET = SigningSecret.utf8("0123456789abcdef0123");

    private final AtomicLong nanos = new AtomicLong();
    private final ThreatMonitor monitor =
            ThreatMonitor.builder().ticker(nanos::get).build();
    private final Fixtures.Recorder heard = new Fixtures.Recorder();
    private final WebhookVerifier verifier =
            callbackVerifier().threatMonitor(monitor).listener(heard).build();

    @Test
    void verify_genuineOnesInAFloodOfForgeries_areAllTaken() {
        int taken = 0;
        int forgeries = 0;
        for (int i = 0; i < 300; i++) {
            for (int j = 0; j < 50; j++) {
                reason(verifier.verify(forged("")));
                forgeries++;
            }
            taken += verifier.verify(genuine("", i)).fold(webhook -> 1, refusal -> 0);
        }

        assertThat(taken).isEqualTo(300);
        // told of once, and spared the log from the twentieth on until the next genuine one
        assertThat(alerts(SecurityAlert.Kind.REFUSALS_FROM_SOURCE)).isEqualTo(1);
        assertThat(blockedRefusals()).isEqualTo(forgeries - 300 * 20);
    }

    @Test
    void verify_goodSignature_clearsTheSource() {
        flood("");
        assertThat(reason(verifier.verify(forged("")))).isEqualTo(Reason.SOURCE_BLOCKED);

        verified(verifier.verify(genuine("", 1)));

        assertThat(reason(verifier.verify(forged("")))).isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void verify_blocked_everyUnsignedKindIsRefusedInSilence() {
        flood("");
        WebhookRequest.Builder tooLarge = WebhookRequest.builder(new byte[1024 * 1024 + 1]);
        WebhookRequest.Builder malformed = WebhookRequest.builder(utf8("{}")).header("a b", "1");
        WebhookRequest.Builder unsigned = WebhookRequest.builder(utf8("{}"));

        for (WebhookRequest.Builder each : List.of(tooLarge, malformed, unsigned)) {
            assertThat(reason(verifier.verify(each.peerAddress(BALANCER).build())))
                    .isEqualTo(Reason.SOURCE_BLOCKED);
        }
    }

    @Test
    void verify_blockOfATenant_isNoneOfAnother() {
        flood("acme");

        assertThat(reason(verifier.verify(forged("acme")))).isEqualTo(Reason.SOURCE_BLOCKED);
        assertThat(reason(verifier.verify(forged("globex")))).isEqualTo(Reason.SIGNATURE_MISMATCH);
        assertThat(reason(verifier.verify(forged("")))).isEqualTo(Reason.SIGNATURE_MISMATCH);
        verified(verifier.verify(genuine("globex", 1)));
        assertThat(reason(verifier.verify(forged("acme")))).isEqualTo(Reason.SOURCE_BLOCKED);
    }

    @Test
    void verify_blockOfAScheme_isNoneOfAnother() {
        flood("");
        WebhookVerifier github = WebhookVerifier.builder(SignatureScheme.github(), List.of(SECRET))
                .clock(Fixtures.CLOCK)
                .threatMonitor(monitor)
                .build();

        assertThat(reason(github.verify(forged("")))).isEqualTo(Reason.SIGNATURE_MISSING);
    }

    /** Tenants that are made up are one source, whatever they are called. */
    @Test
    void verify_unknownTenants_areCountedTogether() {
        SigningSecret key = Fixtures.serverKey();
        WebhookVerifier byTenant = WebhookVerifier.builder(
                        SignatureScheme.payTabsCallback(), Map.of("acme", List.of(key))::get)
                .clock(Fixtures.CLOCK)
                .threatMonitor(monitor)
                .build();
        for (int i = 0; i < 20; i++) {
            assertThat(reason(byTenant.verify(forged("made up " + i)))).isEqualTo(Reason.SECRET_UNKNOWN);
        }

        assertThat(reason(byTenant.verify(forged("another")))).isEqualTo(Reason.SOURCE_BLOCKED);
        assertThat(reason(byTenant.verify(forged("acme")))).isEqualTo(Reason.SIGNATURE_MISMATCH);
        assertThat(monitor.size()).isEqualTo(2);
    }

    @Test
    void verify_tenantsOfAnyLength_takeBoundedMemory() {
        for (int i = 0; i < 20; i++) {
            reason(verifier.verify(forged("x".repeat(64) + i)));
        }

        assertThat(reason(verifier.verify(forged("x".repeat(64))))).isEqualTo(Reason.SOURCE_BLOCKED);
        assertThat(reason(verifier.verify(forged("x".repeat(63))))).isEqualTo(Reason.SIGNATURE_MISMATCH);
    }

    /** Time, source list and rules of the content hold for a signed request, block or not, and tell their own reason. */
    @Test
    void verify_signedAndAgainstARule_isRefusedForTheRule_andNeverBlocked() {
        Instant old = Fixtures.NOW.minus(Duration.ofHours(1));
        WebhookVerifier timed = WebhookVerifier.builder(SignatureScheme.stripe(), List.of(SECRET))
                .clock(Fixtures.CLOCK)
                .threatMonitor(monitor)
                .listener(heard)
                .build();
        WebhookVerifier listed = callbackVerifier()
                .threatMonitor(monitor)
                .sources(IpAllowList.of(List.of("192.0.2.0/24")))
                .build();
        flood("");

        for (int i = 0; i < 100; i++) {
            assertThat(reason(timed.verify(stripe(old)))).isEqualTo(Reason.TIMESTAMP_TOO_OLD);
            assertThat(reason(listed.verify(genuine("", i)))).isEqualTo(Reason.SOURCE_NOT_ALLOWED);
        }
        assertThat(alerts(SecurityAlert.Kind.REFUSALS_FROM_SOURCE)).isEqualTo(2); // of the flood, and of the old ones
        assertThat(heard.events.stream()
                        .filter(SecurityAlert.class::isInstance)
                        .map(alert -> ((SecurityAlert) alert).blockedUntil()))
                .containsExactly(Fixtures.NOW.plus(Duration.ofMinutes(5)), null);
    }

    @Test
    void handle_blocked_theReplayGuardHoldsAsBefore() {
        WebhookVerifier guarded = callbackVerifier()
                .threatMonitor(monitor)
                .replayGuard(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE)
                .build();
        flood("");

        assertThat(guarded.handle(genuine("", 1), webhook -> WebhookAnswer.ACCEPTED))
                .isInstanceOf(Delivery.Handled.class);
        flood("");
        assertThat(guarded.handle(genuine("", 1), webhook -> WebhookAnswer.ACCEPTED))
                .isInstanceOf(Delivery.Repeated.class);
    }

    @Test
    void verify_blockedAndSecretsOutOfReach_isStillAFaultOfOurOwn() {
        flood("");
        WebhookVerifier sealed = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), tenant -> {
                    throw new IllegalStateException("vault is sealed");
                })
                .clock(Fixtures.CLOCK)
                .threatMonitor(monitor)
                .build();

        assertThat(reason(sealed.verify(genuine("", 1)))).isEqualTo(Reason.SECRET_UNAVAILABLE);
    }

    private void flood(String tenant) {
        for (int i = 0; i < 20; i++) {
            reason(verifier.verify(forged(tenant)));
        }
    }

    private long alerts(SecurityAlert.Kind kind) {
        return heard.events.stream()
                .filter(event -> event instanceof SecurityAlert alert && alert.kind() == kind)
                .count();
    }

    private long blockedRefusals() {
        return heard.events.stream()
                .filter(event -> event instanceof WebhookEvent.WebhookRejected rejected
                        && rejected.refusal().reason() == Reason.SOURCE_BLOCKED)
                .count();
    }

    private static WebhookRequest stripe(Instant at) {
        byte[] body = utf8("{}");
        WebhookRequest.Builder request = WebhookRequest.builder(body).peerAddress(BALANCER);
        WebhookSigner.stripe(List.of(SECRET)).headers("", at, body).forEach(request::header);
        return request.build();
    }

    private static WebhookRequest forged(String tenant) {
        return request(tenant, utf8("{}"), "00".repeat(32));
    }

    private static WebhookRequest genuine(String tenant, int number) {
        byte[] body = utf8("{\"number\":" + number + "}");
        return request(tenant, body, Fixtures.hexMac(Fixtures.SERVER_KEY, body));
    }

    private static WebhookRequest request(String tenant, byte[] body, String signature) {
        return WebhookRequest.builder(body)
                .header("Signature", signature)
                .tenant(tenant)
                .peer(Objects.requireNonNull(IpAddress.parse(BALANCER)).toInetAddress())
                .build();
    }
}
