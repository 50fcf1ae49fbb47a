package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.server.Operating;
import io.nestcms.server.Surroundings;
import io.nestcms.server.http.ClientLimits;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ten health routes and the numbers: the whole for everybody, the parts for those who may see them. */
class HealthTest {
    private static final String SCRAPER = "a-token-of-24-characters-or-more";

    private static final Map<String, List<String>> PARTS = Map.of(
            "/health/database", List.of("database", "outbox"),
            "/health/connections", List.of("connections"),
            "/health/cache", List.of("cache"),
            "/health/paytabs", List.of("gateway", "gateway-profile"),
            "/health/aggregation", List.of("aggregation"));

    private static final List<String> OF_PARTS = List.of(
            "/health/detailed",
            "/health/database",
            "/health/connections",
            "/health/cache",
            "/health/paytabs",
            "/health/circuit-breakers",
            "/health/aggregation");

    @TempDir
    static Path data;

    private static Stage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = Stage.withoutTap(
                data,
                Stage.Keeping.EMBEDDED.with(Surroundings.none()
                        .withOperating(new Operating(SCRAPER, Duration.ZERO, ClientLimits.standard(), List.of()))),
                server -> {});
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @Test
    void eachRoute_tellsOfItsPartsAlone() {
        PARTS.forEach((route, names) -> Stage.eventually().untilAsserted(() -> {
            Merchant.Answer answer = stage.merchant.get(route);
            assertThat(answer.status()).as(route).isEqualTo(200);
            assertThat(answer.text("status")).as(route).isEqualTo("UP");
            JsonNode parts = answer.json().path("parts");
            assertThat(parts.fieldNames()).toIterable().as(route).containsExactlyInAnyOrderElementsOf(names);
            assertThat(parts)
                    .as(route)
                    .allSatisfy(part -> assertThat(part.path("status").asText()).isEqualTo("UP"));
        }));
        assertThat(stage.merchant
                        .get("/health/circuit-breakers")
                        .json()
                        .path("parts")
                        .path("circuits")
                        .path("paytabs")
                        .asText())
                .isEqualTo("CLOSED");
    }

    @Test
    void parts_nameNoPathAndNoPort() {
        int faults = stage.sandbox().controlUri().getPort();
        for (String route : OF_PARTS) {
            assertThat(stage.merchant.get(route).raw().body())
                    .as(route)
                    .doesNotContain("127.0.0.1", Integer.toString(faults), data.toString(), "data/");
        }
    }

    @Test
    void partsAndNumbers_strangersSeeNone_underGetAndHead() {
        Merchant stranger = Merchant.stranger(stage.server.uri());
        for (String route : OF_PARTS) {
            assertThat(stranger.get(route).status()).as(route).isEqualTo(401);
            assertThat(head(stranger, route)).as(route).isEqualTo(401);
            Stage.eventually()
                    .untilAsserted(() ->
                            assertThat(head(stage.merchant, route)).as(route).isEqualTo(200));
        }
        assertThat(stranger.get("/metrics").status()).isEqualTo(401);
        assertThat(stage.merchant.get("/metrics").status()).isEqualTo(200);
    }

    private static int head(Merchant caller, String route) {
        return caller.send(caller.request(route)
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build())
                .status();
    }

    @Test
    void metricsToken_opensTheNumbersAlone() {
        assertThat(shown("/metrics", SCRAPER)).isEqualTo(200);
        assertThat(shown("/metrics", SCRAPER + "x")).isEqualTo(401);
        assertThat(shown("/health/detailed", SCRAPER)).isEqualTo(401);
    }

    private static int shown(String route, String token) {
        Merchant stranger = Merchant.stranger(stage.server.uri());
        return stranger.send(stranger.request(route)
                        .header("Authorization", "Bearer " + token)
                        .GET()
                        .build())
                .status();
    }
}
