package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.sandbox.CallbackFault;
import io.nestcms.webhook.WebhookEvent;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same news more than once: one transition, one set of events, and everybody who tells it is thanked. */
class DuplicateNewsTest {
    private static final String WEBHOOK = "/payments/v2/webhook";
    private static final String RETURN = "/payments/v2/return";

    @TempDir
    Path data;

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void settledOnce(Stage stage, String id) {
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.paymentEvents(id)).hasSize(5));
        assertThat(stage.paymentEvents(id)).containsOnlyOnce("PaymentSucceeded");
        assertThat(stage.merchant.find(id).json().path("history")).hasSize(3);
        assertThat(stage.merchant.find(id).json().path("transactions")).hasSize(1);
        assertThat(stage.sandbox().ledger().totals(Stage.cart("ORD-1")).charges())
                .isEqualTo(1);
    }

    @Test
    void callback_twice_bothTaken() throws IOException {
        try (Stage stage = new Stage(data)) {
            String id = start(stage);
            stage.sandbox().faults().nextCallbacks(1, CallbackFault.duplicate(2));
            List<Integer> answers = answersTo(stage, WEBHOOK);

            stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);

            Stage.eventually().untilAsserted(() -> assertThat(answers).containsExactly(200, 200));
            settledOnce(stage, id);
        }
    }

    @Test
    void callbackAndReturn_together_oneTransition() throws IOException {
        try (Stage stage = new Stage(data)) {
            String id = start(stage);
            String page = stage.merchant.process(id).text("redirectUrl");
            List<Integer> webhooks = answersTo(stage, WEBHOOK);
            CyclicBarrier together = new CyclicBarrier(2);
            stage.tap.onRequest(request -> {
                if (request.path().equals(WEBHOOK) || request.path().equals(RETURN)) {
                    meet(together);
                }
            });

            Payer.WayBack wayBack = stage.payer.pay(page, Payer.APPROVED);
            assertThat(stage.payer.goBack(wayBack).statusCode()).isEqualTo(303);

            Stage.eventually().untilAsserted(() -> assertThat(webhooks).containsExactly(200));
            settledOnce(stage, id);
        }
    }

    @Test
    void callback_byManyThreadsAtOnce_oneTransition() throws Exception {
        int senders = 8;
        ExecutorService threads = Executors.newFixedThreadPool(senders);
        try (Stage stage = new Stage(data)) {
            String id = start(stage);
            String page = stage.merchant.process(id).text("redirectUrl");
            stage.tap.swallow(request -> request.path().equals(WEBHOOK));
            stage.payer.pay(page, Payer.APPROVED);
            Stage.eventually().until(() -> !stage.tap.seen(WEBHOOK).isEmpty());
            Tap.Seen callback = stage.tap.seen(WEBHOOK).get(0);
            CyclicBarrier together = new CyclicBarrier(senders);
            List<Integer> answers = new CopyOnWriteArrayList<>();

            for (int i = 0; i < senders; i++) {
                threads.execute(() -> {
                    meet(together);
                    answers.add(send(stage, callback));
                });
            }
            threads.shutdown();

            assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            assertThat(answers).hasSize(senders).containsOnly(200);
            settledOnce(stage, id);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void callback_replayedFiftyTimes_oneQueryAndOneRecord() throws Exception {
        int atOnce = 10;
        Hops hops = new Hops();
        ExecutorService threads = Executors.newFixedThreadPool(atOnce);
        try (Stage stage = new Stage(data, server -> server.gateway(gateway -> new RecordingGateway(gateway, hops)))) {
            String id = start(stage);
            String page = stage.merchant.process(id).text("redirectUrl");
            stage.tap.swallow(request -> request.path().equals(WEBHOOK));
            stage.payer.pay(page, Payer.APPROVED);
            Stage.eventually().until(() -> !stage.tap.seen(WEBHOOK).isEmpty());
            Tap.Seen callback = stage.tap.seen(WEBHOOK).get(0);
            List<Integer> answers = new CopyOnWriteArrayList<>();

            for (int i = 0; i < 50; i++) {
                threads.execute(() -> answers.add(send(stage, callback)));
            }
            threads.shutdown();

            assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            assertThat(answers).hasSize(50).containsOnly(200);
            assertThat(hops.lines())
                    .filteredOn(line -> line.equals("payments -> gateway: verify the payment"))
                    .hasSize(1);
            // what the audit trail keeps
            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.heard(WebhookEvent.WebhookRepeated.class))
                            .hasSize(49));
            assertThat(stage.heard(WebhookEvent.WebhookValidated.class)).hasSize(1);
            settledOnce(stage, id);
        } finally {
            threads.shutdownNow();
        }
    }

    private static int send(Stage stage, Tap.Seen callback) {
        return stage.merchant
                .send(Merchant.stranger(stage.server.uri())
                        .request(WEBHOOK)
                        .header("Content-Type", "application/json")
                        .header("signature", callback.header("signature"))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(callback.body()))
                        .build())
                .status();
    }

    private static String start(Stage stage) {
        return stage.merchant
                .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                .text("id");
    }

    private static List<Integer> answersTo(Stage stage, String path) {
        List<Integer> answers = new CopyOnWriteArrayList<>();
        stage.tap.onAnswer((request, status) -> {
            if (request.path().equals(path)) {
                answers.add(status);
            }
        });
        return answers;
    }
}
