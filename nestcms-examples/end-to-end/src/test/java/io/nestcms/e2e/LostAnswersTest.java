package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.resilience.FailureClass;
import io.nestcms.sandbox.CallbackFault;
import io.nestcms.sandbox.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that never arrived, answers that never came back, notifications that got lost. */
class LostAnswersTest {
    @TempDir
    Path data;

    private static String created(Stage stage) {
        return stage.merchant
                .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                .text("id");
    }

    private static long charges(Stage stage) {
        return stage.sandbox().ledger().totals(Stage.cart("ORD-1")).charges();
    }

    private static void succeeds(Stage stage, String id) {
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED"));
        assertThat(charges(stage)).isEqualTo(1);
    }

    @Test
    void process_connectionRefusedOnce_triedAgainInTheSameCall() throws IOException {
        AtomicReference<Stage> running = new AtomicReference<>();
        try (Stage stage = new Stage(
                data,
                server -> server.payTabs(options -> options.gateway(gateway ->
                        gateway.pause(wait -> running.get().sandbox().faults().acceptConnections()))))) {
            running.set(stage);
            String id = created(stage);
            stage.sandbox().faults().refuseConnections();

            Merchant.Answer started = stage.merchant.process(id);

            assertThat(started.status()).isEqualTo(200);
            assertThat(stage.server
                            .breakers()
                            .find("paytabs")
                            .orElseThrow()
                            .snapshot()
                            .failures())
                    .containsEntry(FailureClass.CONNECT, 1L);
            stage.payer.pay(started.text("redirectUrl"), Payer.APPROVED);
            succeeds(stage, id);
        }
    }

    @Test
    void process_connectionRefused_unavailableThenResumed() throws IOException {
        try (Stage stage = new Stage(
                data, server -> server.payTabs(options -> options.gateway(gateway -> gateway.pause(wait -> {}))))) {
            String id = created(stage);
            stage.sandbox().faults().refuseConnections();

            Merchant.Answer refused = stage.merchant.process(id);

            assertThat(refused.status()).isEqualTo(503);
            assertThat(Long.parseLong(refused.header("Retry-After"))).isPositive();
            assertThat(stage.merchant.status(id)).isEqualTo("CREATED");
            assertThat(stage.server
                            .breakers()
                            .find("paytabs")
                            .orElseThrow()
                            .snapshot()
                            .failures())
                    .containsEntry(FailureClass.CONNECT, 3L);
            stage.sandbox().faults().acceptConnections();
            Merchant.Answer started = stage.merchant.process(id);
            assertThat(started.status()).isEqualTo(200);
            stage.payer.pay(started.text("redirectUrl"), Payer.APPROVED);
            succeeds(stage, id);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 180})
    void process_replyCut_neverSentAgainAndSettledByQuery(int bytes) throws IOException {
        try (Stage stage = new Stage(data)) {
            String id = created(stage);
            stage.sandbox().faults().next(1, "/payment/request", Fault.cutReply(bytes));
            stage.sandbox().faults().nextCallbacks(1, CallbackFault.lose());

            Merchant.Answer first = stage.merchant.process(id);
            Merchant.Answer again = stage.merchant.process(id);

            assertThat(first.status()).isEqualTo(202);
            assertThat(first.text("status")).isEqualTo("UNKNOWN");
            assertThat(again.text("status")).isEqualTo("UNKNOWN");
            assertThat(stage.sandbox().calls("/payment/request")).isEqualTo(1);

            // the gateway has it, and charges; nobody tells us
            stage.sandbox()
                    .settle(
                            stage.sandbox()
                                    .ledger()
                                    .entries(Stage.cart("ORD-1"))
                                    .get(0)
                                    .ref(),
                            "A",
                            "");
            stage.reconcileAfter(Duration.ofSeconds(5));

            succeeds(stage, id);
            assertThat(stage.sandbox().calls("/payment/request")).isEqualTo(1);
            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.paymentEvents(id))
                            .contains("PaymentOutcomeUnknown")
                            .containsOnlyOnce("PaymentSucceeded"));
        }
    }

    @Test
    void callback_lost_settledByReconciler() throws IOException {
        try (Stage stage = new Stage(data)) {
            String id = created(stage);
            stage.sandbox().faults().nextCallbacks(1, CallbackFault.lose());
            stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);
            assertThat(stage.merchant.status(id)).isEqualTo("INITIATED");

            stage.reconcileAfter(Duration.ofSeconds(5));

            succeeds(stage, id);
            assertThat(stage.tap.seen("/payments/v2/webhook")).isEmpty();
        }
    }

    @Test
    void callback_gatewayCannotBeAsked_deferredThenDelivered() throws IOException {
        try (Stage stage = new Stage(data)) {
            String id = created(stage);
            String page = stage.merchant.process(id).text("redirectUrl");
            stage.sandbox().faults().next(1, "/payment/query", Fault.status(500));

            stage.payer.pay(page, Payer.APPROVED);

            // 503, so the gateway delivers once more, and then we can ask
            succeeds(stage, id);
            // the payment has moved before the gateway has read our answer
            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.sandbox().deliveries())
                            .extracting("httpStatus")
                            .startsWith(503)
                            .endsWith(200));
        }
    }

    @Test
    void secondStart_findsPaymentsAndLedgerOfTheFirst() throws IOException {
        String id;
        Merchant.Answer before;
        try (Stage stage = new Stage(data)) {
            id = created(stage);
            stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);
            succeeds(stage, id);
            before = stage.merchant.find(id);
        }
        try (Stage stage = new Stage(data)) {
            assertThat(stage.merchant.find(id).json()).isEqualTo(before.json());
            assertThat(stage.merchant
                            .get("/payments/v2?status=SUCCEEDED&count=10")
                            .json()
                            .path("count")
                            .asInt())
                    .isEqualTo(1);
            assertThat(charges(stage)).isEqualTo(1);
            Merchant.Answer again = stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"));
            assertThat(again.status()).isEqualTo(201);
            assertThat(again.text("id")).isEqualTo(id);
        }
    }
}
