package io.nestcms.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nestcms.audit.AuditEntry;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditRecord;
import io.nestcms.audit.AuditTrail;
import io.nestcms.audit.AuditVerification;
import io.nestcms.audit.InMemoryAuditTrail;
import io.nestcms.crypto.NamedKey;
import io.nestcms.event.Delivery;
import io.nestcms.event.Envelope;
import io.nestcms.event.EventBus;
import io.nestcms.incident.Incident;
import io.nestcms.incident.Incidents;
import io.nestcms.payment.PaymentEvent.PaymentOutcomeUnknown;
import io.nestcms.payment.PaymentId;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.FailureClass;
import io.nestcms.system.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuditLogTest {
    private static final Instant AT = Instant.parse("2026-11-01T10:00:00Z");

    private final FailingTrail trail = new FailingTrail();
    private final EventBus bus = EventBus.builder().build();
    private final Incidents incidents = Incidents.builder().build();
    private final AuditLog audit = new AuditLog(trail, "shop-1", incidents);

    /** Works, refuses, or shows another chain than it wrote. */
    private static final class FailingTrail implements AuditTrail {
        private final AuditTrail records = new InMemoryAuditTrail(NamedKey.of("test", new byte[32]));
        private final AtomicInteger refused = new AtomicInteger();
        private volatile boolean refusing;
        private volatile boolean broken;

        @Override
        public AuditRecord append(AuditEntry entry) {
            if (refusing) {
                refused.incrementAndGet();
                throw new IllegalStateException("the disk is full");
            }
            return records.append(entry);
        }

        @Override
        public List<AuditRecord> read(long from, int limit) {
            return records.read(from, limit);
        }

        @Override
        public AuditHead head() {
            return records.head();
        }

        @Override
        public AuditVerification verify(AuditHead known) {
            if (refusing) {
                throw new IllegalStateException("the disk is away");
            }
            return broken ? new AuditVerification.Broken(7, "was changed") : records.verify(known);
        }
    }

    @AfterEach
    void close() {
        bus.close();
    }

    private Delivery delivered(String id) throws Exception {
        PaymentOutcomeUnknown event = new PaymentOutcomeUnknown(new PaymentId("pay_1"), AT);
        return bus.deliver(new Envelope<>(id, AT, "pay_1", event))
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES);
    }

    @Test
    void event_isOnRecordWhenItIsDelivered() throws Exception {
        audit.subscribe(bus);

        assertThat(delivered("event-1").isComplete()).isTrue();

        AuditEntry entry = trail.read(1, 10).get(0).entry();
        assertThat(entry.at()).isEqualTo(AT);
        assertThat(entry.action()).isEqualTo("PaymentOutcomeUnknown");
        assertThat(entry.subject()).isEqualTo("payment/pay_1");
        assertThat(entry.origin()).isEqualTo("shop-1");
        assertThat(entry.details()).containsEntry("event", "event-1");
    }

    @Test
    void trailRefuses_eventIsNotDelivered_andEverybodyIsTold() throws Exception {
        audit.subscribe(bus);
        trail.refusing = true;

        assertThat(delivered("event-1").isComplete()).isFalse();

        assertThat(audit.health().status()).isEqualTo(HealthStatus.DOWN);
        assertThat(incidents.open()).extracting(Incident::subject).containsExactly("audit trail");

        trail.refusing = false;
        assertThat(delivered("event-1").isComplete()).isTrue();

        assertThat(audit.health().status()).isEqualTo(HealthStatus.UP);
        assertThat(incidents.open()).isEmpty();
        assertThat(trail.head().sequence()).isEqualTo(1);
    }

    @Test
    void circuitOfTheTrailsOwnDatabase_isOnRecordWhenTheOutageIsOver() {
        audit.subscribe(bus);
        trail.refusing = true;
        bus.publish(new CircuitOpened("database", "database-write", AT, Duration.ofSeconds(2), FailureClass.TIMEOUT));
        await().atMost(1, TimeUnit.MINUTES).until(() -> trail.refused.get() > 3);

        trail.refusing = false;

        await().atMost(1, TimeUnit.MINUTES).until(() -> trail.head().sequence() == 1);
        assertThat(trail.read(1, 10).get(0).entry().subject()).isEqualTo("circuit/database-write");
        await().atMost(1, TimeUnit.MINUTES).until(() -> audit.health().status() == HealthStatus.UP);
    }

    @Test
    void verify_trailCannotBeRead_isDownUntilItWasChecked() {
        trail.refusing = true;
        assertThatThrownBy(audit::verify).isInstanceOf(IllegalStateException.class);

        assertThat(audit.health().status()).isEqualTo(HealthStatus.DOWN);

        trail.refusing = false;
        audit.verify();

        assertThat(audit.health().status()).isEqualTo(HealthStatus.UP);
    }

    @Test
    void verify_brokenChain_isDownAndAnIncident() {
        trail.broken = true;
        audit.verify();

        assertThat(audit.health().status()).isEqualTo(HealthStatus.DOWN);
        assertThat(audit.health().detail()).isEqualTo("record 7 was changed");
        assertThat(incidents.open()).extracting(Incident::subject).containsExactly("audit chain");
    }
}
