package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.testkit.EmbeddedMongo;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People over HTTP: from registration to deactivation, and what somebody with bad intent gets. */
class AccessTest {
    private static final String GOOD = "a password of her own";

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

    private static Merchant stranger() {
        return Merchant.stranger(stage.tap.uri());
    }

    private static String registration(String name, String email, String more) {
        return "{\"username\":\"" + name + "\",\"password\":\"" + GOOD + "\",\"name\":\"Sara\",\"email\":\"" + email
                + "\"" + more + "}";
    }

    private static Merchant.Answer login(Merchant from, String name, String password, String... headers) {
        return from.post("/auth/login", "{\"username\":\"" + name + "\",\"password\":\"" + password + "\"}", headers);
    }

    private static Merchant.Answer put(Merchant caller, String path, String body, String... headers) {
        HttpRequest.Builder request = caller.request(path)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return caller.send(request.build());
    }

    private static String added(String name) {
        Merchant.Answer answer =
                stage.merchant.post("/users", registration(name, name + "@example.com", ",\"roles\":[\"CLIENT\"]"));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        return answer.text("id");
    }

    private static String letter(String to) throws IOException {
        try (Stream<Path> letters = Files.list(data.resolve("mail"))) {
            List<String> found = new ArrayList<>();
            for (Path each : letters.toList()) {
                String text = Files.readString(each, StandardCharsets.UTF_8);
                if (text.startsWith("To: " + to) && text.contains("#reset=") && text.endsWith("\n")) {
                    found.add(text);
                }
            }
            return found.isEmpty() ? "" : found.get(0);
        }
    }

    @Test
    void user_registers_isLetIn_changesHerself_andIsDeactivated() {
        assertThat(stranger()
                        .post("/auth/register", registration("noura", "noura@example.com", ""))
                        .status())
                .isEqualTo(202);
        Merchant.Answer waiting = login(stranger(), "noura", GOOD);
        assertThat(waiting.status()).isEqualTo(403);
        assertThat(waiting.text("type")).endsWith(":not-approved");

        String id = "";
        for (JsonNode each : stage.merchant.get("/users?status=PENDING").json().path("items")) {
            id = each.path("username").asText().equals("noura")
                    ? each.path("id").asText()
                    : id;
        }
        String who = id;
        assertThat(stage.merchant.post("/users/" + id + "/activate", "").status())
                .isEqualTo(200);
        Merchant noura = Merchant.signIn(stage.tap.uri(), "noura", GOOD);
        Merchant.Answer me = noura.get("/users/me");
        assertThat(me.text("email")).isEqualTo("noura@example.com");

        String changed = "{\"name\":\"نورة\",\"email\":\"n@example.com\",\"phone\":\"+96522280000\"}";
        assertThat(put(noura, "/users/" + id, changed, "If-Match", "\"1\"").status())
                .isEqualTo(412);
        Merchant.Answer after = put(noura, "/users/" + id, changed, "If-Match", me.header("ETag"));
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.text("name")).isEqualTo("نورة");

        assertThat(stage.merchant.post("/users/" + id + "/deactivate", "").status())
                .isEqualTo(200);
        assertThat(noura.get("/users/me").status()).isEqualTo(401);
        assertThat(login(stranger(), "noura", GOOD).text("type")).endsWith(":deactivated");
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant
                                .get("/audit?actor=" + Stage.MERCHANT + "&action=StatusChanged&subject=user/" + who)
                                .json()
                                .path("items"))
                        .hasSize(2));
        assertThat(stage.merchant
                        .post("/audit/verify", "{}")
                        .json()
                        .path("intact")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void register_takenAddress_isAnsweredAsIfItWereFree() {
        added("omar");
        Merchant.Answer free = stranger().post("/auth/register", registration("free-name", "free@example.com", ""));
        Merchant.Answer taken = stranger().post("/auth/register", registration("other-name", "OMAR@example.com", ""));
        assertThat(taken.status()).isEqualTo(202).isEqualTo(free.status());
        assertThat(taken.raw().body()).isEqualTo(free.raw().body());
        assertThat(login(stranger(), "other-name", GOOD).status()).isEqualTo(401);
    }

    @Test
    void register_moreThanIsAsked_orUnsafeText_isRefused() {
        for (String more : List.of(",\"roles\":[\"OWNER\"]", ",\"status\":\"ACTIVE\"", ",\"id\":\"merchant\"")) {
            assertThat(stranger()
                            .post("/auth/register", registration("mallory", "m@example.com", more))
                            .status())
                    .isEqualTo(422);
        }
        assertThat(put(
                                stage.merchant,
                                "/users/" + Stage.OTHER,
                                "{\"name\":\"x\",\"email\":\"x@example.com\",\"roles\":[\"OWNER\"]}")
                        .status())
                .isEqualTo(422);
        for (String name : List.of("a\\u202eb", "a\\u0000b", "a\\ud83cb", "a\\u2066b")) {
            Merchant.Answer refused = stranger()
                    .post(
                            "/auth/register",
                            registration("mallory", "m@example.com", "").replace("Sara", name));
            assertThat(refused.status()).as(name).isEqualTo(422);
            assertThat(refused.text("field")).isEqualTo("name");
        }
        Merchant.Answer common = stranger()
                .post(
                        "/auth/register",
                        registration("mallory", "m@example.com", "").replace(GOOD, "password1"));
        assertThat(common.text("field")).isEqualTo("password");
    }

    @Test
    void admin_makesNoAdmins_andGrantsNothingToHimself_norWhatHeMayNot() {
        String id = added("promoted");
        assertThat(put(stage.merchant, "/users/" + id + "/roles", "{\"roles\":[\"ADMIN\",\"CLIENT\"]}")
                        .status())
                .isEqualTo(200);
        Merchant admin = Merchant.signIn(stage.tap.uri(), "promoted", GOOD);
        String client = added("grantee");
        assertThat(put(admin, "/users/" + client + "/roles", "{\"roles\":[\"ADMIN\"]}")
                        .status())
                .isEqualTo(403);
        assertThat(put(admin, "/users/" + Stage.MERCHANT + "/roles", "{\"roles\":[\"CLIENT\"]}")
                        .status())
                .isEqualTo(403);
        assertThat(admin.post("/users/" + Stage.MERCHANT + "/deactivate", "").status())
                .isEqualTo(403);
        assertThat(admin.post("/users", registration("twin", "twin@example.com", ",\"roles\":[\"OWNER\"]"))
                        .status())
                .isEqualTo(403);
        String grant = "{\"user\":\"%s\",\"permission\":\"%s\",\"model\":\"%s\"}";
        assertThat(admin.post("/permissions", grant.formatted(id, "READ", "user"))
                        .status())
                .isEqualTo(422);
        assertThat(admin.post("/permissions", grant.formatted(client, "APPROVE", "staff"))
                        .status())
                .isEqualTo(403);

        Merchant grantee = Merchant.signIn(stage.tap.uri(), "grantee", GOOD);
        assertThat(grantee.get("/audit").status()).isEqualTo(403);
        Merchant.Answer granted = admin.post("/permissions", grant.formatted(client, "READ", "audit"));
        assertThat(granted.status()).isEqualTo(201);
        assertThat(grantee.get("/audit").status()).isEqualTo(200);
        assertThat(grantee.post("/audit/verify", "{}").status()).isEqualTo(403);
        assertThat(admin.send(admin.request("/permissions/" + granted.text("id"))
                                .DELETE()
                                .build())
                        .status())
                .isEqualTo(204);
        assertThat(grantee.get("/audit").status()).isEqualTo(403);
    }

    @Test
    void sessions_listed_endedOneByOne_andAllByAChangedPassword() {
        added("laila");
        Merchant one = Merchant.signIn(stage.tap.uri(), "laila", GOOD);
        Merchant two = Merchant.signIn(stage.tap.uri(), "laila", GOOD);
        JsonNode sessions = one.get("/auth/sessions").json().path("items");
        assertThat(sessions).hasSize(2);
        String others = "";
        for (JsonNode each : sessions) {
            others = each.path("current").asBoolean() ? others : each.path("id").asText();
        }
        assertThat(one.send(one.request("/auth/sessions/" + others).DELETE().build())
                        .status())
                .isEqualTo(204);
        assertThat(two.get("/users/me").status()).isEqualTo(401);
        assertThat(one.get("/users/me").status()).isEqualTo(200);
        assertThat(one.post("/auth/password", "{\"present\":\"wrong one\",\"password\":\"another of her own\"}")
                        .status())
                .isEqualTo(422);
        assertThat(one.post("/auth/password", "{\"present\":\"" + GOOD + "\",\"password\":\"another of her own\"}")
                        .status())
                .isEqualTo(204);
        assertThat(one.get("/users/me").status()).isEqualTo(401);
        assertThat(login(stranger(), "laila", GOOD).status()).isEqualTo(401);
        assertThat(login(stranger(), "laila", "another of her own").status()).isEqualTo(200);
    }

    @Test
    void password_forgotten_oneLinkOnce_andNobodyIsTold() throws IOException {
        added("huda");
        Merchant.Answer known = stranger().post("/auth/password/forgotten", "{\"username\":\"huda@example.com\"}");
        Merchant.Answer unknown = stranger().post("/auth/password/forgotten", "{\"username\":\"nobody@example.com\"}");
        assertThat(known.status()).isEqualTo(202).isEqualTo(unknown.status());
        assertThat(known.raw().body()).isEqualTo(unknown.raw().body());
        Stage.eventually()
                .untilAsserted(() -> assertThat(letter("huda@example.com")).isNotEmpty());
        String letter = letter("huda@example.com");
        String token = letter.substring(letter.indexOf("#reset=") + 7).strip();
        String reset = "{\"token\":\"" + token + "\",\"password\":\"chosen by the link\"}";
        assertThat(stranger().post("/auth/password/reset", reset).status()).isEqualTo(204);
        assertThat(stranger().post("/auth/password/reset", reset).status()).isEqualTo(422);
        assertThat(login(stranger(), "huda", "chosen by the link").status()).isEqualTo(200);
    }

    @Test
    void signIn_floodOfWrongPasswords_stopsNeitherTheKnownBrowserNorOthers() throws Exception {
        added("salma");
        added("yusuf");
        String mark = login(stranger(), "salma", GOOD).header("Set-Cookie");
        assertThat(mark).contains("HttpOnly").contains("SameSite=Strict").doesNotContain("salma");
        ExecutorService threads = Executors.newFixedThreadPool(12);
        CountDownLatch stop = new CountDownLatch(1);
        List<Future<Integer>> floods = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            floods.add(threads.submit(() -> {
                int refused = 0;
                while (stop.getCount() > 0) {
                    refused += login(stranger(), "salma", "wrong one").status() == 429 ? 1 : 0;
                }
                return refused;
            }));
        }
        try {
            for (int i = 0; i < 17; i++) {
                Merchant.Answer genuine =
                        login(stranger(), "salma", GOOD, "Cookie", mark.substring(0, mark.indexOf(';')));
                assertThat(genuine.status()).isEqualTo(200);
            }
            assertThat(login(stranger(), "yusuf", GOOD).status()).isEqualTo(200);
        } finally {
            stop.countDown();
            threads.shutdown();
        }
        int refused = 0;
        for (Future<Integer> flood : floods) {
            refused += flood.get();
        }
        assertThat(refused).isPositive();
        // a mark of one name is none for another
        assertThat(login(stranger(), "salma", "wrong one").header("Retry-After"))
                .isNotEmpty();
    }

    @Test
    void carts_ofAnother_canNeitherBeProbedNorTaken() {
        Merchant other = Merchant.signIn(stage.tap.uri(), Stage.OTHER, Stage.PASSWORD);
        other.create("cart-1", Merchant.order("secret-cart", "1.000", "KWD"));
        Merchant.Answer own = stage.merchant.create("cart-1", Merchant.order("secret-cart", "2.000", "KWD"));
        assertThat(own.status()).isEqualTo(201);
        Merchant.Answer forged =
                stage.merchant.create("cart-2", Merchant.order(Stage.OTHER + ":secret-cart", "2.000", "KWD"));
        assertThat(forged.status()).isEqualTo(201);
        assertThat(other.find(own.text("id")).status()).isEqualTo(404);
    }

    @Test
    void twoNodes_knowTheSameSessions_andFindAReusedToken(@TempDir Path one, @TempDir Path two, @TempDir Path mongo)
            throws IOException {
        try (EmbeddedMongo database =
                        EmbeddedMongo.builder().dataDirectory(mongo).start();
                Stage first = new Stage(one, Stage.Keeping.at(database.uri()), builder -> {})) {
            String token;
            try (Stage second = new Stage(two, Stage.Keeping.at(database.uri()), builder -> {})) {
                Merchant.Answer signedIn = login(Merchant.stranger(first.tap.uri()), Stage.MERCHANT, Stage.PASSWORD);
                String old = signedIn.text("refreshToken");
                Merchant.Answer renewed = refresh(second, old);
                assertThat(renewed.status()).isEqualTo(200);
                token = renewed.text("refreshToken");
                Merchant.Answer again = refresh(second, token);
                assertThat(again.status()).isEqualTo(200);
                assertThat(refresh(first, token).status()).isEqualTo(401);
                assertThat(refresh(second, again.text("refreshToken")).status()).isEqualTo(401);
                assertThat(refresh(first, old).status()).isEqualTo(401);
                token = login(Merchant.stranger(second.tap.uri()), Stage.MERCHANT, Stage.PASSWORD)
                        .text("refreshToken");
            }
            // the node is gone, the session is not
            assertThat(refresh(first, token).status()).isEqualTo(200);
        }
    }

    private static Merchant.Answer refresh(Stage on, String token) {
        return Merchant.stranger(on.tap.uri()).post("/auth/refresh", "{\"refreshToken\":\"" + token + "\"}");
    }
}
