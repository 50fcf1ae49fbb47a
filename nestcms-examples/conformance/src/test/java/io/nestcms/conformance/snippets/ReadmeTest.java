package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nestcms.event.EventBus;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.paytabs.PayTabs;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.paytabs.PayTabsWebhooks;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.webhook.WebhookRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What the README shows, taken through a payment on the sandbox. */
class ReadmeTest {
    private final Queue<String> receipts = new ConcurrentLinkedQueue<>();

    @Test
    void aPayment_isTakenAsTheReadmeShows() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer shop = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        URI address = URI.create("http://127.0.0.1:" + shop.getAddress().getPort());
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder().start()) {
            long profileId = sandbox.profileId();
            String serverKey = sandbox.serverKey();
            URI region = sandbox.baseUri();
            PaymentStore store = new InMemoryPaymentStore();

            PayTabsProfile profile = PayTabsProfile.builder(profileId, serverKey, region)
                    .callback(address.resolve("/webhook"))
                    .returnUrl(address.resolve("/return"))
                    .build();
            PayTabs payTabs =
                    PayTabs.builder(profile, CircuitBreakers.builder().build()).build();
            EventBus bus = EventBus.builder().build();
            OutboxRelay relay = OutboxRelay.builder(store.outbox(), bus).build();
            Payments payments = Payments.builder(payTabs.gateway(), store)
                    .onRecorded(relay::wake)
                    .build();
            Reconciler reconciler = payments.reconciler();

            bus.subscribe(PaymentSucceeded.class, event -> sendReceipt(event.cartId()));
            threads.execute(relay);

            PayTabsWebhooks webhooks = payTabs.webhooks(payments);

            shop.createContext("/webhook", exchange -> handle(exchange, webhooks));
            shop.setExecutor(threads);
            shop.start();

            PaymentOrder order = PaymentOrder.sale(
                    new CartId("ORD-1"),
                    Money.of("250.000", "KWD"),
                    "Two tickets",
                    new Customer("Huda Salem", "huda@example.com", null, null, null, "KW"));
            CreateResult created = payments.create(new IdempotencyKey("web-shop", "order-1"), order);
            String next = created.fold(
                    fresh -> payments.process(fresh.payment().id())
                            .fold(
                                    ready -> "send the payer to " + ready.page(),
                                    settled -> "it is " + settled.payment().status(),
                                    later -> "try again in " + later.retryAfter(),
                                    unknown -> "do not ask the payer to pay again: we are finding out",
                                    refused -> "not possible: " + refused.refusal()),
                    refused -> "not possible: " + refused.refusal());

            assertThat(next).startsWith("send the payer to " + sandbox.baseUri());
            pay(payments, order);
            await().until(() -> receipts.contains("ORD-1"));
            assertThat(payments.findByCart(order.cartId()).orElseThrow().status())
                    .isEqualTo(PaymentStatus.SUCCEEDED);
            assertThat(sandbox.ledger().totals("ORD-1").charges()).isEqualTo(1);

            PaymentId paymentId =
                    payments.findByCart(order.cartId()).orElseThrow().id();
            ProcessResult again = payments.retry(paymentId, new IdempotencyKey("web-shop", "order-1-again"));
            assertThat(again).isEqualTo(new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED));

            reconciler.runOnce(100);
            relay.close();
            bus.close();
            payTabs.close();
        } finally {
            shop.stop(0);
            threads.shutdownNow();
        }
    }

    private static void handle(HttpExchange exchange, PayTabsWebhooks webhooks) throws IOException {
        WebhookRequest request = WebhookRequest.builder(exchange.getRequestBody(), webhooks.maxBodyBytes())
                .headers(exchange.getRequestHeaders())
                .peer(exchange.getRemoteAddress().getAddress())
                .build();

        int status = webhooks.receive(request).status();

        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private void sendReceipt(CartId cart) {
        receipts.add(cart.value());
    }

    /** The payer, on the sandbox's page. */
    private static void pay(Payments payments, PaymentOrder order) throws IOException, InterruptedException {
        URI page = ((ProcessResult.Ready) payments.process(
                        payments.findByCart(order.cartId()).orElseThrow().id()))
                .page();
        HttpRequest request = HttpRequest.newBuilder(URI.create(page + "/pay"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"card\":\"4111111111111111\",\"expiry\":\"12/31\",\"cvv\":\"123\"}"))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
    }
}
