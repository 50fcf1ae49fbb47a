package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API refuses, and in which words; sign-in; health; the description of it all. */
class ApiTest {
    @TempDir
    static Path data;

    private static Stage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = new Stage(data);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static void isProblem(Merchant.Answer answer, int status, String kind) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text("type")).isEqualTo("urn:nestcms:problem:" + kind);
        assertThat(answer.text("title")).isNotEmpty();
    }

    private static Merchant.Answer createRaw(String body) {
        return stage.merchant.post("/payments/v2", body, "Idempotency-Key", "raw");
    }

    @Test
    void create_withoutKey_refused() {
        Merchant.Answer answer = stage.merchant.post(
                "/payments/v2", Merchant.order("X", "1.000", "KWD").toString());
        isProblem(answer, 400, "invalid-input");
        assertThat(answer.text("field")).isEqualTo("Idempotency-Key");
    }

    @Test
    void create_keyThatCannotBe_refused() {
        isProblem(stage.merchant.create("with space", Merchant.order("X", "1.000", "KWD")), 422, "invalid-input");
        isProblem(stage.merchant.create("k".repeat(256), Merchant.order("X", "1.000", "KWD")), 422, "invalid-input");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {"cartId":"X"                       | 400 | malformed-json
        [1]                                 | 400 | malformed-json
        {"cartId":"X","cartId":"Y"}         | 400 | malformed-json
        {"cartId":"X"} {"more":1}           | 400 | malformed-json
        {"a":NaN}                           | 400 | malformed-json
        {'a':1}                             | 400 | malformed-json
        {}                                  | 422 | invalid-input
        {"cartId":7}                        | 422 | invalid-input
        {"cartId":null}                     | 422 | invalid-input
        """)
    void create_bodyThatCannotBe_refused(String body, int status, String kind) {
        isProblem(createRaw(body), status, kind);
    }

    @Test
    void create_unknownOrWrongField_namedWithItsRule() {
        ObjectNode order = Merchant.order("X", "1.000", "KWD");
        order.put("discount", "1.000");
        Merchant.Answer unknown = createRaw(order.toString());
        isProblem(unknown, 422, "invalid-input");
        assertThat(unknown.text("field")).isEqualTo("discount");

        order = Merchant.order("X", "1.000", "KWD");
        order.put("amount", 1.0);
        Merchant.Answer number = createRaw(order.toString());
        isProblem(number, 422, "invalid-input");
        assertThat(number.text("field")).isEqualTo("amount");
        assertThat(number.text("problem")).isEqualTo("is a number");
        assertThat(number.text("rule")).isEqualTo("a string");

        order = Merchant.order("X", "1.000", "KWD");
        ((ObjectNode) order.get("customer")).put("vip", true);
        assertThat(createRaw(order.toString()).text("field")).isEqualTo("customer.vip");

        order = Merchant.order("X", "1.000", "KWD");
        ((ObjectNode) order.get("customer")).put("email", "nobody");
        Merchant.Answer email = createRaw(order.toString());
        assertThat(email.text("field")).isEqualTo("customer.email");
        assertThat(email.raw().body()).doesNotContain("nobody");
    }

    @Test
    void create_tooDeepOrTooLarge_refused() {
        isProblem(createRaw("{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}"), 400, "malformed-json");
        isProblem(createRaw("{\"a\":\"" + "x".repeat(100_000) + "\"}"), 413, "body-too-large");
    }

    @Test
    void create_otherMediaType_refused() {
        HttpRequest form = stage.merchant
                .request("/payments/v2")
                .header("Idempotency-Key", "k")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("cartId=X"))
                .build();
        isProblem(stage.merchant.send(form), 415, "unsupported-media-type");
    }

    @Test
    void anyone_notSignedIn_refused() {
        Merchant stranger = Merchant.stranger(stage.tap.uri());
        for (Merchant.Answer answer : new Merchant.Answer[] {
            stranger.get("/payments/v2"),
            stranger.find("pay_1"),
            stranger.process("pay_1"),
            stranger.create("k", Merchant.order("X", "1.000", "KWD")),
            stranger.get("/events"),
        }) {
            isProblem(answer, 401, "unauthorized");
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        }
    }

    @Test
    void token_alteredOrUnsigned_refused() {
        String token = tokens().text("accessToken");
        String[] parts = token.split("\\.");
        String unsigned = "eyJhbGciOiJub25lIn0." + parts[1] + ".";
        for (String bad : new String[] {token + "x", parts[0] + "." + parts[1] + ".", unsigned, "nonsense"}) {
            Merchant.Answer answer =
                    stage.merchant.send(HttpRequest.newBuilder(URI.create(stage.tap.uri() + "/payments/v2"))
                            .header("Authorization", "Bearer " + bad)
                            .build());
            isProblem(answer, 401, "unauthorized");
        }
    }

    private static Merchant.Answer tokens() {
        return Merchant.stranger(stage.tap.uri())
                .post(
                        "/auth/login",
                        "{\"username\":\"" + Stage.MERCHANT + "\",\"password\":\"" + Stage.PASSWORD + "\"}");
    }

    private static Merchant.Answer refresh(String token) {
        return Merchant.stranger(stage.tap.uri()).post("/auth/refresh", "{\"refreshToken\":\"" + token + "\"}");
    }

    @Test
    void signIn_wrongPasswordOrUnknownName_sameAnswer() {
        Merchant stranger = Merchant.stranger(stage.tap.uri());
        Merchant.Answer wrong =
                stranger.post("/auth/login", "{\"username\":\"" + Stage.MERCHANT + "\",\"password\":\"guess\"}");
        Merchant.Answer unknown = stranger.post("/auth/login", "{\"username\":\"nobody\",\"password\":\"guess\"}");
        isProblem(wrong, 401, "unauthorized");
        assertThat(unknown.json()).isEqualTo(wrong.json());
    }

    @Test
    void refreshToken_rotates_andUsedTwiceEndsTheSession() {
        String first = tokens().text("refreshToken");
        Merchant.Answer second = refresh(first);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text("refreshToken")).isNotEqualTo(first);

        isProblem(refresh(first), 401, "unauthorized");
        isProblem(refresh(second.text("refreshToken")), 401, "unauthorized");
    }

    @Test
    void export_allPagesAsATable_typedFormulasAreText_andTheRestIsNamed() {
        assertThat(stage.merchant.post("/users", """
            {"username": "exporter", "password": "%s", "name": "E", "email": "exporter@example.com", "roles": ["CLIENT"]}\
            """.formatted(Stage.PASSWORD)).status())
                .isEqualTo(201);
        Merchant exporter = Merchant.signIn(stage.tap.uri(), "exporter", Stage.PASSWORD);
        List<String> typed = List.of("=HYPERLINK(\"http://x\")", "\u062f\u0641\u0639\u0629, \"first\"", " @SUM(1)");
        for (int i = 0; i < typed.size(); i++) {
            ObjectNode order = Merchant.order("csv-" + i, "1.000", "KWD").put("description", typed.get(i));
            assertThat(exporter.create("csv-" + i, order).status()).isEqualTo(201);
        }

        Merchant.Answer all = exporter.get("/payments/v2.csv?status=CREATED");
        assertThat(all.header("Content-Type")).isEqualTo("text/csv; charset=utf-8; header=present");
        assertThat(all.header("Content-Disposition")).contains("payments.csv");
        assertThat(all.header("Link")).isEmpty();
        List<String> lines = lines(all);
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("\uFEFF\"id\",\"cartId\"");
        assertThat(lines)
                .anyMatch(line -> line.contains("\"csv-2\"") && line.endsWith(",\"' @SUM(1)\""))
                .anyMatch(line -> line.contains("\"KWD\",\"1.000\"")
                        && line.endsWith(",\"\u062f\u0641\u0639\u0629, \"\"first\"\"\""))
                .anyMatch(line -> line.endsWith(",\"'=HYPERLINK(\"\"http://x\"\")\""));

        Merchant.Answer two = exporter.get("/payments/v2.csv?limit=2&status=CREATED");
        assertThat(lines(two)).isEqualTo(lines.subList(0, 3));
        String rest = two.header("Link").replaceAll("<(.*)>; rel=\"next\"", "$1");
        assertThat(lines(exporter.get(rest))).containsExactly(lines.get(0), lines.get(3));

        isProblem(exporter.get("/payments/v2.csv?limit=5001"), 422, "invalid-input");
        isProblem(exporter.get("/payments/v2.csv?count=1"), 400, "invalid-input");
    }

    private static List<String> lines(Merchant.Answer table) {
        return List.of(table.raw().body().split("\r\n", -1)).stream()
                .filter(line -> !line.isEmpty())
                .toList();
    }

    @Test
    void list_cursor_goesOnWhereThePageEnded_andNothingIsCountedUnasked() {
        List<String> newestFirst = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            // payments of one moment have no order that a client could know
            stage.clock.advance(Duration.ofMillis(1));
            newestFirst.add(
                    0,
                    stage.merchant
                            .create("page-" + n, Merchant.order("PAGE-" + n, "1.000", "KWD"))
                            .text("id"));
        }

        JsonNode first = stage.merchant.get("/payments/v2?limit=2").json();
        JsonNode second = stage.merchant
                .get("/payments/v2?limit=1&count=1&cursor="
                        + first.path("nextCursor").asText())
                .json();

        assertThat(first.path("items").get(0).path("id").asText()).isEqualTo(newestFirst.get(0));
        assertThat(first.path("items").get(1).path("id").asText()).isEqualTo(newestFirst.get(1));
        assertThat(first.has("count")).isFalse();
        assertThat(second.path("items").get(0).path("id").asText()).isEqualTo(newestFirst.get(2));
        assertThat(second.path("count").asInt()).isEqualTo(1);
    }

    @Test
    void unknownThings_tellNothing() {
        isProblem(stage.merchant.find("pay_unknown"), 404, "not-found");
        isProblem(stage.merchant.find("a%20b"), 404, "not-found");
        isProblem(stage.merchant.get("/nowhere"), 404, "not-found");
        isProblem(stage.merchant.get("/payments/v2?limit=x"), 400, "invalid-input");
        isProblem(stage.merchant.get("/payments/v2?limit=100000"), 422, "invalid-input");
        isProblem(stage.merchant.get("/payments/v2?status=PAID"), 400, "invalid-input");
        isProblem(stage.merchant.get("/payments/v2?page=5"), 400, "invalid-input");
        isProblem(stage.merchant.get("/payments/v2?cursor=AAAA"), 422, "invalid-input");
        isProblem(stage.merchant.get("/payments/v2?count=10001"), 422, "invalid-input");
        isProblem(stage.merchant.get("/events"), 406, "not-acceptable");
        Merchant.Answer answer = stage.merchant.send(
                stage.merchant.request("/payments/v2").DELETE().build());
        isProblem(answer, 405, "method-not-allowed");
        assertThat(answer.header("Allow")).isEqualTo("GET, POST");
    }

    @Test
    void openApi_everyCallItDescribes_isThere() {
        JsonNode paths = stage.merchant.get("/openapi.json").json().path("paths");
        assertThat(paths).isNotEmpty();
        Merchant stranger = Merchant.stranger(stage.tap.uri());
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            path.getValue().fieldNames().forEachRemaining(method -> {
                Merchant.Answer answer =
                        stranger.send(stranger.request(path.getKey().replaceAll("\\{[^}]*}", "pay_1"))
                                .method(method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody())
                                .build());
                assertThat(answer.status()).as(method + " " + path.getKey()).isNotIn(405, 500);
                assertThat(answer.text("title"))
                        .as(method + " " + path.getKey())
                        .isNotEqualTo("There is nothing at this address");
                assertThat(path.getValue().path(method).path("responses").has(Integer.toString(answer.status()))
                                || answer.status() == 415)
                        .as(method + " " + path.getKey() + " -> " + answer.status())
                        .isTrue();
            });
        }
    }

    @Test
    void healthAndMetrics_tellTheirParts() {
        // a probe of a server that has only just started may take longer than a check waits
        Stage.eventually().untilAsserted(() -> {
            Merchant.Answer detailed = stage.merchant.get("/health/detailed");
            assertThat(detailed.status()).isEqualTo(200);
            assertThat(detailed.json()
                            .path("parts")
                            .path("circuits")
                            .path("paytabs")
                            .asText())
                    .isEqualTo("CLOSED");
            for (String part : List.of("server", "database", "outbox", "gateway", "cache", "audit")) {
                assertThat(detailed.json()
                                .path("parts")
                                .path(part)
                                .path("status")
                                .asText())
                        .as(part)
                        .isEqualTo("UP");
            }
            assertThat(detailed.json().path("parts").path("incidents").isArray())
                    .isTrue();
            assertThat(detailed.json().path("parts").path("slowOperations").isArray())
                    .isTrue();
            assertThat(detailed.json()
                            .path("parts")
                            .path("outbox")
                            .path("buried")
                            .asInt(-1))
                    .isZero();
        });
        assertThat(stage.merchant.get("/health").text("status")).isEqualTo("UP");
        assertThat(stage.merchant.get("/health/liveness").text("status")).isEqualTo("UP");
        assertThat(stage.merchant.get("/metrics").raw().body())
                .contains("nestcms_circuit_state{breaker=\"paytabs\",dependency=\"paytabs\",state=\"open\"} 0.0")
                .contains("nestcms_outbox_waiting")
                .contains("nestcms_outbox_age_seconds")
                .contains("nestcms_reconciler_due ")
                .contains("nestcms_reconciler_due_age_seconds")
                .contains("nestcms_reconciler_checks_total{result=\"unchanged\"}")
                .contains("nestcms_circuit_state{breaker=\"paytabs\",dependency=\"paytabs\",state=\"closed\"} 1.0")
                .contains("nestcms_events_dead 0.0")
                .contains("mongodb_driver_pool_size{")
                .contains("mongodb_driver_commands_seconds_count{")
                .contains("nestcms_mongo_splitter_total{route=\"read_primary\"}")
                .contains("nestcms_live_browsers 0.0")
                .contains("nestcms_http_requests_seconds_count");
    }

    @Test
    void page_onlyItsOwnScript_andNoSecretAnywhere() throws IOException {
        Merchant.Answer page = stage.merchant.get("/");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "frame-ancestors 'none'");
        assertThat(page.raw().body()).doesNotContain("src=\"http", "style=\"", "onclick");
        assertThat(Files.getPosixFilePermissions(data.resolve("sandbox-server-key")))
                .hasSize(2);
        String key = Files.readString(data.resolve("sandbox-server-key")).strip();
        assertThat(stage.server.description().toString()).doesNotContain(key).doesNotContain(Stage.PASSWORD);
        assertThat(stage.merchant.get("/health/detailed").raw().body()).doesNotContain(key);
    }
}
