package io.nestcms.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.PaymentLifecycle.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PaymentLifecycleTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "payment-lifecycle.md");

    @Test
    void table_equalsTheDocument() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        List<String> header = null;
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (!line.startsWith("|") || line.contains("---")) {
                continue;
            }
            List<String> cells = Arrays.stream(line.substring(1).split("\\|", -1))
                    .map(String::strip)
                    .toList();
            if (cells.get(0).equals("from")) {
                header = cells;
            } else if (header != null && isStatus(cells.get(0))) {
                for (int column = 1; column < header.size() - 1; column++) {
                    if (!cells.get(column).isEmpty()) {
                        documented.put(cells.get(0) + " on " + header.get(column), cells.get(column));
                    }
                }
            }
        }

        Map<String, String> implemented = new TreeMap<>();
        for (PaymentStatus from : PaymentStatus.values()) {
            for (Signal signal : Signal.values()) {
                PaymentLifecycle.next(from, signal).ifPresent(to -> implemented.put(from + " on " + signal, to.name()));
            }
        }
        assertThat(documented).isEqualTo(implemented);
    }

    private static boolean isStatus(String cell) {
        return Arrays.stream(PaymentStatus.values()).anyMatch(it -> it.name().equals(cell));
    }

    @Test
    void nothing_turnsARefundedOrVoidedPayment() {
        for (Signal signal : Signal.values()) {
            assertThat(PaymentLifecycle.next(PaymentStatus.REFUNDED, signal)).isEmpty();
            assertThat(PaymentLifecycle.next(PaymentStatus.VOIDED, signal)).isEmpty();
        }
    }

    @Test
    void noSignal_turnsAPaidPaymentIntoAnUnpaidOne() {
        for (PaymentStatus paid : List.of(
                PaymentStatus.SUCCEEDED,
                PaymentStatus.CAPTURED,
                PaymentStatus.PARTIALLY_REFUNDED,
                PaymentStatus.REFUNDED)) {
            for (Signal signal : Signal.values()) {
                PaymentLifecycle.next(paid, signal)
                        .ifPresent(to -> assertThat(to)
                                .isIn(PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED, PaymentStatus.VOIDED));
            }
        }
    }
}
