package io.nestcms.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nestcms.jakarta.Protected;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.CircuitEvent;
import io.nestcms.resilience.CircuitOpenException;
import io.nestcms.sandbox.PayTabsSandbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shop over real HTTP, beside a sandbox that can reach it. */
class ShopTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern ACTION = Pattern.compile("<form[^>]*action=\"([^\"]*)\"");
    private static final Pattern INPUT = Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");

    private static PayTabsSandbox sandbox;
    private static Shop shop;
    private static String address;

    private final HttpClient browser = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        sandbox = PayTabsSandbox.builder().start();
        int port;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        address = "http://127.0.0.1:" + port;
        TestSettings.set(Map.of(
                "nestcms.paytabs.profile-id",
                Long.toString(sandbox.profileId()),
                "nestcms.paytabs.server-key",
                sandbox.serverKey(),
                "nestcms.paytabs.base-uri",
                sandbox.baseUri().toString(),
                "nestcms.public-url",
                address,
                "nestcms.store",
                "memory"));
        shop = Shop.start(port);
    }

    @AfterAll
    static void stop() throws Exception {
        shop.close();
        sandbox.close();
        TestSettings.clear();
    }

    private static <T> T bean(Class<T> type) {
        return shop.beans().select(type).get();
    }

    private HttpResponse<String> post(String uri, Map<String, String> form) throws IOException, InterruptedException {
        String body = form.entrySet().stream()
                .map(it -> URLEncoder.encode(it.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return browser.send(
                HttpRequest.newBuilder(URI.create(uri))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String order(String path, String number, String email) throws IOException, InterruptedException {
        HttpResponse<String> answer = post(
                address + path,
                Map.of("number", number, "amount", "12.500", "currency", "KWD", "name", "Huda", "email", email));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        assertThat(found.find()).as(json).isTrue();
        return found.group(1);
    }

    private String status(String payment) throws IOException, InterruptedException {
        HttpResponse<String> answer = browser.send(
                HttpRequest.newBuilder(URI.create(address + "/orders/" + payment))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return field(answer.body(), "status");
    }

    private HttpResponse<String> payOnThePage(String page) throws IOException, InterruptedException {
        assertThat(page).startsWith(sandbox.baseUri().toString());
        return post(page, Map.of("card-number", "4111111111111111", "expiry", "12/40", "cvv", "123", "action", "pay"));
    }

    @Test
    void payment_isTaken_told_andGivenBackOnce() throws Exception {
        String created = order("/orders", "S-1", "huda@example.com");
        String payment = field(created, "payment");
        assertThat(order("/orders", "S-1", "huda@example.com")).isEqualTo(created);

        HttpResponse<String> paid = payOnThePage(field(created, "page"));

        await().atMost(PATIENCE).until(() -> status(payment), "SUCCEEDED"::equals);
        await().atMost(PATIENCE).until(() -> bean(Receipts.class).written().contains("S-1 KWD 12.500"));
        await().atMost(PATIENCE).until(() -> bean(Probes.class).heard("S-1"));
        HttpResponse<String> back = back(paid.body());
        assertThat(back.statusCode()).isEqualTo(303);
        assertThat(back.headers().firstValue("location")).hasValue(address + "/?payment=" + payment);

        for (int i = 0; i < 2; i++) {
            assertThat(post(address + "/orders/" + payment + "/refund", Map.of())
                            .statusCode())
                    .isEqualTo(200);
        }
        await().atMost(PATIENCE).until(() -> status(payment), "REFUNDED"::equals);
        assertThat(sandbox.ledger().entries().stream().filter(it -> it.type().equalsIgnoreCase("refund")))
                .hasSize(1);
    }

    private HttpResponse<String> back(String page) throws IOException, InterruptedException {
        Matcher action = ACTION.matcher(page);
        assertThat(action.find()).isTrue();
        Map<String, String> fields = INPUT.matcher(page)
                .results()
                .collect(Collectors.toMap(it -> unescaped(it.group(1)), it -> unescaped(it.group(2))));
        return post(unescaped(action.group(1)), fields);
    }

    private static String unescaped(String html) {
        return html.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&#x27;", "'")
                .replace("&amp;", "&");
    }

    @Test
    void savedCard_isChargedAgainWithoutAPage_onceForEachOrder() throws Exception {
        payOnThePage(field(order("/orders", "C-1", "card@example.com"), "page"));
        await().atMost(PATIENCE)
                .until(() -> post(
                                        address + "/orders/again",
                                        Map.of(
                                                "number",
                                                "C-2",
                                                "amount",
                                                "3.000",
                                                "currency",
                                                "KWD",
                                                "name",
                                                "Huda",
                                                "email",
                                                "card@example.com"))
                                .statusCode()
                        == 200);
        await().atMost(PATIENCE).until(() -> bean(Receipts.class).written().contains("C-2 KWD 3.000"));
        assertThat(sandbox.ledger().totals("C-2").charges()).isEqualTo(1);
    }

    @Test
    void forgery_isRefused_andChangesNothing() throws Exception {
        String payment = field(order("/orders", "S-2", "huda@example.com"), "payment");
        HttpResponse<String> forged = browser.send(
                HttpRequest.newBuilder(URI.create(address + "/payments/webhook"))
                        .header("Content-Type", "application/json")
                        .header("Signature", "00")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"cart_id\":\"S-2\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> forgedReturn =
                post(address + "/payments/return", Map.of("cartId", "S-2", "respStatus", "A"));

        assertThat(forged.statusCode()).isEqualTo(401);
        assertThat(forged.body()).isEmpty();
        assertThat(forgedReturn.statusCode()).isEqualTo(303);
        assertThat(forgedReturn.headers().firstValue("location")).hasValue(address + "/");
        assertThat(status(payment)).isEqualTo("INITIATED");
    }

    @Test
    void listenerThatThrows_hearsAgain_alone() throws Exception {
        payOnThePage(field(order("/orders", "AGAIN-1", "huda@example.com"), "page"));

        await().atMost(PATIENCE).until(() -> bean(Probes.class).tries() == 2);
        assertThat(bean(Receipts.class).written()).containsOnlyOnce("AGAIN-1 KWD 12.500");
    }

    @Test
    void protectedMethods_goThroughTheirBreaker_asTheyWereThrown() {
        Probes probes = bean(Probes.class);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(probes::failing).isInstanceOfAny(IOException.class, CircuitOpenException.class);
        }
        assertThatThrownBy(probes::failing).isInstanceOf(CircuitOpenException.class);
        assertThat(bean(CircuitBreakers.class).find("probe")).isPresent();
        assertThat(probes.circuits()).isPositive();
        assertThat(probes.later().toCompletableFuture().join()).isEqualTo("later");
        assertThat(bean(CircuitBreakers.class).find("probe-later")).isPresent();
    }

    /** What a shop writes for payments beside its own code: at most ten lines of settings. */
    @Test
    void wiring_isCounted() throws IOException {
        assertThat(Files.readAllLines(Path.of("src/main/resources/META-INF/microprofile-config.properties")))
                .hasSizeLessThanOrEqualTo(10);
        try (Stream<Path> files = Files.list(Path.of("src/main/java/io/nestcms/shop"))) {
            List<String> ours = files.filter(it -> it.toString().endsWith(".java"))
                    .flatMap(ShopTest::lines)
                    .filter(it -> it.startsWith("import io.nestcms."))
                    .distinct()
                    .toList();
            assertThat(ours).hasSizeLessThanOrEqualTo(12);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A bean of an application. */
    @ApplicationScoped
    static class Probes {
        private final List<PaymentEvent> events = new CopyOnWriteArrayList<>();
        private final AtomicInteger circuits = new AtomicInteger();
        private final AtomicInteger tries = new AtomicInteger();

        void payment(@Observes PaymentSucceeded event) {
            events.add(event);
        }

        boolean heard(String cart) {
            return events.stream()
                    .anyMatch(it -> ((PaymentSucceeded) it).cartId().value().equals(cart));
        }

        void circuit(@Observes CircuitEvent event) {
            circuits.incrementAndGet();
        }

        int circuits() {
            return circuits.get();
        }

        @io.nestcms.jakarta.PaymentListener("throws-once")
        void once(PaymentSucceeded event) throws IOException {
            if (event.cartId().value().equals("AGAIN-1") && tries.incrementAndGet() == 1) {
                throw new IOException("once");
            }
        }

        int tries() {
            return tries.get();
        }

        @Protected("probe")
        String failing() throws IOException {
            throw new IOException("away");
        }

        @Protected("probe-later")
        CompletionStage<String> later() {
            return CompletableFuture.completedFuture("later");
        }
    }
}
