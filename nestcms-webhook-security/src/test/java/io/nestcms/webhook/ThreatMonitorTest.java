package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.ThreatMonitor.Threat;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThreatMonitorTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ThreatMonitor monitor = builder().build();

    @Test
    void refused_atTheBound_raisesAnAlertAndBlocks() {
        assertThat(monitor.refused("a", true)).isEmpty();
        assertThat(monitor.refused("a", true)).isEmpty();
        assertThat(monitor.isBlocked("a")).isFalse();

        assertThat(monitor.refused("a", true)).containsExactly(new Threat(false, 3, Duration.ofMinutes(5)));

        assertThat(monitor.isBlocked("a")).isTrue();
        assertThat(monitor.isBlocked("b")).isFalse();
        monitor.refused("b", true);
        monitor.refused("c", true);
        assertThat(monitor.size()).isEqualTo(3);
    }

    @Test
    void isBlocked_runsOut() {
        block("a");

        pass(Duration.ofMinutes(5).minusNanos(1));
        assertThat(monitor.isBlocked("a")).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(monitor.isBlocked("a")).isFalse();
        assertThat(monitor.size()).isZero();
        assertThat(monitor.refused("a", true)).isEmpty();
    }

    @Test
    void refused_slowly_raisesNothing() {
        for (int i = 0; i < 100; i++) {
            assertThat(monitor.refused("a", true)).isEmpty();
            pass(Duration.ofSeconds(40));
        }
        assertThat(monitor.isBlocked("a")).isFalse();
    }

    @Test
    void refused_overTheBorderOfTwoWindows_isCountedTogether() {
        monitor.refused("a", true);
        pass(Duration.ofSeconds(59));
        monitor.refused("a", true);
        pass(Duration.ofSeconds(2));

        assertThat(monitor.refused("a", true)).isEmpty();
        assertThat(monitor.refused("a", true)).hasSize(1);
    }

    @Test
    void refused_longAfterTheLastOne_startsAnew() {
        monitor.refused("a", true);
        monitor.refused("a", true);
        pass(Duration.ofMinutes(2));

        assertThat(monitor.refused("a", true)).isEmpty();
        assertThat(monitor.refused("a", true)).isEmpty();
        assertThat(monitor.refused("a", true)).hasSize(1);
    }

    @Test
    void refused_sourceThatMayStandForMany_isReportedAndNotBlocked() {
        monitor.refused("unknown", false);
        monitor.refused("unknown", false);

        assertThat(monitor.refused("unknown", false)).containsExactly(new Threat(false, 3, null));
        assertThat(monitor.isBlocked("unknown")).isFalse();
    }

    @Test
    void refused_blockOfZero_onlyReports() {
        ThreatMonitor alerts = builder().block(Duration.ZERO).build();
        alerts.refused("a", true);
        alerts.refused("a", true);

        assertThat(alerts.refused("a", true)).containsExactly(new Threat(false, 3, null));
        assertThat(alerts.isBlocked("a")).isFalse();
    }

    @Test
    void refused_byManySources_raisesOneAlertForAll() {
        ThreatMonitor wide = builder().maxTotalRefusals(50).build();
        int alerts = 0;
        for (int i = 0; i < 100; i++) {
            List<Threat> threats = wide.refused("source " + i, true);
            alerts += threats.stream().allMatch(Threat::fromMany) ? threats.size() : 100;
        }

        assertThat(alerts).isEqualTo(1);
        pass(Duration.ofMinutes(1).minusNanos(1));
        assertThat(floods(wide)).isZero();
        pass(Duration.ofNanos(1));
        assertThat(floods(wide)).isEqualTo(1);
    }

    private static int floods(ThreatMonitor monitor) {
        int alerts = 0;
        for (int i = 0; i < 100; i++) {
            alerts += monitor.refused("source " + i, true).stream().anyMatch(Threat::fromMany) ? 1 : 0;
        }
        return alerts;
    }

    @Test
    void refused_goesOn_isOneAlertForTheTimeOfTheBlock() {
        ThreatMonitor alertsOnly = builder().block(Duration.ZERO).build();
        int blocking = 0;
        int reporting = 0;
        int unblockable = 0;
        for (int i = 0; i < 100; i++) {
            blocking += monitor.refused("a", true).size();
            monitor.unblock("a");
            reporting += alertsOnly.refused("a", true).size();
            unblockable += alertsOnly.refused("b", false).size();
        }

        assertThat(List.of(blocking, reporting, unblockable)).containsExactly(1, 1, 1);
        pass(Duration.ofMinutes(1));
        for (int i = 0; i < 3; i++) {
            reporting += alertsOnly.refused("a", true).size();
            blocking += monitor.refused("a", true).size();
        }
        assertThat(List.of(blocking, reporting)).containsExactly(1, 2);
        pass(Duration.ofMinutes(4));
        for (int i = 0; i < 3; i++) {
            blocking += monitor.refused("a", true).size();
        }
        assertThat(blocking).isEqualTo(2);
    }

    @Test
    void unblock_endsTheBlock_untilRefusalsGoOn() {
        block("a");
        block("b");

        monitor.unblock("a");
        monitor.unblock("a");
        monitor.unblock("never seen");
        assertThat(monitor.isBlocked("a")).isFalse();
        assertThat(monitor.isBlocked("b")).isTrue();
        assertThat(monitor.blocksAny()).isTrue();
        monitor.unblock("b");
        assertThat(monitor.blocksAny()).isFalse();

        for (int i = 0; i < 3; i++) {
            assertThat(monitor.refused("a", true)).isEmpty();
        }
        assertThat(monitor.isBlocked("a")).isTrue();
        pass(Duration.ofMinutes(5));
        assertThat(monitor.isBlocked("a")).isFalse();
        assertThat(monitor.blocksAny()).isFalse();
        monitor.unblock("a");
        assertThat(monitor.size()).isZero();
    }

    @Test
    void refused_moreSourcesThanTheBound_memoryStaysBounded() {
        ThreatMonitor small = builder().maxSources(1000).maxRefusals(2).build();
        for (int i = 0; i < 5000; i++) {
            small.refused("source " + i, true);
        }
        for (int i = 0; i < 5000; i++) {
            small.refused("loud " + i, true);
            small.refused("loud " + i, true);
        }

        assertThat(small.size()).isLessThanOrEqualTo(2000);
        assertThat(small.isBlocked("loud 4999")).isTrue();
    }

    @Test
    void refused_twoMillionSources_memoryStaysBounded() {
        ThreatMonitor small = builder().maxSources(1000).build();
        for (int i = 0; i < 2_000_000; i++) {
            small.refused("192.0." + i, true);
        }

        assertThat(small.size()).isEqualTo(1000);
    }

    @Test
    void refused_flood_doesNotMakeTheMonitorForgetTheLoudOne() {
        ThreatMonitor small = builder().maxSources(10).maxRefusals(5).build();
        boolean blocked = false;
        for (int i = 0; i < 5; i++) {
            for (int other = 0; other < 9; other++) {
                small.refused("quiet " + i + " " + other, true);
            }
            blocked = !small.refused("loud", true).isEmpty();
        }

        assertThat(blocked).isTrue();
    }

    @Test
    void verify_burstFromOneAddress_raisesTheAlert_andThenIsRefusedInSilence() {
        Fixtures.Recorder heard = new Fixtures.Recorder();
        WebhookVerifier verifier =
                callbackVerifier().threatMonitor(monitor).listener(heard).build();
        for (int i = 0; i < 3; i++) {
            assertThat(reason(verifier.verify(forgedFrom("192.0.2.66")))).isEqualTo(Reason.SIGNATURE_MISSING);
        }

        assertThat(verifier.verify(forgedFrom("192.0.2.66")))
                .isEqualTo(new Verification.Refused(Refusal.of(
                        Reason.SOURCE_BLOCKED, "of a source with too many refused requests: SIGNATURE_MISSING")));
        assertThat(reason(verifier.verify(forgedFrom("192.0.2.1")))).isEqualTo(Reason.SIGNATURE_MISSING);
        assertThat(heard.events.stream().filter(SecurityAlert.class::isInstance))
                .containsExactly(new SecurityAlert(
                        Fixtures.NOW,
                        new WebhookEvent.Origin("paytabs-callback", "", "192.0.2.66"),
                        SecurityAlert.Kind.REFUSALS_FROM_SOURCE,
                        "3 refused requests within the window",
                        Fixtures.NOW.plus(Duration.ofMinutes(5))));

        pass(Duration.ofMinutes(5));
        assertThat(reason(verifier.verify(forgedFrom("192.0.2.66")))).isEqualTo(Reason.SIGNATURE_MISSING);
    }

    @Test
    void verify_ipv6SenderThatChangesItsAddress_isOneSource() {
        WebhookVerifier verifier = callbackVerifier().threatMonitor(monitor).build();
        for (int i = 1; i <= 3; i++) {
            verifier.verify(forgedFrom("2001:db8:1:2::" + i));
        }

        assertThat(reason(verifier.verify(forgedFrom("2001:db8:1:2:ffff::1")))).isEqualTo(Reason.SOURCE_BLOCKED);
        assertThat(reason(verifier.verify(forgedFrom("2001:db8:1:3::1")))).isEqualTo(Reason.SIGNATURE_MISSING);
    }

    @Test
    void verify_unknownSenders_areNeverBlocked() {
        WebhookVerifier verifier = callbackVerifier().threatMonitor(monitor).build();
        for (int i = 0; i < 10; i++) {
            assertThat(reason(verifier.verify(forgedFrom(null)))).isEqualTo(Reason.SIGNATURE_MISSING);
        }

        assertThat(verified(verifier.verify(genuineFrom(null))).scheme()).isEqualTo("paytabs-callback");
    }

    @Test
    void verify_passingFaultsOfOurOwn_areNobodysAttack() {
        WebhookVerifier verifier = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), tenant -> {
                    throw new IllegalStateException("vault is sealed");
                })
                .clock(Fixtures.CLOCK)
                .threatMonitor(monitor)
                .build();
        for (int i = 0; i < 10; i++) {
            assertThat(reason(verifier.verify(genuineFrom("192.0.2.1")))).isEqualTo(Reason.SECRET_UNAVAILABLE);
        }

        assertThat(monitor.size()).isZero();
    }

    @Test
    void verify_manySenders_raiseTheOtherAlert() {
        Fixtures.Recorder heard = new Fixtures.Recorder();
        WebhookVerifier verifier = callbackVerifier()
                .threatMonitor(builder().maxTotalRefusals(5).build())
                .listener(heard)
                .build();
        for (int i = 1; i <= 5; i++) {
            verifier.verify(forgedFrom("192.0.2." + i));
        }

        assertThat(heard.events.stream().filter(SecurityAlert.class::isInstance))
                .singleElement()
                .isInstanceOfSatisfying(SecurityAlert.class, alert -> {
                    assertThat(alert.kind()).isEqualTo(SecurityAlert.Kind.REFUSALS_FROM_MANY);
                    assertThat(alert.blockedUntil()).isNull();
                });
    }

    @Test
    void builder_wrongValues_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxRefusals(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxTotalRefusals(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxSources(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().window(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().block(Duration.ofSeconds(-1)));
    }

    private void block(String source) {
        for (int i = 0; i < 3; i++) {
            monitor.refused(source, true);
        }
        assertThat(monitor.isBlocked(source)).isTrue();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private ThreatMonitor.Builder builder() {
        return ThreatMonitor.builder().maxRefusals(3).ticker(nanos::get);
    }

    private static WebhookRequest forgedFrom(@Nullable String peer) {
        return from(peer, WebhookRequest.builder(paytabs("ipn-void.json")));
    }

    private static WebhookRequest genuineFrom(@Nullable String peer) {
        byte[] body = paytabs("ipn-void.json");
        return from(peer, WebhookRequest.builder(body).header("Signature", Fixtures.hexMac(Fixtures.SERVER_KEY, body)));
    }

    private static WebhookRequest from(@Nullable String peer, WebhookRequest.Builder builder) {
        if (peer != null) {
            builder.peer(Objects.requireNonNull(IpAddress.parse(peer)).toInetAddress());
        }
        return builder.build();
    }
}
