package io.nestcms.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.CircuitOpenException;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.spring.Protected;
import io.nestcms.spring.test.NestCmsTest;
import java.io.IOException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/** The shop over real HTTP, beside a sandbox. */
@NestCmsTest
class ShopTest {
    private static final Pattern ACTION = Pattern.compile("<form[^>]*action=\"([^\"]*)\"");
    private static final Pattern INPUT = Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");

    private final HttpClient browser = HttpClient.newHttpClient();

    @Autowired
    private TestRestTemplate http;

    @Autowired
    private PayTabsSandbox sandbox;

    @Autowired
    private Receipts receipts;

    @Autowired
    private Probes probes;

    @Autowired
    private CircuitBreakers breakers;

    @Value("${nestcms.public-url}")
    private String address;

    private Checkout.Next pay(String number) {
        Checkout.Next next = http.postForObject(
                "/orders",
                new Checkout.Order(number, "12.500", "KWD", "Huda", "huda@example.com"),
                Checkout.Next.class);
        assertThat(next.page()).startsWith(sandbox.baseUri().toString());
        return next;
    }

    private String status(Checkout.Next payment) {
        return http.getForObject("/orders/" + payment.payment(), Checkout.Next.class)
                .status();
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

    private HttpResponse<String> payOnThePage(String page) throws IOException, InterruptedException {
        return post(page, Map.of("card-number", "4111111111111111", "expiry", "12/40", "cvv", "123", "action", "pay"));
    }

    @Test
    void payment_isTaken_told_andGivenBackOnce() throws Exception {
        Checkout.Next payment = pay("S-1");
        assertThat(pay("S-1").page()).isEqualTo(payment.page());

        HttpResponse<String> paid = payOnThePage(payment.page());

        await().atMost(Duration.ofSeconds(30)).until(() -> status(payment), "SUCCEEDED"::equals);
        await().atMost(Duration.ofSeconds(30)).until(() -> receipts.written.contains("S-1 KWD 12.500"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> probes.events().stream()
                        .anyMatch(it -> it.cartId().value().equals("S-1")));

        HttpResponse<String> back = back(paid.body());
        assertThat(back.statusCode()).isEqualTo(303);
        assertThat(back.headers().firstValue("location")).hasValue("/?payment=" + payment.payment());

        http.postForObject("/orders/" + payment.payment() + "/refund", null, Checkout.Next.class);
        http.postForObject("/orders/" + payment.payment() + "/refund", null, Checkout.Next.class);
        await().atMost(Duration.ofSeconds(30)).until(() -> status(payment), "REFUNDED"::equals);
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
    void forgedNotification_isRefused_andChangesNothing() throws Exception {
        Checkout.Next payment = pay("S-2");
        HttpResponse<String> forged = browser.send(
                HttpRequest.newBuilder(URI.create(address + "/payments/webhook"))
                        .header("Content-Type", "application/json")
                        .header("Signature", "00")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"cart_id\":\"S-2\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> forgedReturn =
                post(address + "/payments/return", Map.of("cartId", "S-2", "respStatus", "A"));
        HttpResponse<String> get = browser.send(
                HttpRequest.newBuilder(URI.create(address + "/payments/webhook"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(forged.statusCode()).isEqualTo(401);
        assertThat(forgedReturn.statusCode()).isEqualTo(303);
        assertThat(forgedReturn.headers().firstValue("location")).hasValue("/");
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(status(payment)).isEqualTo("INITIATED");
    }

    @Test
    void protectedMethods_goThroughTheirBreaker_asTheyWereThrown() {
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> probes.failing()).isInstanceOfAny(IOException.class, CircuitOpenException.class);
        }
        assertThatThrownBy(() -> probes.failing()).isInstanceOf(CircuitOpenException.class);
        assertThat(breakers.find("probe")).isPresent();
        assertThat(probes.later().toCompletableFuture().join()).isEqualTo("later");
        assertThat(breakers.find("probe-later"))
                .get()
                .satisfies(it -> assertThat(it.snapshot().toString()).contains("1"));
    }

    @Test
    void actuator_showsTheGateway() {
        assertThat(http.getForObject("/actuator/health", String.class)).contains("\"UP\"");
    }

    /** What a shop writes for payments beside its own code: at most ten lines of settings, at most eight types of ours. */
    @Test
    void wiring_isCounted() throws IOException {
        List<String> settings = Files.readAllLines(Path.of("src/main/resources/application.yml"));
        assertThat(settings).hasSizeLessThanOrEqualTo(10);
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            List<String> ours = files.filter(it -> it.toString().endsWith(".java"))
                    .flatMap(ShopTest::lines)
                    .filter(it -> it.startsWith("import io.nestcms."))
                    .distinct()
                    .toList();
            assertThat(ours).hasSizeLessThanOrEqualTo(9);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Beans of an application. */
    static class Probes {
        private final List<PaymentSucceeded> events = new CopyOnWriteArrayList<>();

        /** By a method: the bean is a proxy, whose own fields are empty. */
        public List<PaymentSucceeded> events() {
            return events;
        }

        @EventListener
        void heard(PaymentSucceeded event) {
            events.add(event);
        }

        @Protected("probe")
        public String failing() throws IOException {
            throw new IOException("away");
        }

        @Protected("probe-later")
        public CompletionStage<String> later() {
            return CompletableFuture.completedFuture("later");
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Beans {
        @Bean
        Probes probes() {
            return new Probes();
        }
    }
}
