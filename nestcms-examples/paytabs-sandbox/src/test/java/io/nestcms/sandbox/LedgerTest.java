package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
        assertThat(Files.readString(file)).doesNotContain("4111111111111111", "ORD-1", "@", "cart");
        for (Path made : List.of(file, folder.resolve("deep/ledger.jsonl.key"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                    .isEqualTo("rw-------");
        }

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

    private static List<byte[]> linesOf(Path file) {
        try (LedgerFile open = new LedgerFile(file)) {
            return open.lines();
        }
    }

    private static byte[] line(int number) {
        return ("{\"line\":" + number + "}").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void fullDisk_tearsNoLine_andTheNextOneIsWhole() {
        Path file = folder.resolve("full.jsonl");
        AtomicBoolean full = new AtomicBoolean();
        try (LedgerFile ledger = new LedgerFile(file, channel -> new HalfFull(channel, full))) {
            ledger.append(line(1));
            full.set(true);
            assertThatThrownBy(() -> ledger.append(line(2))).isInstanceOf(UncheckedIOException.class);
            full.set(false);
            ledger.append(line(3));
        }
        assertThat(linesOf(file)).containsExactly(line(1), line(3));
    }

    /** Takes half of what is written and then says that there is no space, while it is full. */
    private record HalfFull(WritableByteChannel channel, AtomicBoolean full) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (!full.get()) {
                return channel.write(bytes);
            }
            channel.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
            throw new IOException("No space left on device");
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void oneByteChanged_isTold_whereverItIs() throws Exception {
        Path file = folder.resolve("flipped.jsonl");
        try (LedgerFile ledger = new LedgerFile(file)) {
            ledger.append(line(1));
            ledger.append(line(2));
        }
        byte[] whole = Files.readAllBytes(file);
        int firstLine = new String(whole, StandardCharsets.US_ASCII).indexOf('\n') + 1;
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            // the lowest bits of the last letter may stand for nothing
            changed[at] ^= 0x20;
            Files.write(file, changed);
            // the end of the last line is what a torn one lacks
            if (at < whole.length - 1) {
                int number = at < firstLine ? 1 : 2;
                assertThatThrownBy(() -> linesOf(file))
                        .as("byte " + at)
                        .isInstanceOf(UncheckedIOException.class)
                        .hasStackTraceContaining("line " + number + " is damaged");
            }
        }
    }

    @Test
    void linesSwappedOrLeftOut_areTold() throws Exception {
        Path file = folder.resolve("swapped.jsonl");
        try (LedgerFile ledger = new LedgerFile(file)) {
            for (int n = 1; n <= 3; n++) {
                ledger.append(line(n));
            }
        }
        List<String> stored = Files.readAllLines(file);
        for (List<String> order :
                List.of(List.of(stored.get(1), stored.get(0), stored.get(2)), List.of(stored.get(0), stored.get(2)))) {
            Files.write(file, order);
            assertThatThrownBy(() -> linesOf(file)).isInstanceOf(UncheckedIOException.class);
        }
        Files.write(file, stored);
        Files.delete(folder.resolve("swapped.jsonl.key"));
        assertThatThrownBy(() -> linesOf(file)).hasStackTraceContaining("swapped.jsonl.key is missing");
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
        for (byte[] line : linesOf(file)) {
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
