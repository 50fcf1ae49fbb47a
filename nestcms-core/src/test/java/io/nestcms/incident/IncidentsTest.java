package io.nestcms.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.event.EventBus;
import io.nestcms.event.contract.Mischief;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent;
import io.nestcms.system.SystemEvent.BackupCompleted;
import io.nestcms.system.SystemEvent.BackupFailed;
import io.nestcms.system.SystemEvent.HealthChanged;
import io.nestcms.system.SystemEvent.IncidentOpened;
import io.nestcms.system.SystemEvent.IncidentResolved;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IncidentsTest {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private final AtomicInteger numbers = new AtomicInteger();
    private final EventBus bus = EventBus.builder().build();
    private final List<SystemEvent> heard = new ArrayList<>();
    private final Incidents incidents = Incidents.builder()
            .clock(Clock.fixed(NOW, ZoneOffset.UTC))
            .ids(() -> "i-" + numbers.incrementAndGet())
            .keep(2)
            .listener(bus::publish)
            .build();

    IncidentsTest() {
        bus.subscribe(SystemEvent.class, heard::add);
    }

    @AfterEach
    void close() {
        bus.close(Duration.ZERO);
    }

    @Test
    void report_sameSubjectAgain_isOneIncidentWithALongerTimeline() {
        incidents.report("disk", "90 % full");
        Incident now = incidents.report("disk", "95 % full");
        assertThat(incidents.open()).containsExactly(now);
        assertThat(now.summary()).isEqualTo("90 % full");
        assertThat(now.timeline()).extracting(Incident.Entry::text).containsExactly("90 % full", "95 % full");
        assertThat(heard).containsExactly(new IncidentOpened("i-1", NOW, "disk", "90 % full"));
    }

    @Test
    void acknowledgeAndResolve_areOnTheTimeline() {
        incidents.report("disk", "full");
        assertThat(incidents.acknowledge("i-1", "huda")).isPresent();
        Incident ended = incidents.resolve("disk", "made room", "huda").orElseThrow();
        assertThat(ended.isOpen()).isFalse();
        assertThat(ended.acknowledgedBy()).isEqualTo("huda");
        assertThat(ended.timeline())
                .extracting(Incident.Entry::text)
                .containsExactly("full", "acknowledged", "made room");
        assertThat(incidents.find("i-1")).contains(ended);
        assertThat(heard).endsWith(new IncidentResolved("i-1", NOW, "disk", Duration.ZERO, "huda"));
    }

    @Test
    void resolveAndAcknowledge_withoutAnIncident_doNothing() {
        assertThat(incidents.resolve("disk", "fine", null)).isEmpty();
        assertThat(incidents.acknowledge("i-1", "huda")).isEmpty();
        assertThat(heard).isEmpty();
    }

    @Test
    void resolved_moreThanToKeep_forgetsTheOldest() {
        for (String subject : List.of("a", "b", "c")) {
            incidents.report(subject, "wrong");
            incidents.resolve(subject, "right", null);
        }
        assertThat(incidents.resolved()).extracting(Incident::subject).containsExactly("c", "b");
        assertThat(incidents.find("i-1")).isEmpty();
    }

    @Test
    void timeline_ofALongIncident_keepsBeginningAndEnd() {
        for (int i = 0; i < 500; i++) {
            incidents.report("disk", "step " + i);
        }
        List<Incident.Entry> timeline = incidents.open().get(0).timeline();
        assertThat(timeline).hasSize(200);
        assertThat(timeline.get(0).text()).isEqualTo("step 0");
        assertThat(timeline.get(199).text()).isEqualTo("step 499");
    }

    @Test
    void follow_outageOfADependency_isOneIncidentUntilItRecovers() {
        incidents.follow(bus);
        CircuitBreaker breaker = CircuitBreakers.builder()
                .listener(bus::publish)
                .build()
                .create(
                        "gateway-calls",
                        BreakerSettings.builder()
                                .dependency("gateway")
                                .countWindow(1)
                                .minimumCalls(1)
                                .build());
        breaker.tryAcquire().failure(FailureClass.TIMEOUT);
        breaker.tryAcquire();
        breaker.tryAcquire();
        assertThat(incidents.open()).singleElement().satisfies(incident -> {
            assertThat(incident.subject()).isEqualTo("dependency gateway");
            assertThat(incident.timeline()).hasSize(2);
        });
        breaker.forceClosed();
        assertThat(incidents.open()).isEmpty();
        assertThat(heard).hasExactlyElementsOfTypes(IncidentOpened.class, IncidentResolved.class);
    }

    @Test
    void follow_healthAndBackups_openAndResolve() {
        incidents.follow(bus);
        bus.publish(new HealthChanged("database", NOW, HealthStatus.UP, HealthStatus.DOWN, "no primary"));
        bus.publish(new BackupFailed(NOW, "IOException"));
        assertThat(incidents.open())
                .extracting(Incident::summary)
                .containsExactly("down: no primary", "failed: IOException");
        bus.publish(new HealthChanged("database", NOW, HealthStatus.DOWN, HealthStatus.DEGRADED, ""));
        bus.publish(new BackupCompleted("b-1", NOW, 12, Duration.ofSeconds(1)));
        assertThat(incidents.open()).isEmpty();
    }

    @Test
    void badInput_isRefusedWithItsName() {
        assertThatThrownBy(() -> incidents.report(" ", "wrong"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("subject");
        assertThatThrownBy(() -> Incidents.builder().keep(-1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("keep");
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void listenerThrowsAnything_incidentIsOpenAllTheSameAndItsEndIsTold(Throwable anything) {
        List<SystemEvent> told = new ArrayList<>();
        Incidents watched = Incidents.builder()
                .listener(event -> {
                    told.add(event);
                    throw Mischief.sneak(anything);
                })
                .build();
        Incident opened = watched.report("disk", "full");
        assertThat(watched.open()).containsExactly(opened);
        assertThat(watched.resolve("disk", "room again", null)).isPresent();
        assertThat(told).hasSize(2);
    }
}
