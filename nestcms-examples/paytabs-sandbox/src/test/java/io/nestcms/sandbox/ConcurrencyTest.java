package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger is the witness of every test about double charges, so it must be right when everything happens at once. */
class ConcurrencyTest {
    private static final int CARTS = 400;

    @Test
    void ledger_isRight_whileFaultsHitManyCallers(@TempDir Path folder) throws Exception {
        Map<String, String> told = new ConcurrentHashMap<>();
        AtomicInteger lost = new AtomicInteger();
        int kept;
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder()
                        .seed(20261122)
                        .ledgerFile(folder.resolve("l"))
                        .callbackDelays(Duration.ofMillis(1), Duration.ofMillis(1))
                        .start();
                Merchant merchant = new Merchant(sandbox)) {
            sandbox.faults()
                    .randomly(
                            0.3,
                            "/payment/request",
                            Fault.dropReply(),
                            Fault.cutReply(60),
                            Fault.cutReply(400),
                            Fault.status(503),
                            Fault.html(502),
                            Fault.cutRequest(20),
                            Fault.delayReply(Duration.ofMillis(3)))
                    .randomCallbacks(0.3, CallbackFault.duplicate(2), CallbackFault.lose());
            ExecutorService pool = Executors.newFixedThreadPool(16);
            try {
                Callable<Void> closing = () -> {
                    for (int i = 1; i <= 5; i++) {
                        int enough = CARTS / 10 * i;
                        await().atMost(Duration.ofSeconds(60)).until(() -> told.size() + lost.get() >= enough);
                        sandbox.faults().refuseConnections().acceptConnections();
                    }
                    return null;
                };
                var closed = pool.submit(closing);
                var calls = IntStream.range(0, CARTS)
                        .mapToObj(i -> (Callable<Void>) () -> {
                            order(merchant, "CART-" + i, told, lost);
                            return null;
                        })
                        .toList();
                for (var done : pool.invokeAll(calls)) {
                    done.get();
                }
                closed.get();
            } finally {
                pool.shutdown();
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> sandbox.callbacksUnderWay() == 0);

            assertThat(lost.get()).as("some replies were lost").isPositive();
            assertThat(told.size() + lost.get()).isEqualTo(CARTS);
            int charged = 0;
            for (int i = 0; i < CARTS; i++) {
                CartTotals totals = sandbox.ledger().totals("CART-" + i);
                assertThat(totals.transactions()).isLessThanOrEqualTo(1);
                if (told.getOrDefault("CART-" + i, "lost").equals("A")) {
                    assertThat(totals.charges()).isEqualTo(1);
                }
                charged += totals.charges();
            }
            assertThat(charged).as("lost replies that charged").isGreaterThan(told.size() / 2);
            kept = charged;
        }
        try (PayTabsSandbox again =
                PayTabsSandbox.builder().ledgerFile(folder.resolve("l")).start()) {
            assertThat(again.ledger().entries().stream().filter(e -> "A".equals(e.status())))
                    .hasSize(kept);
        }
    }

    private static void order(Merchant merchant, String cart, Map<String, String> told, AtomicInteger lost)
            throws InterruptedException {
        try {
            HttpResponse<String> reply = merchant.post(
                    "/payment/request", Merchant.withCard(merchant.sale(cart, "7.77", "SAR"), "4111111111111111"));
            JsonNode json = reply.statusCode() == 200 ? Merchant.MAPPER.readTree(reply.body()) : null;
            told.put(cart, json == null ? "refused" : Merchant.outcome(json));
        } catch (IOException cut) {
            lost.incrementAndGet();
        }
    }
}
