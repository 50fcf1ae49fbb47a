package io.nestcms.cms.contract.contract;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.draft;
import static io.nestcms.cms.contract.contract.ContractSamples.move;
import static io.nestcms.cms.contract.contract.ContractSamples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.contract.PaymentLine;
import io.nestcms.money.Money;
import io.nestcms.payment.Payment;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.store.PaymentStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link ContractStore} does. Extend it with stores that are empty at each test. */
public abstract class ContractStoreContract {
    /** A store without contracts, the same one for all calls within a test. */
    protected abstract ContractStore store();

    /** The payments that the store looks at, none at first. */
    protected abstract PaymentStore payments();

    private static Contract in(Contract before, ContractStatus status) {
        return new Contract(
                before.id(),
                before.terms(),
                status,
                before.version() + 1,
                before.createdAt(),
                before.updatedAt().plusNanos(1));
    }

    @Test
    void find_afterInsertAndReplace_givesTheLatest() {
        Contract first = draft("c1", "org", NOON);
        Contract second = in(first, ContractStatus.OFFERED);

        assertThat(store().insert(first)).isTrue();
        assertThat(store().find(first.id())).contains(first);
        assertThat(store().insert(first)).isFalse();
        assertThat(store().replace(second)).isTrue();
        assertThat(store().replace(second)).isFalse();
        assertThat(store().find(first.id())).contains(second);
        assertThat(store().find(new ContractId("other"))).isEmpty();
        assertThat(store().replace(in(draft("other", "org", NOON), ContractStatus.OFFERED)))
                .isFalse();
    }

    @Test
    void list_pages_newestFirst() {
        Contract one = draft("c1", "org", NOON);
        Contract two = draft("c2", "other", NOON.plusNanos(1));
        Contract three = draft("c3", "org", NOON.plusNanos(2));
        List.of(one, two, three).forEach(store()::insert);

        assertThat(store().list(ContractQuery.newest(2))).containsExactly(three, two);
        assertThat(store().list(ContractQuery.newest(2).after(two.position()))).containsExactly(one);
        assertThat(store().list(ContractQuery.newest(9).ofOrganisation("org").in(ContractStatus.DRAFT)))
                .containsExactly(three, one);
        assertThat(store().list(ContractQuery.newest(9).in(ContractStatus.ACTIVE)))
                .isEmpty();
    }

    @Test
    void statement_payments_areListedAndCounted() {
        Contract contract = draft("c1", "org", NOON);
        store().insert(contract);
        Payment paid = payment(
                "p1",
                "c1",
                NOON.plusSeconds(1),
                List.of(
                        move("T1", TransactionKind.SALE, "KWD 100.000", NOON),
                        move("T2", TransactionKind.REFUND, "KWD 0.001", NOON)));
        Payment open = payment("p2", "c1", NOON, List.of());
        Payment foreign =
                payment("p3", "c1", NOON.plusSeconds(2), List.of(move("T3", TransactionKind.SALE, "SAR 5.00", NOON)));
        Payment others = payment("p4", "c2", NOON, List.of(move("T4", TransactionKind.SALE, "KWD 100.000", NOON)));
        List.of(paid, open, foreign, others).forEach(payment -> payments().insert(payment, List.of()));

        ContractStatement statement = store().statement(contract.id()).orElseThrow();

        assertThat(statement).isEqualTo(ContractStatement.of(contract, List.of(paid, open, foreign)));
        assertThat(statement.paid()).isEqualTo(Money.parse("KWD 99.999"));
        assertThat(statement.outstanding()).isEqualTo(Money.parse("KWD 200.001"));
        assertThat(statement.instalmentsPaid()).isZero();
        assertThat(statement.payments())
                .extracting(PaymentLine::id)
                .containsExactly(open.id(), paid.id(), foreign.id());
        assertThat(store().statement(new ContractId("none"))).isEmpty();
    }

    @Test
    void statement_saleVoidedTheSameDay_countsNothing() {
        store().insert(draft("c1", "org", NOON));
        payments()
                .insert(
                        payment(
                                "p1",
                                "c1",
                                NOON,
                                List.of(
                                        move("T1", TransactionKind.SALE, "KWD 100.000", NOON),
                                        move("T2", TransactionKind.VOID, "KWD 100.000", NOON))),
                        List.of());

        ContractStatement statement = store().statement(new ContractId("c1")).orElseThrow();

        assertThat(statement.paid()).isEqualTo(Money.parse("KWD 0.000"));
        assertThat(statement.payments()).extracting(PaymentLine::taken).containsExactly(Money.parse("KWD 0.000"));
    }

    @Test
    void statements_page_equalsTheSingleOnes() {
        for (int n = 0; n < 3; n++) {
            store().insert(draft("c" + n, "org", NOON.plusSeconds(n)));
            payments()
                    .insert(
                            payment(
                                    "p" + n,
                                    "c" + n,
                                    NOON,
                                    List.of(move("T" + n, TransactionKind.CAPTURE, "KWD 10.00" + n, NOON))),
                            List.of());
        }

        assertThat(store().statements(ContractQuery.newest(2).ofOrganisation("org")))
                .containsExactly(
                        store().statement(new ContractId("c2")).orElseThrow(),
                        store().statement(new ContractId("c1")).orElseThrow());
    }
}
