package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    void fileOfAnEarlierVersion_isRead() throws Exception {
        Path file = folder.resolve("new.jsonl");
        String sale;
        try (PayTabsSandbox sandbox = start(file);
                Merchant merchant = new Merchant(sandbox)) {
            sale = merchant.order(Merchant.withCard(merchant.sale("ORD-1", "9.00", "SAR"), "4111111111111111"))
                    .path("tran_ref")
                    .asText();
            merchant.order(merchant.followUp("refund", sale, "ORD-1", "4.00", "SAR"));
        }
        StringBuilder earlier = new StringBuilder();
        for (String line : Files.readAllLines(file)) {
            JsonNode transaction = Merchant.MAPPER.readTree(line);
            ((ObjectNode) transaction.path("order")).remove("origin");
            if (transaction.path("result") instanceof ObjectNode result) {
                result.remove("told");
            }
            earlier.append(transaction).append('\n');
        }
        Path old = Files.writeString(folder.resolve("old.jsonl"), earlier);
        try (PayTabsSandbox sandbox = start(old);
                Merchant merchant = new Merchant(sandbox)) {
            assertThat(sandbox.ledger().totals("ORD-1").refunded()).isEqualByComparingTo("4");
            JsonNode queried = merchant.queryRef(sale);
            assertThat(queried.at("/payment_result/transaction_time").asText())
                    .isEqualTo(sandbox.ledger()
                            .entry(sale)
                            .orElseThrow()
                            .decidedAt()
                            .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                            .toString());
            assertThat(queried.path("paymentChannel").asText()).isEqualTo("Payment Page");
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
            "--list-follow-ups=both",
            "--hold-after-capture=gone",
            "--name-voids=always-void",
            "--assume=captures-are-called-sale",
            "--ledger=" + folder.resolve("main.jsonl")
        };
        try (PayTabsSandbox sandbox = SandboxMain.start(args, print)) {
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains(sandbox.baseUri().toString(), sandbox.controlUri().toString(), "as given")
                    .doesNotContain("S-key");
            assertThat(sandbox.profileId()).isEqualTo(5);
            assertThat(sandbox.switches().listing()).isEqualTo(FollowUpListing.BOTH);
            assertThat(sandbox.switches().holds()).isEqualTo(HoldAfterCapture.GONE);
            assertThat(sandbox.switches().voids()).isEqualTo(VoidName.ALWAYS_VOID);
            assertThat(sandbox.switches().assumes(Assumption.CAPTURES_ARE_CALLED_SALE))
                    .isTrue();
        }
        assertThatThrownBy(() -> SandboxMain.start(new String[] {"port"}, print))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static PayTabsSandbox start(Path file) {
        return PayTabsSandbox.builder().ledgerFile(file).start();
    }
}
