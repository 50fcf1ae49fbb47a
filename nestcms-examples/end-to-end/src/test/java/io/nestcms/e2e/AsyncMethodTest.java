package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.paytabs.PageOptions;
import io.nestcms.sandbox.CallbackFault;
import io.nestcms.sandbox.LedgerEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods whose result comes later: the payer gets a reference, and pays at a kiosk or a bank. */
class AsyncMethodTest {
    @TempDir
    Path data;

    private Stage offering(String method) throws IOException {
        PageOptions page = PageOptions.builder().methods(method).build();
        return new Stage(data, server -> server.payTabs(options -> options.gateway(gateway -> gateway.page(page))));
    }

    /** Takes a reference on the page; the payment waits for the payer. */
    private static String promised(Stage stage, String method, String currency) {
        String id = stage.merchant
                .create("key-1", Merchant.order("ORD-1", "310.00", currency))
                .text("id");
        String page = stage.merchant.process(id).text("redirectUrl");
        stage.payer.post(URI.create(page), Map.of("method", method));
        Stage.eventually()
                .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo("PROCESSING"));
        return id;
    }

    private static LedgerEntry only(Stage stage) {
        return stage.sandbox().ledger().entries(Stage.cart("ORD-1")).get(0);
    }

    @ParameterizedTest
    @CsvSource({"fawry, EGP", "aman, EGP", "basata, EGP", "sadad, SAR"})
    void paidLater_newsArrives_succeedsOnce(String method, String currency) throws IOException {
        try (Stage stage = offering(method)) {
            String id = promised(stage, method, currency);

            stage.sandbox().redeem(only(stage).ref());

            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED"));
            stage.reconcileAfter(Duration.ofMinutes(1));
            assertThat(stage.merchant.find(id).json().path("transactions")).hasSize(1);
            assertThat(stage.sandbox().ledger().totals(Stage.cart("ORD-1")).charges())
                    .isEqualTo(1);
            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.paymentEvents(id))
                            .contains("PaymentProcessing")
                            .containsOnlyOnce("PaymentSucceeded"));
            assertThat(stage.paymentEvents(id)).doesNotContain("PaymentChargedAgain");
        }
    }

    @ParameterizedTest
    @CsvSource({"fawry, EGP", "sadad, SAR"})
    void paidLater_newsIsLost_foundByTheReconciler(String method, String currency) throws IOException {
        try (Stage stage = offering(method)) {
            String id = promised(stage, method, currency);
            stage.sandbox().faults().nextCallbacks(1, CallbackFault.lose());
            stage.sandbox().redeem(only(stage).ref());

            stage.reconcileAfter(Duration.ofMinutes(1));

            assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED");
            assertThat(stage.merchant.find(id).json().path("transactions")).hasSize(1);
        }
    }
}
