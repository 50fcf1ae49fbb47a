package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.resilience.CircuitEvent;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent;
import io.nestcms.testkit.EmbeddedMongo;
import io.nestcms.testkit.TcpProxy;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database falls silent, and comes back. */
class OutageTest {
    /** What the driver waits for an answer; a health check is to be over long before. */
    private static final long DRIVER_SECONDS = 10;

    /** Beyond what the server calls slow. */
    private static final Duration SLOW = Duration.ofMillis(250);

    @TempDir
    Path data;

    private EmbeddedMongo mongo;
    private TcpProxy wire;
    private Stage stage;

    @BeforeEach
    void start() throws IOException {
        mongo = EmbeddedMongo.builder().start();
        wire = new TcpProxy(mongo.port());
    }

    private void start(String uriOptions) throws IOException {
        stage = new Stage(
                data,
                // direct: else the driver goes to the address that the node names, past the proxy
                Stage.Keeping.at("mongodb://127.0.0.1:" + wire.port() + "/?directConnection=true" + uriOptions),
                server -> {});
    }

    @AfterEach
    void stop() throws IOException {
        stage.close();
        wire.close();
        mongo.close();
    }

    private JsonNode parts() {
        return stage.merchant.get("/health/detailed").json().path("parts");
    }

    @Test
    void databaseSilent_healthAnswersInTime_andAnIncidentLastsAsLong() throws IOException {
        start("");
        Stage.eventually().until(() -> stage.merchant.get("/health/readiness").status() == 200);
        wire.blackHole(true);

        long asked = System.nanoTime();
        Merchant.Answer silent = stage.merchant.get("/health/readiness");

        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - asked)).isLessThan(DRIVER_SECONDS);
        assertThat(silent.status()).isEqualTo(503);
        assertThat(silent.text("status")).isEqualTo("DOWN");
        JsonNode parts = parts();
        assertThat(parts.path("database").path("status").asText()).isEqualTo("DOWN");
        assertThat(parts.path("cache").path("status").asText()).isEqualTo("UP");
        assertThat(parts.path("incidents"))
                .extracting(incident -> incident.path("subject").asText())
                .contains("health of database");
        assertThat(stage.merchant.get("/health/liveness").status()).isEqualTo(200);

        wire.blackHole(false);
        wire.reset();

        Stage.eventually()
                .untilAsserted(
                        () -> assertThat(stage.merchant.get("/health/readiness").text("status"))
                                .isEqualTo("UP"));
        Stage.eventually()
                .untilAsserted(() -> assertThat(parts().path("incidents")).isEmpty());
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.heard(SystemEvent.IncidentResolved.class))
                        .extracting(SystemEvent.IncidentResolved::subject)
                        .contains("health of database"));
        assertThat(stage.heard(SystemEvent.HealthChanged.class))
                .filteredOn(event -> event.component().equals("database"))
                .extracting(SystemEvent.HealthChanged::now)
                .endsWith(HealthStatus.DOWN, HealthStatus.UP);
    }

    @Test
    void databaseGone_answered503_thenByAnOpenCircuit_andWorksAgain() throws Exception {
        start("&serverSelectionTimeoutMS=3000&connectTimeoutMS=3000");
        Merchant merchant = stage.merchant.at(stage.server.uri());
        wire.refuse(true);
        wire.reset();

        Merchant.Answer refused = merchant.find("pay_unknown");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text("type")).isEqualTo("urn:nestcms:problem:database-unavailable");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            Stage.eventually().until(() -> {
                callers.invokeAll(Collections.nCopies(10, () -> merchant.find("pay_unknown")));
                return stage.heard(CircuitEvent.CircuitOpened.class).stream()
                        .anyMatch(event -> event.breaker().equals("database-read"));
            });
        } finally {
            callers.shutdownNow();
        }
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.heard(CircuitEvent.ServiceUnavailable.class))
                        .extracting(CircuitEvent.ServiceUnavailable::dependency)
                        .containsExactly("database"));

        wire.refuse(false);

        Stage.eventually().until(() -> merchant.find("pay_unknown").status() == 404);
        Stage.eventually().untilAsserted(() -> {
            merchant.create("key-1", Merchant.order("ORD-1", "10.000", "KWD"));
            assertThat(stage.heard(CircuitEvent.ServiceRecovered.class))
                    .extracting(CircuitEvent.ServiceRecovered::dependency)
                    .containsExactly("database");
        });
        Stage.eventually()
                .until(() -> merchant.create("key-1", Merchant.order("ORD-1", "10.000", "KWD"))
                                .status()
                        == 201);
    }

    @Test
    void databaseGone_payerComingBack_seesAPage_andTheSameWayWorksAgain() throws Exception {
        start("&serverSelectionTimeoutMS=3000&connectTimeoutMS=3000");
        String id = stage.merchant
                .create("key-1", Merchant.order("ORD-1", "10.000", "KWD"))
                .text("id");
        Payer.WayBack way = stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);
        wire.refuse(true);
        wire.reset();

        HttpResponse<String> unseen = stage.payer.goBack(way);

        assertThat(unseen.statusCode()).isEqualTo(503);
        assertThat(unseen.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(unseen.headers().firstValue("Retry-After")).contains("5");
        assertThat(unseen.body()).contains("Do not pay again").doesNotContain(id);

        wire.refuse(false);

        Stage.eventually()
                .untilAsserted(
                        () -> assertThat(stage.payer.goBack(way).statusCode()).isEqualTo(303));
        assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED");
    }

    @Test
    void databaseSlow_isFoundWithCauseAndAdvice() throws IOException {
        start("");
        wire.delay(TcpProxy.Direction.REPLY, SLOW);

        assertThat(stage.merchant.find("pay_unknown").status()).isEqualTo(404);

        JsonNode found = parts().path("slowOperations");
        assertThat(found.toString()).doesNotContain("pay_unknown");
        assertThat(found).anySatisfy(slow -> {
            assertThat(slow.path("operation").asText()).isEqualTo("find payments");
            assertThat(slow.path("cause").asText()).isEqualTo("SERVER");
            assertThat(slow.path("advice").asText()).contains("[_id]");
            assertThat(slow.path("times").asInt()).isPositive();
            assertThat(slow.path("longestMillis").asLong()).isGreaterThanOrEqualTo(SLOW.toMillis());
        });
    }
}
