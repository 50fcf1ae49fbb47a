package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever follows an authorisation, in whatever order: no more is captured than was held, no more refunded than captured. */
class SumsTest {
    private static PayTabsSandbox sandbox;
    private static Merchant merchant;
    private static int carts;

    record Step(String type, int original, int cents) {}

    @BeforeContainer
    static void start() throws Exception {
        sandbox = PayTabsSandbox.builder().start();
        merchant = new Merchant(sandbox);
    }

    @AfterContainer
    static void stop() {
        merchant.close();
        sandbox.close();
    }

    @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
    void neverExceeded(@ForAll("steps") List<Step> steps) throws Exception {
        carts++;
        String cart = "CART-" + carts;
        List<String> refs = new java.util.ArrayList<>();
        refs.add(merchant.order(Merchant.withCard(
                        merchant.sale(cart, "10.00", "SAR").put("tran_type", "auth"), "4111111111111111"))
                .path("tran_ref")
                .asText());
        for (Step step : steps) {
            String original = refs.get(step.original() % refs.size());
            refs.add(sandbox.followUp(original, step.type(), BigDecimal.valueOf(step.cents(), 2))
                    .ref());
        }
        Map<String, BigDecimal> givenBack = new HashMap<>();
        BigDecimal refunded = BigDecimal.ZERO;
        BigDecimal voided = BigDecimal.ZERO;
        BigDecimal taken = BigDecimal.ZERO;
        BigDecimal captured = BigDecimal.ZERO;
        for (LedgerEntry entry : sandbox.ledger().entries(cart)) {
            if (!"A".equals(entry.status()) || entry.previousRef() == null) {
                continue;
            }
            if (!entry.previousRef().equals(refs.get(0))) {
                assertThat(entry.type()).isIn("Refund", "Void");
                givenBack.merge(entry.previousRef(), entry.amount(), BigDecimal::add);
                refunded = entry.type().equals("Refund") ? refunded.add(entry.amount()) : refunded;
                voided = entry.type().equals("Void") ? voided.add(entry.amount()) : voided;
            } else {
                assertThat(entry.type()).isIn("Capture", "Release", "Void");
                taken = taken.add(entry.amount());
                captured = entry.type().equals("Capture") ? captured.add(entry.amount()) : captured;
            }
        }
        assertThat(taken).isLessThanOrEqualTo(BigDecimal.TEN);
        for (Map.Entry<String, BigDecimal> refund : givenBack.entrySet()) {
            LedgerEntry of = sandbox.ledger().entry(refund.getKey()).orElseThrow();
            assertThat(of.type()).isEqualTo("Capture");
            assertThat(refund.getValue()).isLessThanOrEqualTo(of.amount());
        }
        CartTotals totals = sandbox.ledger().totals(cart);
        assertThat(totals.charged()).isEqualByComparingTo(captured);
        assertThat(totals.refunded()).isEqualByComparingTo(refunded);
        assertThat(totals.voided()).isEqualByComparingTo(voided);
        assertThat(refunded.add(voided)).isLessThanOrEqualTo(totals.charged());
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of("capture", "capture", "release", "void", "refund", "refund"),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.of(1, 100, 250, 333, 500, 999, 1000, 1001))
                .as(Step::new)
                .list()
                .ofMaxSize(12);
    }
}
