package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route and every role: {@code roles-and-routes.txt} is written by hand and compared with what the running server answers. A route
 * that is not in it fails the test. What a path names is another user's: a payment, a user, a session.
 */
class RolesAndRoutesTest {
    private static final List<String> ROLES = List.of("stranger", "CLIENT", "EMPLOYEE", "ADMIN", "OWNER");

    @TempDir
    static Path data;

    private static Stage stage;
    private static String victim;
    private static String payment;

    @BeforeAll
    static void start() throws IOException {
        stage = new Stage(data);
        for (String role : List.of("CLIENT", "EMPLOYEE", "ADMIN")) {
            add(role);
        }
        Merchant other = Merchant.signIn(stage.tap.uri(), Stage.OTHER, Stage.PASSWORD);
        victim = Stage.OTHER;
        payment = other.create("k", Merchant.order("victims-cart", "1.000", "KWD"))
                .text("id");
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static void add(String role) {
        Merchant.Answer added =
                stage.merchant.post("/users", """
                    {"username": "%s", "password": "%s", "name": "A %s", "email": "%s@example.com", "roles": ["%s"]}\
                    """.formatted(name(role), Stage.PASSWORD, role, name(role), role));
        assertThat(added.status()).as(added.raw().body()).isEqualTo(201);
    }

    private static String name(String role) {
        return "role-" + role.toLowerCase(java.util.Locale.ROOT);
    }

    private static Merchant as(String role) {
        return switch (role) {
            case "stranger" -> Merchant.stranger(stage.tap.uri());
            case "OWNER" -> Merchant.signIn(stage.tap.uri(), Stage.MERCHANT, Stage.PASSWORD);
            default -> Merchant.signIn(stage.tap.uri(), name(role), Stage.PASSWORD);
        };
    }

    private static Map<String, List<String>> table() throws IOException {
        Map<String, List<String>> table = new LinkedHashMap<>();
        try (InputStream in = RolesAndRoutesTest.class.getResourceAsStream("roles-and-routes.txt")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.split("\n")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    List<String> words = List.of(line.strip().split("\\s+"));
                    table.put(words.get(0) + " " + words.get(1), words.subList(2, words.size()));
                }
            }
        }
        return table;
    }

    @Test
    void table_hasEveryRoute_andNoOther() throws IOException {
        assertThat(table().keySet()).containsExactlyInAnyOrderElementsOf(stage.server.routes());
    }

    @Test
    void openApi_describesEveryRoute_eachUnderAnIdOfItsOwn() {
        List<String> described = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        stage.merchant
                .get("/openapi.json")
                .json()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(call -> {
                    described.add(call.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                    ids.add(call.getValue().path("operationId").asText());
                }));
        assertThat(described).containsExactlyInAnyOrderElementsOf(stage.server.routes());
        assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
    }

    @Test
    void everyRoute_answersEveryRole_asTheTableSays() throws IOException {
        Map<String, Merchant> callers = new LinkedHashMap<>();
        List<String> expected = new ArrayList<>();
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, List<String>> row : table().entrySet()) {
            List<String> statuses = new ArrayList<>();
            for (String role : ROLES) {
                Merchant caller = callers.computeIfAbsent(role, RolesAndRoutesTest::as);
                statuses.add(Integer.toString(ask(caller, row.getKey()).status()));
                if (row.getKey().matches("POST /auth/logout|DELETE /auth/sessions.*")) {
                    callers.remove(role);
                }
            }
            expected.add(row.getKey() + " " + row.getValue());
            found.add(row.getKey() + " " + statuses);
        }
        assertThat(found).isEqualTo(expected);
    }

    private static Merchant.Answer ask(Merchant caller, String route) {
        String method = route.substring(0, route.indexOf(' '));
        String path = route.substring(route.indexOf(' ') + 1)
                .replace("/payments/v2/{id}", "/payments/v2/" + payment)
                .replace("/admin/payments/{id}", "/admin/payments/" + payment)
                .replace("/users/{id}", "/users/" + victim)
                .replaceAll("\\{[^}]*}", "none");
        HttpRequest.Builder request = caller.request(path);
        if (method.equals("POST") || method.equals("PUT")) {
            request.header("Content-Type", "application/json")
                    .header("Idempotency-Key", "table")
                    .method(method, HttpRequest.BodyPublishers.ofString("{}"));
        } else {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        }
        return caller.send(request.build());
    }
}
