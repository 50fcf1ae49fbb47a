package io.nestcms.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.money.Money;
import io.nestcms.payment.contract.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The page docs/payment-lifecycle.md and the ledger say the same, in whatever order the transactions are told. */
class LedgerTableTest {
    private static final Pattern TRANSACTION = Pattern.compile(
            "(\\d): ([A-Z][a-z]+(?: Request)?) ([A-Z?]) (\\d+)(?: taken (\\d+))?(?: of (\\d))?(?: for ([A-Z][a-z]+))?");
    private static final CartId CART = new CartId("cart");
    private static final Map<String, TransactionKind> KINDS = Map.of(
            "Sale", TransactionKind.SALE,
            "Auth", TransactionKind.AUTHORIZATION,
            "Payment Request", TransactionKind.PAYMENT_REQUEST,
            "Capture", TransactionKind.CAPTURE,
            "Void", TransactionKind.VOID,
            "Release", TransactionKind.RELEASE,
            "Refund", TransactionKind.REFUND);
    private static final Map<String, TransactionState> STATES = Map.of(
            "A", TransactionState.APPROVED,
            "H", TransactionState.ON_HOLD,
            "P", TransactionState.PENDING,
            "V", TransactionState.VOIDED,
            "E", TransactionState.ERROR,
            "D", TransactionState.DECLINED,
            "X", TransactionState.EXPIRED,
            "C", TransactionState.CANCELLED,
            "?", TransactionState.UNANSWERED);

    @TestFactory
    Stream<DynamicTest> everyLineOfThePage() throws IOException {
        List<String[]> lines = Files.readAllLines(Path.of("../docs/payment-lifecycle.md")).stream()
                .filter(line -> line.startsWith("| sale |") || line.startsWith("| auth |"))
                .map(line -> line.substring(2).split(" *\\| *"))
                .toList();
        assertThat(lines).hasSizeGreaterThan(40);
        return lines.stream().map(line -> DynamicTest.dynamicTest(line[0] + " " + line[1], () -> check(line)));
    }

    private static void check(String[] line) {
        List<LedgerEntry> entries = line[1].equals("nothing")
                ? List.of()
                : Stream.of(line[1].split("; ")).map(LedgerTableTest::entry).toList();
        Random random = new Random(line[1].hashCode());
        for (int order = 0; order < 6; order++) {
            List<LedgerEntry> told = new ArrayList<>(entries);
            if (order > 0) {
                Collections.shuffle(told, random);
            }
            Ledger ledger = ledger(line[0], told);
            assertThat(List.of(
                            ledger.status().name(),
                            plain(ledger.taken()),
                            plain(ledger.refunded()),
                            plain(ledger.held()),
                            plain(ledger.left(TransactionKind.REFUND))))
                    .isEqualTo(List.of(line[2], line[3], line[4], line[5], line[6]));
        }
    }

    private static Ledger ledger(String mode, List<LedgerEntry> entries) {
        PaymentOrder sample = Samples.payment("a").order();
        PaymentOrder order = new PaymentOrder(
                CART,
                money("100"),
                sample.description(),
                sample.customer(),
                null,
                mode.equals("sale") ? ChargeMode.SALE : ChargeMode.AUTHORIZE);
        Attempt ready = Attempt.ready(1, CART, null, order.amount(), Samples.NOON);
        Attempt attempt = entries.isEmpty()
                ? ready
                : ready.sending(Samples.NOON, Samples.NOON.plusSeconds(60), money("90"), money("100"))
                        .linked(AttemptState.ANSWERED, ref("1"), null);
        return Ledger.of(order, List.of(attempt), List.of(), entries, List.of());
    }

    private static LedgerEntry entry(String text) {
        Matcher match = TRANSACTION.matcher(text);
        assertThat(match.matches()).as(text).isTrue();
        TransactionKind kind = KINDS.get(match.group(2));
        return new LedgerEntry(
                ref(match.group(1)),
                match.group(6) == null ? null : ref(match.group(6)),
                asked(match.group(7)),
                kind,
                STATES.get(match.group(3)),
                kind.isPayment() ? CART : new CartId("elsewhere"),
                money(match.group(4)),
                money(match.group(5) == null ? match.group(4) : match.group(5)),
                null,
                null,
                Samples.NOON,
                Samples.NOON,
                Samples.NOON.plusSeconds(Long.parseLong(match.group(1))));
    }

    private static @Nullable TransactionKind asked(@Nullable String name) {
        return name == null ? null : KINDS.get(name);
    }

    private static TransactionRef ref(String number) {
        return new TransactionRef("TST" + number);
    }

    private static Money money(String amount) {
        return Money.of(amount + ".000", "KWD");
    }

    private static String plain(Money amount) {
        return amount.amount().stripTrailingZeros().toPlainString();
    }
}
