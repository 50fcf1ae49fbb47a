package io.nestcms.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nestcms.event.contract.Mischief;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent;
import io.nestcms.system.SystemEvent.HealthChanged;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HealthChecksTest {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private final List<SystemEvent> told = new ArrayList<>();

    private HealthChecks.Builder checks() {
        return HealthChecks.builder().clock(Clock.fixed(NOW, ZoneOffset.UTC)).listener(told::add);
    }

    @Test
    void check_allUp_isUpAndNoNews() {
        HealthReport report = checks().required("database", Health::up)
                .optional("cache", Health::up)
                .build()
                .check();
        assertThat(report.status()).isEqualTo(HealthStatus.UP);
        assertThat(report.at()).isEqualTo(NOW);
        assertThat(report.components()).extracting(HealthReport.Component::name).containsExactly("database", "cache");
        assertThat(told).isEmpty();
    }

    @Test
    void check_optionalPartDown_isDegradedOnly() {
        HealthReport report = checks().required("database", Health::up)
                .optional("cache", () -> Health.down("no answer"))
                .build()
                .check();
        assertThat(report.status()).isEqualTo(HealthStatus.DEGRADED);
    }

    @Test
    void check_requiredPartThrows_isDownAndTellsNoMessage() {
        HealthReport report = checks().required("database", () -> {
                    throw new ConnectException("mongodb://user:secret@host");
                })
                .build()
                .check();
        assertThat(report.status()).isEqualTo(HealthStatus.DOWN);
        assertThat(report.toString()).contains("ConnectException").doesNotContain("secret");
        assertThat(told).hasSize(2).noneMatch(event -> event.toString().contains("secret"));
    }

    @Test
    void check_partComesAndGoes_eachChangeIsToldOnceAndInOrder() {
        AtomicReference<Health> database = new AtomicReference<>(Health.up());
        HealthChecks checks = checks().required("database", database::get).build();
        checks.check();
        database.set(Health.degraded("slow"));
        checks.check();
        checks.check();
        database.set(Health.up());
        checks.check();
        assertThat(told)
                .containsExactly(
                        new HealthChanged("database", NOW, HealthStatus.UP, HealthStatus.DEGRADED, "slow"),
                        new HealthChanged(HealthChecks.WHOLE, NOW, HealthStatus.UP, HealthStatus.DEGRADED, ""),
                        new HealthChanged("database", NOW, HealthStatus.DEGRADED, HealthStatus.UP, ""),
                        new HealthChanged(HealthChecks.WHOLE, NOW, HealthStatus.DEGRADED, HealthStatus.UP, ""));
    }

    @Test
    void check_probeHangs_isDownInTimeAndNotStartedAgain() {
        CountDownLatch hanging = new CountDownLatch(1);
        AtomicInteger started = new AtomicInteger();
        HealthChecks checks = checks().required("database", () -> {
                    started.incrementAndGet();
                    hanging.await();
                    return Health.up();
                })
                .timeout(Duration.ofMillis(20))
                .executor(task -> {
                    Thread thread = new Thread(task, "probe");
                    thread.setDaemon(true);
                    thread.start();
                })
                .build();
        assertThat(checks.check().status()).isEqualTo(HealthStatus.DOWN);
        await().until(() -> started.get() == 1);
        assertThat(checks.check().components().get(0).health().detail()).contains("no answer");
        assertThat(started).hasValue(1);
        hanging.countDown();
        await().untilAsserted(() -> assertThat(checks.check().status()).isEqualTo(HealthStatus.UP));
    }

    @Test
    void check_listenerThrows_reportIsGivenAllTheSame() {
        HealthChecks checks = HealthChecks.builder()
                .optional("cache", () -> Health.down("gone"))
                .listener(event -> {
                    throw new IllegalStateException("deaf");
                })
                .build();
        assertThat(checks.check().status()).isEqualTo(HealthStatus.DEGRADED);
    }

    @Test
    void probeOfABreaker_openCircuit_isDegradedAndAnnouncesNothing() {
        List<Object> events = new ArrayList<>();
        CircuitBreaker breaker = CircuitBreakers.builder()
                .listener(events::add)
                .build()
                .create("gateway", BreakerSettings.builder().build());
        HealthChecks checks =
                checks().optional("gateway", HealthProbe.of(breaker)).build();
        assertThat(checks.check().status()).isEqualTo(HealthStatus.UP);
        breaker.forceOpen();
        int before = events.size();
        assertThat(checks.check().components().get(0).health()).isEqualTo(Health.degraded("circuit FORCED_OPEN"));
        assertThat(events).hasSize(before);
    }

    @Test
    void builder_badValues_areRefusedWithTheirName() {
        HealthChecks.Builder builder = checks().required("database", Health::up);
        assertThatThrownBy(() -> builder.optional("database", Health::up))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("name");
        assertThatThrownBy(() -> builder.optional(" ", Health::up)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> builder.optional(HealthChecks.WHOLE, Health::up))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("timeout");
    }

    // ---- what others pass in

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void check_probeThrowsAnything_isDownAndNamesTheKindOnly(Throwable anything) {
        HealthReport report = checks().required("database", () -> {
                    throw Mischief.sneak(anything);
                })
                .optional("cache", Health::up)
                .build()
                .check();
        assertThat(report.components())
                .extracting(HealthReport.Component::health)
                .containsExactly(Health.down(anything.getClass().getSimpleName()), Health.up());
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void check_executorThrowsAnything_partCouldNotBeAsked_untilItCan(Throwable anything) {
        AtomicReference<Throwable> fault = new AtomicReference<>(anything);
        HealthChecks checks = checks().required("database", Health::up)
                .executor(task -> {
                    Throwable now = fault.get();
                    if (now != null) {
                        throw Mischief.sneak(now);
                    }
                    task.run();
                })
                .build();
        assertThat(checks.check().components().get(0).health()).isEqualTo(Health.down("could not be asked"));
        fault.set(null);
        assertThat(checks.check().status()).isEqualTo(HealthStatus.UP);
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void check_listenerThrowsAnything_laterChangesAreToldAndTheReportIsGiven(Throwable anything) {
        HealthReport report = checks().required("database", () -> Health.down("gone"))
                .listener(event -> {
                    told.add(event);
                    throw Mischief.sneak(anything);
                })
                .build()
                .check();
        assertThat(report.status()).isEqualTo(HealthStatus.DOWN);
        assertThat(told).hasSize(2);
    }
}
