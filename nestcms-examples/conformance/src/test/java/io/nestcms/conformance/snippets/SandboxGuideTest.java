package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.sandbox.Fault;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.sandbox.junit.SandboxExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What docs/guides/sandbox.md shows. */
class SandboxGuideTest {

    @Nested
    @ExtendWith(SandboxExtension.class)
    class CheckoutTest {
        @Test
        void replyLost_isChargedOnce(PayTabsSandbox sandbox) throws Exception {
            sandbox.faults().next(1, "/payment/request", Fault.dropReply());
            Checkout checkout = new Checkout(sandbox.baseUri(), sandbox.profileId(), sandbox.serverKey());
            checkout.pay("ORD-1", "250.000", "KWD");
            assertThat(sandbox.ledger().totals("ORD-1").charges()).isEqualTo(1);
            assertThat(sandbox.calls("/payment/request")).isEqualTo(1);
        }
    }

    @Test
    void insideAProgram(@TempDir Path folder) {
        int port = 0;
        String serverKey = "S-of-your-own";
        PayTabsSandbox sandbox = PayTabsSandbox.builder()
                .port(port)
                .serverKey(serverKey)
                .ledgerFile(folder.resolve("paytabs-ledger.jsonl"))
                .start();
        try (sandbox) {
            assertThat(sandbox.serverKey()).isEqualTo(serverKey);
        }
    }

    /** A program under test: own form, and no second try when the reply is lost. */
    private record Checkout(URI gateway, long profile, String key) {
        void pay(String cart, String amount, String currency) throws InterruptedException {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            String order = """
                    {"profile_id": %d, "tran_type": "sale", "tran_class": "ecom", "cart_id": "%s", "cart_currency": "%s",
                     "cart_amount": %s, "cart_description": "Tickets", "customer_details": {"name": "Huda Salem"},
                     "card_details": {"pan": "4111111111111111", "cvv": "123", "expiry_month": 12, "expiry_year": 2031}}
                    """.formatted(profile, cart, currency, amount);
            HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/payment/request"))
                    .header("Authorization", key)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(order))
                    .build();
            try {
                client.send(request, HttpResponse.BodyHandlers.discarding());
            } catch (IOException replyLost) {
                assertThat(replyLost).isNotNull();
            }
        }
    }
}
