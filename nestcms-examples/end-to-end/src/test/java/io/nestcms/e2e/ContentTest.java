package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.article.ArticleEvent.ArticlePublished;
import io.nestcms.cms.contract.ContractEvent.InstalmentDue;
import io.nestcms.cms.contract.ContractEvent.InstalmentPaid;
import io.nestcms.cms.project.ProjectEvent.DesignAdded;
import io.nestcms.money.Money;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.PaymentId;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Projects, contracts, articles and earnings over HTTP, with real payments at the sandbox. */
class ContentTest {
    private static final byte[] PNG = HexFormat.of().parseHex("89504e470d0a1a0a0000000d49484452");

    @TempDir
    static Path data;

    private static Stage stage;
    private static Merchant owner;
    /** A client. */
    private static Merchant client;

    @BeforeAll
    static void start() throws IOException {
        stage = new Stage(data);
        owner = stage.merchant;
        client = Merchant.signIn(stage.tap.uri(), Stage.OTHER, Stage.PASSWORD);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static Merchant.Answer put(Merchant by, String path, String body, String... headers) {
        HttpRequest.Builder request = by.request(path)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return by.send(request.build());
    }

    private static Merchant.Answer act(Merchant by, String path, String action) {
        return by.post(path + "/actions", "{\"action\":\"" + action + "\"}");
    }

    private static String project(String title) {
        Merchant.Answer planned = owner.post("/projects", """
            {"title": "%s", "organisationId": "studio", "clientId": "%s", "workers": ["e1"], "endsOn": "2027-03-01"}\
            """.formatted(title, Stage.OTHER));
        assertThat(planned.status()).as(planned.raw().body()).isEqualTo(201);
        return planned.text("id");
    }

    private static Merchant.Answer upload(Merchant by, String project, String name, byte[] bytes) {
        String path = "/projects/" + project + "/designs?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
        return by.send(by.request(path)
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build());
    }

    @Test
    void project_withStepsAndAFile_fromPlanToEnd() throws Exception {
        String path = "/projects/" + project("موقع");
        String step = owner.post(path + "/steps", "{\"title\": \"Draw\", \"dueOn\": \"2026-12-24\"}")
                .json()
                .path("steps")
                .path(0)
                .path("id")
                .asText();
        assertThat(act(owner, path, "START").text("status")).isEqualTo("ACTIVE");
        assertThat(act(owner, path, "COMPLETE").text("type")).endsWith("steps-open");

        String id = path.substring("/projects/".length());
        Merchant.Answer uploaded = upload(owner, id, "<img src=x onerror=alert(1)>.html", PNG);
        assertThat(uploaded.status()).as(uploaded.raw().body()).isEqualTo(201);
        assertThat(uploaded.json().path("designs").path(0).path("contentType").asText())
                .isEqualTo("image/png");
        HttpResponse<byte[]> file = HttpClient.newHttpClient()
                .send(client.request(uploaded.header("Location")).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(file.body()).as("the client sees what was drawn").isEqualTo(PNG);
        assertThat(file.headers().firstValue("Content-Disposition"))
                .hasValueSatisfying(
                        it -> assertThat(it).startsWith("attachment;").doesNotContain("<"));
        assertThat(file.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");

        assertThat(put(owner, path + "/steps/" + step, "{\"done\": true}").status())
                .isEqualTo(200);
        assertThat(owner.post(path + "/notes", "{\"text\": \"Well done\"}").status())
                .isEqualTo(200);
        assertThat(act(owner, path, "COMPLETE").text("status")).isEqualTo("COMPLETED");
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.heard(DesignAdded.class)).isNotEmpty());
    }

    @Test
    void project_ofOthers_looksLikeNone_andVersionsCount() {
        String path = "/projects/" + project("One");
        Merchant.Answer shown = owner.get(path);
        assertThat(shown.header("ETag")).isEqualTo("\"1\"");
        String plan = "{\"title\": \"Two\", \"organisationId\": \"studio\"}";

        assertThat(put(owner, path, plan, "If-Match", "\"1\"").status()).isEqualTo(200);
        assertThat(put(owner, path, plan, "If-Match", "\"1\"").status()).isEqualTo(412);
        assertThat(client.get(path).status())
                .as("it is not the client's any more")
                .isEqualTo(404);
        assertThat(put(client, path, plan).status()).isEqualTo(403);
        assertThat(Merchant.stranger(stage.tap.uri()).get(path).status()).isEqualTo(401);
        assertThat(owner.get("/projects/" + "..%2f..").status()).isIn(400, 404);
        assertThat(upload(owner, "none", "a.png", PNG).status()).isEqualTo(404);
    }

    @Test
    void projects_pages_followTheCursor() {
        for (int n = 0; n < 3; n++) {
            project("Page " + n);
        }
        Merchant.Answer first = owner.get("/projects?limit=2&organisationId=studio");
        assertThat(first.json().path("items")).hasSize(2);

        Merchant.Answer second = owner.get("/projects?limit=2&organisationId=studio&cursor=" + first.text("next"));

        assertThat(second.json().path("items").path(0).path("id").asText())
                .isNotIn(
                        first.json().path("items").path(0).path("id").asText(),
                        first.json().path("items").path(1).path("id").asText());
        assertThat(owner.get("/projects?cursor=bad").text("field")).isEqualTo("cursor");
        assertThat(owner.get("/projects?sort=x").status()).isEqualTo(400);
    }

    private static String contract() {
        LocalDate today = LocalDate.ofInstant(stage.clock.instant(), ZoneOffset.UTC);
        Merchant.Answer drafted = owner.post("/contracts", """
            {"title": "Website", "organisationId": "studio", "projectId": "p1", "currency": "KWD", "amount": "300.000",
             "client": {"id": "%s", "name": "Huda", "email": "huda@example.com", "country": "KW"},
             "workers": [{"employeeId": "e1", "share": "66.67"}, {"employeeId": "e2", "share": "33.33"}],
             "commission": "2.5",
             "instalments": [{"amount": "100.000", "dueOn": "%s"}, {"amount": "200.000", "dueOn": "%s"}]}\
            """.formatted(Stage.OTHER, today, today.plusYears(1)));
        assertThat(drafted.status()).as(drafted.raw().body()).isEqualTo(201);
        return "/contracts/" + drafted.text("id");
    }

    @Test
    void contract_instalmentFallsDue_isPaidAtTheGateway_andEarningsFollowEveryRefund() {
        String path = contract();
        assertThat(client.get(path).status()).as("a draft is nobody else's").isEqualTo(404);
        assertThat(act(owner, path, "OFFER").text("status")).isEqualTo("OFFERED");
        assertThat(act(client, path, "ACTIVATE").status()).isEqualTo(403);
        assertThat(act(client, path, "ACCEPT").text("status")).isEqualTo("ACCEPTED");
        assertThat(act(owner, path, "ACTIVATE").text("status")).isEqualTo("ACTIVE");
        String id = path.substring("/contracts/".length());
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.heard(InstalmentDue.class))
                        .anySatisfy(due -> assertThat(due.contractId().value()).isEqualTo(id)));

        Merchant.Answer started = client.post(path + "/instalments/1/pay", "");
        assertThat(started.status()).as(started.raw().body()).isEqualTo(200);
        assertThat(client.post(path + "/instalments/2/pay", "").status()).isEqualTo(404);
        stage.payer.pay(started.text("redirectUrl"), Payer.APPROVED);
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.heard(InstalmentPaid.class))
                        .anySatisfy(
                                paid -> assertThat(paid.contractId().value()).isEqualTo(id)));

        Merchant.Answer statement = client.get(path);
        assertThat(statement.text("paid")).isEqualTo("100.000");
        assertThat(statement.text("outstanding")).isEqualTo("200.000");
        assertThat(statement.json().path("instalments").path(0).has("paidAt")).isTrue();
        assertThat(earned("e1", "OPTIMISED")).isEqualTo(earned("e1", "PLAIN")).isEqualTo("65.003");

        stage.server
                .payments()
                .refund(
                        new PaymentId(started.text("paymentId")),
                        new IdempotencyKey("test", "back"),
                        Money.parse("KWD 40.000"));

        assertThat(client.get(path).text("paid")).isEqualTo("60.000");
        assertThat(earned("e1", "OPTIMISED")).isEqualTo(earned("e1", "PLAIN")).isEqualTo("39.001");
        assertThat(act(owner, path, "CANCEL").text("detail")).contains("60.000");
    }

    private static String earned(String employee, String way) {
        Merchant.Answer answer = owner.get("/earnings?group=EMPLOYEE&earner=" + employee + "&way=" + way);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().path("items").path(0).path("net").asText();
    }

    @Test
    void contract_thatDoesNotAddUp_isRefusedByField() {
        Merchant.Answer refused = owner.post("/contracts", """
            {"title": "T", "organisationId": "o", "currency": "KWD", "amount": "3.000",
             "client": {"id": "c", "name": "n", "email": "n@example.com"},
             "workers": [{"employeeId": "e1", "share": "100"}],
             "instalments": [{"amount": "1.000", "dueOn": "2026-12-01"}]}\
            """);

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("field")).isEqualTo("instalments");
        assertThat(refused.text("rule")).contains("KWD 3.000");
    }

    @Test
    void article_isPublished_found_restored_andRunsNothing() {
        String evil = "<p>خبر bread</p><script>alert(1)</script><img src=x onerror=alert(1)>";
        Merchant.Answer draft = owner.post(
                "/articles", "{\"title\": \"أخبار المكتبة <b>\", \"html\": \"" + evil + "\", \"tags\": [\"News\"]}");
        assertThat(draft.status()).as(draft.raw().body()).isEqualTo(201);
        assertThat(draft.text("html")).contains("bread").doesNotContain("script", "onerror");
        String path = "/articles/" + draft.text("id");
        Merchant reader = Merchant.stranger(stage.tap.uri());
        String open = "/articles/by-slug/" + URLEncoder.encode(draft.text("slug"), StandardCharsets.UTF_8);
        assertThat(reader.get(open).status()).isEqualTo(404);

        assertThat(act(owner, path, "PUBLISH").status()).isEqualTo(200);
        Merchant.Answer read = reader.get(open);
        assertThat(read.status()).isEqualTo(200);
        assertThat(reader.send(reader.request(open)
                                .header("If-None-Match", read.header("ETag"))
                                .build())
                        .status())
                .isEqualTo(304);
        assertThat(found(reader, "مكتبه bread")).isEqualTo(1);
        assertThat(reader.get("/articles?tag=news").json().path("items")).hasSize(1);
        Stage.eventually()
                .untilAsserted(
                        () -> assertThat(stage.heard(ArticlePublished.class)).isNotEmpty());

        String revised = "{\"title\": \"T\", \"slug\": \"" + draft.text("slug") + "\", \"html\": \"<p>water</p>\"}";
        assertThat(put(owner, path, revised).status()).isEqualTo(200);
        assertThat(reader.get(open).text("html")).as("the kept copy is gone").isEqualTo("<p>water</p>");
        assertThat(found(reader, "bread")).isZero();

        assertThat(owner.post(path + "/restore", "{\"version\": 1}").status()).isEqualTo(200);
        assertThat(reader.get(open).text("html")).contains("bread");
        assertThat(found(reader, "bread")).isEqualTo(1);
        assertThat(owner.get(path + "/versions").json().path("items")).hasSize(3);
        assertThat(client.get(path).status()).isEqualTo(403);
        assertThat(act(owner, path, "WITHDRAW").status()).isEqualTo(200);
        assertThat(reader.get(open).status()).isEqualTo(404);
    }

    private static int found(Merchant reader, String question) {
        return reader.get("/articles/search?q=" + URLEncoder.encode(question, StandardCharsets.UTF_8))
                .json()
                .path("items")
                .size();
    }
}
