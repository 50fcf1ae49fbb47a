package io.nestcms.payment.contract;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.UnreadableRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a store whose records can be damaged must do besides: one bad record harms only itself. */
public abstract class DamagedRecordsContract extends PaymentStoreContract {
    /** Makes a record unreadable. */
    protected abstract void damage(PaymentId id);

    /** Undoes {@link #damage}. */
    protected abstract void repair(PaymentId id);

    @Test
    void claimDue_oneOfFiveUnreadable_givesTheOtherFour() {
        List<Payment> due = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            due.add(stored(dueAt(payment("p" + n), NOON.minusSeconds(10 - n))));
        }
        damage(due.get(0).id());

        List<DuePayment> claimed = store().claimDue(false, NOON, LEASE, 10);

        assertThat(payments(claimed)).containsExactlyElementsOf(due.subList(1, 5));
        assertThat(claimed).filteredOn(DuePayment.Unreadable.class::isInstance).hasSize(1);
        assertThat(otherNode().unreadable(10)).extracting(UnreadableRecord::id).containsExactly("p0");
    }

    @Test
    void claimDue_fortyUnreadableAtTheHead_hinderNobodyForADay() {
        for (int n = 0; n < 40; n++) {
            PaymentId id = stored(dueAt(payment("bad" + n), NOON.minusSeconds(100 - n)))
                    .id();
            damage(id);
        }
        Payment good = stored(dueAt(payment("good"), NOON));
        store().claimDue(false, NOON, LEASE, 40);

        assertThat(payments(store().claimDue(false, NOON, LEASE, 1))).containsExactly(good);

        assertThat(otherNode().claimDue(false, NOON.plus(Duration.ofHours(24)).minusNanos(1), LEASE, 50))
                .as("only the good one, whose claim is over")
                .containsExactly(new DuePayment.Found(good));
        assertThat(store().unreadable(50)).hasSize(40);
        assertThat(store().unreadable(3)).hasSize(3);
        assertThat(store().claimDue(false, NOON.plus(Duration.ofHours(24)), LEASE, 50))
                .filteredOn(DuePayment.Unreadable.class::isInstance)
                .hasSize(40);
    }

    @Test
    void unreadable_repaired_isNoLongerListed() {
        Payment due = stored(dueAt(payment("a"), NOON));
        damage(due.id());
        store().claimDue(false, NOON, LEASE, 10);
        assertThat(store().unreadable(10)).hasSize(1);

        repair(due.id());

        assertThat(payments(store().claimDue(false, NOON.plus(Duration.ofHours(24)), LEASE, 10)))
                .containsExactly(due);
        assertThat(store().unreadable(10)).isEmpty();
    }

    @Test
    void list_oneUnreadable_isLeftOut() {
        Payment first = stored(dueAt(payment("a"), null));
        Payment second = stored(dueAt(payment("b"), null));
        damage(first.id());

        assertThat(store().list(PaymentQuery.newest(10)).items()).containsExactly(second);
        assertThat(store().list(PaymentQuery.newest(10)).items()).containsExactly(second);
    }
}
