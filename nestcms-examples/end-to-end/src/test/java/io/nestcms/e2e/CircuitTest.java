package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two alternatives of the architecture's sequence: circuit open, and half-open with success and failure. */
class CircuitTest {
    private static final Duration OPEN_FOR = Duration.ofSeconds(20);

    @TempDir
    Path data;

    private final AtomicLong nanos = new AtomicLong();

    /** One for all stages of a test: until when a circuit is open is remembered by it. */
    private final MutableClock wall = new MutableClock(Clock.systemUTC().instant());

    /** Opens after two failed calls; its time passes only when the test lets it. */
    private Stage stage() throws IOException {
        BreakerSettings settings = BreakerSettings.builder()
                .countWindow(4)
                .minimumCalls(2)
                .failureRate(0.5)
                .openFor(OPEN_FOR)
                .trialCalls(1)
                .build();
        return new Stage(
                data,
                server -> server.clock(wall)
                        .ticker(nanos::get)
                        .payTabs(options -> options.gateway(
                                gateway -> gateway.breaker(settings).attempts(1))));
    }

    private static String created(Stage stage, String name) {
        Merchant.Answer answer = stage.merchant.create(name, Merchant.order(name, "250.000", "KWD"));
        assertThat(answer.status()).isEqualTo(201);
        return answer.text("id");
    }

    private static BreakerState circuit(Stage stage) {
        return stage.server.breakers().find("paytabs").orElseThrow().state();
    }

    private static List<String> circuitEvents(Stage stage) {
        return stage.heard(CircuitEvent.class).stream()
                .map(event -> event.getClass().getSimpleName())
                .toList();
    }

    private static void isUnavailable(Merchant.Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(Long.parseLong(answer.header("Retry-After"))).isPositive();
        assertThat(answer.text("title")).isEqualTo("Service temporarily unavailable");
    }

    private static void open(Stage stage) {
        stage.sandbox().faults().refuseConnections();
        isUnavailable(stage.merchant.process(created(stage, "A")));
        isUnavailable(stage.merchant.process(created(stage, "B")));
        assertThat(circuit(stage)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void process_circuitOpen_fallbackAtOnceAndResumableLater() throws IOException {
        try (Stage stage = stage()) {
            open(stage);
            stage.sandbox().faults().acceptConnections();
            String id = created(stage, "C");

            Merchant.Answer refused = stage.merchant.process(id);

            isUnavailable(refused);
            assertThat(Long.parseLong(refused.header("Retry-After"))).isLessThanOrEqualTo(OPEN_FOR.toSeconds());
            assertThat(stage.sandbox().calls("/payment/request")).isZero();
            assertThat(stage.merchant.status(id)).isEqualTo("CREATED");
            assertThat(stage.heard(CircuitEvent.ServiceUnavailable.class))
                    .isNotEmpty()
                    .allSatisfy(event -> assertThat(event.dependency()).isEqualTo("paytabs"));
            Stage.eventually().untilAsserted(() -> {
                Merchant.Answer health = stage.merchant.get("/health/detailed");
                assertThat(health.status()).isEqualTo(200);
                assertThat(health.text("status")).isEqualTo("DEGRADED");
                assertThat(health.json()
                                .path("parts")
                                .path("gateway")
                                .path("status")
                                .asText())
                        .isEqualTo("DEGRADED");
                assertThat(health.json()
                                .path("parts")
                                .path("circuits")
                                .path("paytabs")
                                .asText())
                        .isEqualTo("OPEN");
                assertThat(health.json().path("parts").path("incidents"))
                        .extracting(incident -> incident.path("subject").asText())
                        .containsExactly("dependency paytabs");
            });
            assertThat(stage.merchant.get("/health/readiness").status()).isEqualTo(200);

            nanos.addAndGet(OPEN_FOR.toNanos());
            Merchant.Answer started = stage.merchant.process(id);
            assertThat(started.status()).isEqualTo(200);
            stage.payer.pay(started.text("redirectUrl"), Payer.APPROVED);
            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED"));
            assertThat(stage.sandbox().ledger().totals(Stage.cart("C")).charges())
                    .isEqualTo(1);
        }
    }

    @Test
    void trialCall_succeeds_circuitCloses() throws IOException {
        try (Stage stage = stage()) {
            open(stage);
            stage.sandbox().faults().acceptConnections();
            nanos.addAndGet(OPEN_FOR.toNanos());

            assertThat(stage.merchant.process(created(stage, "C")).status()).isEqualTo(200);

            assertThat(circuit(stage)).isEqualTo(BreakerState.CLOSED);
            assertThat(circuitEvents(stage))
                    .filteredOn(name -> !name.equals("ServiceUnavailable"))
                    .containsExactly("CircuitOpened", "CircuitHalfOpened", "CircuitClosed", "ServiceRecovered");
        }
    }

    @Test
    void trialCall_fails_circuitOpensAgain() throws IOException {
        try (Stage stage = stage()) {
            open(stage);
            nanos.addAndGet(OPEN_FOR.toNanos());
            String id = created(stage, "C");

            isUnavailable(stage.merchant.process(id));

            assertThat(circuit(stage)).isEqualTo(BreakerState.OPEN);
            assertThat(circuitEvents(stage))
                    .filteredOn(name -> !name.equals("ServiceUnavailable"))
                    .containsExactly("CircuitOpened", "CircuitHalfOpened", "CircuitOpened");
            assertThat(stage.merchant.status(id)).isEqualTo("CREATED");
        }
    }

    @Test
    void restart_circuitWasOpen_isStillOpen() throws IOException {
        try (Stage stage = stage()) {
            open(stage);
        }
        try (Stage again = stage()) {
            assertThat(circuit(again)).isEqualTo(BreakerState.OPEN);

            isUnavailable(again.merchant.process(created(again, "C")));

            assertThat(again.sandbox().calls("/payment/request")).isZero();
        }
    }
}
