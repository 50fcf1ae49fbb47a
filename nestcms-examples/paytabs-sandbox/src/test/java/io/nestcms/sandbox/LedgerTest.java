package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    private Path folder;

    @Test
    void restarted_knowsItsTransactions_andTheirPages() throws Exception {
        Path file = folder.resolve("deep/ledger.jsonl");
        JsonNode paid;
        String openPage;
        try (PayTabsSandbox sandbox = start(file);
                Merchant merchant = new Merchant(sandbox)) {
            paid = merchant.order(Merchant.withCard(merchant.sale("ORD-1", "1.500", "KWD"), "4111111111111111"));
            openPage = merchant.order(merchant.sale("ORD-2", "2.50", "SAR"))
                    .path("redirect_url")
                    .asText();
        }
        Files.write(file, "{\"ref\":\"TORN".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
        assertThat(Files.readString(file)).doesNotContain("4111111111111111");

        try (PayTabsSandbox sandbox = start(file);
                Merchant merchant = new Merchant(sandbox)) {
            assertThat(sandbox.ledger().totals("ORD-1").charged()).isEqualTo("1.500");
            JsonNode queried = merchant.queryRef(paid.path("tran_ref").asText());
            assertThat(queried.path("payment_result")).isEqualTo(paid.path("payment_result"));
            String page = openPage.substring(openPage.indexOf("/payment/page/"));
            merchant.pay(sandbox.baseUri() + page);
        }
        try (PayTabsSandbox sandbox = start(file)) {
            assertThat(sandbox.ledger().totals("ORD-2").charges()).isEqualTo(1);
            assertThatThrownBy(() -> start(file)).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void portTaken_leavesNothingOpen() throws Exception {
        Path file = folder.resolve("taken.jsonl");
        try (PayTabsSandbox first = PayTabsSandbox.builder().start()) {
            SandboxBuilder second = PayTabsSandbox.builder().ledgerFile(file);
            assertThatThrownBy(() -> second.port(first.baseUri().getPort())
                            .controlPort(0)
                            .start())
                    .isInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> second.port(0)
                            .controlPort(first.controlUri().getPort())
                            .start())
                    .isInstanceOf(RuntimeException.class);
            try (PayTabsSandbox third = second.port(0).controlPort(0).start()) {
                assertThat(third.ledger().entries()).isEmpty();
            }
        }
    }

    @Test
    void json_showsTransactionsCartsRequestsAndDeliveries() throws Exception {
        try (PayTabsSandbox sandbox = start(folder.resolve("l"));
                Merchant merchant = new Merchant(sandbox)) {
            merchant.order(Merchant.withCard(merchant.sale("ORD-1", "1.500", "KWD"), "4111111111111111"));
            for (var base : new java.net.URI[] {sandbox.baseUri(), sandbox.controlUri()}) {
                JsonNode ledger = Merchant.MAPPER.readTree(
                        merchant.get(base + "/ledger.json?cart_id=ORD-1").body());
                assertThat(ledger.at("/carts/0/charges").asInt()).isEqualTo(1);
                assertThat(ledger.at("/transactions/0/status").asText()).isEqualTo("A");
                assertThat(ledger.path("requests").path("/payment/request").asInt())
                        .isEqualTo(1);
                assertThat(ledger.path("deliveries").isArray()).isTrue();
            }
            assertThat(merchant.get(sandbox.baseUri() + "/ledger").body())
                    .contains("<!doctype html>", "ORD-1", "1.500 KWD");
        }
    }

    @Test
    void main_saysWhereItIs() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        String[] args = {
            "--port=0",
            "--control-port=0",
            "--profile=5",
            "--key=S-key",
            "--seed=1",
            "--ledger=" + folder.resolve("main.jsonl")
        };
        try (PayTabsSandbox sandbox = SandboxMain.start(args, print)) {
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains(sandbox.baseUri().toString(), sandbox.controlUri().toString(), "as given")
                    .doesNotContain("S-key");
            assertThat(sandbox.profileId()).isEqualTo(5);
        }
        assertThatThrownBy(() -> SandboxMain.start(new String[] {"port"}, print))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static PayTabsSandbox start(Path file) {
        return PayTabsSandbox.builder().ledgerFile(file).start();
    }
}
