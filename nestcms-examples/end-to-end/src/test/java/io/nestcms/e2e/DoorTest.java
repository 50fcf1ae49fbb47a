package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.redis.RedisSettings;
import io.nestcms.redis.contract.LocalRedis;
import io.nestcms.server.ReferenceServer;
import io.nestcms.server.ServerSettings;
import io.nestcms.server.Surroundings;
import io.nestcms.server.http.DoorRules;
import io.nestcms.testkit.EmbeddedMongo;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes behind a proxy: who may ask, from where, and how often. */
class DoorTest {
    private static final int PER_ADDRESS = 20;
    private static final int PER_USER = 8;
    private static final String SHOP = "https://shop.example.com";

    @TempDir
    static Path data;

    private static LocalRedis redis;
    private static EmbeddedMongo database;
    private static ReferenceServer first;
    private static ReferenceServer second;

    @BeforeAll
    static void start() {
        redis = LocalRedis.start();
        database = EmbeddedMongo.builder().start();
        first = node("first");
        second = node("second");
    }

    private static ReferenceServer node(String name) {
        ServerSettings settings = new ServerSettings(
                "127.0.0.1",
                0,
                null,
                data.resolve(name),
                database.uri(),
                null,
                0,
                new ServerSettings.Origins(List.of(), List.of("127.0.0.0/8", "::1")),
                Map.of(Stage.MERCHANT, Stage.PASSWORD),
                null,
                Duration.ofHours(1),
                Duration.ofSeconds(10),
                ServerSettings.Safekeeping.none());
        DoorRules rules = new DoorRules(
                List.of("192.0.2.0/24", "2001:db8::/32"),
                List.of("192.0.2.66", "198.51.100.0/24"),
                Set.of(SHOP),
                PER_ADDRESS,
                PER_USER);
        return ReferenceServer.builder(settings.with(Surroundings.none()
                        .withRedis(RedisSettings.of(redis.url()))
                        .withDoor(rules)))
                .start();
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
        database.close();
        redis.close();
    }

    private static Merchant.Answer get(ReferenceServer node, String path, String from, String... headers) {
        return send(node, path, "GET", from, headers);
    }

    private static Merchant.Answer send(
            ReferenceServer node, String path, String method, String from, String... headers) {
        Merchant stranger = Merchant.stranger(node.uri());
        HttpRequest.Builder request = stranger.request(path)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("X-Forwarded-For", from);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return stranger.send(request.build());
    }

    /** Asks until it is too much; what comes back meanwhile is one every few seconds. */
    private static Merchant.Answer tooMuch(ReferenceServer node, String path, String from, String... headers) {
        for (int i = 0; i < 1_000; i++) {
            Merchant.Answer answer = get(node, path, from, headers);
            if (answer.status() == 429) {
                return answer;
            }
        }
        throw new AssertionError("1,000 requests were taken");
    }

    @Test
    void address_askingTooMuch_isToldWhenToComeAgain_byEveryNode() {
        Merchant.Answer within = get(first, "/openapi.json", "192.0.2.1");
        assertThat(within.status()).isEqualTo(200);
        assertThat(within.header("RateLimit-Policy")).isEqualTo("\"address\";q=" + PER_ADDRESS + ";w=60");
        assertThat(within.header("RateLimit")).matches("\"address\";r=19;t=[1-4]");

        Merchant.Answer refused = tooMuch(first, "/openapi.json", "192.0.2.1");
        assertThat(refused.text("type")).isEqualTo("urn:nestcms:problem:rate-limited");
        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 3L);
        assertThat(refused.header("RateLimit")).matches("\"address\";r=0;t=[0-9]+");
        assertThat(tooMuch(second, "/openapi.json", "192.0.2.1").header("RateLimit"))
                .contains("r=0");
        assertThat(get(second, "/openapi.json", "192.0.2.2").header("RateLimit"))
                .contains("r=19");
        assertThat(get(first, "/health/liveness", "192.0.2.1").status()).isEqualTo(200);
    }

    @Test
    void network_ofIpV6_countsAsOne() {
        tooMuch(first, "/openapi.json", "2001:db8:1:1::1");
        assertThat(get(first, "/openapi.json", "2001:db8:1:2::1").header("RateLimit"))
                .contains("r=19");
        assertThat(tooMuch(first, "/openapi.json", "2001:db8:1:1:ffff::2").status())
                .isEqualTo(429);
    }

    @Test
    void user_askingTooMuch_isRefusedFromAnyAddress_andSignsInAllTheSame() {
        String credentials = "{\"username\":\"" + Stage.MERCHANT + "\",\"password\":\"" + Stage.PASSWORD + "\"}";
        String token = Merchant.stranger(first.uri())
                .post("/auth/login", credentials, "X-Forwarded-For", "192.0.2.10")
                .text("accessToken");
        Merchant.Answer refused = null;
        for (int i = 11; i < 66 && refused == null; i++) {
            Merchant.Answer answer = get(first, "/payments/v2", "192.0.2." + i, "Authorization", "Bearer " + token);
            refused = answer.status() == 429 ? answer : null;
        }
        assertThat(refused).isNotNull();
        assertThat(refused.header("RateLimit-Policy"))
                .isEqualTo("\"address\";q=" + PER_ADDRESS + ";w=60, \"user\";q=" + PER_USER + ";w=60");
        assertThat(refused.json().path("detail").asText()).contains("one user");
        assertThat(Merchant.stranger(second.uri())
                        .post("/auth/login", credentials, "X-Forwarded-For", "192.0.2.10")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void addresses_onlyThoseOnTheList_andNoneThatIsDenied() {
        assertThat(get(first, "/openapi.json", "192.0.2.30").status()).isEqualTo(200);
        assertThat(get(first, "/openapi.json", "2001:db8::30").status()).isEqualTo(200);
        for (String refused : List.of("192.0.2.66", "203.0.113.1", "2001:db9::1", "::ffff:192.0.2.66")) {
            Merchant.Answer answer = get(first, "/openapi.json", refused);
            assertThat(answer.status()).as(refused).isEqualTo(403);
            assertThat(answer.text("type")).isEqualTo("urn:nestcms:problem:address-refused");
        }
        // payers, the gateway and probes are everywhere; who is denied is denied these too
        assertThat(get(first, "/health/readiness", "203.0.113.1").status()).isEqualTo(200);
        assertThat(send(first, "/payments/v2/webhook", "POST", "203.0.113.1").status())
                .isEqualTo(401);
        assertThat(send(first, "/payments/v2/webhook", "POST", "198.51.100.7").status())
                .isEqualTo(403);
    }

    @Test
    void scriptsOfOtherSites_readAnswersOnlyWhereTheirOriginIsNamed() {
        Merchant.Answer asked = send(
                first,
                "/payments/v2",
                "OPTIONS",
                "192.0.2.40",
                "Origin",
                SHOP,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization,idempotency-key");
        assertThat(asked.status()).isEqualTo(204);
        assertThat(asked.header("Access-Control-Allow-Origin")).isEqualTo(SHOP);
        assertThat(asked.header("Access-Control-Allow-Methods")).contains("POST");
        assertThat(asked.header("Access-Control-Allow-Headers")).contains("Authorization", "Idempotency-Key");
        assertThat(asked.header("Access-Control-Allow-Credentials")).isEmpty();
        Merchant.Answer refusal = get(first, "/payments/v2", "192.0.2.40", "Origin", SHOP);
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.header("Access-Control-Allow-Origin")).isEqualTo(SHOP);
        assertThat(refusal.header("Vary")).contains("Origin");

        for (String other : List.of("https://evil.example.com", "null", SHOP + ".evil.example.com")) {
            Merchant.Answer answer = send(
                    first,
                    "/payments/v2",
                    "OPTIONS",
                    "192.0.2.41",
                    "Origin",
                    other,
                    "Access-Control-Request-Method",
                    "POST");
            assertThat(answer.header("Access-Control-Allow-Origin")).as(other).isEmpty();
            assertThat(answer.status()).isNotEqualTo(204);
            assertThat(get(first, "/openapi.json", "192.0.2.41", "Origin", other)
                            .header("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
    }
}
