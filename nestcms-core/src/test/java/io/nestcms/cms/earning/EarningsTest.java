package io.nestcms.cms.earning;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.draft;
import static io.nestcms.cms.contract.contract.ContractSamples.move;
import static io.nestcms.cms.contract.contract.ContractSamples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.contract.InMemoryContractStore;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.PaymentStore;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EarningsTest {
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final Instant DECEMBER = Instant.parse("2026-12-01T00:00:00Z");

    private final PaymentStore payments = new InMemoryPaymentStore();
    private final ContractStore contracts = new InMemoryContractStore(payments);
    private final Earnings earnings = new Earnings(new PlainTurnover(payments, contracts));

    @BeforeEach
    void oneContract() {
        contracts.insert(draft("c1", "org", NOON));
    }

    private void paid(String id, String contract, MoneyMove... moves) {
        payments.insert(payment(id, contract, NOON, List.of(moves)), List.of());
    }

    @Test
    void of_organisation_sumsTakenRefundedAndCommission() {
        paid("p1", "c1", move("T1", TransactionKind.SALE, "KWD 100.000", NOON));
        paid("p2", "c1", move("T2", TransactionKind.CAPTURE, "KWD 50.000", NOON.plusSeconds(9)));
        paid(
                "p3",
                "c1",
                move("T3", TransactionKind.SALE, "KWD 1.000", NOON),
                move("T4", TransactionKind.REFUND, "KWD 0.960", NOON),
                move("T5", TransactionKind.AUTHORIZATION, "KWD 7.000", NOON));

        assertThat(earnings.of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER))
                .containsExactly(new Earning(
                        "org",
                        NOVEMBER,
                        Money.parse("KWD 151.000"),
                        Money.parse("KWD 0.960"),
                        Money.parse("KWD 3.751")));
        assertThat(earnings.of(EarningGroup.PROJECT, NOVEMBER, NOVEMBER))
                .singleElement()
                .satisfies(earning -> assertThat(earning.earner()).isEqualTo("project-1"));
    }

    @Test
    void of_employees_partsAddUpToTheWhole() {
        paid("p1", "c1", move("T1", TransactionKind.SALE, "KWD 0.100", NOON));

        List<Earning> parts = earnings.of(EarningGroup.EMPLOYEE, NOVEMBER, NOVEMBER);

        assertThat(parts).extracting(Earning::earner).containsExactly("e1", "e2");
        assertThat(parts)
                .extracting(Earning::taken)
                .containsExactly(Money.parse("KWD 0.067"), Money.parse("KWD 0.033"));
        assertThat(parts.get(0).commission().plus(parts.get(1).commission())).isEqualTo(Money.parse("KWD 0.002"));
        assertThat(parts.get(0).net().plus(parts.get(1).net())).isEqualTo(Money.parse("KWD 0.098"));
    }

    @Test
    void of_monthsAndCurrencies_areApart() {
        paid("p1", "c1", move("T1", TransactionKind.SALE, "KWD 1.000", DECEMBER.minusNanos(1)));
        paid("p2", "c1", move("T2", TransactionKind.SALE, "KWD 2.000", DECEMBER));
        paid("p3", "c1", move("T3", TransactionKind.SALE, "SAR 3.00", DECEMBER));
        paid("p4", "none", move("T4", TransactionKind.SALE, "SAR 3.00", DECEMBER));

        assertThat(earnings.of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER.plusMonths(1)))
                .extracting(Earning::taken)
                .containsExactly(Money.parse("KWD 1.000"), Money.parse("KWD 2.000"), Money.parse("SAR 3.00"));
        assertThat(earnings.of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER)).hasSize(1);
    }

    @Test
    void of_refundInALaterMonth_givesCommissionBack() {
        paid(
                "p1",
                "c1",
                move("T1", TransactionKind.SALE, "KWD 100.000", NOON),
                move("T2", TransactionKind.REFUND, "KWD 100.000", DECEMBER));

        List<Earning> both = earnings.of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER.plusMonths(1));

        assertThat(both.get(0).commission()).isEqualTo(Money.parse("KWD 2.500"));
        assertThat(both.get(1).commission()).isEqualTo(Money.parse("KWD -2.500"));
        assertThat(both.get(0).net().plus(both.get(1).net())).isEqualTo(Money.parse("KWD 0.000"));
    }

    @Test
    void of_saleVoidedTheSameDay_countsNothing() {
        paid(
                "p1",
                "c1",
                move("T1", TransactionKind.SALE, "KWD 100.000", NOON),
                move("T2", TransactionKind.VOID, "KWD 100.000", NOON.plusSeconds(60)));
        paid("p2", "c1", move("T3", TransactionKind.SALE, "KWD 1.000", NOON));

        assertThat(earnings.of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER))
                .singleElement()
                .satisfies(earning -> {
                    assertThat(earning.taken()).isEqualTo(Money.parse("KWD 1.000"));
                    assertThat(earning.refunded()).isEqualTo(Money.parse("KWD 0.000"));
                });
    }

    @Test
    void of_captureWithoutAParent_countsOnce() {
        paid(
                "p1",
                "c1",
                move("T1", TransactionKind.AUTHORIZATION, "KWD 100.000", NOON),
                move("T2", TransactionKind.CAPTURE, "KWD 100.000", NOON.plusSeconds(60)));

        assertThat(earnings.of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER))
                .extracting(Earning::taken)
                .containsExactly(Money.parse("KWD 100.000"));
    }

    @Test
    void of_monthsOutOfOrder_areRefused() {
        assertThatThrownBy(() -> earnings.of(EarningGroup.PROJECT, NOVEMBER, NOVEMBER.minusMonths(1)))
                .isInstanceOf(InvalidInputException.class);
    }

    private static Earnings over(int times, String amount) {
        Turnover one = new Turnover(
                draft("c1", "org", NOON), NOVEMBER, Money.parse("KWD " + amount), Money.parse("KWD 0.000"));
        return new Earnings((from, to) -> Collections.nCopies(times, one));
    }

    @Test
    void of_largestAmount_isExact() {
        assertThat(over(1, "999999999999999.999").of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER))
                .singleElement()
                .satisfies(
                        earning -> assertThat(earning.commission()).isEqualTo(Money.parse("KWD 24999999999999.999")));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 20})
    void of_sumIsTooLarge_isRefused(int times) {
        assertThatThrownBy(() -> over(times, "600000000000000.000").of(EarningGroup.ORGANISATION, NOVEMBER, NOVEMBER))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("out of range");
    }

    @Test
    void turnover_ofTwoCurrencies_isRefused() {
        assertThatThrownBy(() -> new Turnover(
                        draft("c1", "org", NOON), NOVEMBER, Money.parse("KWD 1.000"), Money.parse("SAR 1.00")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("refunded");
    }
}
