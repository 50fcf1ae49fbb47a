package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.e2e.KillableServer.Death;
import io.nestcms.sandbox.CallbackFault;
import io.nestcms.sandbox.DuplicateRule;
import io.nestcms.sandbox.PayTabsSandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server is killed at the two worst moments and started again on the same data; the gateway lives on. */
class KilledServerTest {
    /** So long that nothing is concluded from absence while the test looks. */
    private static final Duration NO_PROOF = Duration.ofDays(1);

    /** So short that the first answer after the end of the lease is proof. */
    private static final Duration PROOF_AT_ONCE = Duration.ofMillis(1);

    @TempDir
    Path data;

    private PayTabsSandbox sandbox;
    private URI uri;
    private Process running;

    @BeforeEach
    void startGateway() throws IOException {
        sandbox = PayTabsSandbox.builder()
                .duplicates(DuplicateRule.SAME_TYPE, Duration.ofSeconds(1))
                .callbackDelays(Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofSeconds(1))
                .start();
        uri = URI.create("http://127.0.0.1:"
                + ChaosStage.freePorts(new Random(), 1).iterator().next());
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
        sandbox.close();
    }

    private Merchant start(Death death, Duration absenceAfter) throws IOException {
        running = KillableServer.start(data, uri.getPort(), sandbox, death, absenceAfter, null);
        Stage.eventually().ignoreExceptions().until(() -> {
            assertThat(running.isAlive()).isTrue();
            return Merchant.stranger(uri).get("/health/readiness").status() == 200;
        });
        return Merchant.signIn(uri, Stage.MERCHANT, Stage.PASSWORD);
    }

    private void diesByItself() throws InterruptedException {
        assertThat(running.waitFor(4, TimeUnit.MINUTES)).isTrue();
        assertThat(running.exitValue()).isEqualTo(KillableServer.KILLED);
    }

    private List<String> heard() {
        Path file = data.resolve("heard");
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private String killedWithTheAnswerInItsHand() throws IOException, InterruptedException {
        Merchant merchant = start(Death.AFTER_THE_GATEWAY_ANSWERED, NO_PROOF);
        String id = merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                .text("id");
        assertThatThrownBy(() -> merchant.process(id)).isInstanceOf(UncheckedIOException.class);
        diesByItself();
        assertThat(sandbox.calls("/payment/request")).isEqualTo(1);
        return id;
    }

    private static List<String> statuses(Merchant merchant, String id) {
        return merchant.find(id).json().path("history").findValuesAsText("status");
    }

    @Test
    void killed_afterTheGatewayAnswered_isUnknownUntilTheChargeIsFound() throws Exception {
        String id = killedWithTheAnswerInItsHand();

        Merchant merchant = start(Death.NEVER, NO_PROOF);

        Stage.eventually().untilAsserted(() -> assertThat(merchant.status(id)).isEqualTo("UNKNOWN"));
        sandbox.faults().nextCallbacks(1, CallbackFault.lose());
        sandbox.settle(sandbox.ledger().entries(Stage.cart("ORD-1")).get(0).ref(), "A", "");
        Stage.eventually().untilAsserted(() -> assertThat(merchant.status(id)).isEqualTo("SUCCEEDED"));
        assertThat(statuses(merchant, id)).containsExactly("CREATED", "UNKNOWN", "SUCCEEDED");
        assertThat(sandbox.calls("/payment/request")).isEqualTo(1);
        assertThat(sandbox.ledger().totals(Stage.cart("ORD-1")).charges()).isEqualTo(1);
        Stage.eventually()
                .untilAsserted(() -> assertThat(heard())
                        .containsSubsequence(
                                "PaymentCreated",
                                "PaymentOutcomeUnknown",
                                "PaymentStatusChanged",
                                "PaymentSucceeded",
                                "PaymentStatusChanged"));
    }

    @Test
    void killed_afterTheGatewayAnswered_nothingChargedCanBeStartedAgain() throws Exception {
        String id = killedWithTheAnswerInItsHand();
        Merchant waiting = start(Death.NEVER, NO_PROOF);
        Stage.eventually().untilAsserted(() -> assertThat(waiting.status(id)).isEqualTo("UNKNOWN"));
        Stage.eventually().untilAsserted(() -> assertThat(heard()).contains("PaymentOutcomeUnknown"));
        running.destroyForcibly().waitFor();

        Merchant merchant = start(Death.NEVER, PROOF_AT_ONCE);

        Stage.eventually().untilAsserted(() -> assertThat(merchant.status(id)).isEqualTo("CREATED"));
        assertThat(statuses(merchant, id)).containsExactly("CREATED", "UNKNOWN", "CREATED");
        Merchant.Answer started = merchant.process(id);
        assertThat(started.status()).isEqualTo(200);
        new Payer().pay(started.text("redirectUrl"), Payer.APPROVED);
        Stage.eventually().untilAsserted(() -> assertThat(merchant.status(id)).isEqualTo("SUCCEEDED"));
        assertThat(sandbox.ledger().totals(Stage.cart("ORD-1")).charges()).isEqualTo(1);
    }

    @Test
    void killed_afterTheStateWasSaved_everyEventGoesOut() throws Exception {
        Merchant first = start(Death.AFTER_THE_STATE_WAS_SAVED, NO_PROOF);
        String id =
                first.create("key-1", Merchant.order("ORD-1", "250.000", "KWD")).text("id");
        new Payer().pay(first.process(id).text("redirectUrl"), Payer.APPROVED);
        diesByItself();
        assertThat(heard()).isEmpty();

        Merchant merchant = start(Death.NEVER, PROOF_AT_ONCE);

        assertThat(merchant.status(id)).isEqualTo("SUCCEEDED");
        Stage.eventually()
                .untilAsserted(() -> assertThat(heard())
                        .containsExactly(
                                "PaymentCreated",
                                "PaymentInitiated",
                                "PaymentStatusChanged",
                                "PaymentSucceeded",
                                "PaymentStatusChanged"));
        assertThat(sandbox.ledger().totals(Stage.cart("ORD-1")).charges()).isEqualTo(1);
    }
}
