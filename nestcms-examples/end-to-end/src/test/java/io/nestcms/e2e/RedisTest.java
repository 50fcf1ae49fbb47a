package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.redis.RedisSettings;
import io.nestcms.redis.contract.Cable;
import io.nestcms.redis.contract.LocalRedis;
import io.nestcms.server.Surroundings;
import io.nestcms.testkit.EmbeddedMongo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that share a real Redis, which goes away. */
class RedisTest {
    /** For how long answers are kept, less what is taken off at random. */
    private static final Duration KEPT = Duration.ofSeconds(27);

    private static Stage.Keeping keeping(EmbeddedMongo database, int redis) {
        // twice the usual: a busy machine is no outage
        RedisSettings settings = RedisSettings.builder("redis://127.0.0.1:" + redis)
                .commandTimeout(Duration.ofSeconds(1))
                .connectTimeout(Duration.ofSeconds(1))
                .poolWait(Duration.ofSeconds(1))
                .build();
        return Stage.Keeping.at(database.uri()).with(Surroundings.none().withRedis(settings));
    }

    private static Merchant.Answer login(Stage on) {
        return Merchant.stranger(on.tap.uri())
                .post(
                        "/auth/login",
                        "{\"username\":\"" + Stage.MERCHANT + "\",\"password\":\"" + Stage.PASSWORD + "\"}");
    }

    private static Merchant.Answer refresh(Stage on, String token) {
        return Merchant.stranger(on.tap.uri()).post("/auth/refresh", "{\"refreshToken\":\"" + token + "\"}");
    }

    private static void pay(Stage stage, Merchant merchant, String cart) {
        Merchant.Answer created = merchant.create(cart, Merchant.order(cart, "250.000", "KWD"));
        assertThat(created.status()).as(created.raw().body()).isEqualTo(201);
        String id = created.text("id");
        stage.payer.pay(merchant.process(id).text("redirectUrl"), Payer.APPROVED);
        Stage.eventually().untilAsserted(() -> assertThat(merchant.status(id)).isEqualTo("SUCCEEDED"));
    }

    @Test
    void twoNodes_shareSessionsInRedis_andTakePaymentsWithoutIt(@TempDir Path one, @TempDir Path two)
            throws IOException {
        try (LocalRedis redis = LocalRedis.start();
                EmbeddedMongo database = EmbeddedMongo.builder().start();
                Cable cable = new Cable(redis.port());
                Stage first = new Stage(one, keeping(database, cable.port()), builder -> {});
                Stage second = new Stage(two, keeping(database, redis.port()), builder -> {})) {
            Merchant.Answer signedIn = login(first);
            String used = signedIn.text("refreshToken");
            Merchant.Answer renewed = refresh(second, used);
            assertThat(renewed.status()).isEqualTo(200);
            assertThat(refresh(second, renewed.text("refreshToken")).status()).isEqualTo(200);
            assertThat(refresh(first, renewed.text("refreshToken")).status()).isEqualTo(401);
            pay(first, first.merchant, "ORD-1");
            redisIs("UP", first);
            articlesChangeOnEveryNode(first, second);

            cable.hang();

            isUnanswered(first);
            pay(first, Merchant.signIn(first.tap.uri(), Stage.MERCHANT, Stage.PASSWORD), "ORD-3");
            Stage.eventually()
                    .untilAsserted(
                            () -> assertThat(second.merchant.get("/users/me").status())
                                    .isEqualTo(200));

            cable.mend();

            Stage.eventually()
                    .untilAsserted(() ->
                            assertThat(first.merchant.get("/users/me").status()).isEqualTo(200));

            redis.kill();

            isUnanswered(first);
            pay(first, Merchant.signIn(first.tap.uri(), Stage.MERCHANT, Stage.PASSWORD), "ORD-2");
            Merchant.Answer away = login(first);
            assertThat(refresh(second, away.text("refreshToken")).status()).isEqualTo(200);
            degraded(first);
        }
    }

    /** Sooner than what is kept ends by itself. */
    private static void articlesChangeOnEveryNode(Stage writer, Stage reader) {
        Merchant.Answer draft = writer.merchant.post(
                "/articles", "{\"title\": \"Bread\", \"html\": \"<p>one</p>\", \"tags\": [\"news\"]}");
        String path = "/articles/" + draft.text("id");
        String open = "/articles/by-slug/" + draft.text("slug");
        Merchant stranger = Merchant.stranger(reader.tap.uri());
        assertThat(stranger.get("/articles").json().path("items")).isEmpty();
        assertThat(writer.merchant
                        .post(path + "/actions", "{\"action\": \"PUBLISH\"}")
                        .status())
                .isEqualTo(200);
        within(() -> assertThat(stranger.get("/articles").json().path("items")).hasSize(1));
        Merchant.Answer read = stranger.get(open);
        assertThat(read.text("html")).isEqualTo("<p>one</p>");
        assertThat(stranger.get(open).header("ETag")).isEqualTo(read.header("ETag"));

        assertThat(writer.merchant
                        .post(path + "/actions", "{\"action\": \"WITHDRAW\"}")
                        .status())
                .isEqualTo(200);
        within(() -> assertThat(stranger.get(open).status()).isEqualTo(404));
        within(() -> assertThat(stranger.get("/articles").json().path("items")).isEmpty());
    }

    private static void within(ThrowingRunnable check) {
        Awaitility.await()
                .atMost(KEPT.minusSeconds(8))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(check);
    }

    /** Whether the session has ended cannot be asked, so it is taken neither for good nor for over. */
    private static void isUnanswered(Stage stage) {
        Stage.eventually().untilAsserted(() -> {
            Merchant.Answer answer = stage.merchant.get("/users/me");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text("type")).endsWith(":sessions-unavailable");
            assertThat(answer.header("Retry-After")).isEqualTo("1");
        });
    }

    private static void redisIs(String status, Stage stage) {
        Merchant operator = Merchant.signIn(stage.tap.uri(), Stage.MERCHANT, Stage.PASSWORD);
        Stage.eventually().untilAsserted(() -> {
            JsonNode part =
                    operator.get("/health/detailed").json().path("parts").path("redis");
            assertThat(part.path("status").asText()).isEqualTo(status);
        });
    }

    private static void degraded(Stage stage) {
        Stage.eventually().untilAsserted(() -> {
            Merchant.Answer ready = Merchant.stranger(stage.tap.uri()).get("/health/readiness");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.text("status")).isEqualTo("DEGRADED");
        });
        redisIs("DEGRADED", stage);
    }

    @Test
    void redisAwayAtTheStart_serverStartsAndTakesPayments(@TempDir Path data) throws IOException {
        try (LocalRedis gone = LocalRedis.start();
                EmbeddedMongo database = EmbeddedMongo.builder().start()) {
            gone.kill();
            try (Stage stage = new Stage(data, keeping(database, gone.port()), builder -> {})) {
                pay(stage, stage.merchant, "ORD-1");
                degraded(stage);
            }
        }
    }
}
